"""Tables of the translation benchmark: as text for the terminal, as Markdown for docs/benchmarks.md."""

import collections
import pathlib

from common import cells, counts, toolchain


def replace_section(path, name, body):
    """Puts `body` between the markers of a section, which are added at the end of the file when it has none."""
    path = pathlib.Path(path)
    text = path.read_text() if path.exists() else "# Benchmarks\n\nEvery figure here is written by `./dev bench`.\n"
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}\n{end}\n"
    head, rest = text.split(begin, 1)
    tail = rest.split(end, 1)[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(f"{head}{begin}\n{body.rstrip()}\n{end}{tail}")
    temporary.replace(path)


def markdown_table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(str(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def text_table(header, rows):
    rows = [[str(value) for value in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    return "\n".join("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in rows)


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def arrow(direction):
    return direction.replace(":", " to ")


def outcome_table(results):
    """Per direction: how many cells ended how."""
    by_direction = collections.defaultdict(collections.Counter)
    for result in results:
        by_direction[result.cell.direction][result.outcome] += 1
        by_direction["all"][result.outcome] += 1
    used = [o for o in cells.OUTCOMES if o in ("ok", "refused", "WRONG") or by_direction["all"][o]]
    header = ["direction", "cells", "share ok", *used]
    rows = []
    for direction in sorted(by_direction, key=lambda d: (d == "all", d)):
        tally = by_direction[direction]
        total = sum(tally.values())
        rows.append([arrow(direction), total, percent(tally["ok"], total), *(tally[o] for o in used)])
    return header, rows


def level_table(results):
    """Per direction, compiler and level: ok out of all, with what is wrong pointed out."""
    tally = collections.defaultdict(collections.Counter)
    for result in results:
        tally[result.cell.direction, result.cell.compiler, result.cell.level][result.outcome] += 1
    columns = sorted({key[1:] for key in tally}, key=lambda c: (toolchain.COMPILERS.index(c[0]), c[1]))
    rows = []
    for direction in sorted({key[0] for key in tally}):
        row = [arrow(direction)]
        for column in columns:
            count = tally.get((direction, *column))
            bad = sum(count[o] for o in cells.UNLABELLED) if count else 0
            text = f"{count['ok']}/{sum(count.values())}" if count else "-"
            row.append(text + (f" ({bad} WRONG)" if bad else ""))
        rows.append(row)
    return ["direction", *(f"{c} -{level}" for c, level in columns)], rows


def reason_table(results, limit=None):
    """The to-do list: reasons of refusals and failures, with how many cells each one stops."""
    stopped, programs = collections.Counter(), collections.defaultdict(set)
    for result in results:
        if result.outcome in ("ok", *cells.UNLABELLED):
            continue
        named = set(result.reasons) if result.outcome == "refused" else set()
        for reason in named or {f"{result.outcome}: {cells.normalise(result.detail)}"}:
            stopped[reason] += 1
            programs[reason].add(result.cell.program.stem)
    rows = []
    for reason, count in stopped.most_common(limit):
        names = sorted(programs[reason])
        rows.append([count, reason.replace("|", "\\|"), ", ".join(names[:3]) + (" …" if len(names) > 3 else "")])
    return ["cells", "reason", "programs"], rows


def wrong_lines(results):
    bad = [r for r in results if r.outcome in cells.UNLABELLED]
    return [f"{r.outcome} {r.cell.program.stem}: {r.detail}\n    {r.cell.reproduce()}" for r in bad]


def ratio_tables(results):
    """(per direction and compiler and level, per program, worst ten) of translated over compiled instruction counts."""
    measured = [r for r in results if r.ratio]
    groups, by_program = collections.defaultdict(list), collections.defaultdict(dict)
    for result in measured:
        key = result.cell.direction, result.cell.compiler, result.cell.level
        groups[key].append(result.ratio)
        groups["all", result.cell.compiler, result.cell.level].append(result.ratio)
        by_program[result.cell.program.stem].setdefault(result.cell.direction, []).append(result.ratio)
    ordered = sorted(groups, key=lambda k: (k[0] == "all", k))
    mean_rows = [[arrow(k[0]), k[1], f"-{k[2]}", len(groups[k]), f"{counts.geometric_mean(groups[k]):.3f}"] for k in ordered]
    directions = sorted({r.cell.direction for r in measured})
    program_rows = []
    for program in sorted(by_program):
        means = [counts.geometric_mean(by_program[program].get(d, [])) for d in directions]
        program_rows.append([program, *(f"{mean:.2f}" if mean else "-" for mean in means)])
    worst = sorted(measured, key=lambda r: -r.ratio)[:10]
    worst_rows = [
        [r.cell.program.stem, arrow(r.cell.direction), f"{r.cell.compiler} -{r.cell.level}", r.translated_count,
         r.compiled_count, f"{r.ratio:.2f}"]
        for r in worst
    ]
    return (
        (["direction", "compiler", "level", "programs", "geometric mean"], mean_rows),
        (["program", *(arrow(d) for d in directions)], program_rows),
        (["program", "direction", "compiler", "translated", "compiled", "ratio"], worst_rows),
    )
