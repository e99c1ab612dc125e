"""Recorded results of PTX and AMDGCN instructions on our own engine (`isa run`): no case may differ, and no form may be
refused that tests/vectors/refused.txt does not list. AMDGCN's come from another emulator: where AMD's manual says something
else, tests/vectors/amdgcn_overruled.txt lists the case, and it has to differ.

The committed sample always runs. The whole files are read from ../shared/oracles beside the checkout, or from the folder
that PORTOLAN_ORACLES names; where they are not, those cases are skipped.
"""
import json
import os
import pathlib
import sys

import harness
from harness import Skip, check

import crossing  # noqa: F401 puts bench on the path
from common import toolchain

VECTORS = harness.ROOT / "tests" / "vectors"
ORACLES = pathlib.Path(os.environ.get("PORTOLAN_ORACLES", harness.ROOT.parent / "shared" / "oracles"))
OVERRULED = {line.split()[0] for line in (VECTORS / "amdgcn_overruled.txt").read_text().splitlines()
             if line and not line.startswith("#")}
REFUSED = {line for line in (VECTORS / "refused.txt").read_text().splitlines() if line and not line.startswith("#")}


class Vectors:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def run(self, path):
        if not path.is_file():
            raise Skip(f"{path} is not here")
        outcome = toolchain.run([self.portolan, "isa", "run", "ptx", "--vectors", path, "--json"], timeout=1200)
        check(outcome.status in (0, 1, 2), f"status {outcome.status}: {outcome.stderr[-2000:]}")
        result = json.loads(outcome.stdout)
        forms = result["forms"]
        check(len(forms) == len(path.read_text().splitlines()), "not every line is a form of the result")
        differing = [f"{f['form']}: {f['first_difference']}" for f in forms if f["differ"]]
        check(not differing, "\n".join(differing[:20]))
        refused = {f["form"]: f["reason"] for f in forms if f["refused"]}
        unexpected = [f"{form}: {reason}" for form, reason in refused.items() if form not in REFUSED]
        check(not unexpected, "refused and not listed:\n" + "\n".join(unexpected[:20]))
        listed = [f["form"] for f in forms if f["form"] in REFUSED and not f["refused"]]
        check(not listed, f"listed as refused, but run: {listed[:20]}")
        check(outcome.status == (2 if refused else 0), f"status {outcome.status}")
        check(result["agree"] > 0, "nothing ran")

    def amdgcn(self, path):
        if not path.is_file():
            raise Skip(f"{path} is not here")
        ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
        outcome = toolchain.run([self.portolan, "isa", "run", "amdgcn", "--vectors", path, "--json"], timeout=1200)
        check(outcome.status in (0, 1, 2), f"status {outcome.status}: {outcome.stderr[-2000:]}")
        result = json.loads(outcome.stdout)
        forms = result["forms"]
        objects = sum(1 for i in ids if i.startswith("obj-"))
        check(sum(f["agree"] + f["differ"] + f["refused"] for f in forms) == len(ids) - objects, "not every line was run")
        differing = {i for f in forms for i in f["differing"]}
        wrong = [f"{f['form']}: {f['first_difference']}" for f in forms if set(f["differing"]) - OVERRULED]
        check(not wrong, "\n".join(wrong[:20]))
        agreeing = (OVERRULED & set(ids)) - differing
        check(not agreeing, f"listed as overruled, but they agree: {sorted(agreeing)[:20]}")
        refused = [f"{f['form']}: {f['reason']}" for f in forms if f["refused"] and f["form"] not in REFUSED]
        check(not refused, "refused and not listed:\n" + "\n".join(refused[:20]))
        check(result["agree"] > 0, "nothing ran")

    def amdgcn_changed(self):
        """A bit that is flipped in a recorded scalar or vector register is found."""
        lines, ids = [], set()
        for line in (VECTORS / "amdgcn-sample.jsonl").read_text().splitlines():
            vector = json.loads(line)
            out = vector.get("out", {})
            if vector.get("approx") or vector["id"] in OVERRULED or vector.get("unchecked"):
                continue
            if "scc" in out:
                out["scc"] ^= 1
            elif "s" in out:
                number = next(iter(out["s"]))
                out["s"][number] = f"{int(out['s'][number], 16) ^ 1:08x}"
            elif "v" in out and "dt" not in vector:
                number = next(iter(out["v"]))
                digits = out["v"][number]
                out["v"][number] = f"{int(digits, 16) ^ 1:0{len(digits)}x}"
            else:
                continue
            lines.append(json.dumps(vector))
            ids.add(vector["id"])
        path = self.work / "amdgcn-changed.jsonl"
        path.write_text("\n".join(lines) + "\n")
        outcome = toolchain.run([self.portolan, "isa", "run", "amdgcn", "--vectors", path, "--json"], timeout=300)
        check(outcome.status == 1, f"status {outcome.status}")
        forms = json.loads(outcome.stdout)["forms"]
        missed = ids - {i for f in forms for i in f["differing"]}
        check(len(ids) - sum(f["refused"] for f in forms) > 100 and len(missed) <= sum(f["refused"] for f in forms), f"a changed result was not noticed: {sorted(missed)[:20]}")

    def changed(self):
        """A recorded bit that is flipped is found, in every part."""
        lines = []
        for line in (VECTORS / "ptx-sample.jsonl").read_text().splitlines():
            form = json.loads(line)
            if form["part"] in "AD" and form["check"] == "exact" and form["regs"][-1] != "pred":
                case = form["cases"][0]
                case[-1] = hex(int(case[-1], 16) ^ 1)
                lines.append(json.dumps(form))
        path = self.work / "changed.jsonl"
        path.write_text("\n".join(lines) + "\n")
        outcome = toolchain.run([self.portolan, "isa", "run", "ptx", "--vectors", path, "--json"], timeout=300)
        check(outcome.status == 1, f"status {outcome.status}")
        missed = [f["form"] for f in json.loads(outcome.stdout)["forms"] if not f["differ"] and not f["refused"]]
        check(not missed, f"a changed result was not noticed: {missed}")

    def bad_files(self):
        for name, text, said in (
            ("text", "add.u32\n", "bad.jsonl:1: error: this is not JSON"),
            ("list", "[]\n", "expected an object"),
            ("names", '{"form":"x","part":"A","check":"exact","ptx":"","names":["a"],"regs":["b9"],"operands":[],"cases":[]}\n',
             "'b9' is no kind of register"),
            ("case", '{"form":"x","part":"A","check":"exact","ptx":"","names":["a"],"regs":["b16"],"operands":[],'
                     '"cases":[["0x10000"]]}\n', "is no number of 16 bits"),
            ("empty", "\n", "holds no such form"),
        ):
            folder = self.work / name
            folder.mkdir()
            (folder / "bad.jsonl").write_text(text)
            outcome = toolchain.run([self.portolan, "isa", "run", "ptx", "--vectors", folder / "bad.jsonl"], timeout=60)
            check(outcome.status == 3 and said in outcome.stderr, f"{name}: status {outcome.status}, {outcome.stderr}")
        outcome = toolchain.run([self.portolan, "isa", "run", "vax", "--vectors", VECTORS / "ptx-sample.jsonl"], timeout=60)
        check(outcome.status == 3 and "'vax'" in outcome.stderr, outcome.stderr)

    def bad_amdgcn(self):
        good = {"id": "x", "target": "gfx1100", "class": "SOP1", "asm": "s_mov_b32 s20, s10", "encoding": "0a0094be",
                "in": {"s": {"10": "00000001", "20": "00000000"}}, "out": {"s": {"20": "00000001"}}}
        for name, change, said in (
            ("target", {"target": "gfx000"}, "'gfx000' is no processor"),
            ("encoding", {"encoding": "0a0"}, "'encoding' are no bytes"),
            ("lanes", {"in": {"lanes": [40]}}, "there is no such lane"),
            ("register", {"in": {"s": {"200": "00000000"}}}, "'200' is no register"),
            ("value", {"in": {"s": {"10": "xyz"}}}, "is no number in hexadecimal"),
            ("vector", {"in": {"lanes": [0, 1], "v": {"2": "00000000"}}}, "a value for each lane"),
            ("state", {"out": 3}, "'out' is no object"),
            ("object", {"class": "object", "hex": "00"}, "bad.jsonl:1: error"),
            ("kernel", {"class": "kernel"}, "is no text"),
        ):
            folder = self.work / f"amdgcn-{name}"
            folder.mkdir()
            (folder / "bad.jsonl").write_text(json.dumps({**good, **change}) + "\n")
            outcome = toolchain.run([self.portolan, "isa", "run", "amdgcn", "--vectors", folder / "bad.jsonl"], timeout=60)
            check(outcome.status == 3 and said in outcome.stderr, f"{name}: status {outcome.status}, {outcome.stderr}")

    def table(self):
        for isa, least in (("ptx", 200), ("amdgcn", 200)):
            outcome = toolchain.run([self.portolan, "isa", "show", isa, "--json"], timeout=60)
            rows = json.loads(outcome.stdout)
            check(outcome.status == 0 and len(rows) > least, outcome.stderr)
            check(all(row["lifted"] or row["note"] for row in rows), "a row that is not lifted says no reason")


def main():
    options = harness.options()
    v = Vectors(options)
    cases = {"sample": lambda: v.run(VECTORS / "ptx-sample.jsonl"), "changed": v.changed, "bad_files": v.bad_files,
             "table": v.table, "bad_amdgcn": v.bad_amdgcn, "amdgcn_changed": v.amdgcn_changed,
             "amdgcn-sample": lambda: v.amdgcn(VECTORS / "amdgcn-sample.jsonl"),
             "amdgcn": lambda: v.amdgcn(ORACLES / "amdgcn.jsonl")}
    for part in "abcd":
        cases[f"ptx-{part}"] = lambda part=part: v.run(ORACLES / f"ptx-{part}.jsonl")
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
