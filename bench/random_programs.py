#!/usr/bin/env python3
"""`./dev bench random_programs`: programs that csmith draws by seed, translated in all six directions and run.

Nobody chose these programs. Each prints a checksum of everything it computed, and csmith writes only C whose behaviour
is defined, so that the host's own gcc -O0 says what is right. Per program and source ISA the compiler, the level and a
flag are drawn by the seed; where the compiled source itself does not print the checksum (a compiler's bug, or too slow)
the cell is counted as such and not translated. Exit status: 0 no cell is wrong, 1 some are, 3 wrong usage.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import time

from common import cells, report, toolchain

LEVELS = ("O0", "O1", "O2", "O3", "Os")
# Ways to write the same thing that compilers have; both know them for the ISA.
FLAGS = {
    "x86-64": ["-fPIC -fno-plt", "-fno-pie", "-march=haswell", "-fno-omit-frame-pointer", "-mno-red-zone", "-fcommon"],
    "aarch64": ["-fPIC -fno-plt", "-march=armv8.2-a", "-fno-omit-frame-pointer", "-fcommon", "-mcmodel=tiny"],
    "riscv64": ["-fPIC", "-mcmodel=medany", "-fno-omit-frame-pointer", "-march=rv64gc_zba_zbb", "-fcommon"],
}
HEADERS = "/usr/include/csmith"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", required=True, metavar="PATH")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=150, help="programs")
    parser.add_argument("--seed", type=int, default=1, help="the first program's seed; the next ones follow")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=20, help="seconds that a program may run")
    parser.add_argument("--keep", type=pathlib.Path, help="keep every cell's files below this folder")
    parser.add_argument("--docs", action="store_true", help="write the table to docs/benchmarks.md")
    return parser.parse_args()


def draw(seed, folder):
    """Writes csmith's program for the seed and what it prints; returns its path, or None if it does not end in time."""
    program = folder / f"csmith{seed}.c"
    if not program.with_suffix(".expected").exists():
        choice = random.Random(seed)
        options = ["--max-funcs", choice.choice("358"), "--max-block-depth", "3", "--max-array-dim", "2"]
        options += choice.choice([[], ["--no-unions"], ["--float"], ["--no-packed-struct"], ["--inline-function"]])
        native = folder / f"csmith{seed}.native"
        steps = (
            ("csmith", "--seed", seed, *options, "-o", program),
            ("gcc", "-O0", *toolchain.COMMON_FLAGS, program, "-o", native, "-lm"),
        )
        if not all(toolchain.run(step, cwd=folder).ok for step in steps):  # csmith leaves a file where it runs
            return None
        done = toolchain.run((native,), timeout=5)
        if not done.ok:
            return None
        program.with_suffix(".expected").write_bytes(done.stdout)
    return program


def what_is_wrong(pipeline, cell):
    """Why the source, as compiled for its own instruction set, does not print the checksum; empty if it does."""
    isa = toolchain.ISAS[cell.source]
    command = [*toolchain.compiler(cell.compiler, isa), f"-{cell.level}", *toolchain.COMMON_FLAGS, *cell.flags]
    command += [*toolchain.LINK_FLAGS, cell.program, *toolchain.LIBRARIES]
    binary, failed = pipeline.cache.build(command, (cell.program,), ".source")
    if failed:
        return failed.first_error()
    done = toolchain.run((*isa.runner, binary), pipeline.timeout)
    binary.unlink()
    if not done.ok:
        return done.stderr.strip() or f"ends with {done.status}"
    return "" if done.stdout == toolchain.expected(cell.program) else "prints another checksum"


def run_program(pipeline, seed, folder):
    """(program drawn, results, sources that are not right)"""
    program = draw(seed, folder)
    if program is None:
        return False, [], 0
    choice = random.Random(f"cells of {seed}")
    results, skipped = [], 0
    for source in toolchain.ISAS:
        compiler, level = choice.choice(toolchain.COMPILERS), choice.choice(LEVELS)
        flags = tuple(choice.choice(["", *FLAGS[source]]).split())
        row = [
            cells.Cell(program, compiler, level, source, target, flags=flags)
            for target in toolchain.ISAS
            if target != source
        ]
        if reason := what_is_wrong(pipeline, row[0]):
            print(f"left out: {program.stem} {compiler} -{level} {' '.join(flags)} for {source}: {reason}", flush=True)
            skipped += 1
        else:
            results += [pipeline.run(cell) for cell in row]
    return True, results, skipped


def describe(result):
    cell = result.cell
    return (
        f"{result.outcome} {cell.program.stem} {cell.compiler} -{cell.level} {' '.join(cell.flags)} "
        f"{report.arrow(cell.direction)}: {result.detail or '; '.join(result.reasons)}"
    )


def markdown(args, drawn, results, skipped, seconds):
    bad = [describe(r) for r in results if r.outcome != "ok"]
    lines = [
        "## Random programs",
        "",
        f"Command: `./dev bench random_programs --count {args.count} --seed {args.seed}` ({seconds:.0f} s, "
        f"{toolchain.version('csmith')}). {drawn} of {args.count} programs end within 5 s under gcc -O0 and were used; "
        f"{skipped} of {3 * drawn} compiled sources did not print gcc's checksum in time and were not translated.",
        "",
        report.markdown_table(*report.outcome_table(results)),
        "",
        "Not ok: " + ("none." if not bad else ""),
        *(f"- {line}" for line in bad),
    ]
    return "\n".join(lines)


def main():
    args = parse_arguments()
    missing = toolchain.missing_tools([args.portolan, "csmith"])
    if missing:
        print(f"error: not found: {', '.join(missing)}", file=sys.stderr)
        return 3
    begin = time.monotonic()
    os.environ["C_INCLUDE_PATH"] = HEADERS  # gcc and clang read it
    folder = args.work / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    pipeline = cells.Pipeline(cells.Translator((args.portolan,)), args.work, args.timeout, args.keep)
    drawn, skipped, results = 0, 0, []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        tasks = [pool.submit(run_program, pipeline, args.seed + n, folder) for n in range(args.count)]
        for task in concurrent.futures.as_completed(tasks):
            used, made, wrong_sources = task.result()
            drawn, skipped = drawn + used, skipped + wrong_sources
            results += made
            for result in made:
                if result.outcome != "ok":
                    print(describe(result), flush=True)
    results.sort(key=lambda r: (r.cell.program.stem, r.cell.direction))
    print(report.text_table(*report.outcome_table(results)))
    print(f"{drawn} programs, {skipped} sources left out, seeds {args.seed} to {args.seed + args.count - 1}")
    if args.docs:
        path = toolchain.ROOT / "docs" / "benchmarks.md"
        seconds = time.monotonic() - begin
        report.replace_section(path, "random_programs", markdown(args, drawn, results, skipped, seconds))
    shutil.rmtree(args.work / "cache", ignore_errors=True)
    tally = collections.Counter(r.outcome for r in results)
    return 1 if any(tally[o] for o in cells.UNLABELLED) else 0


if __name__ == "__main__":
    sys.exit(main())
