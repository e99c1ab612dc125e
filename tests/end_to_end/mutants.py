"""The makers of wrong translations (bench/common/mutants.py), tried on what two compilers write for three instruction
sets: every kind of mistake occurs, each mutant assembles and differs in the lines it names, the same seed draws the same,
and some of each kind change what a program prints.
"""
import collections
import re
import sys

import harness
from harness import check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import mutants, toolchain

PROGRAMS = ("fp_ops", "base64_utf8", "lu_solve")
FUNCTIONS = 4  # of each program and compiler
SEED = 20261125


class Unit:
    def __init__(self, work, program, compiler, isa):
        self.program = toolchain.PROGRAMS / f"{program}.c"
        self.isa, self.work = isa, work
        path = work / f"{program}.{compiler}.{isa}.s"
        command = (*toolchain.compiler(compiler, toolchain.ISAS[isa]), "-O2", "-S", "-o", path, self.program)
        done = toolchain.run((*command, *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS))
        check(done.ok, done.first_error())
        self.text = path.read_text()
        self.functions = re.findall(r"\.type\s+(\w+),\s*[@%]function", self.text)[:FUNCTIONS]

    def draw(self, function, count=len(mutants.KINDS)):
        return mutants.mutants(self.text, self.isa, function, count, SEED)

    def prints(self, text):
        """What the program with this text prints; None if it does not end well."""
        source, program = self.work / "mutant.s", self.work / "mutant"
        source.write_text(text)
        done = toolchain.run((*toolchain.compiler("clang", toolchain.ISAS[self.isa]), "-o", program, source, "-lm"))
        check(done.ok, done.first_error())
        ran = toolchain.run((program,), timeout=2)
        return ran.stdout if ran.status == 0 else None


def drawn(work, isa):
    for program in PROGRAMS:
        for compiler in toolchain.COMPILERS:
            unit = Unit(work, program, compiler, isa)
            for function in unit.functions:
                yield from ((unit, function, mutant) for mutant in unit.draw(function))


def changed_lines(unit, mutant):
    """Lines of the original that are not in the mutant as they were, when dropped ones are put back."""
    old, new = unit.text.splitlines(), mutant.text.splitlines()
    changed, at = [], 0
    for i, line in enumerate(old):
        if at < len(new) and new[at] == line:
            at += 1
        elif len(new) - at == len(old) - i:
            changed.append(i)
            at += 1
        else:
            changed.append(i)
    check(at == len(new), f"{mutant}: lines were added")
    return changed


def well_made(work, isa):
    kinds = collections.Counter()
    for unit, function, mutant in drawn(work, isa):
        kinds[mutant.kind] += 1
        _, body = mutants.function_lines(unit.text, function)
        check(mutant.text != unit.text, str(mutant))
        if mutant.after:
            check(mutant.after in mutant.text.splitlines(), str(mutant))
        if mutant.after and mutant.kind != "dropped-callee-save":
            changed = changed_lines(unit, mutant)
            check(changed == [mutant.line - 1] and mutant.line - 1 in body, f"{mutant} changes lines {changed}")
    print(f"{isa}: {sum(kinds.values())} mutants, {dict(kinds)}")
    check(set(kinds) == set(mutants.KINDS), f"never drawn: {set(mutants.KINDS) - set(kinds)}")


def repeatable(work):
    unit = Unit(work, "base64_utf8", "gcc", "aarch64")
    function = unit.functions[0]
    check(unit.draw(function) == unit.draw(function), "two draws with one seed differ")
    other = mutants.mutants(unit.text, unit.isa, function, 11, SEED + 1)
    check(unit.draw(function) != other, "the seed makes no difference")


def noticed(work):
    """On the host's own instruction set, where programs run natively."""
    isa = toolchain.host()
    if isa not in toolchain.ISAS:
        raise harness.Skip(f"no rules for this host's instruction set {isa!r}")
    made, killed = collections.Counter(), collections.Counter()
    for unit, _, mutant in drawn(work, isa):
        made[mutant.kind] += 1
        killed[mutant.kind] += unit.prints(mutant.text) != toolchain.expected(unit.program)
    print(f"{isa}: of {dict(made)} these change what is printed: {dict(killed)}")
    unseen = [kind for kind in made if not killed[kind]]
    check(not unseen, f"no mutant of these kinds changes what a program prints: {unseen}")


def main():
    options = harness.options()
    cases = {}
    for isa in toolchain.ISAS:
        work = options.work / isa
        work.mkdir()
        cases[f"well made for {isa}"] = lambda work=work, isa=isa: well_made(work, isa)
    for name, case in (("repeatable", repeatable), ("noticed", noticed)):
        work = options.work / name
        work.mkdir()
        cases[name] = lambda work=work, case=case: case(work)
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
