#!/usr/bin/env python3
"""`./dev bench sketches`: holes punched at random into proved translations, and filled again by `portolan fill`.

Functions of corpus/programs and of libraries at gcc -O2, translated and proved: x86-64 to AArch64 and RISC-V, AArch64 to
x86-64. Each sketch has one to four holes; a hole of every kind stands in turn first, and at least half of the sketches have
one in an instruction with memory or flags. A filling is right where it is proved or bounded; one that is accepted is judged
again on ten times as many other inputs, and wrong if one of these refutes it. What was measured is kept under the work folder
and not measured again by the same binary: a run may be stopped and taken up. What was drawn is kept whatever the binary: a
sketch of what an earlier one translated and proved is as good.
Exit status: 0 no wrong filling was accepted, 1 one was, 3 wrong usage.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

from common import holes, judged, packages, punched, report, toolchain


def measured(command, output):
    """Runs the command with its output in a file; seconds of processor time, of all its processes."""
    with open(output, "wb") as out:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
        errors = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return errors, usage.ru_utime + usage.ru_stime


def fill(args, drawn):
    number = drawn["number"]
    path, output, answered = (args.work / f"{stem}.{number}{suffix}" for stem, suffix in (("sketch", ".s"), ("filled", ".s"), ("answer", ".json")))
    path.write_text(drawn["text"])
    output.unlink(missing_ok=True)
    pair = ("--function", drawn["name"], "--from", drawn["from"], "--to", drawn["to"])
    errors, seconds = measured(
        ("timeout", args.wall * 60 + 60, args.portolan, "fill", path, "--against", drawn["source"], *pair, "--time", args.wall, "--prove",
         args.prove, "--json", "-o", output), answered)
    result = {"seconds": seconds, "status": "failed", "level": "", "wrong": False, "reason": errors.strip().split("\n")[0]}
    try:
        answer = json.loads(answered.read_bytes())
    except json.JSONDecodeError:
        return result
    result.update(status=answer["status"], level=answer.get("level", ""), reason=answer.get("reason", ""))
    if answer["status"] == "filled" and output.exists():
        evidence = args.work / f"again.{number}.json"
        toolchain.run((args.portolan, "verify", drawn["source"], output, *pair, "--prove", 0, "--tests", 1000, "--seed", args.seed + 7, "--evidence",
                       evidence), timeout=120)
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


def make_sketch(args, translations, number):
    """Each has a random generator of its own, so that any part of a run draws what the whole would."""
    turn, direction = divmod(number, len(punched.DIRECTIONS))
    rng = random.Random(f"{args.seed} {number}")
    for kind_turn in range(len(holes.KINDS)):
        kind = holes.KINDS[(turn + kind_turn) % len(holes.KINDS)]
        if drawn := translations.draw(rng, punched.DIRECTIONS[direction], kind, 1 + turn % 4, number % 4 != 3):
            return punched.Sketch(*drawn, number)
    return None


def kept(path, key):
    """What a run before left there under this key."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return value if value["key"] == key else None


def draw(args, translations, number):
    """What there is to fill, or nothing if nothing was found in time."""
    path = args.work / f"drawn.{number}.json"
    key = repr((args.seed, args.prove, args.longest, args.programs, args.libraries))
    if drawn := kept(path, key):
        return drawn
    sketch = make_sketch(args, translations, number)
    if sketch is None:
        return None
    translation = sketch.translation
    drawn = {"key": key, "number": number, "unit": translation.unit.name, "name": sketch.name, "source": str(translation.source),
             "from": translation.origin, "to": translation.target, "text": sketch.text, "kinds": sketch.kinds,
             "punched": sketch.punched, "hard": sketch.memory_or_flags}  # fmt: skip
    path.write_text(json.dumps(drawn))
    return drawn


