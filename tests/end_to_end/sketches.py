"""portolan fill: what is filled assembles, runs and is what the verdict says; every other end has its status and reason."""
import json
import subprocess
import sys

import harness
from harness import check

SOURCE = """\t.text
\t.globl\tkeep
\t.type\tkeep, @function
keep:
\tmovl\t(%rdi), %eax
\taddl\t8(%rdi), %eax
\tmovl\t%eax, 12(%rdi)
\tcmpl\t%esi, %eax
\tjl\t.L3
\tmovl\t$1, %eax
\tret
.L3:
\tmovl\t$-1, %eax
\tret
\t.size\tkeep, .-keep
"""
HEADER = "int keep(int *numbers, int limit);\n"
SKETCH = """\t.text
\t.globl\tkeep
\t.type\tkeep, %function
keep:
\tldr\tw8, [x0]
\tldr\tw9, [x0, #?imm]
\t?op{add,sub,eor,and}\tw8, w8, w9
\tstr\t?reg{w8,w9}, [x0, #12]
\tcmp\tw8, w1
\tb.?cond\t.Lless
\tmov\tw0, #1
\tret
.Lless:
\tmov\tw0, #-1
\tret
\t.size\tkeep, .-keep
"""
FILLED = SKETCH.replace("?imm", "8").replace("?op{add,sub,eor,and}", "add").replace("?reg{w8,w9}", "w8").replace("?cond", "lt")


def main():
    options = harness.options()
    work = options.work
    (work / "source.s").write_text(SOURCE)
    (work / "keep.h").write_text(HEADER)

    def fill(name, text, *words):
        (work / f"{name}.s").write_text(text)
        command = [options.portolan, "fill", work / f"{name}.s", "--against", work / "source.s", "--proto", work / "keep.h",
                   "--from", "x86-64", "--to", "aarch64", "--time", "120", *words]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)

    def filled():
        done = fill("filled", SKETCH, "-o", work / "out.s")
        check(done.returncode == 0, f"status {done.returncode}: {done.stderr}")
        check((work / "out.s").read_text() == FILLED, (work / "out.s").read_text())
        check("keep: filled, proved" in done.stderr, done.stderr)

    def as_json():
        done = fill("json", SKETCH, "--json")
        check(done.returncode == 0, f"status {done.returncode}: {done.stderr}")
        answer = json.loads(done.stdout)
        check(answer["status"] == "filled" and answer["level"] == "proved" and answer["text"] == FILLED, done.stdout)
        check([hole["value"] for hole in answer["holes"]] == ["8", "add", "w8", "lt"], done.stdout)

    def nothing_fits():
        done = fill("nothing", SKETCH.replace("?imm", "?imm{0,4,16}"), "-o", work / "nothing.out.s")
        check(done.returncode == 2, f"status {done.returncode}")
        check("nothing fits" in done.stderr and "?imm{0,4,16}" in done.stderr and "keep(" in done.stderr, done.stderr)
        check(not (work / "nothing.out.s").exists(), "something was written")

    def less_than_required():
        done = fill("tested", SKETCH, "--prove", "0", "--require", "proved", "-o", work / "tested.out.s")
        check(done.returncode == 2 and "filled, tested" in done.stderr, done.stderr)
        check(not (work / "tested.out.s").exists(), "something was written")

    def refused(text, place, reason):
        def case():
            done = fill("refused", text)
            check(done.returncode == 3, f"status {done.returncode}")
            check(f"refused.s:{place}" in done.stderr and reason in done.stderr, done.stderr)
        return case

    cases = {
        "filled": filled,
        "json": as_json,
        "nothing fits": nothing_fits,
        "less than required": less_than_required,
        "unknown kind": refused(SKETCH.replace("?imm", "?number"), "6:16", "there is no hole '?number'"),
        "unknown opcode": refused(SKETCH.replace("\tmov\tw0, #1", "\tmovq\tw0, #1"), "11:", "error"),
        "no candidate assembles": refused(SKETCH.replace("?imm", "?imm{-9999}"), "6:16", "no candidate"),
        "holes that touch": refused(SKETCH.replace("b.?cond", "b.?cond?cond"), "10:9", "two holes touch"),
        "no holes": refused(FILLED, "", "no hole to fill"),
        "other files": refused(SKETCH + '\t.incbin "/etc/hostname"\n', "17:", "cannot read other files"),
        "other files by a macro": refused(SKETCH + '.macro m a\n.inc\\a "/etc/hostname"\n.endm\nm bin\n', "20:", "other files are not read"),
    }
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
