#!/usr/bin/env python3
"""`./dev bench survivors`: whether the mutants that `./dev bench mutants` did not see refuted differ at all.

By means that share nothing with the judge: translation and mutant are linked with bench/survivor.c, run by QEMU on
thousands of its inputs, and what they print is compared. The prototypes are the debug information's, as llvm-dwarfdump
prints it. A mutant that was proved and differs is a wrong proof; one that was proved and does not differ has to be read.
For one that was bounded QEMU's log of what it executes says how often the loops turned on the inputs that show it.
Exit status: 0, 1 if something wrong was proved or bounded, 3 wrong usage.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import zlib

import mutants as campaign
from common import mutants, report, toolchain

HARNESS = pathlib.Path(__file__).with_name("survivor.c")
PLACES = (0x1A70000, 0x4C80000)  # of the programs; within 128 MiB of functions that are nowhere
ANSWERS = ("differs", "beyond the bound", "same", "open")
MOST_SHOWING = 40  # inputs that are looked at for one within the bound
TAG = re.compile(r"^0x([0-9a-f]+):( +)(DW_TAG_\w+|NULL)")
ATTRIBUTE = re.compile(r"^\s+(DW_AT_\w+)\t\((.*)\)$")


class Debug:
    """Functions of an object's debug information: name -> (kinds of parameters, kind of result)."""

    def __init__(self, source):
        self.entries, self.functions = {}, {}
        with tempfile.TemporaryDirectory(prefix="survivors-") as folder:
            made = pathlib.Path(folder) / "source.o"
            done = toolchain.run(("x86_64-linux-gnu-gcc", "-c", "-o", made, source))
            if not done.ok:
                return
            text = toolchain.run(("llvm-dwarfdump-19", "--debug-info", made)).stdout.decode()
        entry, stack = None, []
        for line in text.splitlines():
            if tag := TAG.match(line):
                depth = len(tag[2])
                entry = {"tag": tag[3], "children": []}
                self.entries[int(tag[1], 16)] = entry
                while stack and stack[-1][0] >= depth:
                    stack.pop()
                if stack:
                    stack[-1][1]["children"].append(entry)
                stack.append((depth, entry))
            elif (attribute := ATTRIBUTE.match(line)) and entry is not None:
                entry[attribute[1]] = attribute[2]
        for entry in self.entries.values():
            if entry["tag"] == "DW_TAG_subprogram" and "DW_AT_low_pc" in entry:
                self.add(entry)

    def add(self, entry):
        entry = {**self.target(entry.get("DW_AT_abstract_origin")), **entry}
        name = entry.get("DW_AT_name", "").strip('"')
        children = [c for c in entry["children"] if c["tag"] == "DW_TAG_formal_parameter"]
        parameters = [self.kind({**self.target(c.get("DW_AT_abstract_origin")), **c}.get("DW_AT_type")) for c in children]
        self.functions[name] = (parameters, self.kind(entry.get("DW_AT_type")))

    def target(self, reference):
        return self.entries.get(int(reference.split()[0], 16), {}) if reference else {}

    def kind(self, reference):
        if not reference:
            return "v0"
        entry = self.target(reference)
        tag, size = entry.get("tag"), int(entry.get("DW_AT_byte_size", "0x0"), 16)
        if tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_restrict_type"):
            return self.kind(entry.get("DW_AT_type"))
        if tag == "DW_TAG_pointer_type":
            return "p64"
        if tag == "DW_TAG_enumeration_type":
            return f"u{8 * size}"
        if tag == "DW_TAG_base_type" and size <= 8:
            encoding = entry.get("DW_AT_encoding", "")
            return f"{'f' if 'float' in encoding else 'i' if 'signed' in encoding and 'unsigned' not in encoding else 'u'}{8 * size}"
        return None


