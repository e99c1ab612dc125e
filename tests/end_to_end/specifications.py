"""Tensor specifications through the command: results against Python's own arithmetic, and mistakes with their places.
"""
import json
import math
import random
import re
import struct
import sys

import harness
from harness import ROOT, check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

CORPUS = ROOT / "corpus" / "specifications"
FRAME = 'spec t "a test"\nsize N = 4\nsize M = 3\ninput x : s32[N]\ninput y : s32[M]\ninput w : f32[N]\n'

# What stands behind FRAME, and where and what must be said of it.
WRONG = (
    ("output z[i] : s32 = x[i] + y[i]\n", r"7:\d+: error: i counts through 3 elements here .* and through 4"),
    ("output z : s32 = s32.wrap(sum(k) x[k] * y[k])\n", r"7:\d+: error: k counts through"),
    ("output z[i] : s32 = 1\n", r"7:10: error: how far i runs doesn't follow"),
    ("output z : s32 = s32.wrap(sum(k) 3)\n", r"7:\d+: error: how far k runs doesn't follow"),
    ("output z[i] : s32 = x[i] + a\n", r"7:\d+: error: nothing is called 'a'"),
    ("output z[i] : s32 = x[i, i]\n", r"7:\d+: error: x has 1 index\(es\), not 2"),
    ("output z[i] : f32 = x[i]\n", r"7:\d+: error: this place holds f32, and the value is an integer"),
    ("output z[i] : f32 = f32(x[i]) * bf16(w[i])\n", r"7:\d+: error: f32 and bf16 don't mix"),
    ("output z[i] : s32 = z[i]\n", r"7:\d+: error: z is what this equation says"),
    ("value a[i] : s32 = b[i]\noutput b[i] : s32 = x[i]\n", r"7:\d+: error: b is computed further down"),
    ("value a[i] : s32 = x[i]\n", r"1:1: error: a specification has at least one output"),
    ("value a[i] : s32 = x[i] within 0.5\noutput z[i] : s32 = a[i]\n", r"7:\d+: error: only an output has a tolerance"),
    ("output z[i] : s32 = x[i] within 1\n", r"7:\d+: error: expected a real number such as 0.01"),
    ("output z[i] : s32 = x[i] within 1.5\n", r"7:\d+: error: a tolerance is above 0 and below 1"),
    ("input v : f32[N] in 1.0 .. -1.0\noutput z[i] : f32 = v[i]\n", r"7:\d+: error: the first number is the smaller one"),
    ("output z[i in 1 .. N] : s32 = x[i]\n", r"7:\d+: error: the index of a result begins at 0"),
    ("output x[i] : s32 = y[i]\n", r"'x' is declared twice"),
    ("output z[i] : s32 = sum(k) x[k] +\n", r"expected an expression"),
    ("instruction a : b {}\n", r"7:1: error: expected a declaration"),
)
# What can only be seen when it runs.
UNDEFINED = (
    ("output z[i] : s8 = x[i]\n", "x=1,2,300,4", r"7:\d+: error: undefined: 300 doesn't fit in 8 bits"),
    ("output z[i] : s32 = div_zero(1, x[i])\n", "x=1,0,1,1", r"7:\d+: error: undefined: a division by zero"),
    ("output z[i in 0 .. N] : s32 = x[i + 1]\n", "x=1,2,3,4", r"7:\d+: error: illegal: x has 4 elements here, and the index is 4"),
)


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def brain(value):
    """To the nearest bfloat16, ties to even."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000))[0]


def clamp(value, low, high):
    return max(low, min(high, value))


def listed(values):
    return ",".join(repr(value) for value in values)


class Specifications:
    def __init__(self, options):
        self.portolan = options.portolan
        self.work = options.work

    def run(self, path, *arguments, status=0):
        outcome = toolchain.run([self.portolan, "run", path, *arguments], timeout=120)
        check(outcome.status == status, f"run {path} {arguments}: status {outcome.status}, not {status}\n{outcome.stderr}")
        return outcome

    def write(self, name, text):
        path = self.work / name
        path.write_text(text)
        return path

    def results(self, path, *arguments):
        return json.loads(self.run(path, "--json", *arguments).stdout)

    def compare(self, got, expected):
        wrong = [(n, g, e) for n, (g, e) in enumerate(zip(got, expected)) if g != e]
        check(len(got) == len(expected) > 0 and not wrong, f"{len(got)} elements; (place, here, expected): {wrong[:4]}")

    def gemm(self, name, bias, requantise):
        draw = random.Random(5)
        for m, k, n in ((1, 1, 1), (3, 5, 2), (4, 70, 9)):
            a = [draw.randint(-128, 127) for _ in range(m * k)]
            b = [draw.randint(-128, 127) for _ in range(k * n)]
            c = [draw.randint(-9999, 9999) if bias else 0 for _ in range(n)]
            given = ["--input", f"A={listed(a)}", "--input", f"B={listed(b)}"] + (["--input", f"bias={listed(c)}"] if bias else [])
            got = self.results(CORPUS / f"{name}.spec", "--set", f"M={m}", "--set", f"K={k}", "--set", f"N={n}", *given)["C"]
            self.compare(got, [requantise(c[j] + sum(a[i * k + x] * b[x * n + j] for x in range(k))) for i in range(m) for j in range(n)])

    def gemm_real_scale(self):
        self.gemm("gemm_s8", False, lambda s: clamp(round(single(single(s) * 0.03125)), -128, 127))

    def gemm_shift(self):
        self.gemm("gemm_s8_shift", True, lambda s: clamp(max(s >> 6, 0), -128, 127))

    def silu(self):
        draw = random.Random(6)
        x = [brain(draw.uniform(-9, 9)) for _ in range(40)]

        def silu(v):
            e = brain(single(math.exp(clamp(-v, -88.0, 88.0))))
            return brain(single(v * brain(single(1.0 / brain(single(e + 1.0))))))
        self.compare(self.results(CORPUS / "silu_bf16.spec", "--set", "N=40", "--input", f"x={listed(x)}")["y"], [silu(v) for v in x])

    def softmax(self):
        draw = random.Random(7)
        x = [single(draw.uniform(-5, 5)) for _ in range(3 * 7)]
        expected = []
        for i in range(3):
            row = x[7 * i:7 * i + 7]
            e = [single(math.exp(single(v - max(row)))) for v in row]
            total = 0.0
            for v in e:
                total = single(total + v)
            expected += [single(v / total) for v in e]
        self.compare(self.results(CORPUS / "softmax_f32.spec", "--set", "M=3", "--set", "N=7", "--input", f"x={listed(x)}")["y"], expected)

    def window(self):
        """An index with bounds, a function, a filter, a result of no dimension, inputs from a file."""
        path = self.write("window.spec", 'spec w "sums of neighbours"\nsize N = 6\nlet R = 3\nfunction twice(n) = 2 * n\ninput x : s32[N]\n'
                          "output y[i in 0 .. N - R + 1] : s32 = s32.wrap(sum(r in 0 .. R) twice(x[i + r]))\n"
                          "output odd : s32 = count(i) (x[i] % 2 == 1)\noutput even : s32 = s32.wrap(sum(i if x[i] % 2 == 0) x[i])\n")
        values = [3, -4, 10, 7, 0, -5]
        got = self.results(path, "--input", f"x=@{self.write('x.txt', ' '.join(map(str, values)))}")
        self.compare(got["y"], [2 * sum(values[i:i + 3]) for i in range(4)])
        check(got["odd"] == [3] and got["even"] == [6], f"{got}")

    def wrong(self, number):
        text, said = WRONG[number]
        outcome = self.run(self.write(f"wrong{number}.spec", FRAME + text), status=3)
        check(re.search(said, outcome.stderr), f"{outcome.stderr}\nshould say: {said}")

    def undefined(self, number):
        text, given, said = UNDEFINED[number]
        outcome = self.run(self.write(f"undefined{number}.spec", FRAME.replace("input w : f32[N]\n", "") + text.replace("7:", "6:")), "--input", given, status=2)
        check(re.search(said.replace("7:", "6:"), outcome.stderr), f"{outcome.stderr}\nshould say: {said}")

    def arguments(self):
        path = CORPUS / "gemm_s8.spec"
        for given in (("--set", "M=0"), ("--set", "Q=1"), ("--set", "M"), ("--input", "A=1,2"), ("--input", "Q=1"),
                      ("--set", "M=1", "--set", "K=1", "--input", "A=300"), ("--set", "M=1", "--set", "K=1", "--input", "A=x")):
            check(self.run(path, *given, status=3).stderr, f"nothing was said of {given}")

    def cases(self):
        cases = {name: getattr(self, name) for name in ("gemm_real_scale", "gemm_shift", "silu", "softmax", "window", "arguments")}
        for number in range(len(WRONG)):
            cases[f"wrong.{number}"] = lambda number=number: self.wrong(number)
        for number in range(len(UNDEFINED)):
            cases[f"undefined.{number}"] = lambda number=number: self.undefined(number)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Specifications(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())
