"""portolan port of loops in assembly, as three compilers write them: to a chip, whose emulator runs the program on inputs given here,
and to riscv64, under QEMU. Expected results are Python's. Then specifications that a language model proposes: the right one is used,
wrong ones and those that would make comparing pointless are not.
"""
import json
import math
import os
import random
import shutil
import subprocess
import sys

import harness
import model_server
from harness import check
from port import Port

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

COMPILERS = {"x86-64": "gcc", "aarch64": "aarch64-linux-gnu-gcc", "riscv64": "riscv64-linux-gnu-gcc"}
SOURCE = """
#include <math.h>
void gemm8(int m, int n, int k, const signed char *a, const signed char *b, int *c) {
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      int sum = 0;
      for (int l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
      c[i * n + j] = sum;
    }
}
void narrow8(int m, int n, int k, const signed char *a, const signed char *b, signed char *c) {
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      int sum = 0;
      for (int l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
      sum = (sum + 32) >> 6;
      c[i * n + j] = sum < -128 ? -128 : sum > 127 ? 127 : sum;
    }
}
void softmax(int rows, int columns, const float *x, float *y) {
  for (int r = 0; r < rows; ++r) {
    const float *from = x + r * columns;
    float *to = y + r * columns, most = from[0], sum = 0;
    for (int c = 1; c < columns; ++c) if (from[c] > most) most = from[c];
    for (int c = 0; c < columns; ++c) sum += to[c] = expf(from[c] - most);
    for (int c = 0; c < columns; ++c) to[c] /= sum;
  }
}
int first_above(int n, const float *x) {
  int i = 0;
  while (i < n && x[i] <= 0) ++i;
  return i;
}
"""
MANIFEST = """
[[kernel]]
file = "loops.s"
name = "gemm8"
sizes = { m = [2, 6, 9], n = [3, 7, 11], k = [2, 6, 8] }
arguments = [{ name = "m", type = "i32", value = "m" }, { name = "n", type = "i32", value = "n" },
             { name = "k", type = "i32", value = "k" }, { name = "a", type = "i8", in = "m * k" },
             { name = "b", type = "i8", in = "k * n" }, { name = "c", type = "i32", out = "m * n" }]
"""
MANIFEST += MANIFEST.replace("gemm8", "narrow8").replace('"c", type = "i32"', '"c", type = "i8"')
SOFTMAX = """
[[kernel]]
file = "loops.s"
name = "softmax"
sizes = { rows = [1, 3, 5, 6], columns = [2, 7, 9, 12] }
arguments = [{ name = "rows", type = "i32", value = "rows" }, { name = "columns", type = "i32", value = "columns" },
             { name = "x", type = "f32", in = "rows * columns" }, { name = "y", type = "f32", out = "rows * columns" }]
"""
ENDS_BY_DATA = """
[[kernel]]
file = "loops.s"
name = "first_above"
sizes = { n = [4, 6, 9] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "x", type = "f32", in = "n" },
             { name = "i", type = "i32", returned = true }]
"""
# Places that the search has no form for.
STRIDES = ("""void strides(int n, const float *x, float *y) {
  for (int i = 0, from = 0; i < n; ++i) {
    y[i] = 2 * x[from];
    from += 5;
    if (from >= n) from -= n;
  }
}
""", """
[[kernel]]
file = "strides.s"
name = "strides"
sizes = { n = [5, 6, 7, 9, 13] }
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "x", type = "f32", in = "n" }, { name = "y", type = "f32", out = "n" }]
""")
RIGHT = 'spec strides "every fifth"\nsize n = 8\ninput x : f32[n]\noutput y[i in 0 .. n] : f64 = 2.0 * f64(x[i * 5 % n]) within 0.001\n'
WRONG = {
    "another place": RIGHT.replace("i * 5", "i * 4"),
    "any result will do": RIGHT.replace("within 0.001", "within 100.0"),
    "inputs that are all alike": RIGHT.replace("f32[n]", "f32[n] in -0.001 .. 0.001"),
    "a tensor that is none of the kernel's": RIGHT.replace("input x", "input z : f32[n]\ninput x"),
    "no specification": "y[i] = 2 x[5 i mod n]\n",
}


