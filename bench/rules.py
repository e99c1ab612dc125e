#!/usr/bin/env python3
"""`./dev bench rules`: the book of rules: proofs, what each rule saves against LLVM alone, what they save over the corpus,
and how many of the short ones `enumerate` finds again from their patterns.

Exit status: 0 measured, 1 a rule is not proved, 3 wrong usage.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import time

from common import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-O3", "-msse4.2", "-mlzcnt", "-mpopcnt", "-w"]
TARGETS = ("aarch64", "riscv64")
PROPOSERS = ("rules", "enumerate")  # beside LLVM


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def proofs(portolan):
    begin = time.perf_counter()
    ran = run(portolan, "rules", "check", ROOT / "corpus" / "rules", "--time", 120)
    counts = re.search(r"(\d+) proved, (\d+) not proved, (\d+) errors", ran.stdout)
    numbers = [int(n) for n in counts.groups()] if counts else [0, 1, 1]
    return numbers, time.perf_counter() - begin, ran.stdout + ran.stderr


def savings(portolan):
    """Rows of name, target, instructions by LLVM, with the rule, whether it is used."""
    rows = [line.split("\t") for line in run(portolan, "rules", "measure").stdout.splitlines()]
    return [(name, isa, int(llvm), int(rule), use == "used") for name, isa, llvm, rule, use in rows]


def translated(portolan, source, target, proposers, work):
    evidence = work / "evidence.json"
    run(portolan, "translate", source, "--to", target, "--require", "none", "--proposers", proposers, "-o", work / "out.s",
        "--evidence", evidence)  # fmt: skip
    return {f["name"]: f for f in json.loads(evidence.read_text())["functions"]} if evidence.exists() else {}


def corpus(portolan, compilers, chosen, work):
    """By target and proposer: functions, those with its rules, their instructions by LLVM alone and with them; and how often
    each rule of the book is used."""
    totals = {f"{target}, {proposer}": collections.Counter() for target in TARGETS for proposer in PROPOSERS}
    uses = {target: collections.Counter() for target in TARGETS}
    programs = [ROOT / "tests" / "end_to_end" / "idioms" / "packed.x86-64.s"]
    for program in sorted((ROOT / "corpus" / "programs").glob("*.c")):
        if chosen and program.stem not in chosen.split(","):
            continue
        for compiler in compilers:
            source = work / f"{program.stem}.{compiler}.s"
            if run(compiler, *FLAGS, "-S", program, "-o", source).returncode == 0:
                programs.append(source)
    for source in programs:
        for target in TARGETS:
            alone = translated(portolan, source, target, "llvm", work)
            for proposer in PROPOSERS:
                total = totals[f"{target}, {proposer}"]
                for name, function in translated(portolan, source, target, f"llvm,{proposer}", work).items():
                    total["functions"] += function["instructions_out"] != 0
                    total["all_llvm"] += alone[name]["instructions_out"]
                    if not function["rules"]:
                        continue
                    total["with_rules"] += 1
                    total["llvm"] += alone[name]["instructions_out"]
                    total["rules"] += function["instructions_out"]
                    if proposer == "rules":
                        uses[target].update(rule.split(".")[0] for rule in function["rules"])
    return totals, uses


def rediscovered(portolan, seconds):
    """Rows of name, target, instructions of the rule, found instructions or None, seconds."""
    rows = [line.split("\t") for line in run(portolan, "rules", "enumerate", "--time", seconds).stdout.splitlines()]
    return [(r[0], r[1], int(r[2]), None if r[3] == "-" else int(r[3]), float(r[4])) for r in rows]


def by_rule(rows):
    """The best and the worst instance of each rule for each target."""
    groups = collections.defaultdict(list)
    for name, isa, llvm, rule, used in rows:
        if used:
            groups[(name.split(".")[0], isa)].append((llvm - rule, llvm, rule))
    table = []
    for (name, isa), instances in sorted(groups.items()):
        least, most = min(instances), max(instances)
        saved = str(least[0]) if least[0] == most[0] else f"{least[0]} to {most[0]}"
        table.append((name, isa, len(instances), f"{most[1]} → {most[2]}", saved))
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--compilers", default="gcc,clang-19")
    parser.add_argument("--programs", help="of the corpus, names separated by commas; default: all")
    parser.add_argument("--enumerate-time", type=float, default=60)
    parser.add_argument("--parts", default="proofs,savings,corpus,enumerate", help="measure these, and take the others "
                        "from the work folder, where the run before left them")  # fmt: skip
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    wanted = options.parts.split(",")

    def part(name, measure):
        """What `measure` gives, or what it gave before."""
        kept = options.work / f"{name}.json"
        if name in wanted:
            kept.write_text(json.dumps(measure()))
        return json.loads(kept.read_text()) if kept.exists() else None

    portolan = options.portolan
    counts, check_seconds, problems = part("proofs", lambda: proofs(portolan)) or (None, 0, "")
    rows = part("savings", lambda: savings(portolan))
    totals, uses = part("corpus", lambda: corpus(portolan, options.compilers.split(","), options.programs, options.work)) or (None, None)
    found = part("enumerate", lambda: rediscovered(portolan, options.enumerate_time))
    if counts and (counts[1] or counts[2]):
        print(problems)
        return 1
    if None in (counts, rows, totals, found):
        print("measured; the section is written when all parts are there")
        return 0
    again = [r for r in found if r[3] is not None]
    names = {r[0].split(".")[0] for r in found}
    names_again = {r[0].split(".")[0] for r in again}
    commit = run("git", "-C", ROOT, "rev-parse", "--short", "HEAD").stdout.strip()
    text = [
        "## Rules",
        "",
        f"`./dev bench rules`, commit {commit}. {counts[0]} templates of the book, all proved for all inputs by "
        f"two solvers in {check_seconds:.0f} s; {sum(r[4] for r in rows)} are used, the others wait for a chip or save "
        "nothing against LLVM.",
        "",
        f"The corpus ({options.programs or 'all programs'}), {options.compilers} {' '.join(FLAGS[:-1])}, and the packed instructions one by one; static instructions:",
        "",
        report.markdown_table(
            ("target, proposer", "functions", "with rules", "these by LLVM alone", "with rules", "saved", "of everything"),
            [
                (t, n["functions"], n["with_rules"], n["llvm"], n["rules"],
                 report.percent(n["llvm"] - n["rules"], n["llvm"]), report.percent(n["llvm"] - n["rules"], n["all_llvm"]))
                for t, n in totals.items()
            ],  # fmt: skip
        ),
        "",
        *(f"Uses, {t}: {', '.join(f'{name} {n}' for name, n in sorted(u.items(), key=lambda use: -use[1]))}." for t, u in uses.items()),
        "",
        "Each rule by itself, with loads of the operands and stores of the results:",
        "",
        report.markdown_table(("rule", "target", "instances", "instructions", "saved"), by_rule(rows)),
        "",
        f"`enumerate`, from the pattern alone, at most {options.enumerate_time:.0f} s each: {len(again)} of {len(found)} "
        f"templates of at most four instructions are found again ({report.percent(len(again), len(found))}), of "
        f"{len(names_again)} of {len(names)} rules; all of them proved. Not found: "
        f"{', '.join(sorted(names - names_again))}.",
    ]
    report.replace_section(options.docs, "rules", "\n".join(text))
    print("\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
