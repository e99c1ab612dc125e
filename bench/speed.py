#!/usr/bin/env python3
"""`./dev bench speed`: start-up, source instructions a second, and memory of `portolan translate` without tests.

The input is one large unit: the assembly of all programs of the corpus, gcc -O2, with symbols and local labels renamed so
that they fit into one file, once and several times over. Exit status: 0 measured, 1 a translation failed, 3 wrong usage.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

from common import cells, report, toolchain

COPIES = 4
ROUNDS = 3  # the best counts: a busy machine only ever adds to CPU time
# Directives whose operands are symbols.
NAMING = (".globl", ".type", ".size", ".weak", ".set", ".local", ".comm", ".hidden")
NAMING += (".quad", ".xword", ".dword", ".long", ".word", ".8byte", ".4byte")
GOAL_RATE, GOAL_START = 20_000, 0.020


def high_water(pid):
    """Peak resident bytes so far. wait4's figure would not do: it starts at that of the process that forked, us."""
    try:
        match = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(match.group(1)) * 1024 if match else 0


def measured(command):
    """(status, CPU seconds, wall seconds, peak resident bytes) of a command."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        [str(w) for w in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, high_water(child.pid))
        # Short at first: start-up is measured here too.
        time.sleep(0.0002 if time.perf_counter() - begin < 0.05 else 0.01)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime, time.perf_counter() - begin, peak


def renamed(text, suffix):
    """Assembler text whose own symbols carry a suffix; what it only refers to, such as libc, keeps its name."""
    own = set(re.findall(r"(?m)^([A-Za-z_][\w.$]*):", text)) | set(re.findall(r"\.(?:comm|local)\s+([\w.$]+)", text))
    if not own:
        return text
    names = re.compile(r"(?<![\w.$%])(" + "|".join(sorted(map(re.escape, own), key=len, reverse=True)) + r")(?![\w.$])")
    lines = []
    for line in re.sub(r"\.(L\w+)", rf".\1{suffix}", text).splitlines(keepends=True):
        # A symbol may be called like an instruction: the first word of an indented line is none of ours.
        first = re.match(r"\s+\S+", line)
        head = first.group() if first else ""
        if head.strip().startswith(".") and head.strip() not in NAMING:
            lines.append(line)
            continue
        lines.append(head + names.sub(rf"\1{suffix}", line[len(head):]))
    return "".join(lines)


def large_unit(source, copies, cache, out):
    parts = []
    for program in toolchain.programs():
        flags = ("-S", "-O2", *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS)
        assembly, failed = cache.build((toolchain.ISAS[source].gcc, *flags, program), (program,), ".s")
        if failed:
            raise RuntimeError(failed.first_error())
        parts.append(assembly.read_text())
    texts = [renamed(text, f"_{copy}_{n}") for copy in range(copies) for n, text in enumerate(parts)]
    # RISC-V attributes are a file's, and stand before its first instruction.
    rest = [re.sub(r"(?m)^\s*\.attribute\s.*\n", "", text) for text in texts[1:]]
    out.write_text("".join([texts[0], *rest]))


def check_assembles(source, path):
    done = toolchain.run((toolchain.ISAS[source].gcc, "-c", path, "-o", "/dev/null"))
    if not done.ok:
        raise RuntimeError(f"the benchmark's own input is broken: {done.first_error()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"), metavar="PATH")
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "speed")
    parser.add_argument("--docs", type=pathlib.Path, default=toolchain.ROOT / "docs" / "benchmarks.md")
    args = parser.parse_args()
    if toolchain.missing_tools([args.portolan]):
        print(f"error: not found: {args.portolan}", file=sys.stderr)
        return 3
    args.work.mkdir(parents=True, exist_ok=True)
    cache = toolchain.Cache(args.work / "cache")
    starts = [measured((args.portolan, "--version"))[2] for _ in range(21)]
    start = min(starts)
    rows, failed = [], False
    for source in toolchain.ISAS:
        for target in toolchain.ISAS:
            if source == target:
                continue
            row = [report.arrow(f"{source}:{target}")]
            for copies in (1, COPIES):
                path, out = args.work / f"{source}.{copies}.s", args.work / f"{source}-{target}.{copies}.s"
                if not path.exists():
                    large_unit(source, copies, cache, path)
                    check_assembles(source, path)
                count = cells.count_instructions(path)
                command = (args.portolan, "translate", path, "--to", target, "-o", out, "--require", "none")
                runs = [measured(command) for _ in range(ROUNDS)]
                status, cpu, peak = max(run[0] for run in runs), min(run[1] for run in runs), max(run[3] for run in runs)
                failed |= status not in (0, 2)
                row += [count, f"{count / cpu:.0f}" if status in (0, 2) else f"status {status}", f"{peak / 2**20:.0f}"]
            rows.append(row)
    header = ["direction", "instructions", "a second", "peak MiB", f"{COPIES} times that", "a second", "peak MiB"]
    words = f"Start-up (`portolan --version`, best of 21): {start * 1e3:.1f} ms; the goal is {GOAL_START * 1e3:.0f} ms."
    goal = (
        f"Rates are source instructions per CPU second of one process without tests, best of {ROUNDS}; "
        f"the goal is {GOAL_RATE}."
    )
    print(report.text_table(header, rows), words, goal, sep="\n")
    body = ["## Speed of the translator", "", words, goal, "", report.markdown_table(header, rows)]
    report.replace_section(args.docs, "speed", "\n".join(body))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