def one(args, translations, key, number):
    path = args.work / f"result.{number}.json"
    if result := kept(path, key):
        return result
    drawn = draw(args, translations, number)
    if drawn is None or args.draw:
        return None
    result = fill(args, drawn)
    result.update(key=key, kinds=drawn["kinds"], hard=drawn["hard"], target=f"{drawn['from']} to {drawn['to']}",
                  library="/" in drawn["unit"])
    result["outcome"] = outcome(result, args.seconds)
    path.write_text(json.dumps(result))
    label = f"{number} {drawn['unit']}: {drawn['name']} {drawn['to']}: {', '.join(drawn['punched'])}"
    print(f"{label}: {result['outcome']} {result['seconds']:.1f} s {result['reason']}", file=sys.stderr, flush=True)
    return result


def markdown(args, results, seconds):
    hard, library = (sum(r[name] for r in results) for name in ("hard", "library"))
    # Of a run in parts nobody knows how long the whole took.
    only, took = (" --only NUMBERS", "") if args.only else ("", f" ({seconds:.0f} s)")
    command = f"./dev bench sketches --seed {args.seed} --sketches {args.sketches} --prove {args.prove:g} --jobs {args.jobs}{only}"
    lines = ["## Sketches", "", f"Command: `{command}`{took}.", "",
             f"{len(results)} sketches, seed {args.seed}: holes in proved translations of functions of {len(args.programs)} programs under "
             f"corpus/programs and of {', '.join(args.libraries) or 'no library'} ({library} sketches), {report.percent(hard, len(results))} of them with a "
             f"hole in an instruction with memory or flags. Right: proved or bounded within {args.seconds:g} s of processor time, "
             "from file to verdict, all solvers counted; WRONG: accepted, and refuted by other inputs.", ""]
    if args.only:
        lines += [f"Of the {args.sketches} sketches of this seed only {len(results)} were measured, between number {min(args.only)} and {max(args.only)}. {args.note}".rstrip(), ""]
    elif args.note:
        lines += [args.note, ""]
    for header, rows in tables(results):
        lines += [report.markdown_table(header, rows), ""]
    reasons = collections.Counter(r["reason"].rsplit("/", 1)[-1][:100] for r in results if r["outcome"] not in ("right", "right, late") and r["reason"])
    lines += ["What stood in the way most often:", "", *(f"- {count} times: {reason}" for reason, count in reasons.most_common(8)), ""]
    return "\n".join(lines)


def main():
    names = sorted(path.stem for path in toolchain.PROGRAMS.glob("*.c"))
    words = lambda text: [word for word in text.split(",") if word]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "sketches")
    parser.add_argument("--programs", type=words, default=names)
    parser.add_argument("--libraries", type=words, default=sorted(packages.PACKAGES))
    parser.add_argument("--sketches", type=int, default=300)
    parser.add_argument("--only", type=lambda text: [int(word) for word in text.split(",")], help="these numbers of the sketches")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--seconds", type=float, default=20, help="of processor time for each sketch, from file to verdict")
    parser.add_argument("--wall", type=float, help="time that a search may take; default: as --seconds")
    parser.add_argument("--prove", type=float, default=10, help="seconds for a proof")
    parser.add_argument("--longest", type=int, default=80, help="instructions of a function")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--draw", action="store_true", help="draw the sketches and fill none")
    parser.add_argument("--note", default="", help="a sentence for the section")
    parser.add_argument("--docs", type=pathlib.Path, help="the file whose section is replaced")
    args = parser.parse_args()
    if unknown := (set(args.programs) - set(names)) | (set(args.libraries) - set(packages.PACKAGES)):
        parser.exit(3, f"unknown: {', '.join(sorted(unknown))}\n")
    args.wall = args.wall or args.seconds
    args.work.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    key = judged.fingerprint(args.portolan, args.seed, args.wall, args.prove, args.longest, args.programs, args.libraries)
    libraries = [unit for name in args.libraries for unit in judged.library_units(name, args.work / "sources")]
    translations = punched.Translations(args, judged.program_units(args.programs), libraries)
    print(f"seed {args.seed}", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        numbers = args.only or range(args.sketches)
        results = [r for r in pool.map(lambda number: one(args, translations, key, number), numbers) if r is not None]
    if args.draw:
        return 0
    text = markdown(args, results, time.monotonic() - begin)
    for header, rows in tables(results):
        print(report.text_table(header, rows) + "\n")
    if args.docs:
        report.replace_section(args.docs, "sketches", text)
    return 1 if any(r["wrong"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
