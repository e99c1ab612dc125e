"""Wrong translations on purpose: single mistakes, as a code generator or a person would make them, put into the text of a
function. Who judges translations must not call one of them right.

Every mutant assembles and its object differs from the original's. It may still mean the same (a register that is never
read again, say): that is for the judge's tests to find out, not for this module.
"""

import dataclasses
import pathlib
import random
import re
import tempfile

from . import mutations, toolchain

KINDS = mutations.KINDS


@dataclasses.dataclass(frozen=True)
class Mutant:
    kind: str
    line: int  # of the unit's text, from 1
    before: str
    after: str  # empty: the line was dropped
    text: str  # of the whole unit

    def __str__(self):
        return f"{self.kind} at line {self.line}: {self.before.strip()} -> {self.after.strip() or 'nothing'}"


def function_lines(text, function):
    """Indices of the lines of a function's instructions, from its label to its .size or the next function."""
    lines = text.splitlines()
    try:
        start = next(i for i, line in enumerate(lines) if re.match(rf"{re.escape(function)}:", line))
    except StopIteration:
        raise ValueError(f"no label {function}") from None
    found = []
    for i in range(start + 1, len(lines)):
        line = lines[i]
        if re.match(rf"\s*\.size\s+{re.escape(function)}\b", line) or re.match(r"\s*\.type\s+\S+,\s*[@%]function", line):
            break
        if re.match(r"\s+[a-z][a-z0-9_.]*(\s|$)", line) and not line.lstrip().startswith("."):
            found.append(i)
    return lines, found


def candidates(text, isa, function):
    """All mutations of a function: (kind, {line index: new line or None}) in the order of the text."""
    lines, body = function_lines(text, function)
    made = [(kind, {i: line}) for i in body for kind, line in mutations.of_line(lines[i], isa, [lines[k] for k in body])]
    return made + mutations.of_saves(lines, body, isa)


def assembled(text, isa, folder):
    """The object of a text by LLVM's assembler, which also reads it for portolan; None if it refuses."""
    source, made = pathlib.Path(folder) / "unit.s", pathlib.Path(folder) / "unit.o"
    source.write_text(text)
    features = ("-march=rv64gc",) if isa == "riscv64" else ()
    done = toolchain.run((*toolchain.compiler("clang", toolchain.ISAS[isa]), *features, "-c", source, "-o", made))
    return made.read_bytes() if done.ok else None


def _applied(lines, change):
    return "\n".join(new for i, line in enumerate(lines) if (new := change.get(i, line)) is not None) + "\n"


def mutants(text, isa, function, count, seed, kinds=KINDS):
    """At most `count` mutants of one function, the kinds as evenly as the text allows; the same seed draws the same."""
    draw = random.Random(f"{seed} {isa} {function}")
    lines = text.splitlines()
    by_kind = {kind: [] for kind in kinds}
    for kind, change in candidates(text, isa, function):
        if kind in by_kind:
            by_kind[kind].append(change)
    for changes in by_kind.values():
        draw.shuffle(changes)
    made = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        original = assembled(text, isa, folder)
        if original is None:
            raise ValueError(f"the text of {function} does not assemble for {isa}")
        seen = {original}
        while len(made) < count and any(by_kind.values()):
            for kind in [kind for kind in kinds if by_kind[kind]]:
                while by_kind[kind] and len(made) < count:
                    change = by_kind[kind].pop()
                    mutated = _applied(lines, change)
                    object_bytes = assembled(mutated, isa, folder)
                    if object_bytes is None or object_bytes in seen:
                        continue
                    seen.add(object_bytes)
                    at = min(change)
                    made.append(Mutant(kind, at + 1, lines[at], change[at] or "", mutated))
                    break
    return made
