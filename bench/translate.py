#!/usr/bin/env python3
"""`./dev bench translate`: translates every program of the corpus in every direction, links it, runs it, and counts.

A cell is (program, compiler, level, direction). Its C is compiled to assembly for the source ISA, translated by
portolan, assembled and linked for the target, run (under QEMU where the host is another CPU), and its output compared
with the program's .expected file. Prints the tables, writes them to docs/benchmarks.md and everything to a JSON file.
Exit status: 0 no cell is wrong, 1 some are, 3 wrong usage.
"""

import argparse
import concurrent.futures
import itertools
import json
import pathlib
import shlex
import shutil
import sys
import time

from common import cells, counts, report, toolchain

DIRECTIONS = tuple(f"{a}:{b}" for a, b in itertools.permutations(toolchain.ISAS, 2))


def comma_list(allowed):
    def parse(text):
        words = text.split(",")
        for word in words:
            if word not in allowed:
                raise argparse.ArgumentTypeError(f"unknown {word!r}; choose from {', '.join(allowed)}")
        return words

    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"), metavar="PATH")
    parser.add_argument("--programs", help="exact names, separated by commas")
    parser.add_argument("--filter", action="append", help="programs whose name contains this; may be repeated")
    parser.add_argument("--compilers", type=comma_list(toolchain.COMPILERS), default=list(toolchain.COMPILERS))
    parser.add_argument("--levels", type=comma_list(toolchain.LEVELS), default=list(toolchain.LEVELS))
    parser.add_argument("--directions", type=comma_list(DIRECTIONS), default=list(DIRECTIONS))
    parser.add_argument("--objects", action="store_true", help="translate object files instead of assembly")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=20, help="seconds that a translated program may run")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first wrong cell")
    parser.add_argument("--keep", type=pathlib.Path, help="keep every cell's files below this folder")
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "translate")
    parser.add_argument("--json", type=pathlib.Path, help="default: translate.json in the work folder")
    parser.add_argument("--docs", type=pathlib.Path, help="Markdown file whose section is written; default: docs/benchmarks.md, but only after a complete run")
    parser.add_argument("--counts", type=comma_list(toolchain.LEVELS), default=["O2"], help="levels to count at")
    parser.add_argument("--no-counts", action="store_true")
    parser.add_argument("--no-wall", action="store_true", help="skip the timing against QEMU and native code")
    return parser.parse_args()


def select_programs(args):
    paths = toolchain.programs(args.filter)
    if args.programs:
        names = args.programs.split(",")
        known = {path.stem: path for path in paths}
        for name in names:
            if name not in known:
                sys.exit(f"no program {name} under {toolchain.PROGRAMS}")
        paths = [known[name] for name in names]
    return paths


def is_complete(args):
    everything = (toolchain.COMPILERS, toolchain.LEVELS, DIRECTIONS)
    chosen = (args.compilers, args.levels, args.directions)
    narrowed = args.programs or args.filter or args.fail_fast or args.no_counts or args.objects
    return not narrowed and all(set(a) == set(b) for a, b in zip(everything, chosen))


def all_cells(args, paths):
    # Directions vary fastest: an interrupted run then still says something about all of them.
    for compiler, level, program, direction in itertools.product(args.compilers, args.levels, paths, args.directions):
        source, target = direction.split(":")
        yield cells.Cell(program, compiler, level, source, target, args.objects)


def progress(done, total, tally):
    if sys.stderr.isatty():
        summary = " ".join(f"{name} {count}" for name, count in sorted(tally.items()))
        print(f"\r\033[K{done}/{total} {summary}", end="", file=sys.stderr, flush=True)


def wall_binaries(args, folder):
    """Where translated AArch64 programs for the host are kept until the timing at the end."""
    wanted = not args.no_wall and toolchain.host() == "x86-64" and "aarch64:x86-64" in args.directions
    if wanted and "gcc" in args.compilers and "O2" in args.levels:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
    return None