class Loops:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work
        self.chips = Port(options)

    def assembly(self, name, processor, source, manifest, file="loops"):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        text = self.work / f"{name}.{file}.c"
        text.write_text(source)
        subprocess.run([COMPILERS[processor], "-O2", "-S", "-fno-pic", text, "-o", folder / f"{file}.s"], check=True)
        (folder / "port.toml").write_text(manifest)
        return folder

    def port(self, folder, target, out, *arguments, status=0):
        outcome = toolchain.run([self.portolan, "port", folder, "--to", target, "--out", out, *arguments], timeout=200)
        said = outcome.stdout.decode() + outcome.stderr
        check(outcome.status == status, f"port {folder.name} --to {target}: status {outcome.status}, not {status}\n{said}")
        return {k["name"]: k for k in json.loads((out / "report.json").read_text())["kernels"]}

    def to_chip(self, processor):
        """A product of bytes becomes Gemmini's, one that is rounded, shifted and limited VTA's; their programs are run on numbers of ours."""
        folder, sizes = self.assembly(f"chip.{processor}", processor, SOURCE, MANIFEST), dict(m=5, n=21, k=18)
        for chip, name, finish in (("gemmini", "gemm8", lambda s: s), ("vta", "narrow8", lambda s: max(-128, min(127, (s + 32) >> 6)))):
            out = self.work / f"chip.{processor}.{chip}"
            # The other one is refused there.
            report = self.port(folder, chip, out, *[word for size, value in sizes.items() for word in ("--set", f"{size}={value}")], status=2)[name]
            check(report["verdict"] == "proved" and report["lifted"]["verdict"] == "bounded", f"{report['verdict']}, {report['lifted']}")
            check(report["lifted"]["sampled"] == [] and len(report["lifted"]["same_expressions"]) >= 3, f"{report['lifted']}")
            draw, m, n, k = random.Random(7), *sizes.values()
            given = {"a": [draw.randint(-128, 127) for _ in range(m * k)], "b": [draw.randint(-128, 127) for _ in range(k * n)]}
            got = self.chips.run(chip, out, name, (), report, given)
            wanted = [finish(sum(given["a"][i * k + p] * given["b"][p * n + j] for p in range(k))) for i in range(m) for j in range(n)]
            check(got == wanted, f"{processor} {name}: {[p for p in enumerate(zip(got, wanted)) if p[1][0] != p[1][1]][:4]}")

    def to_riscv64(self, processor):
        """Softmax, with expf by its name, from three processors to loops for one; a loop that data ends is refused."""
        folder, out = self.assembly(f"loop.{processor}", processor, SOURCE, SOFTMAX + ENDS_BY_DATA), self.work / f"loop.{processor}.out"
        kernels = self.port(folder, "riscv64", out, "--set", "rows=3", "--set", "columns=10", status=2)
        refused, report = kernels["first_above"], kernels["softmax"]
        check(refused["verdict"] == "refused" and "not lifted" in refused["reason"], f"{refused}")
        check(report["verdict"] == "tested", f"{report}")
        draw = random.Random(3)
        x = [draw.uniform(-4, 4) for _ in range(30)]
        (out / "host.c").write_text(f'#include "softmax.h"\n#include <stdio.h>\nstatic const float x[] = {{{", ".join(map(str, x))}}};\nstatic double y[30];\n'
                                    "static _Alignas(64) char workspace[softmax_workspace + 1];\nint main(void) {\n"
                                    "  const struct softmax_tensors all = {.x = x, .y = y, .workspace = workspace};\n  softmax(&all);\n"
                                    '  for (int i = 0; i < 30; ++i) printf("%.9g\\n", y[i]);\n  return 0;\n}\n')
        subprocess.run(["riscv64-linux-gnu-gcc", "-std=c11", "-static", "-o", out / "host", out / "host.c", out / "softmax.o"], check=True)
        got = [float(word) for word in subprocess.run(["qemu-riscv64", out / "host"], check=True, capture_output=True).stdout.split()]
        for row in range(3):
            part = [math.exp(v) for v in x[10 * row:10 * row + 10]]
            for a, b in zip(got[10 * row:10 * row + 10], part, strict=True):
                check(abs(a - b / sum(part)) < 1e-4, f"{processor}: {a} and {b / sum(part)}")

    def proposed(self):
        folder = self.assembly("strides", "x86-64", *STRIDES, file="strides")
        alone = self.port(folder, "riscv64", self.work / "alone", status=2)["strides"]
        check(alone["verdict"] == "refused" and "proposed" not in alone, f"{alone}")
        # Wrong ones first; what is said of one comes with the next question.
        answers = [*WRONG.values(), RIGHT]
        record = self.work / "record"
        options = ("--propose-specifications", "--samples", "1", "--rounds", str(len(answers)), "--model", "test")
        os.environ["XDG_CACHE_HOME"] = str(self.work / "cache")
        with model_server.serving(model_server.model(lambda number, request: [f"Here:\n```\n{answers[number]}```\n"])) as server:
            first = self.port(folder, "riscv64", self.work / "asked", *options, "--endpoint", server.url, "--record", record)["strides"]
            questions = server.questions()
        check(first["verdict"] == "tested" and first["lifted"]["by"] == "proposer", f"{first}")
        check(first["proposed"]["judged"] == len(answers) and len(first["proposed"]["reasons"]) == len(WRONG), f"{first['proposed']}")
        check(len(questions) == len(answers) and "i * 5 % n" not in model_server.text_of(questions[0]), f"{len(questions)} questions")
        check(all(reason in model_server.text_of(question) for reason, question in zip(first["proposed"]["reasons"], questions[1:])), "a reason that wasn't told")
        again = self.port(folder, "riscv64", self.work / "replayed", *options, "--replay", record)["strides"]
        check((self.work / "replayed" / "strides.spec").read_text() == RIGHT and again["lifted"] == first["lifted"], f"{again}")

    def only_wrong(self):
        folder = self.assembly("wrong", "x86-64", *STRIDES, file="strides")
        for name, text in WRONG.items():
            with model_server.serving(model_server.model(lambda number, request, text=text: [text])) as server:
                report = self.port(folder, "riscv64", self.work / "wrong.out", "--propose-specifications", "--samples", "1", "--rounds", "0", "--model", "test",
                                   "--endpoint", server.url, status=2)["strides"]
            check(report["verdict"] == "refused" and "not lifted" in report["reason"] and report["proposed"]["judged"] == 1, f"{name}: {report}")

    def cases(self):
        cases = {"proposed": self.proposed, "only wrong proposals": self.only_wrong}
        for processor in COMPILERS:
            cases[f"to a chip from {processor}"] = lambda p=processor: self.to_chip(p)
            cases[f"to riscv64 from {processor}"] = lambda p=processor: self.to_riscv64(p)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Loops(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())
