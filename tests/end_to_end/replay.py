"""portolan replay: a translation that somebody broke by hand is refuted again by the stored input, one that is whole is
not, and evidence that is damaged is refused with the file's name and status 3."""
import hashlib
import json
import re
import sys

import harness
from harness import check

import crossing
from common import toolchain

SOURCE = """\t.text
\t.globl\tless
\t.type\tless, @function
less:
\tcmpl\t%esi, %edi
\tsetl\t%al
\tmovzbl\t%al, %eax
\tret
\t.size\tless, .-less
\t.globl\tstored
\t.type\tstored, @function
stored:
\tmovl\t(%rdi), %eax
\taddl\t%esi, %eax
\tmovl\t%eax, (%rdi)
\tret
\t.size\tstored, .-stored
"""


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def value(register, bits):
    return {
        "kind": "integer", "bits": 64, "signed": False, "value": [hex(bits), "0x0"],
        "source": {"kind": "integer_argument", "index": register}, "target": {"kind": "integer_argument", "index": register},
    }


# The input at which a signed and an unsigned comparison differ.
REFUTED = {
    "target_name": "less", "difference": "", "shrunk": True, "buffers": [],
    "parameters": [value(0, 0), value(1, 0x80000000)],
    "results": [{
        "kind": "integer", "bits": 32, "signed": False,
        "source": {"kind": "integer_result", "index": 0}, "target": {"kind": "integer_result", "index": 0},
    }],
}


