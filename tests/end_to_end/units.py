"""tests/end_to_end/units: a program of two units, each translated on its own and put together with the other one, once as
translated, once as the target's own compiler makes it. What one calls the other with has to follow the target's
convention. The program must print what it prints compiled for this machine.
"""
import itertools
import sys

import harness
from harness import Skip, check

import crossing
from common import cells, toolchain

FOLDER = harness.ROOT / "tests" / "end_to_end" / "units"
SETTINGS = (("gcc", "O0"), ("gcc", "O2"), ("clang", "O2"))


def translated(program, prototypes, setting, source, target):
    """Whether the whole of the program must get through; elsewhere the types cannot be known and refusing is right."""
    if program == "structures" and not prototypes:
        return False
    if program.startswith("variadic"):
        # RISC-V passes floating-point variadic arguments like integers. Nothing says which comes when in code that may take
        # both (above -O0 gcc leaves out the vector registers where it takes none) or pass both (x86-64 has a count).
        if "riscv64" == source:
            return False
        if "riscv64" == target:
            return program == "variadic" and setting == ("gcc", "O2") and source == "x86-64"
    return True


def case(options, program, prototypes, setting, source, target):
    folder = FOLDER / program
    work = options.work / program / f"{'-'.join(setting)}.{source.name}.{target.name}.{prototypes}"
    work.mkdir(parents=True, exist_ok=True)
    protos = ("--proto", folder / "library.h") if prototypes == "header" else ()
    native = work / "native"
    done = crossing.link(toolchain.ISAS[toolchain.host()], native, folder / "library.c", folder / "main.c")
    check(done.ok, done.stderr)
    expected = crossing.execute(toolchain.ISAS[toolchain.host()], native)
    check(expected.ok and expected.stdout, "the program itself fails")
    outputs, reasons = {}, []
    for name in ("library", "main"):
        assembly, output = work / f"{name}.s", work / f"{name}.{target.name}.s"
        done = crossing.compile_to_assembly(
            source, *setting, folder / f"{name}.c", assembly, *(("-g",) if prototypes == "debug" else ())
        )
        check(done.ok, done.stderr)
        done, _ = crossing.translate(
            options.portolan, assembly, target, output, work / f"{name}.json", "--require", "none", *protos
        )
        refusals = cells.error_lines(done.stderr)
        check(done.status == (2 if refusals else 0), f"status {done.status}: {done.stderr}")
        reasons += refusals
        outputs[name] = folder / f"{name}.c" if refusals else output
    must = translated(program, prototypes, setting, source.name, target.name)
    check(not must or not reasons, "refused: " + "\n".join(reasons))
    if program == "structures" and not prototypes and reasons:
        raise Skip("refused, as it must be: " + cells.normalise(reasons[0]))
    mixes = [(outputs["library"], outputs["main"])]
    # RISC-V extends 32-bit arguments, which without prototypes nothing tells from 64-bit ones (the evidence says so).
    if prototypes or (program != "structures" and "riscv64" not in (source.name, target.name)):
        mixes += [(outputs["library"], folder / "main.c"), (folder / "library.c", outputs["main"])]
    for n, inputs in enumerate(mixes):
        binary = work / f"mixed{n}"
        done = crossing.link(target, binary, *inputs)
        # Without prototypes, what may take or return a structure in memory is not to be had from outside.
        if program == "structures" and not prototypes and "undefined reference" in done.stderr:
            raise Skip("not exported, as it must be: " + done.first_error())
        check(done.ok, done.stderr)
        ran = crossing.execute(target, binary)
        names = " + ".join(path.name for path in inputs)
        check(ran.ok, f"{names}: status {ran.status}\n{ran.stderr}")
        check(ran.stdout == expected.stdout, f"{names}: expected\n{expected.stdout.decode()}got\n{ran.stdout.decode(errors='replace')}")
    if reasons:
        raise Skip("refused, as it must be: " + cells.normalise(reasons[0]))


def main():
    options = harness.options()
    cases = {}
    programs = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    variants = [(program, "header") for program in programs]
    variants += [("stack_arguments", ""), ("structures", ""), ("structures", "debug"), ("variadic", "debug"), ("wide", "debug")]
    directions = itertools.permutations(crossing.ISAS, 2)
    for (program, prototypes), setting, (source, target) in itertools.product(variants, SETTINGS, directions):
        what = (program, prototypes, setting, crossing.ISAS[source], crossing.ISAS[target])
        name = f"{program} ({prototypes or 'no'} prototypes) {' -'.join(setting)} {source} to {target}"
        cases[name] = lambda what=what: case(options, *what)
    return harness.run_cases(cases, workers=2, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
