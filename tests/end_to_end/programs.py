"""corpus/programs in all six directions: compiled, translated, linked and run, a program prints what it is expected to.

A cell is (program, compiler, level, direction), taken through the same stages as `./dev bench translate`, which measures
the whole matrix; here a small part of it guards each direction. A cell whose output differs fails. A cell that the
translator refuses, naming the reason, counts as skipped; when more than MAX_REFUSED of all cells are refused, the last
case fails.
"""
import itertools
import sys

import harness
from harness import Skip, check

import crossing
from common import cells, toolchain

# One program for each thing that tends to break.
CHOSEN = ("recursion", "switch_tables", "fnptr_table", "struct_mixed", "printf_formats", "int128", "matmul_float", "sha256")
SETTINGS = (("gcc", "O0"), ("gcc", "O2"), ("clang", "O2"))
DIRECTIONS = tuple(itertools.permutations(crossing.ISAS, 2))
MAX_REFUSED = 0.25


class Matrix:
    def __init__(self, options):
        self.pipeline = cells.Pipeline(cells.Translator([options.portolan]), options.work, timeout=60)
        self.cells = self.refused = 0

    def run(self, cell):
        self.cells += 1
        result = self.pipeline.run(cell)
        reason = result.reasons[0] if result.reasons else result.detail
        if result.outcome == "refused":
            self.refused += 1
            check(reason, "refused without a reason")
            raise Skip(reason)
        check(result.outcome == "ok", f"{result.outcome}: {reason}\n{cell.reproduce()}")

    def enough(self):
        check(self.refused <= MAX_REFUSED * self.cells, f"{self.refused} of {self.cells} cells were refused")


def main():
    options = harness.options()
    matrix = Matrix(options)
    cases = {}
    for name, (compiler, level), (source, target) in itertools.product(CHOSEN, SETTINGS, DIRECTIONS):
        cell = cells.Cell(toolchain.PROGRAMS / f"{name}.c", compiler, level, source, target)
        cases[f"{name} {compiler} -{level} {source} to {target}"] = lambda cell=cell: matrix.run(cell)
    return harness.run_cases(cases, workers=2, only=options.only, last={"few refusals": matrix.enough})


if __name__ == "__main__":
    sys.exit(main())
