#!/usr/bin/env python3
"""`./dev bench sketches`: holes punched at random into proved translations, and filled again by `portolan fill`.

Functions of corpus/programs at gcc -O2, translated and proved: x86-64 to AArch64 and RISC-V, AArch64 to x86-64. Each sketch
has one to four holes; a hole of every kind stands in turn first, and at least half of the sketches have one in an
instruction with memory or flags. A filling is right where it is proved or bounded; one that is accepted is judged again
on ten times as many other inputs, and wrong if one of these refutes it.
Exit status: 0 no wrong filling was accepted, 1 one was, 3 wrong usage.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time

from common import holes, mutants, report, toolchain

DIRECTIONS = (("x86-64", "aarch64"), ("x86-64", "riscv64"), ("aarch64", "x86-64"))


class Function:
    """A proved translation: the whole file's lines, and which of them are this function's instructions."""

    def __init__(self, program, name, source, origin, target, lines):
        self.program, self.name, self.source, self.origin, self.target, self.lines = program, name, source, origin, target, lines
        _, body = mutants.function_lines("\n".join(lines), name)
        self.instructions = [(n, re.split(r"\s*(?://|#(?![-\d])|\s#\s)", lines[n].strip())[0].rstrip()) for n in body]


def prepare(args, program, origin, target):
    """The program's functions that are proved, translated from `origin` to `target`."""
    stem = f"{program.stem}.{origin}.{target}"
    source, output, evidence = (args.work / f"{stem}.{suffix}" for suffix in ("source.s", "s", "json"))
    compiler = toolchain.compiler("gcc", toolchain.ISAS[origin])
    done = toolchain.run((*compiler, "-O2", "-S", "-g", "-gno-as-loc-support", *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS, "-o", source, program))
    if not done.ok:
        return []
    toolchain.run((args.portolan, "translate", source, "--to", target, "-o", output, "--prove", 0), timeout=600)
    # As two files, like the sketch and its source: what is known of a translation beyond its text does not count.
    toolchain.run((args.portolan, "verify", source, output, "--from", origin, "--to", target, "--evidence", evidence, "--prove", args.prove), timeout=600)
    if not evidence.exists() or not output.exists():
        return []
    lines = output.read_text().split("\n")
    good = [f["name"] for f in json.loads(evidence.read_text())["functions"] if f["verdict"]["level"] in ("proved", "bounded")]
    functions = [Function(program.stem, name, source, origin, target, lines) for name in good if name != "main"]
    return [f for f in functions if 3 <= len(f.instructions) <= args.longest]


class Sketch:
    def __init__(self, function, chosen, number):
        self.function, self.chosen, self.number = function, chosen, number
        texts = dict(function.instructions)
        lines = list(function.lines)
        by_line = collections.defaultdict(list)
        for place in chosen:
            by_line[place.line].append(place)
        for line, places in by_line.items():
            lines[line] = "\t" + holes.punch(places, texts[line])
        self.text = "\n".join(lines)
        self.memory_or_flags = any(holes.touches_memory_or_flags(function.target, texts[p.line]) for p in chosen)
        self.kinds = [p.kind for p in chosen]


def draw(rng, function, first_kind, count, want_memory):
    """One to four places that do not overlap, the first of the wanted kind; nothing if the function has none."""
    texts = dict(function.instructions)
    every = holes.places(function.target, function.instructions)
    hard = lambda p: holes.touches_memory_or_flags(function.target, texts[p.line])
    first = [p for p in every if p.kind == first_kind]
    if want_memory and first_kind != "seq":
        first = [p for p in first if hard(p)] or first
    if not first:
        return None
    chosen = [rng.choice(first)]
    while len(chosen) < count:
        free = [p for p in every if all(p.line != c.line or (p.kind != "seq" and c.kind != "seq" and (p.end <= c.begin or c.end <= p.begin)) for c in chosen)]
        if not free:
            break
        wanted = rng.choice(sorted({p.kind for p in free}))
        chosen.append(rng.choice([p for p in free if p.kind == wanted]))
    return chosen


def measured(command, output):
    """Runs the command with its output in a file; seconds of processor time, of all its processes."""
    with open(output, "wb") as out:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
        errors = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return errors, usage.ru_utime + usage.ru_stime


def fill(args, sketch):
    path, output = args.work / f"sketch.{sketch.number}.s", args.work / f"filled.{sketch.number}.s"
    path.write_text(sketch.text)
    output.unlink(missing_ok=True)
    function = sketch.function
    answered = args.work / f"answer.{sketch.number}.json"
    errors, seconds = measured(
        ("timeout", args.wall * 3 + 60, args.portolan, "fill", path, "--against", function.source, "--function", function.name, "--from", function.origin,
         "--to", function.target, "--time", args.wall, "--prove", args.prove, "--json", "-o", output), answered)
    result = {"seconds": seconds, "status": "failed", "level": "", "wrong": False, "reason": errors.strip().split("\n")[0]}
    try:
        answer = json.loads(answered.read_bytes())
    except json.JSONDecodeError:
        return result
    result.update(status=answer["status"], level=answer.get("level", ""), reason=answer.get("reason", ""))
    if answer["status"] == "filled" and output.exists():
        evidence = args.work / f"again.{sketch.number}.json"
        toolchain.run((args.portolan, "verify", function.source, output, "--function", function.name, "--from", function.origin, "--to",
                       function.target, "--prove", 0, "--tests", 1000, "--seed", args.seed + 7, "--evidence", evidence), timeout=120)
        if evidence.exists():
            result["wrong"] = any(f["verdict"]["level"] == "refuted" for f in json.loads(evidence.read_text())["functions"])
    return result