class Decider:
    def __init__(self, args):
        self.args, self.debug, self.made = args, {}, {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="survivors-"))

    def programs(self, text, isa, name):
        """Programs that run the function of that name, at two places; None if they cannot be made."""
        source, unit = self.folder / "unit.s", self.folder / "unit.o"
        programs = [self.folder / f"program.{place:x}" for place in PLACES]
        source.write_text(text)
        target = toolchain.ISAS[isa]
        features = ("-march=rv64gc",) if isa == "riscv64" else ()
        objcopy = (f"{target.triple}-objcopy", f"--redefine-sym={name}=subject", "--globalize-symbol=subject",
                   *(f"--rename-section={name}=unit_data" for name in (".data", ".data.rel", ".data.rel.local")),
                   "--rename-section=.bss=unit_bss")  # fmt: skip
        if name != "main":
            objcopy = (*objcopy, "--redefine-sym=main=unit_main")
        harness = self.folder / f"harness.{isa}.o"
        for step in (
            (*toolchain.compiler("clang", target), *features, "-c", source, "-o", unit),
            (*objcopy, unit),
            *(() if harness.exists() else ((target.gcc, "-O1", "-w", "-c", HARNESS, "-o", harness),)),
            *((target.gcc, "-static", harness, unit, "-o", program, f"-Wl,-Ttext-segment={place:#x}",
               "-Wl,--unresolved-symbols=ignore-all", "-lm", "-latomic") for place, program in zip(PLACES, programs)),
        ):  # fmt: skip
            done = toolchain.run(step)
            if not done.ok:
                return None, done.first_error()
        return programs, ""

    def outcomes(self, entry, text, name):
        """What the function does on each input, or None with the reason."""
        if entry["source"] not in self.debug:
            self.debug[entry["source"]] = Debug(entry["source"])
        found = self.debug[entry["source"]].functions.get(entry["function"].split(".")[0])
        if found is None:
            return None, "no prototype"
        kinds, result = found
        integers, floats = sum(k is not None and k[0] != "f" for k in kinds), sum(k is not None and k[0] == "f" for k in kinds)
        if None in kinds or result is None or integers > 8 or floats > 8:
            return None, f"a prototype that the harness cannot call: {kinds} {result}"
        programs, problem = self.programs(text, entry["target"], name)
        if programs is None:
            return None, problem
        runner = toolchain.ISAS[entry["target"]].runner
        # The numbers in the translation, for it and for its mutants.
        own = sorted({n for n in re.findall(r"-?\b\d+\b", "\n".join(self.body(text, name))) if len(n) < 19})[:60]
        numbers = entry.setdefault("numbers", own)
        words = (",".join(kinds) or "-", result, self.args.seed, self.args.inputs, *numbers)
        entry["words"] = words
        return self.run([(*runner, program, *words) for program in programs]), ""

    def turns(self, entry, words, test):
        """How often the instruction that the translation executes most often is executed on an input; None: it is recursive."""
        isa, name = entry["target"], entry["target_name"]
        program = self.programs(pathlib.Path(entry["output"]).read_text(), isa, name)[0][0]
        symbols = toolchain.run((f"{toolchain.ISAS[isa].triple}-nm", "-S", program)).stdout.decode()
        start, size = (int(n, 16) for n in re.search(r"^(\w+) (\w+) \w subject$", symbols, re.MULTILINE).groups())
        log = self.folder / "executed"
        command = (*toolchain.ISAS[isa].runner, "-singlestep", "-d", "exec,nochain", "-dfilter", f"{start:#x}+{size:#x}", "-D", log,
                   program, *words)  # fmt: skip
        try:
            with tempfile.TemporaryDirectory(prefix="survivors-") as folder:
                subprocess.run([str(w) for w in command], capture_output=True, timeout=5 * self.args.limit, cwd=folder,
                               env={**os.environ, "SURVIVOR_ONLY": str(test)})  # fmt: skip
        except subprocess.TimeoutExpired:
            pass  # it has turned at least as often as the log says
        counts = collections.Counter(int(pc, 16) for pc in re.findall(r"^Trace \d+: \w+ \[\w+/(\w+)/", log.read_text(), re.MULTILINE))
        return max(counts.values()) if counts[start] == 1 else None

    def beyond(self, entry, words, showing):
        """Whether the loops turn more often than the bound on every input that shows the difference."""
        for test in showing:
            turns = self.turns(entry, words, test)
            if turns is None or turns <= entry["bound"] + 1:  # a loop's head comes once more than the loop turns
                return False
        return True

    def run(self, commands):
        """The lines of runs, those only on which they agree: what lies behind an array is another thing each time, and a
        number may lead into the program's own code, which is not the same in a mutant."""
        runs = []
        for command in commands:
            try:
                # Of files that the functions make (zlib's "<fd:7>") nothing is left.
                with tempfile.TemporaryDirectory(prefix="survivors-") as folder:
                    done = subprocess.run([str(w) for w in command], capture_output=True, timeout=self.args.limit,
                                          cwd=folder)  # fmt: skip
                runs.append(done.stdout.decode(errors="replace").splitlines())
            except subprocess.TimeoutExpired as late:
                runs.append((late.stdout or b"").decode(errors="replace").splitlines()[:-1])
        return [a if a == b else "signal: undefined" for a, b in zip(*runs)]

    @staticmethod
    def body(text, name):
        lines, body = mutants.function_lines(text, name)
        return [re.split(r"//|\s#", lines[i])[0] for i in body]

    def decide(self, entry, mutant):
        """("differs" | "same" | "open", detail)"""
        key = (entry["output"], entry["target_name"])
        if key not in self.made:
            wanted = dict(entry)
            self.made[key] = (*self.outcomes(wanted, pathlib.Path(entry["output"]).read_text(), entry["target_name"]), wanted)
        original, problem, wanted = self.made[key]
        if original is None:
            return "open", problem
        made, problem = self.outcomes({**entry, "numbers": wanted["numbers"]}, mutant, entry["target_name"])
        if made is None:
            return "open", problem
        ended, showing = 0, []
        for n, (a, b) in enumerate(zip(original, made)):
            if a.startswith("signal") or b == "signal: undefined":
                continue  # the function promises nothing there
            ended += 1
            if a != b:
                showing.append(n)
        if showing:
            detail = f"input {showing[0]}: {original[showing[0]]} | {made[showing[0]]}"
            if entry["level"] == "bounded" and self.beyond(entry, wanted["words"], showing[:MOST_SHOWING]):
                return "beyond the bound", detail
            return "differs", detail
        if ended < 20:
            return "open", f"only {ended} of {len(original)} inputs came to an end"
        return "same", f"{ended} inputs"


