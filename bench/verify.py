#!/usr/bin/env python3
"""`./dev bench verify`: what the judge says of pairs that are right, and of pairs that are wrong on purpose.

Functions of corpus/programs and of the libraries (zlib, lz4, bzip2, libtommath) at gcc -O2 for x86-64 against Portolan's
own translations; against themselves; against copies of themselves in other registers (bench/common/copies.py); against
what clang makes of the same C for AArch64, without provenance and with prototypes from debug information; and
translations with a single mistake (bench/common/mutants.py), of which none may be proved. A finished unit is kept under
--work and not judged again by the same tool with the same options, so a run may be stopped, split by --shard, and taken
up again; units come in an order drawn by the seed, so what a run that was stopped has reached (--kept) is a sample.
Times are CPU seconds, the solvers' included.
Exit status: 0 nothing wrong was proved, 1 something was, 3 wrong usage.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import pathlib
import random
import shlex
import sys
import time

from common import copies, judged, loop_classes, mutants, packages, report, toolchain

SOURCE = toolchain.ISAS["x86-64"]
SEED = 20261125
KINDS = ("translated", "identity", "renamed", "pairs", "mutants")
TARGETS = ("aarch64", "riscv64")
PAIRS = "gcc x86-64 against clang AArch64"


class Bench:
    def __init__(self, args):
        self.args, self.work = args, args.work
        self.results = judged.Results(args.work / "results")

    def evidence(self, label, folder, *words):
        """(functions of the evidence, what went wrong)."""
        path = folder / f"{label}.evidence.json"
        path.unlink(missing_ok=True)
        done = toolchain.run((self.args.portolan, *words, "--evidence", path, "--prove", self.args.seconds), timeout=3000)
        if not path.exists():
            return [], f"status {done.status}: {done.first_error()}"
        return json.loads(path.read_text())["functions"], ""

    def folder(self, unit):
        folder = self.work / "units" / unit.name.replace("/", ".")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def judge(self, kind, unit, made):
        """Verdicts from the store, or from `made`, which returns (functions, problem, source text)."""
        args = self.args
        options = (args.seconds, unit.path, args.tests, args.mutants, args.mutated_functions)
        key = judged.fingerprint(args.portolan, *options)
        if (kept := self.results.stored(kind, unit.name, key)) or args.kept:
            return kept
        functions, problem, source = made()
        lifted = toolchain.run((self.args.portolan, "lift", source, "--from", SOURCE.name)).stdout.decode()
        classes = loop_classes.classes(lifted, SOURCE.name)
        done = [judged.summary(f, classes.get(f["name"], "not lifted")) for f in functions]
        return self.results.store(kind, unit.name, key, done, problem)

    def translate(self, unit, target):
        folder = self.folder(unit)
        source, output = unit.compiled(folder, "gcc", SOURCE), folder / f"to.{target}.s"
        functions, problem = self.evidence(
            f"to.{target}", folder, "translate", source, "--from", SOURCE.name, "--to", target, "-o", output,
            "--test-time", 5000, "--tests", self.args.tests, *unit.protos,
        )  # fmt: skip
        return functions, problem, source

    def mutate(self, unit, target):
        folder = self.folder(unit)
        functions, problem, source = self.translate(unit, target)
        good = [f["name"] for f in functions if f["verdict"]["level"] in ("proved", "bounded", "tested")]
        text, found = (folder / f"to.{target}.s").read_text(), []
        for function in good[: self.args.mutated_functions]:
            for mutant in mutants.mutants(text, target, function, self.args.mutants, SEED):
                path = folder / "mutant.s"
                path.write_text(mutant.text)
                words = ("--function", function, "--from", SOURCE.name, "--to", target, "--tests", self.args.tests)
                for f in self.evidence("mutant", folder, "verify", source, path, *words)[0]:
                    found.append({**f, "name": str(mutant)})
        return found, problem, source

    def verify(self, label, folder, unit, source, target):
        return *self.evidence(label, folder, "verify", source, target, "--tests", self.args.tests, *unit.protos), source

    def same(self, unit):
        source = unit.compiled(self.folder(unit), "gcc", SOURCE)
        return self.verify("identity", self.folder(unit), unit, source, source)

    def renamed(self, unit):
        folder = self.folder(unit)
        source, target = unit.compiled(folder, "gcc", SOURCE), folder / "renamed.s"
        text = copies.renamed(source.read_text())
        if text is None:
            return [], "it uses registers in a way that others cannot be used in", source
        target.write_text(text)
        return self.verify("renamed", folder, unit, source, target)

    def pair(self, unit):
        folder = self.folder(unit) / "pairs"
        folder.mkdir(exist_ok=True)
        copy = folder / unit.path.name
        copy.write_text(copies.external(unit.path.read_text(errors="surrogateescape")), errors="surrogateescape")
        stated = dataclasses.replace(unit, path=copy, flags=(*unit.flags, f"-I{unit.path.parent}"), headers=())
        # LLVM's assembler does not take the line directives that gcc writes beside its debug information.
        source = stated.compiled(folder, "gcc", SOURCE, "-g", "-gno-as-loc-support")
        target = stated.compiled(folder, "clang", toolchain.ISAS["aarch64"], "-g")
        return self.verify("pairs", folder, stated, source, target)

    def jobs(self, unit, library):
        """(kind, unit, what makes it), in the order of the report."""
        kinds = self.args.kinds
        if "translated" in kinds:
            for target in self.args.targets:
                yield f"translated to {target}", unit, lambda target=target: self.translate(unit, target)
        if "identity" in kinds:
            yield "identity", unit, lambda: self.same(unit)
        if "renamed" in kinds:
            yield "renamed registers", unit, lambda: self.renamed(unit)
        if "pairs" in kinds:
            yield PAIRS, unit, lambda: self.pair(unit)
        if "mutants" in kinds and self.args.mutants and not library:
            yield "mutants", unit, lambda: self.mutate(unit, "aarch64")


def without_places(words):
    """A command line without what is a matter of one machine."""
    kept, skip = [], False
    for word in words:
        name, equals, _ = word.partition("=")
        if not skip and name not in ("--portolan", "--work", "--kept", "--note"):
            kept.append(word)
        skip = not skip and not equals and name in ("--portolan", "--work", "--note")
    return kept


def markdown(args, tallies, problems, reached, seconds):
    command = shlex.join(without_places(sys.argv[1:]))
    lines = ["## Verdicts", "", f"Command: `./dev bench verify {command}` ({seconds:.0f} s).", ""]
    lines += [
        f"{len(args.programs)} of the programs under corpus/programs, {len(args.libraries)} libraries, at -O2: "
        f"{reached} C files times kinds were reached. At most {args.seconds:g} s for a proof, {args.tests} inputs for a "
        f"function. Times are CPU seconds with the solvers'. Mutants are drawn with seed {SEED}; one "
        "that is proved or bounded may mean the same as the original, and is listed. " + args.note,
        "", report.markdown_table(judged.Tally.HEADER, [t.row() for t in tallies]), "",
        f"By class of the source function. {loop_classes.RULE}", "",
        report.markdown_table(["pairs", "class", "functions", "proved", "bounded", "share proved"],
                              [row for t in tallies for row in t.classes()]), "",
        "What stands where a proof does not:", "",
        report.markdown_table(["pairs", "reason", "functions", "bounded all the same", "such as"],
                              [row for t in tallies for row in t.reasons()]), "",
    ]  # fmt: skip
    lines += [f"- mutant {f['level']}: `{f['unit']}: {f['name']}`" for f in wrongly_proved(tallies)]
    lines += [f"- {problem}" for problem in problems]
    return "\n".join(lines) + "\n"


def wrongly_proved(tallies):
    return [f for t in tallies if t.name == "mutants" for f in t.functions if f["level"] in ("proved", "bounded")]


def function_list(tallies):
    """Every function, its class and its verdict, as lines."""
    for t in tallies:
        for f in t.functions:
            why = f" {f['reason']}: {' '.join(f['detail'].split())[:200]}" if "reason" in f else ""
            yield f"{t.name}\t{f['unit']}\t{f['name']}\t{f['class']}\t{f['level']}\t{f['seconds']:.2f} s\t{why}"


def arguments():
    names = sorted(path.stem for path in toolchain.PROGRAMS.glob("*.c"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])

    def words(known):
        def parse(text):
            chosen = [word for word in text.split(",") if word]
            if unknown := set(chosen) - set(known):
                raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
            return chosen

        return parse

    parser.add_argument("--portolan", default=str(toolchain.ROOT / "build" / "release" / "cli" / "portolan"))
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "verify")
    parser.add_argument("--kinds", type=words(KINDS), default=list(KINDS), help="separated by commas")
    parser.add_argument("--targets", type=words(TARGETS), default=list(TARGETS), help="of translations")
    parser.add_argument("--programs", type=words(names), default=names, help="of corpus/programs; empty: none")
    parser.add_argument("--libraries", type=words(packages.PACKAGES), default=[], help="beside the programs")
    parser.add_argument("--seconds", type=float, default=10, help="for each proof")
    parser.add_argument("--tests", type=int, default=10, help="inputs for each function")
    parser.add_argument("--kept", action="store_true", help="judge nothing more: count what is kept of earlier runs")
    parser.add_argument("--jobs", type=int, default=1, help="units at a time")
    parser.add_argument("--shard", default="1/1", help="I/N: every N-th unit only")
    parser.add_argument("--mutants", type=int, default=6, help="for each function; 0: none")
    parser.add_argument("--mutated-functions", type=int, default=4, help="of each program")
    parser.add_argument("--note", default="", help="a sentence for the report: what is special about this run")
    parser.add_argument("--docs", type=pathlib.Path, help="the file whose section is replaced")
    return parser.parse_args()


def main():
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    bench = Bench(args)
    units = [(unit, False) for unit in judged.program_units(args.programs)]
    sources = args.work.parent / "libraries" / "sources"
    units += [(unit, True) for name in args.libraries for unit in judged.library_units(name, sources)]
    part, parts = (int(word) for word in args.shard.split("/"))
    jobs = [job for unit, library in units[part - 1 :: parts] for job in bench.jobs(unit, library)]
    tallies, problems, reached = {kind: judged.Tally(kind) for kind, _, _ in jobs}, [], 0
    random.Random(SEED).shuffle(jobs)

    def run(job):
        kept = bench.judge(*job)
        if kept is None:
            return None
        print(f"{time.monotonic() - begin:.0f} s: {kept['kind']}: {kept['unit']}", file=sys.stderr, flush=True)
        return kept

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for kept in filter(None, pool.map(run, jobs)):
            reached += 1
            for function in kept["functions"]:
                tallies[kept["kind"]].add(kept["unit"], function)
            if kept["problem"]:
                problems.append(f"{kept['kind']}: {kept['unit']}: {kept['problem']}")
    tallies = list(tallies.values())
    text = markdown(args, tallies, problems, f"{reached} of {len(jobs)}", time.monotonic() - begin)
    (args.work / "functions.txt").write_text("".join(f"{line}\n" for line in function_list(tallies)))
    (args.work / "report.md").write_text(text)
    print(text)
    if args.docs:
        report.replace_section(args.docs, "verify", text)
    return 1 if wrongly_proved(tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