def outcome(result, seconds):
    if result["wrong"]:
        return "WRONG"
    if result["status"] != "filled":
        return result["status"]
    if result["level"] not in ("proved", "bounded"):
        return "tested only"
    return "right" if result["seconds"] <= seconds else "right, late"


OUTCOMES = ("right", "right, late", "tested only", "nothing-fits", "unresolved", "timeout", "unusable", "failed", "WRONG")


def table(name, groups):
    header = [name, "sketches", "share right", *OUTCOMES, "median time", "90th percentile"]
    rows = []
    for key, results in groups.items():
        tally = collections.Counter(r["outcome"] for r in results)
        times = sorted(r["seconds"] for r in results)
        rows.append([key, len(results), report.percent(tally["right"], len(results)), *(tally[o] for o in OUTCOMES),
                     f"{statistics.median(times):.1f} s", f"{times[max(0, int(0.9 * len(times)) - 1)]:.1f} s"])
    return header, rows


def grouped(results, keys):
    groups = collections.defaultdict(list)
    for result in results:
        for key in keys(result):
            groups[key].append(result)
    return dict(sorted(groups.items()))


def tables(results):
    return [
        table("target", {**grouped(results, lambda r: [r["target"]]), "all": results}),
        table("holes", grouped(results, lambda r: [str(len(r["kinds"]))])),
        table("hole kind (in the sketch)", grouped(results, lambda r: sorted(set(r["kinds"])))),
    ]


def make_sketches(args, functions):
    rng, sketches, tries = random.Random(args.seed), [], 0
    while len(sketches) < args.sketches and tries < 50 * args.sketches:
        tries += 1
        number = len(sketches)
        turn, direction = divmod(number, len(DIRECTIONS))
        candidates = functions[DIRECTIONS[direction]]
        if not candidates:
            continue
        function = rng.choice(candidates)
        kind = holes.KINDS[(turn + tries // 40) % len(holes.KINDS)]
        if chosen := draw(rng, function, kind, 1 + turn % 4, number % 4 != 3):
            sketches.append(Sketch(function, chosen, number))
    return sketches


def one(args, sketch):
    result = fill(args, sketch)
    result.update(kinds=sketch.kinds, target=f"{sketch.function.origin} to {sketch.function.target}")
    result["outcome"] = outcome(result, args.seconds)
    label = f"{sketch.number} {sketch.function.program}: {sketch.function.name} {sketch.function.target} {' '.join(sketch.kinds)}"
    print(f"{label}: {result['outcome']} {result['seconds']:.1f} s {result['reason']}", file=sys.stderr, flush=True)
    return result


def markdown(args, results, sketches, seconds):
    hard = sum(sketch.memory_or_flags for sketch in sketches)
    lines = ["## Sketches", "", f"Command: `./dev bench sketches --programs {','.join(args.programs)} --sketches {args.sketches} --wall {args.wall:g} --prove {args.prove:g} --jobs {args.jobs}` ({seconds:.0f} s).", "",
             f"{len(results)} sketches, seed {args.seed}: holes in proved translations of functions of "
             f"{len(args.programs)} programs under corpus/programs, {report.percent(hard, len(sketches))} of them with a hole "
             f"in an instruction with memory or flags. Right: proved or bounded within {args.seconds:g} s of processor time, "
             "from file to verdict; WRONG: accepted, and refuted by other inputs.", ""]
    for header, rows in tables(results):
        lines += [report.markdown_table(header, rows), ""]
    reasons = collections.Counter(r["reason"].rsplit("/", 1)[-1][:100] for r in results if r["outcome"] not in ("right", "right, late") and r["reason"])
    lines += ["What stood in the way most often:", "", *(f"- {count} times: {reason}" for reason, count in reasons.most_common(8)), ""]
    return "\n".join(lines)


def main():
    names = sorted(path.stem for path in toolchain.PROGRAMS.glob("*.c"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "sketches")
    parser.add_argument("--programs", type=lambda text: text.split(","), default=names)
    parser.add_argument("--sketches", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--seconds", type=float, default=20, help="of processor time for each sketch, from file to verdict")
    parser.add_argument("--wall", type=float, help="wall time that a search may take; more on a busy machine")
    parser.add_argument("--prove", type=float, default=10, help="seconds for a proof")
    parser.add_argument("--longest", type=int, default=80, help="instructions of a function")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--docs", type=pathlib.Path, help="the file whose section is replaced")
    args = parser.parse_args()
    if unknown := set(args.programs) - set(names):
        parser.exit(3, f"unknown programs: {', '.join(sorted(unknown))}\n")
    args.wall = args.wall or args.seconds
    args.work.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    functions = {direction: [] for direction in DIRECTIONS}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        waiting = [(d, pool.submit(prepare, args, toolchain.PROGRAMS / f"{n}.c", *d)) for n in args.programs for d in DIRECTIONS]
        for direction, future in waiting:
            functions[direction] += future.result()
        sketches = make_sketches(args, functions)
        results = list(pool.map(lambda sketch: one(args, sketch), sketches))
    text = markdown(args, results, sketches, time.monotonic() - begin)
    for header, rows in tables(results):
        print(report.text_table(header, rows) + "\n")
    if args.docs:
        report.replace_section(args.docs, "sketches", text)
    return 1 if any(r["wrong"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
