"""Copies of a function that compute the same: with other registers, and as functions that others may call."""

import re

# Callee-saved registers go round, and two scratch registers change places. Swapped in whole files, because gcc's callers
# know which scratch registers a function of their file leaves alone.
RENAMED = {"bx": "r12", "r12": "r13", "r13": "bx", "r10": "r11", "r11": "r10"}
# A part that the others lack, and instructions that use rbx without naming it.
FIXED = re.compile(r"%bh\b|^\s+(cpuid|cmpxchg16b|xlat)", re.MULTILINE)
REGISTER = re.compile(r"%([re]?bx|bl|r1[0-3][dwb]?)\b")


def spelt(register, bits):
    if register == "bx":
        return {64: "rbx", 32: "ebx", 16: "bx", 8: "bl"}[bits]
    return register + {64: "", 32: "d", 16: "w", 8: "b"}[bits]


def renamed(text):
    """The same x86-64 assembler text with other registers; None if it uses them in a way that the others cannot."""
    if FIXED.search(text):
        return None

    def other(match):
        name = match[1]
        if name[-2:] == "bx" or name == "bl":
            register, bits = "bx", {"rbx": 64, "ebx": 32, "bx": 16, "bl": 8}[name]
        else:
            register, bits = name[:3], {"": 64, "d": 32, "w": 16, "b": 8}[name[3:]]
        return "%" + (spelt(RENAMED[register], bits) if register in RENAMED else name)

    lines = text.split("\n")
    return "\n".join(line if line.lstrip().startswith((".", "#")) else REGISTER.sub(other, line) for line in lines)


LOCAL_FUNCTION = re.compile(
    r"^((?:__attribute__\(\([^)]*\)\)\s*)*)static\s+(?:inline\s+)?(?=[^=;\[(\n]*\b\w+\()", re.MULTILINE
)


def external(text):
    """C with its functions made external: compilers keep the signatures that the debug information states."""
    return LOCAL_FUNCTION.sub(r"\1", text)
