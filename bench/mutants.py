#!/usr/bin/env python3
"""`./dev bench mutants`: wrong translations on purpose before the judge, thousands of them.

Functions of corpus/programs and of four C libraries, gcc -O2 for x86-64, are translated; one mistake is put into the text
of a translation (bench/common/mutants.py), and `portolan verify` judges the mutant against the source. None that differs
on some input may be proved, nor bounded. What is not refuted is kept, text and all, for bench/survivors.py, which decides
by means of its own whether it differs.
Results are lines of JSON under --work, one for each mutant, and a run goes on where the last one stopped.
Exit status: 0, or 3 after wrong usage. Whether something wrong was proved is for bench/survivors.py to say.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import random
import re
import shutil
import sys
import threading
import time

from common import debian_source, mutants, packages, report, toolchain

SOURCE = toolchain.ISAS["x86-64"]
TARGETS = ("aarch64", "riscv64")
LEVELS = ("refuted", "proved", "bounded", "tested", "unknown", "refused", "not-run")


class Unit:
    """A C file, its x86-64 text, and its translation to one target with what the tester says of it as it is."""

    def __init__(self, group, path, flags, target, args):
        self.group, self.path, self.flags, self.target, self.args = group, path, flags, target, args
        self.name = f"{group}/{path.stem}"
        folder = args.work / "units" / group.replace("/", "_")
        folder.mkdir(parents=True, exist_ok=True)
        self.source = folder / f"{path.stem}.s"
        self.output = folder / f"{path.stem}.{target}.s"
        self.evidence = folder / f"{path.stem}.{target}.json"

    def build(self):
        """Source and translation; None, or why there is none."""
        if not self.source.exists():
            # Debug information states the prototypes, but for local functions nobody may rely on it: there are none here.
            # LLVM's assembler does not take the line directives that gcc writes beside it.
            command = (SOURCE.gcc, "-O2", "-S", "-g", "-gno-as-loc-support", "-Dstatic=", *self.flags, *toolchain.COMMON_FLAGS,
                       *toolchain.ASSEMBLY_FLAGS, "-o", self.source, self.path)  # fmt: skip
            done = toolchain.run(command, 120)
            if not done.ok:
                return done.first_error()
        if not self.output.exists():
            done = toolchain.run((self.args.portolan, "translate", self.source, "--from", SOURCE.name, "--to", self.target,
                                  "--require", "none", "--prove", 0, "-o", self.output), 300)  # fmt: skip
            if not self.output.exists():
                return done.first_error()
        if not self.evidence.exists():
            done = toolchain.run((*self.verify(self.output, seconds=0), "--evidence", self.evidence), 1800)
            if not self.evidence.exists():
                return done.first_error()
        return None

    def verify(self, target, seconds):
        return (self.args.portolan, "verify", self.source, target, "--from", SOURCE.name, "--to", self.target,
                "--tests", self.args.tests, "--prove", seconds)  # fmt: skip

    def functions(self):
        """(name in source, name in target, level) of what is worth a mutation: what the tester has nothing against."""
        for function in json.loads(self.evidence.read_text())["functions"]:
            level = function["verdict"]["level"]
            if level in ("proved", "bounded", "tested"):
                yield function["name"], function["target_name"], level


def units(args):
    for target in args.targets:
        for path in sorted(toolchain.PROGRAMS.glob("*.c")):
            yield Unit("programs", path, (), target, args)
        for name in args.packages:
            package = packages.PACKAGES[name]
            root, _ = debian_source.fetch(name, args.sources)
            include = [f"-I{root / folder}" for folder in package.includes]
            for path in package.library_units(root):
                yield Unit(name, path, (*package.flags, *include), target, args)


def kinds_in_turn(draw):
    """The kinds in an order of the draw's own, those that few lines allow first: they would never have a turn."""
    kinds = list(mutants.KINDS)
    draw.shuffle(kinds)
    rare = ("rounding", "dropped-callee-save", "extension", "width")
    return tuple(sorted(kinds, key=lambda kind: kind not in rare or draw.random() < 0.3))


