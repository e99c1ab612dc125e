"""corpus/programs in all six directions: compiled, translated, linked and run, a program prints what it is expected to.

A cell is (program, compiler, level, direction). A cell whose output differs fails. A cell that the translator refuses,
naming the reason, counts as skipped; when more than MAX_REFUSED of all cells are refused, the last case fails. The whole
matrix is measured by `./dev bench translate`; here a small part of it guards each direction.
"""
import itertools
import sys

import harness
from harness import Skip, check

import crossing
from common import toolchain

# One program for each thing that tends to break.
CHOSEN = ("recursion", "switch_tables", "fnptr_table", "struct_mixed", "printf_formats", "int128", "matmul_float", "sha256")
SETTINGS = (("gcc", "O0"), ("gcc", "O2"), ("clang", "O2"))
DIRECTIONS = tuple(itertools.permutations(crossing.ISAS, 2))
MAX_REFUSED = 0.25


class Matrix:
    def __init__(self, options):
        self.options = options
        self.refused = 0
        self.cells = 0

    def cell(self, program, compiler, level, source, target):
        """One cell; skips with the translator's reason when it refuses."""
        self.cells += 1
        stem = self.options.work / f"{program.stem}.{compiler}.{level}.{source.name}-{target.name}"
        before, after = f"{stem}.from.s", f"{stem}.to.s"
        compiled = crossing.compile_to_assembly(source, compiler, level, program, before)
        check(compiled.status == 0, compiled.stderr)
        outcome, _ = crossing.translate(self.options.portolan, before, target, after, f"{stem}.json", "--require", "none")
        if outcome.status == 2:
            self.refused += 1
            first = next((line for line in outcome.stderr.splitlines() if "error:" in line), None)
            check(first is not None, f"refused without a located reason:\n{outcome.stderr}")
            raise Skip(first)
        check(outcome.status == 0, f"translate: status {outcome.status}\n{outcome.stderr}")
        linked = crossing.link(target, stem, after)
        check(linked.status == 0, f"link: {linked.stderr}")
        ran = crossing.execute(target, stem)
        printed = ran.stdout.decode(errors="replace")
        check(ran.status == 0, f"exit status {ran.status}\n{printed}{ran.stderr}")
        expected = toolchain.expected(program)
        check(ran.stdout == expected, f"expected:\n{expected.decode()}got:\n{printed}")

    def enough(self):
        check(self.refused <= MAX_REFUSED * self.cells, f"{self.refused} of {self.cells} cells were refused")


def main():
    options = harness.options()
    matrix = Matrix(options)
    cases = {}
    for name, (compiler, level), (source, target) in itertools.product(CHOSEN, SETTINGS, DIRECTIONS):
        program = toolchain.PROGRAMS / f"{name}.c"
        cases[f"{name} {compiler} -{level} {source} to {target}"] = (
            lambda program=program, compiler=compiler, level=level, source=source, target=target: matrix.cell(
                program, compiler, level, crossing.ISAS[source], crossing.ISAS[target]
            )
        )
    return harness.run_cases(cases, workers=2, only=options.only, last={"few refusals": matrix.enough})


if __name__ == "__main__":
    sys.exit(main())
