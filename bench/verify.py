#!/usr/bin/env python3
"""`./dev bench verify`: what the judge says of pairs that are right, and of pairs that are wrong on purpose.

Functions of corpus/programs at gcc -O2 for x86-64 against Portolan's own translations; against themselves; against what
clang makes of the same C for AArch64, without provenance and with prototypes from debug information; and translations with
a single mistake (bench/common/mutants.py), of which none may be proved.
Exit status: 0 nothing wrong was proved, 1 something was, 3 wrong usage.
"""

import argparse
import collections
import json
import pathlib
import statistics
import sys
import time

from common import mutants, report, toolchain

SOURCE = toolchain.ISAS["x86-64"]
SEED = 20261125
LEVELS = ("proved", "bounded", "tested", "unknown", "refuted", "refused", "not-run")


class Tally:
    """Verdicts of one kind of pairs."""

    def __init__(self, name):
        self.name, self.levels = name, collections.Counter()
        self.reasons, self.seconds, self.proved = collections.Counter(), [], []

    def add(self, label, function):
        verdict = function["verdict"]
        proof = verdict.get("proof") or {}
        self.levels[verdict["level"]] += 1
        if verdict["level"] in ("proved", "bounded"):
            self.seconds.append(proof["seconds"])
            self.proved.append(label)
        else:
            self.reasons[proof.get("reason") or verdict.get("reason") or verdict["level"]] += 1

    def row(self):
        total = sum(self.levels.values())
        seconds = sorted(self.seconds)
        tenth = seconds[max(0, int(0.9 * len(seconds)) - 1)] if seconds else 0
        share = f"{100 * self.levels['proved'] / total:.1f} %" if total else "-"
        median = f"{statistics.median(seconds):.2f} s" if seconds else "-"
        return [self.name, total, share, *(self.levels[level] for level in LEVELS), median, f"{tenth:.2f} s"]


class Bench:
    def __init__(self, args):
        self.args, self.work = args, args.work
        self.tallies, self.problems = {}, []

    def tally(self, name):
        return self.tallies.setdefault(name, Tally(name))

    def compiled(self, program, compiler, isa, *flags):
        path = self.work / f"{program.stem}.{compiler}.{isa.name}.s"
        command = (*toolchain.compiler(compiler, isa), "-O2", "-S", *flags, "-o", path, program)
        done = toolchain.run((*command, *toolchain.COMMON_FLAGS, *toolchain.ASSEMBLY_FLAGS))
        if not done.ok:
            raise RuntimeError(f"{program.name}: {done.first_error()}")
        return path

    def portolan(self, name, evidence, *words):
        """The evidence's functions; none if there is no evidence, which is noted."""
        evidence.unlink(missing_ok=True)
        done = toolchain.run((self.args.portolan, *words, "--evidence", evidence, "--prove", self.args.seconds), timeout=3000)
        if not evidence.exists():
            self.problems.append(f"{name}: status {done.status}: {done.first_error()}")
            return []
        return json.loads(evidence.read_text())["functions"]

    def translated(self, program, target):
        source = self.compiled(program, "gcc", SOURCE)
        output, evidence = self.work / f"{program.stem}.to.{target}.s", self.work / f"{program.stem}.to.{target}.json"
        functions = self.portolan(program.stem, evidence, "translate", source, "--to", target, "-o", output, "--test-time", 20000)
        for function in functions:
            self.tally(f"translated to {target}").add(f"{program.stem}: {function['name']}", function)
        return source, output, [f["name"] for f in functions if f["verdict"]["level"] in ("proved", "bounded", "tested")]

    def verify(self, name, label, source, target, *options):
        evidence = self.work / "verify.json"
        functions = self.portolan(label, evidence, "verify", source, target, *options)
        for function in functions:
            self.tally(name).add(f"{label}: {function['name']}", function)

    def mutate(self, program, source, output, target, functions):
        text = output.read_text()
        for function in functions[: self.args.mutated_functions]:
            for mutant in mutants.mutants(text, target, function, self.args.mutants, SEED):
                path = self.work / "mutant.s"
                path.write_text(mutant.text)
                label = f"{program.stem}: {mutant}"
                self.verify("mutants", label, source, path, "--function", function, "--from", SOURCE.name, "--to", target)

    def program(self, program):
        for target in ("aarch64", "riscv64"):
            source, output, good = self.translated(program, target)
            if self.args.mutants and target == "aarch64":
                self.mutate(program, source, output, target, good)
        self.verify("identity", program.stem, source, source)
        # LLVM's assembler does not take the line directives that gcc writes beside its debug information.
        pair = (
            self.compiled(program, "gcc", SOURCE, "-g", "-gno-as-loc-support"),
            self.compiled(program, "clang", toolchain.ISAS["aarch64"], "-g"),
        )
        self.verify("gcc x86-64 against clang AArch64", program.stem, *pair)


def markdown(bench, seconds):
    header = ["pairs", "functions", "share proved", *LEVELS, "median proof", "90th percentile"]
    rows = [tally.row() for tally in bench.tallies.values()]
    lines = ["## Verdicts", "", f"Command: `./dev bench verify {' '.join(sys.argv[1:])}` ({seconds:.0f} s).", ""]
    lines += [
        f"Functions of {len(bench.args.programs)} of the programs under corpus/programs at -O2, at most "
        f"{bench.args.seconds:g} s for a proof. Mutants are drawn with seed {SEED}; one that is proved or bounded may mean the "
        "same as the original, and is listed.",
        "", report.markdown_table(header, rows), "", "What stands where a proof does not:", "",
    ]
    reasons = [[t.name, reason, count] for t in bench.tallies.values() for reason, count in t.reasons.most_common()]
    lines += [report.markdown_table(["pairs", "reason", "functions"], reasons), ""]
    proved = bench.tallies["mutants"].proved if "mutants" in bench.tallies else []
    lines += [*(f"- mutant proved: `{label}`" for label in proved), *(f"- {problem}" for problem in bench.problems), ""]
    return "\n".join(lines), header, rows


def main():
    names = sorted(path.stem for path in toolchain.PROGRAMS.glob("*.c"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "verify")
    parser.add_argument("--programs", type=lambda text: text.split(","), default=names)
    parser.add_argument("--seconds", type=float, default=10, help="for each proof")
    parser.add_argument("--mutants", type=int, default=6, help="for each function; 0: none")
    parser.add_argument("--mutated-functions", type=int, default=4, help="of each program")
    parser.add_argument("--docs", type=pathlib.Path, help="the file whose section is replaced")
    args = parser.parse_args()
    if unknown := set(args.programs) - set(names):
        parser.exit(3, f"unknown programs: {', '.join(sorted(unknown))}\n")
    args.work.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    bench = Bench(args)
    for name in args.programs:
        bench.program(toolchain.PROGRAMS / f"{name}.c")
        print(name, {tally.name: dict(tally.levels) for tally in bench.tallies.values()}, file=sys.stderr, flush=True)
    text, header, rows = markdown(bench, time.monotonic() - begin)
    print(report.text_table(header, rows))
    print("\n".join(bench.problems))
    if args.docs:
        report.replace_section(args.docs, "verify", text)
    return 1 if "mutants" in bench.tallies and bench.tallies["mutants"].proved else 0


if __name__ == "__main__":
    sys.exit(main())
