"""The instruction sets as the scripts see them: compilers, linkers and QEMU for each, and one call to the translator.

Shared by the demo, the end-to-end tests and the benchmarks.
"""
import dataclasses
import json
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Isa:
    name: str  # as `portolan --to` spells it
    gcc: str
    clang_target: str
    qemu: tuple  # how a static program of this ISA is run here


ISAS = {
    isa.name: isa
    for isa in (
        Isa("x86-64", "gcc", "x86_64-linux-gnu", ()),
        Isa("aarch64", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu", ("qemu-aarch64",)),
        Isa("riscv64", "riscv64-linux-gnu-gcc", "riscv64-linux-gnu", ("qemu-riscv64",)),
    )
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a command did. status is its exit status, negative for a signal, None when it ran out of time."""

    status: object
    stdout: str
    stderr: str


def run(command, timeout=60, stdin=None, cwd=None, env=None):
    try:
        done = subprocess.run(
            [str(word) for word in command],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=timeout,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
        )
    except subprocess.TimeoutExpired as late:
        return Outcome(None, _text(late.stdout), _text(late.stderr))
    return Outcome(done.returncode, _text(done.stdout), _text(done.stderr))


def _text(data):
    return (data or b"").decode("utf-8", "replace")


def compile_to_assembly(isa, compiler, level, source, output):
    """Compiles a C file to assembly text. compiler is "gcc" or "clang"."""
    if compiler == "gcc":
        command = [isa.gcc]
    else:
        command = ["clang-19", f"--target={isa.clang_target}"]
    return run([*command, f"-{level}", "-S", "-o", output, source])


def link(isa, output, *inputs):
    """Assembles, compiles and links, statically: QEMU then needs no library of the other system."""
    return run([isa.gcc, "-O2", "-static", "-o", output, *inputs, "-lm"])


def execute(isa, program, *arguments, timeout=60, stdin=None):
    return run([*isa.qemu, program, *arguments], timeout=timeout, stdin=stdin)


def translate(portolan, source, target, output, evidence, *options, timeout=600):
    """Runs `portolan translate`; (Outcome, evidence as parsed JSON, or None where none was written)."""
    for stale in (output, evidence):
        if os.path.exists(stale):
            os.remove(stale)
    outcome = run(
        [portolan, "translate", source, "--to", target.name, "-o", output, "--evidence", evidence, *options], timeout
    )
    try:
        with open(evidence, encoding="utf-8") as file:
            return outcome, json.load(file)
    except (OSError, ValueError):
        return outcome, None
