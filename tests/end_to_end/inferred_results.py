"""Functions without a prototype: what looks like a result may be none. One that differs refutes nothing, whether `translate`
or `verify` judges; what is surely observable refutes all the same, and replays.
"""
import json
import subprocess
import sys

import harness
from harness import check

# double scale(double) or void scale(double *, long)? On one way the first floating-point result register holds a number
# that was computed, on the other what nobody put there. The C: void fill(double *p, long n) { if (n) *p = n + n; }
JUNK = """\t.text
\t.globl\tfill
\t.type\tfill, @function
fill:
\ttestq\t%rsi, %rsi
\tje\t1f
\taddq\t%rsi, %rsi
\tcvtsi2sdq\t%rsi, %xmm0
\tmovsd\t%xmm0, (%rdi)
1:\tret
\t.size\tfill, .-fill
"""

# The C: void put(long *p, long n) { p[0] = n; }, which leaves something in rax.
PUT = """\t.text
\t.globl\tput
\t.type\tput, @function
put:
\tleaq\t{0}(%rsi), %rax
\tsubq\t${0}, %rax
\tmovq\t%rax, (%rdi)
\tleaq\t1(%rsi,%rsi), %rax
\tret
\t.size\tput, .-put
"""
PUT_TARGET = """\t.text
\t.globl\tput
\t.type\tput, %function
put:
\tadd\tx1, x1, #{0}
\tstr\tx1, [x0]
\tmov\tx0, #77
\tret
\t.size\tput, .-put
"""

# A local function returns two integers, and leaves in xmm0 what it copied; nobody says that `outside` does not take that.
LEFT_OVER = """\t.text
\t.type\tpair, @function
pair:
\tmovups\t(%rsi), %xmm0
\tmovups\t%xmm0, (%rdi)
\tmovq\t(%rdi), %rax
\tmovq\t8(%rdi), %rdx
\tret
\t.size\tpair, .-pair
\t.globl\tuse
\t.type\tuse, @function
use:
\tpushq\t%rbx
\tmovq\t%rdi, %rbx
\tcall\tpair
\tsubq\t%rdx, %rax
\tmovq\t%rax, 16(%rbx)
\tmovq\t%rbx, %rdi
\tcall\toutside@PLT
\tpopq\t%rbx
\tret
\t.size\tuse, .-use
"""


class Inferred:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def run(self, folder, *words):
        command = [str(word) for word in (self.portolan, *words, "--evidence", "e.json")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=folder, check=False)
        check((folder / "e.json").exists(), f"status {done.returncode}\n{done.stderr}")
        return done, json.loads((folder / "e.json").read_text())["functions"][0]["verdict"]

    def folder(self, name, **files):
        folder = self.work / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file.replace("__", ".")).write_text(text)
        return folder

    def translation(self, target):
        folder = self.folder(f"translation to {target}", fill__s=JUNK, fill__prototypes="fill(ptr, i64) -> void\n")
        words = ("translate", "fill.s", "--from", "x86-64", "--to", target, "-o", "out.s")
        done, verdict = self.run(folder, *words)
        check(verdict["level"] in ("unknown", "tested"), f"{verdict['word']}: {verdict['claim']}")
        check(done.returncode == (0 if verdict["level"] == "tested" else 2), f"status {done.returncode}")
        if verdict["level"] == "unknown":
            check(verdict["reason"] == "approximation" and "--proto" in verdict["detail"], verdict["detail"])
        said = [a["text"] for a in verdict["assumptions"]]
        check(any("inferred" in text for text in said), f"nothing says that the prototype is inferred: {said}")
        done, verdict = self.run(folder, *words, "--proto", "fill.prototypes")
        check(verdict["level"] == "tested" and done.returncode == 0, f"{verdict['word']}: {verdict['claim']}")

    def left_over(self):
        folder = self.folder("left over", use__s=LEFT_OVER, use__prototypes="use(ptr, ptr) -> i64\n")
        words = ("translate", "use.s", "--from", "x86-64", "--to", "riscv64", "-o", "out.s", "--proto", "use.prototypes")
        self.run(folder, *words)
        for function in json.loads((folder / "e.json").read_text())["functions"]:
            verdict = function["verdict"]
            check(verdict["level"] in ("proved", "tested"), f"{function['name']}: {verdict['word']}: {verdict['claim']}")
            compared = {word for word in verdict["observables"] if word.startswith("result")}
            expected = {"result 1", "result 2"} if function["name"] == "pair" else {"result 1"}
            check(compared == expected, f"{function['name']}: {compared}")

    def pair(self, name, source, target):
        folder = self.folder(name, put__s=PUT.format(source), target__s=PUT_TARGET.format(target))
        done, verdict = self.run(folder, "verify", "put.s", "target.s", "--from", "x86-64", "--to", "aarch64", "--prove", 0)
        return folder, done, verdict

    def only_the_result(self):
        _, done, verdict = self.pair("only the result", 5, 0)
        check(verdict["word"] == "unknown(approximation)" and done.returncode == 2, f"{verdict['word']}: {verdict['claim']}")
        check("result 1" in verdict["detail"], verdict["detail"])

    def memory_too(self):
        folder, done, verdict = self.pair("memory too", 5, 1)
        check(verdict["level"] == "refuted" and done.returncode == 1, f"{verdict['word']}: {verdict['claim']}\n{done.stderr}")
        check("buffer 1" in verdict["detail"], verdict["detail"])
        again = subprocess.run([self.portolan, "replay", "e.json"], capture_output=True, text=True, cwd=folder, check=False)
        check(again.returncode == 1 and "they differ: buffer 1" in again.stdout, again.stdout + again.stderr)

    def broken_convention(self):
        """It cannot be inferred from a target that changes what calls have to keep: the source's alone is taken."""
        broken = PUT_TARGET.format(0).replace("\tadd\tx1", "\tadd\tx23, x1, #1\n\tadd\tx1", 1)
        folder = self.folder("broken convention", put__s=PUT.format(5), target__s=broken)
        done, verdict = self.run(folder, "verify", "put.s", "target.s", "--from", "x86-64", "--to", "aarch64", "--prove", 0)
        check(verdict["level"] == "refuted" and done.returncode == 1, f"{verdict['word']}: {verdict['claim']}\n{done.stderr}")
        check("callee-saved" in verdict["detail"] and "23" in verdict["detail"], verdict["detail"])


def main():
    options = harness.options()
    inferred = Inferred(options)
    cases = {f"translation to {isa}": lambda isa=isa: inferred.translation(isa) for isa in ("aarch64", "riscv64")}
    cases["what a result leaves over"] = inferred.left_over
    cases["only the result differs"] = inferred.only_the_result
    cases["memory differs too"] = inferred.memory_too
    cases["the target breaks its convention"] = inferred.broken_convention
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