class Replay:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def translated(self, name):
        """A folder with the source, its translation and evidence that holds an input for `less`."""
        folder = self.work / name
        folder.mkdir()
        (folder / "less.s").write_text(SOURCE)
        outcome, evidence = crossing.translate(
            self.portolan, folder / "less.s", crossing.ISAS["aarch64"], folder / "out.s", folder / "out.json"
        )
        check(outcome.status == 0, outcome.stderr)
        self.counterexample(evidence, REFUTED)
        return folder, evidence

    @staticmethod
    def counterexample(evidence, stored):
        for function in evidence["functions"]:
            if function["name"] == "less":
                function["verdict"]["counterexample"] = json.loads(json.dumps(stored))

    def replay(self, folder, evidence, status, *patterns, extra=()):
        path = folder / "changed.json"
        path.write_text(evidence if isinstance(evidence, str) else json.dumps(evidence))
        outcome = toolchain.run([self.portolan, "replay", path, *extra], timeout=60)
        said = f"status {outcome.status}\n{outcome.stdout.decode()}{outcome.stderr}"
        check(outcome.status == status, f"expected {status}; {said}")
        for pattern in patterns:
            check(re.search(pattern, said), f"no {pattern!r}; {said}")

    def whole_translation_agrees(self):
        folder, evidence = self.translated("whole")
        self.replay(folder, evidence, 0, r"they agree")

    def broken_translation_differs(self):
        folder, evidence = self.translated("broken")
        text = (folder / "out.s").read_text()
        broken = re.sub(r"(cset\s+w0, )lt", r"\1lo", text)  # unsigned
        check(broken != text, f"no comparison to break in\n{text}")
        (folder / "out.s").write_text(broken)
        evidence["sides"]["target"]["sha256"] = sha256(broken)
        self.replay(folder, evidence, 1, r"source \(x86-64\): returns", r"result 1: 0x0", r"result 1: 0x1", r"they differ")

    def changed_output_is_made_anew(self):
        folder, evidence = self.translated("anew")
        (folder / "out.s").write_text("garbage\n")
        self.replay(folder, evidence, 0, r"they agree")
        evidence["sides"]["target"]["sha256"] = "0x1"
        self.replay(folder, evidence, 0, r"not the one that the evidence speaks of", r"they agree")

    def refuted_output_is_marked(self):
        """The mark is part of what was hashed, so what is made anew must bear it at the same place."""
        folder, evidence = self.translated("marked")
        verdict = next(f["verdict"] for f in evidence["functions"] if f["name"] == "less")
        verdict.update(level="refuted", detail="result 1 differs\n\tnop")
        text, count = re.subn(
            r"^less:", "// REFUTED: 'less' is not what its source is: result 1 differs  nop\nless:",
            (folder / "out.s").read_text(), flags=re.MULTILINE,
        )
        check(count == 1, text)
        evidence["sides"]["target"]["sha256"] = sha256(text)
        (folder / "out.s").unlink()
        path = folder / "marked.json"
        path.write_text(json.dumps(evidence))
        outcome = toolchain.run([self.portolan, "replay", path], timeout=60)
        check(outcome.status == 0 and "made anew" not in outcome.stderr, f"{outcome.status} {outcome.stderr}")

    def functions_by_name(self):
        folder, evidence = self.translated("names")
        self.replay(folder, evidence, 0, r"nothing to replay", extra=("--function", "stored"))
        self.replay(folder, evidence, 3, r"changed\.json: error: .*nosuch", extra=("--function", "nosuch"))

    def damaged_evidence(self):
        folder, evidence = self.translated("damaged")
        for text in ("", "[]", "{}", "null", "{\"source\": 3}", json.dumps(evidence)[:400], "\0\1\2"):
            self.replay(folder, text, 3, r"changed\.json: error: not an evidence file")
        outcome = toolchain.run([self.portolan, "replay", folder])
        check(outcome.status == 3 and "damaged: error: " in outcome.stderr, outcome.stderr)

    def damaged_input(self):
        def variant(change):
            stored = json.loads(json.dumps(REFUTED))
            change(stored)
            return stored

        folder, evidence = self.translated("input")
        variants = [
            variant(lambda c: c.pop("parameters")),
            variant(lambda c: c["parameters"][0].update(value=["zz", "0x0"])),
            variant(lambda c: c["parameters"][0].update(bits=4096)),
            variant(lambda c: c["parameters"][0]["source"].update(kind="bogus")),
            variant(lambda c: c["parameters"][0]["source"].update(index=99)),
            variant(lambda c: c["parameters"][0]["target"].update(kind="stack", index=4000000000)),
            variant(lambda c: c["results"][0]["source"].update(index=77)),
            variant(lambda c: c.update(buffers=[{"address": "0x10", "bytes": "00"}])),
            variant(lambda c: c.update(buffers=[{"address": "0x1000001000", "bytes": "0"}])),
            variant(lambda c: c.update(target_name="nosuch")),
        ]
        for stored in variants:
            self.counterexample(evidence, stored)
            self.replay(folder, evidence, 3, r"changed\.json: error: ")

    def damaged_paths(self):
        folder, evidence = self.translated("paths")
        self.replay(folder, {**evidence, "source": str(folder / "nosuch.s")}, 3, r"nosuch\.s: error: ")
        self.replay(folder, {**evidence, "to": "pdp11"}, 3, r"changed\.json: error: .*instruction set")
        self.replay(folder, {**evidence, "functions": 5}, 3, r"changed\.json: error: ")

    def functions_outside(self):
        """What a function answers that only its name is known of is in the evidence, and replays."""
        folder = self.work / "outside"
        folder.mkdir()
        call = "\t.globl f\n\t.type f, {}\nf:\n{}\t.size f, .-f\n"
        source, target, evidence, header = (folder / name for name in ("f.s", "g.s", "f.json", "f.h"))
        header.write_text("int f(int x);\n")
        source.write_text(call.format("@function", "\tsubq $8, %rsp\n\tcall outside@PLT\n\taddl $1, %eax\n\taddq $8, %rsp\n\tret\n"))
        right = "\tstr x30, [sp, #-16]!\n\tbl outside\n\tadd w0, w0, #1\n\tldr x30, [sp], #16\n\tret\n"
        for body, status, level in ((right, 0, "tested"), (right.replace("#1\n", "#2\n"), 1, "refuted")):
            target.write_text(call.format("%function", body))
            words = ("verify", source, target, "--from", "x86-64", "--to", "aarch64", "--proto", header, "--prove", 0)
            outcome = toolchain.run((self.portolan, *words, "--evidence", evidence))
            told = json.loads(evidence.read_text())
            verdict = told["functions"][0]["verdict"]
            check(outcome.status == status and verdict["level"] == level, outcome.stderr)
            said = [a["text"] for a in verdict["assumptions"] if a["id"] == "outside"]
            check(len(said) == 1 and "what outside is given was not compared" in said[0], f"{verdict['assumptions']}")
            check(told["options"]["stand_ins"] == {"outside": "?"}, f"{told['options']}")
        again = toolchain.run((self.portolan, "replay", evidence))
        check(again.status == 1 and b"they differ: result 1" in again.stdout, f"{again.status} {again.stdout} {again.stderr}")


def main():
    options = harness.options()
    suite = Replay(options)
    helpers = ("translated", "counterexample", "replay")
    cases = {
        name: getattr(suite, name)
        for name in vars(Replay)
        if not name.startswith("_") and name not in helpers
    }
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
