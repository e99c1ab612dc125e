"""The book of rules is proved as it stands, and a wrong, a malformed and an overlapping rule are told apart."""

import re
import subprocess
import sys

import harness
from harness import check

ADD = "pattern (%a:b64, %b:b64) {\n  %d:b64 = add %a, %b\n  give %d\n}\n"


# |a - b| of bytes, as somebody who does not know `por` from `paddb` writes it: the book has the other one.
DISTANCE = """\t.text
\t.globl\tdistance
\t.type\tdistance, @function
distance:
\tmovdqu\t(%rdi), %xmm0
\tmovdqu\t(%rsi), %xmm1
\tmovdqa\t%xmm0, %xmm2
\tpsubusb\t%xmm1, %xmm0
\tpsubusb\t%xmm2, %xmm1
\tpaddb\t%xmm1, %xmm0
\tmovdqu\t%xmm0, (%rdx)
\tret
\t.size\tdistance, .-distance
"""


class Rules:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def run(self, *words):
        return subprocess.run([self.portolan, "rules", *words], capture_output=True, text=True, timeout=1400)

    def book(self):
        """Every rule is proved for all inputs, by this build."""
        # A busy machine must not look like a wrong rule.
        ran = self.run("check", str(harness.ROOT / "corpus" / "rules"), "--time", "120")
        check(ran.returncode == 0, ran.stdout + ran.stderr)
        counts = re.search(r"(\d+) proved, 0 not proved, 0 errors", ran.stdout)
        check(counts and int(counts.group(1)) >= 80, ran.stdout)

    def broken(self, target, status, message, more=""):
        """A rule for 64-bit addition with this template."""
        path = self.work / f"broken_{status}_{abs(hash(target + more))}.rule"
        path.write_text(f"rule r\norigin test\n{ADD}template aarch64 {{\n  {target}\n}}\n{more}")
        ran = self.run("check", str(path))
        check(ran.returncode == status, f"status {ran.returncode}\n{ran.stdout}{ran.stderr}")
        check(message in ran.stdout + ran.stderr, ran.stdout + ran.stderr)


    def learnt(self):
        """A folder with one loop of packed code: what is learnt is proved again, and used where it is read."""
        folder = self.work / "learn"
        folder.mkdir(exist_ok=True)
        (folder / "distance.s").write_text(DISTANCE)
        (folder / "README").write_text("no assembly\n")
        out = self.work / "learnt.rule"
        ran = self.run("learn", str(folder), "--from", "x86-64", "--time", "60", "-o", str(out))
        check(ran.returncode == 0, ran.stderr)
        check("1 rules learnt" in ran.stderr, ran.stderr)
        text = out.read_text()
        check("uabd" in text and "learnt from distance in distance.s" in text and "each (lanes, size)" in text, text)
        again = self.run("check", str(out), "--verbose")
        check(again.returncode == 0 and "3 proved, 0 not proved, 0 errors" in again.stdout, again.stdout + again.stderr)
        for line in self.run("measure", str(out)).stdout.splitlines():
            name, _, llvm, rule, use = line.split("\t")
            check(int(rule) < int(llvm) and use == "used", line)
        # With the rule among those that are known nothing is learnt, and the translation has the instruction.
        words = [self.portolan, "translate", str(folder / "distance.s"), "--from", "x86-64", "--to", "aarch64", "--test-time", "0"]
        plain = subprocess.run([*words, "-o", str(self.work / "plain.s")], capture_output=True, text=True, timeout=300)
        with_rule = subprocess.run([*words, "--rules", str(out), "-o", str(self.work / "with.s")], capture_output=True, text=True, timeout=300)
        check(plain.returncode == 0 and with_rule.returncode == 0, plain.stderr + with_rule.stderr)
        check("uabd" not in (self.work / "plain.s").read_text(), "LLVM knows it: take another example")
        check("uabd" in (self.work / "with.s").read_text(), (self.work / "with.s").read_text())

    def nothing_to_learn(self):
        empty = self.work / "empty"
        empty.mkdir(exist_ok=True)
        ran = self.run("learn", str(empty))
        check(ran.returncode == 3 and "there is no .s or .o file" in ran.stderr, ran.stderr)


def main():
    options = harness.options()
    rules = Rules(options)
    rules.work.mkdir(parents=True, exist_ok=True)
    again = f"rule s\norigin test\n{ADD}template aarch64 {{\n  sub {{d}}, {{a}}, {{b}}\n}}\n"
    cases = {
        "the book is proved": rules.book,
        "a wrong rule": lambda: rules.broken("sub {d}, {a}, {b}", 1, "WRONG"),
        "an unknown instruction": lambda: rules.broken("adddd {d}, {a}, {b}", 2, ".rule:8: error"),
        "an overlap": lambda: rules.broken("add {d}, {a}, {b}", 1, "overlaps 'r'", again),
        "a rule is learnt": rules.learnt,
        "nothing to learn from": rules.nothing_to_learn,
        "no such file": lambda: check(rules.run("check", "/nonexistent").returncode == 3, "status"),
    }
    return harness.run_cases(cases, workers=1, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