class Campaign:
    def __init__(self, args):
        self.args = args
        self.log = args.work / "mutants.jsonl"
        self.survivors = args.work / "survivors"
        self.survivors.mkdir(parents=True, exist_ok=True)
        self.lock = threading.Lock()
        self.done = {entry["key"] for entry in entries(self.log)}
        self.deadline = time.monotonic() + 60 * args.minutes

    def late(self):
        return time.monotonic() > self.deadline

    def note(self, entry):
        with self.lock, open(self.log, "a") as log:
            log.write(json.dumps(entry) + "\n")

    def judge(self, unit, drawn):
        """All mutants of a unit in one run: each is a copy of its function beside the whole translation."""
        pairs, text = [], unit.output.read_text()
        for function, target_name, base, mutant in drawn:
            key = hashlib.sha256(f"{unit.name} {unit.target} {function}\n{mutant.text}".encode()).hexdigest()[:16]
            name = f"{target_name.replace('.', '_')}__{key}"
            copy = copied(mutant.text, target_name, name)
            if key in self.done or copy is None:
                continue
            text += copy
            pairs.append((key, name, function, target_name, base, mutant))
        if not pairs or self.late():
            return
        path, evidence = unit.output.with_suffix(".mutants.s"), unit.output.with_suffix(".mutants.json")
        path.write_text(text)
        evidence.unlink(missing_ok=True)
        words = [word for key, name, function, *_ in pairs for word in ("--function", f"{function}={name}")]
        done = toolchain.run((*unit.verify(path, self.args.seconds), *words, "--evidence", evidence), 900)
        if not evidence.exists():
            self.note({"key": f"problem {unit.name} {unit.target} mutants", "level": "crash", "unit": unit.name,
                       "detail": f"status {done.status}: {done.first_error()}"})  # fmt: skip
            return
        for pair, judged in zip(pairs, json.loads(evidence.read_text())["functions"]):
            self.add(unit, pair, judged["verdict"])
        shutil.rmtree(f"{evidence}.queries", ignore_errors=True)

    def add(self, unit, pair, verdict):
        key, _, function, target_name, base, mutant = pair
        proof = verdict.get("proof") or {}
        self.note({
            "key": key, "unit": unit.name, "source": str(unit.source), "output": str(unit.output), "target": unit.target,
            "function": function, "target_name": target_name, "base": base, "kind": mutant.kind, "line": mutant.line,
            "before": mutant.before, "after": mutant.after, "level": verdict["level"], "bound": verdict.get("bound"),
            "reason": proof.get("reason") or verdict.get("reason"), "detail": str(verdict.get("detail", ""))[:300],
            "inputs": verdict.get("tests", 0), "seconds": round(proof.get("seconds", 0), 2),
        })  # fmt: skip
        if verdict["level"] != "refuted":
            (self.survivors / f"{key}.s").write_text(mutant.text)

    def unit(self, unit):
        if self.late():
            return
        if problem := unit.build():
            self.note({"key": f"problem {unit.name} {unit.target}", "level": "no-base", "unit": unit.name, "detail": problem})
            return
        text = unit.output.read_text()
        functions = list(unit.functions())
        random.Random(f"{self.args.seed} {unit.name} {unit.target}").shuffle(functions)
        drawn = []
        for function, target_name, base in functions[: self.args.functions]:
            draw = random.Random(f"{self.args.seed} {unit.name} {unit.target} {function}")
            try:
                made = mutants.mutants(text, unit.target, target_name, self.args.each, self.args.seed, kinds_in_turn(draw))
            except ValueError:
                continue  # no label of its own
            drawn += [(function, target_name, base, mutant) for mutant in made]
        self.judge(unit, drawn)


def copied(text, function, name):
    """The function under another name, to stand in the same file; None if something outside refers to a label in it."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{function}:"))
    end = next((i for i in range(start, len(lines)) if re.match(rf"\s*\.size\s+{re.escape(function)}\b", lines[i])), None)
    if end is None:
        return None
    body, rest = lines[start : end + 1], lines[:start] + lines[end + 1 :]
    labels = {found[1] for line in body if (found := re.match(r"(\.L[\w$.]+):", line))}
    word = r"(?<![\w$.])(\.L[\w$.]+)(?![\w$.])"
    if any(found in labels for line in rest for found in re.findall(word, line)):
        return None
    rename = lambda found: f"{found[1]}_{name}" if found[1] in labels else found[1]
    made = [re.sub(word, rename, line) for line in body]
    # A function may have the name of an instruction.
    own = rf"(?<![\w$.]){re.escape(function)}(?![\w$.])"
    mnemonic = r"(\s+[a-z][\w.]*)?"
    made = [(head := re.match(mnemonic, line)[0]) + re.sub(own, name, line[len(head) :]) for line in made]
    return "\n".join(["\t.text", "\t.p2align\t2", f"\t.globl\t{name}", f"\t.type\t{name},@function", *made, ""])


def entries(log):
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def table(found):
    """By kind and level."""
    found = [entry for entry in found if "kind" in entry]
    counts = collections.Counter((entry["kind"], entry["level"]) for entry in found)
    levels = [level for level in (*LEVELS, "crash") if any(counts[kind, level] for kind in mutants.KINDS)]
    rows = [[kind, sum(counts[kind, level] for level in levels), *(counts[kind, level] for level in levels)]
            for kind in mutants.KINDS]  # fmt: skip
    rows.append(["all", *(sum(row[i] for row in rows) for i in range(1, len(levels) + 2))])
    return ["kind", "mutants", *levels], rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "mutants")
    parser.add_argument("--sources", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "libraries" / "sources")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--each", type=int, default=4, help="mutants of each function and target")
    parser.add_argument("--functions", type=int, default=8, help="of each unit")
    parser.add_argument("--tests", type=int, default=100, help="inputs for each")
    parser.add_argument("--seconds", type=float, default=1, help="for each proof")
    parser.add_argument("--minutes", type=float, default=60, help="stop after these; a later run goes on")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--targets", type=lambda text: text.split(","), default=TARGETS)
    parser.add_argument("--packages", type=lambda text: text.split(","), default=tuple(packages.PACKAGES))
    parser.add_argument("--units", default="", help="only those whose name matches this regular expression")
    parser.add_argument("--shard", default="1/1", help="only every N-th unit, the I-th of them, as I/N")
    args = parser.parse_args()
    args.work = args.work.resolve()
    args.work.mkdir(parents=True, exist_ok=True)
    campaign = Campaign(args)
    chosen = [unit for unit in units(args) if re.search(args.units, unit.name)]
    random.Random(args.seed).shuffle(chosen)
    which, shards = (int(part) for part in args.shard.split("/"))
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(campaign.unit, chosen[which - 1 :: shards]))
    header, rows = table([entry for entry in entries(campaign.log) if "kind" in entry])
    print(report.text_table(header, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
