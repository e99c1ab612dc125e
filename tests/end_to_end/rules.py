"""The book of rules is proved as it stands, and a wrong, a malformed and an overlapping rule are told apart."""

import re
import subprocess
import sys

import harness
from harness import check

ADD = "pattern (%a:b64, %b:b64) {\n  %d:b64 = add %a, %b\n  give %d\n}\n"


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
        "no such file": lambda: check(rules.run("check", "/nonexistent").returncode == 3, "status"),
    }
    return harness.run_cases(cases, workers=1, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
