"""From assembly to a program that ran: what the demo and the end-to-end tests do with the translator, on top of the
compilers, targets and runners that bench/common/toolchain.py knows.
"""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))

from common import toolchain  # noqa: E402

ISAS = toolchain.ISAS


def compile_to_assembly(isa, compiler, level, source, output, *more):
    flags = (*toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS)
    return toolchain.run([*toolchain.compiler(compiler, isa), f"-{level}", *flags, *more, "-S", "-o", output, source])


def assemble(isa, output, source):
    return toolchain.run([isa.gcc, "-c", "-o", output, source])


def link(isa, output, *inputs):
    """Assembles, compiles and links, statically: QEMU then needs no library of the other system."""
    flags = (*toolchain.COMMON_FLAGS, *toolchain.LINK_FLAGS)
    return toolchain.run([isa.gcc, "-O2", *flags, "-o", output, *inputs, *toolchain.LIBRARIES])


def execute(isa, program, *arguments, timeout=60):
    return toolchain.run([*isa.runner, program, *arguments], timeout)


def translate(portolan, source, target, output, evidence, *options, timeout=600):
    """Runs `portolan translate`; (Outcome, evidence as parsed JSON, or None where none was written)."""
    for stale in (output, evidence):
        if os.path.exists(stale):
            os.remove(stale)
    outcome = toolchain.run(
        [portolan, "translate", source, "--to", target.name, "-o", output, "--evidence", evidence, *options], timeout
    )
    try:
        with open(evidence, encoding="utf-8") as file:
            return outcome, json.load(file)
    except (OSError, ValueError):
        return outcome, None
