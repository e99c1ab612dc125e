#!/usr/bin/env python3
"""Checks that every program of the corpus prints what its .expected file says, whoever compiles it, for whatever CPU.

The programs are oracles for translations, so they themselves must not depend on compiler, level or CPU: each is built
by gcc and clang for three ISAs at four levels and run. With --sanitize, also once natively under the address and
undefined-behaviour sanitizers. With --update, missing or outdated .expected files are written from gcc -O0 on this
machine first; the check then says whether everybody else agrees.
"""

import argparse
import collections
import concurrent.futures
import itertools
import os
import pathlib
import sys
import tempfile

from common import toolchain

SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1", "-g")


def build_and_run(program, command, runner, folder, timeout):
    """Returns (verdict, detail); a program that builds and runs gives its output."""
    handle, binary = tempfile.mkstemp(dir=folder)
    os.close(handle)
    try:
        built = toolchain.run((*command, program, "-o", binary, *toolchain.LIBRARIES), 120)
        if not built.ok:
            return "build", built.first_error(), b""
        ran = toolchain.run((*runner, binary), timeout)
        if ran.status != 0:
            return "status", f"status {ran.status}: {ran.first_error()}", ran.stdout
        return "ran", "", ran.stdout
    finally:
        # The linker removes its output when it fails.
        pathlib.Path(binary).unlink(missing_ok=True)


def check(program, command, runner, folder, timeout):
    verdict, detail, output = build_and_run(program, command, runner, folder, timeout)
    if verdict == "ran" and output != toolchain.expected(program):
        return "differs", first_difference(output, toolchain.expected(program))
    return ("ok" if verdict == "ran" else verdict), detail


def first_difference(got, want):
    for number, (a, b) in enumerate(itertools.zip_longest(got.splitlines(), want.splitlines()), 1):
        if a != b:
            return f"line {number}: got {a!r}, expected {b!r}"
    return "line ends differ"


def cells(args):
    """(label, command, runner) of every way to build."""
    for compiler, name in itertools.product(args.compilers, args.isas):
        isa = toolchain.ISAS[name]
        for level in args.levels:
            command = (*toolchain.compiler(compiler, isa), f"-{level}", *toolchain.COMMON_FLAGS, *toolchain.LINK_FLAGS)
            yield (f"{compiler} {name}", level), command, isa.runner
    if args.sanitize:
        yield ("sanitizers", "O1"), ("gcc", *SANITIZERS, *toolchain.COMMON_FLAGS), ()


def update(paths, folder, timeout):
    host = toolchain.ISAS[toolchain.host()]
    command = (*toolchain.compiler("gcc", host), "-O0", *toolchain.COMMON_FLAGS)
    for program in paths:
        verdict, detail, output = build_and_run(program, command, host.runner, folder, timeout)
        if verdict != "ran":
            sys.exit(f"{program.name}: {detail}")
        program.with_suffix(".expected").write_bytes(output)


def print_table(results, columns):
    rows = sorted({row for row, _ in results})
    width = max(len(row) for row in rows)
    print(" " * width, *(f"{column:>9}" for column in columns))
    for row in rows:
        line = []
        for column in columns:
            counts = results.get((row, column))
            line.append(f"{counts['ok']}/{sum(counts.values())}" if counts else "-")
        print(f"{row:<{width}}", *(f"{text:>9}" for text in line))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", action="append", help="only programs whose name contains this; may be repeated")
    parser.add_argument("--compilers", type=lambda s: s.split(","), default=list(toolchain.COMPILERS))
    parser.add_argument("--isas", type=lambda s: s.split(","), default=list(toolchain.ISAS))
    parser.add_argument("--levels", type=lambda s: s.split(","), default=list(toolchain.LEVELS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--update", action="store_true")
    # What ./dev passes to every benchmark; nothing here is translated or kept.
    parser.add_argument("--portolan", help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    args = parser.parse_args()
    paths = toolchain.programs(args.filter)
    if not paths:
        sys.exit("no program matches")

    results = collections.defaultdict(collections.Counter)
    failures = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        if args.update:
            update(paths, folder, args.timeout)
        tasks = {}
        for program in paths:
            for label, command, runner in cells(args):
                tasks[pool.submit(check, program, command, runner, folder, args.timeout)] = program, label, command
        for task in concurrent.futures.as_completed(tasks):
            program, label, command = tasks[task]
            verdict, detail = task.result()
            results[label][verdict] += 1
            if verdict != "ok":
                failures.append(f"{program.stem}: {' '.join(command)}: {verdict}: {detail}")
    print_table(results, sorted({column for _, column in results}))
    for line in sorted(failures):
        print(line)
    print(f"{len(paths)} programs, {sum(sum(c.values()) for c in results.values())} cells, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