def section(args, entries, known, wrong):
    """For docs/benchmarks.md."""
    header, rows = campaign.table(entries)
    judged = [e for e in entries if "kind" in e]
    functions = len({(e["unit"], e["target"], e["function"]) for e in judged})
    lines = ["## Mutants", "", "Commands: `./dev bench mutants`, `./dev bench survivors`.", ""]
    lines += [f"Single mistakes in {functions} translated functions of corpus/programs and of the libraries, x86-64 gcc -O2 to AArch64 "
              f"and RV64, drawn with seed {args.drawn}; {args.budget}.", "", report.markdown_table(header, rows), ""]  # fmt: skip
    answers = (*ANSWERS, "not decided")
    left = [e for e in judged if e["level"] != "refuted"]
    counts = collections.Counter((e["level"], known.get(e["key"], {}).get("answer", "not decided")) for e in left)
    levels = [level for level in campaign.LEVELS if any(counts[level, a] for a in answers)]
    lines += ["What was not refuted, decided by QEMU without any part of the judge (open: the harness cannot call it, or too few "
              "inputs came to an end):", "",
              report.markdown_table(["verdict", *answers], [[level, *(counts[level, a] for a in answers)] for level in levels]), ""]  # fmt: skip
    refuted = sum(e["level"] == "refuted" for e in judged)
    differ = refuted + sum(counts[level, answer] for level in levels for answer in ANSWERS[:2])
    lines += [f"Of {differ} that are known to differ {refuted} were refuted ({report.percent(refuted, differ)}). "
              f"Wrongly proved or bounded, of those decided: {len(wrong)}.", ""]  # fmt: skip
    undecided = sum(counts[level, "not decided"] for level in levels)
    if undecided:
        lines += [f"{undecided} were not decided; as some of them differ, the share that was refuted is lower.", ""]
    reasons = dict(line.split("\t", 1) for line in args.reasons.read_text().splitlines()) if args.reasons.exists() else {}
    proved = [e for e in judged if e["level"] in ("proved", "bounded")]
    read = [e for e in proved if e["key"] in reasons]
    if read:
        lines += [f"{len(read)} of the {len(proved)} that were proved or bounded were also read, with this result:", ""]
    for e in read:
        lines.append(f"- {e['unit']}, {e['target']}, `{e['function']}`: `{' '.join(e['before'].split())}` to "
                     f"`{' '.join(e['after'].split()) or 'nothing'}`: {reasons[e['key']]}")  # fmt: skip
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portolan", help="not used: nothing of Portolan takes part")
    parser.add_argument("--work", type=pathlib.Path, default=toolchain.ROOT / "build" / "bench" / "survivors")
    parser.add_argument("--campaign", type=pathlib.Path, help="the folder of `bench mutants`; default: beside --work")
    parser.add_argument("--levels", type=lambda text: text.split(","), default=["proved", "bounded", "tested", "unknown"])
    parser.add_argument("--inputs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=float, default=20, help="seconds for one program")
    parser.add_argument("--most", type=int, default=100000, help="mutants of a run; a later one goes on")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--reasons", type=pathlib.Path, default=HARNESS.with_name("equivalent_mutants.tsv"), help="key, tab, why")
    parser.add_argument("--drawn", default="20261125", help="the campaign's seed, for the table")
    parser.add_argument("--budget", default="100 inputs and 1 s for a proof each", help="likewise")
    parser.add_argument("--docs", type=pathlib.Path, help="the file whose section is replaced")
    args = parser.parse_args()
    folder = args.campaign or args.work.with_name("mutants")
    found = [e for e in campaign.entries(folder / "mutants.jsonl") if e.get("level") in args.levels and "kind" in e]
    log = folder / "decided.jsonl"
    known = {e["key"]: e for e in campaign.entries(log)}
    writing = threading.Lock()

    def decide_all(entries):
        decider = Decider(args)
        for entry in entries:
            answer, detail = decider.decide(entry, (folder / "survivors" / f"{entry['key']}.s").read_text())
            with writing, open(log, "a") as out:
                known[entry["key"]] = {"key": entry["key"], "answer": answer, "detail": detail}
                out.write(json.dumps(known[entry["key"]]) + "\n")

    shares = [[] for _ in range(args.jobs)]  # the mutants of one function go to one decider, which runs it once
    # Keys are hashes: in their order a run that is stopped has looked at a sample of all.
    waiting = sorted((e for e in found if e["key"] not in known), key=lambda e: e["key"])
    for entry in waiting[: args.most]:
        shares[zlib.crc32(f"{entry['output']} {entry['target_name']}".encode()) % args.jobs].append(entry)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(decide_all, shares))
    counts = collections.Counter((e["level"], known[e["key"]]["answer"]) for e in found if e["key"] in known)
    print(report.text_table(["level", *ANSWERS], [[level, *(counts[level, a] for a in ANSWERS)] for level in args.levels]))
    # A function that reads beyond its buffers may find its own code there: such a one is read by a person, who says so.
    reasons = {line.split("\t", 1)[0] for line in args.reasons.read_text().splitlines()} if args.reasons.exists() else set()
    wrong = [e for e in found if e["level"] in ("proved", "bounded") and known.get(e["key"], {}).get("answer") == "differs"
             and e["key"] not in reasons]  # fmt: skip
    for e in wrong:
        print(f"WRONGLY {e['level']}: {e['unit']} {e['target']} {e['function']}: {e['before'].strip()} -> {e['after'].strip()} "
              f"({e['key']}: {known[e['key']]['detail']})")  # fmt: skip
    if args.docs:
        report.replace_section(args.docs, "mutants", section(args, campaign.entries(folder / "mutants.jsonl"), known, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