def run_cells(args, pipeline, todo, wall_folder):
    counter = None if args.no_counts else counts.Counter(args.work)

    def after(result):
        cell = result.cell
        if counter and cell.level in args.counts:
            reference, failed = pipeline.compiled(cell.program, cell.compiler, cell.level, cell.target)
            if not failed:
                result.compiled_count = counter.count_cached(cell.target, reference)
                result.translated_count = counter.count(cell.target, result.binary)
        if wall_folder and (cell.direction, cell.compiler, cell.level) == ("aarch64:x86-64", "gcc", "O2"):
            shutil.copy(result.binary, wall_folder / cell.program.stem)

    results, tally = [], {}
    pool = concurrent.futures.ThreadPoolExecutor(args.jobs)
    try:
        for task in concurrent.futures.as_completed([pool.submit(pipeline.run, cell, after) for cell in todo]):
            result = task.result()
            results.append(result)
            tally[result.outcome] = tally.get(result.outcome, 0) + 1
            progress(len(results), len(todo), tally)
            if args.fail_fast and result.outcome in cells.UNLABELLED:
                break
    finally:
        pool.shutdown(cancel_futures=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return sorted(results, key=lambda r: (r.cell.direction, r.cell.compiler, r.cell.level, r.cell.program.stem))


def wall_times(args, pipeline, paths, folder):
    """Rows (program, native gcc, translated, qemu) in seconds net of start-up, for AArch64 programs on this host."""
    if not folder:
        return None
    empty = counts.empty_programs(args.work)
    qemu = toolchain.ISAS["aarch64"].qemu
    rows = []
    for program in paths:
        translated = folder / program.stem
        native, failed = pipeline.compiled(program, "gcc", "O2", "x86-64")
        original, also_failed = pipeline.compiled(program, "gcc", "O2", "aarch64")
        if not translated.exists() or failed or also_failed:
            continue
        times = counts.best_times(
            [(native,), (translated,), (qemu, original), (empty["x86-64"],), (qemu, empty["aarch64"])]
        )
        if times is None:
            continue
        net = [times[0] - times[3], times[1] - times[3], times[2] - times[4]]
        # What runs for less is noise, start-up being about as long.
        if min(net) >= 5e-4:
            rows.append((program.stem, *net))
    return rows


def wall_table(rows):
    header = ["program", "gcc -O2 (ms)", "translated (ms)", "qemu-aarch64 (ms)", "qemu / translated", "translated / gcc"]
    body = [
        [name, f"{n * 1e3:.1f}", f"{t * 1e3:.1f}", f"{q * 1e3:.1f}", f"{q / t:.1f}", f"{t / n:.2f}"] for name, n, t, q in rows
    ]
    faster = counts.geometric_mean(q / t for _, n, t, q in rows)
    slower = counts.geometric_mean(t / n for _, n, t, q in rows)
    body.append(["geometric mean", "", "", "", f"{faster:.1f}", f"{slower:.2f}"])
    return header, body


def speed_line(results):
    timed = [r for r in results if r.outcome in ("ok", "refused") and r.translate_seconds]
    instructions, seconds = sum(r.source_instructions for r in timed), sum(r.translate_seconds for r in timed)
    if not seconds:
        return "Translator: nothing timed."
    return (
        f"Translator: {instructions} source instructions in {seconds:.1f} s of wall time in {len(timed)} processes, "
        f"{instructions / seconds:.0f} a second, start-up included."
    )


def sections(args, results, walls):
    """(title, text or table) of everything there is to say."""
    yield "Outcome", report.outcome_table(results)
    yield "Correct cells by compiler and level", report.level_table(results)
    reasons = report.reason_table(results)
    if reasons[1]:
        yield "Why cells were refused or failed", reasons
    wrong = report.wrong_lines(results)
    yield "Wrong outputs", "\n".join(wrong) if wrong else "None."
    means, programs, worst = report.ratio_tables(results)
    if means[1]:
        yield "Dynamic instructions, translated over compiled from the same C", means
        yield "The ten worst of them", worst
        yield "The same per program (geometric mean over the compilers)", programs
    if walls:
        yield "AArch64 programs on this host: CPU time, best run, net of an empty program's", wall_table(walls)
    yield "Speed of the translator", speed_line(results)


def to_text(title, body):
    return f"\n== {title}\n{body if isinstance(body, str) else report.text_table(*body)}"


def to_markdown(title, body):
    if not isinstance(body, str):
        return f"### {title}\n\n{report.markdown_table(*body)}\n"
    return f"### {title}\n\n```\n{body}\n```\n" if body.count("\n") else f"### {title}\n\n{body}\n"


def user_arguments(words):
    """Without the paths that ./dev adds, which are this machine's."""
    kept, skip = [], False
    for word in words:
        if not skip and word not in ("--portolan", "--work"):
            kept.append(word)
        skip = word in ("--portolan", "--work")
    return kept


def markdown(args, results, walls, seconds):
    command = "./dev bench translate " + " ".join(shlex.quote(word) for word in user_arguments(sys.argv[1:]))
    lines = [
        "## Translation of whole programs",
        "",
        f"Command: `{command.strip()}` ({len(results)} cells, {seconds:.0f} s).",
        "",
        "\n".join(f"- `{name}`: {text}" for name, text in toolchain.versions().items()),
        "",
        *(to_markdown(title, body) for title, body in sections(args, results, walls)),
    ]
    return "\n".join(lines)


def main():
    args = parse_arguments()
    needed = ["clang-19", *(isa.gcc for isa in toolchain.ISAS.values()), *(isa.qemu for isa in toolchain.ISAS.values())]
    missing = toolchain.missing_tools([args.portolan, *needed])
    if missing:
        print(f"error: not found: {', '.join(missing)}", file=sys.stderr)
        return 3
    begin = time.monotonic()
    args.work.mkdir(parents=True, exist_ok=True)
    paths = select_programs(args)
    pipeline = cells.Pipeline(cells.Translator((args.portolan,)), args.work, args.timeout, args.keep)
    wall_folder = wall_binaries(args, args.work / "wall")
    results = run_cells(args, pipeline, list(all_cells(args, paths)), wall_folder)
    walls = wall_times(args, pipeline, paths, wall_folder)
    for title, body in sections(args, results, walls):
        print(to_text(title, body))
    data = {"versions": toolchain.versions(), "results": [r.to_json() for r in results], "wall": walls}
    (args.json or args.work / "translate.json").write_text(json.dumps(data, indent=1))
    if not args.docs and is_complete(args):
        args.docs = toolchain.ROOT / "docs" / "benchmarks.md"
    if args.docs:
        report.replace_section(args.docs, "translate", markdown(args, results, walls, time.monotonic() - begin))
    return 1 if any(r.outcome in cells.UNLABELLED for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
