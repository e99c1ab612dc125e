"""Recorded results of PTX instructions on our own engine (`isa run ptx`): no case may differ, and no form may be refused
that tests/vectors/refused.txt does not list.

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

    def table(self):
        outcome = toolchain.run([self.portolan, "isa", "show", "ptx", "--json"], timeout=60)
        rows = json.loads(outcome.stdout)
        check(outcome.status == 0 and len(rows) > 200, outcome.stderr)
        check(all(row["lifted"] or row["note"] for row in rows), "a row that is not lifted says no reason")


def main():
    options = harness.options()
    v = Vectors(options)
    cases = {"sample": lambda: v.run(VECTORS / "ptx-sample.jsonl"), "changed": v.changed, "bad_files": v.bad_files,
             "table": v.table}
    for part in "abcd":
        cases[f"ptx-{part}"] = lambda part=part: v.run(ORACLES / f"ptx-{part}.jsonl")
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
