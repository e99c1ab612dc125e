"""One cell of the translation benchmark: a program, compiled by one compiler at one level, from one ISA to another."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import tempfile
import time

from common import toolchain

# What can become of a cell. UNLABELLED are the defects that must not exist: they look like successes until run.
OUTCOMES = ("ok", "refused", "refuted", "WRONG", "timeout", "assemble-error", "link-error", "unreadable", "crash")
UNLABELLED = ("WRONG", "timeout")


@dataclasses.dataclass(frozen=True)
class Cell:
    program: pathlib.Path
    compiler: str
    level: str
    source: str
    target: str
    objects: bool = False  # the object file is translated, not the assembly
    flags: tuple = ()  # more of them, for the source's compiler

    @property
    def direction(self):
        return f"{self.source}:{self.target}"

    def reproduce(self):
        return (
            f"./dev bench translate --programs {self.program.stem} --compilers {self.compiler} --levels {self.level} "
            f"--directions {self.direction} {'--objects ' * self.objects}--no-counts --keep build/bench/kept"
        )


@dataclasses.dataclass
class Result:
    cell: Cell
    outcome: str = "ok"
    detail: str = ""
    reasons: list = dataclasses.field(default_factory=list)
    refused_functions: int = 0
    source_instructions: int = 0
    translate_seconds: float = 0.0
    translated_count: int | None = None
    compiled_count: int | None = None
    binary: pathlib.Path | None = None

    @property
    def ratio(self):
        both = self.translated_count and self.compiled_count
        return self.translated_count / self.compiled_count if both else None

    def to_json(self):
        data = dataclasses.asdict(self)
        data["cell"]["program"] = self.cell.program.stem
        data["cell"]["direction"] = self.cell.direction
        del data["binary"]
        return data


class Translator:
    """The portolan command, and what can be read off the way it ended."""

    def __init__(self, command, timeout=120):
        self.command = tuple(command)
        self.timeout = timeout

    def translate(self, source, target, output, evidence, extra=()):
        """Returns (outcome, detail, reasons, refused functions, seconds)."""
        begin = time.monotonic()
        done = toolchain.run(
            (
                *self.command,
                "translate",
                source,
                "--to",
                target,
                "-o",
                output,
                "--require",
                "none",
                "--evidence",
                evidence,
                *extra,
            ),
            self.timeout,
        )
        seconds = time.monotonic() - begin
        reasons = [normalise(line) for line in error_lines(done.stderr)]
        refused = max(refused_in_evidence(evidence, reasons), 1 if done.status == 2 else 0)
        if done.status in (0, 2):
            outcome = "refused" if refused else "ok"
        else:
            outcome = {1: "refuted", 3: "unreadable"}.get(done.status, "crash")
        detail = "" if outcome == "ok" else done.first_error()
        if outcome == "crash" and not done.stderr.strip():
            detail = f"portolan ended with status {done.status}"
        return outcome, detail, reasons, refused, seconds


def error_lines(stderr):
    return [line for line in stderr.splitlines() if re.search(r"\b(error|refused)\b", line)]


def normalise(line):
    """A reason without what varies from function to function, so that equal reasons can be counted."""
    line = re.sub(r"^.*?(?:\d+:)?(?:\d+:)? *(?:error|refused): *", "", line.strip())
    line = re.sub(r"\b(function|symbol|label|block|callee) ['‘`\"]?[\w.$@]+['’`\"]?", r"\1 *", line)
    line = re.sub(r"\baddress of ['‘`\"][^'’`\"]*['’`\"]", "address of *", line)
    line = re.sub(r"(['‘`\"][a-z][\w.]*)\s[^'’`\"]*(['’`\"])", r"\1 …\2", line)  # an instruction keeps its mnemonic
    line = re.sub(r"\.L[\w.$]+", ".L*", line)
    return re.sub(r"\b(line|offset|at) (0x[0-9a-f]+|\d+)", r"\1 N", line)


def refused_in_evidence(path, reasons):
    """Counts the functions that the evidence lists as refused or unknown; fills `reasons` when stderr gave none."""
    try:
        evidence = json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return 0
    functions = evidence.get("functions", []) if isinstance(evidence, dict) else []
    refused = [f for f in functions if isinstance(f, dict) and f.get("verdict") == "refused"]
    if refused and not reasons:
        reasons += [normalise(f"error: {f.get('reason', 'no reason given')}") for f in refused]
    return len(refused)


def count_instructions(assembly):
    """Lines of GNU assembler text that hold an instruction, as compilers write them."""
    lines = assembly.read_text(errors="replace").splitlines()
    return sum(1 for line in lines if re.match(r"\s+[A-Za-z]", line) and not line.rstrip().endswith(":"))


class Pipeline:
    def __init__(self, translator, work, timeout, keep=None):
        self.translator = translator
        self.cache = toolchain.Cache(work / "cache")
        self.timeout = timeout
        self.keep = keep

    def assembly(self, cell, flag="-S", suffix=".s"):
        command = (
            *toolchain.compiler(cell.compiler, toolchain.ISAS[cell.source]),
            flag,
            f"-{cell.level}",
            *toolchain.COMMON_FLAGS,
            *toolchain.ASSEMBLY_FLAGS,
            *cell.flags,
            cell.program,
        )
        return self.cache.build(command, (cell.program,), suffix)

    def compiled(self, program, compiler, level, isa):
        """The binary that the translation is measured against: compiled from C for the target itself."""
        command = (
            *toolchain.compiler(compiler, toolchain.ISAS[isa]),
            f"-{level}",
            *toolchain.COMMON_FLAGS,
            *toolchain.LINK_FLAGS,
            program,
            *toolchain.LIBRARIES,
        )
        return self.cache.build(command, (program,), ".bin")

    def run(self, cell, after=None):
        """Takes the cell through all stages; `after` sees a successful result while its binary still exists."""
        result = Result(cell)
        if self.keep:
            folder = self.keep / f"{cell.source}-{cell.target}" / f"{cell.compiler}-{cell.level}" / cell.program.stem
            folder.mkdir(parents=True, exist_ok=True)
            self.stages(cell, result, folder)
        else:
            folder = pathlib.Path(tempfile.mkdtemp())
        try:
            if not self.keep:
                self.stages(cell, result, folder)
            if after and result.outcome == "ok":
                after(result)
        finally:
            if not self.keep:
                shutil.rmtree(folder, ignore_errors=True)
        return result

    def stages(self, cell, result, folder):
        assembly, failed = self.assembly(cell)
        if failed:
            raise RuntimeError(f"{cell.program}: {failed.first_error()}")
        source, output = folder / f"{cell.program.stem}.s", folder / f"{cell.program.stem}.{cell.target}.s"
        shutil.copyfile(assembly, source)
        result.source_instructions = count_instructions(source)
        if cell.objects:
            source, failed = self.assembly(cell, "-c", ".o")
            if failed:
                raise RuntimeError(f"{cell.program}: {failed.first_error()}")
        result.outcome, result.detail, result.reasons, result.refused_functions, result.translate_seconds = (
            self.translator.translate(source, cell.target, output, folder / "evidence.json")
        )
        if result.outcome == "ok":
            self.link(cell, result, folder, output)
        if result.outcome == "ok":
            self.execute(cell, result, folder)

    def link(self, cell, result, folder, output):
        gcc = toolchain.ISAS[cell.target].gcc
        obj, binary = folder / "translated.o", folder / "translated"
        done = toolchain.run((gcc, "-c", output, "-o", obj))
        if not done.ok:
            result.outcome, result.detail = "assemble-error", done.first_error()
            return
        done = toolchain.run((gcc, *toolchain.LINK_FLAGS, obj, "-o", binary, *toolchain.LIBRARIES))
        if not done.ok:
            result.outcome, result.detail = "link-error", done.first_error()
            return
        result.binary = binary

    def execute(self, cell, result, folder):
        done = toolchain.run((*toolchain.ISAS[cell.target].runner, result.binary), self.timeout)
        if self.keep:
            (folder / "stdout").write_bytes(done.stdout)
        if done.status is None:
            result.outcome, result.detail = "timeout", done.stderr
        elif done.status != 0:
            result.outcome, result.detail = "WRONG", f"ended with status {done.status}"
        elif done.stdout != toolchain.expected(cell.program):
            result.outcome, result.detail = "WRONG", "output differs"


def unique_path(folder, suffix):
    handle, path = tempfile.mkstemp(suffix, dir=folder)
    os.close(handle)
    return pathlib.Path(path)
