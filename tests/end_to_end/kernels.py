"""Whole kernels of corpus/kernels: compiled by clang to PTX and to code objects of two AMD processors, run on our engine
(`portolan run`), compared with what Python computes here. Mistakes that the engine looks for are put in on purpose.
"""
import json
import random
import struct
import sys

import harness
from harness import Skip, check

import crossing  # noqa: F401 puts bench on the path
from common import toolchain

KERNELS = harness.ROOT / "corpus" / "kernels"
HEADER = harness.ROOT / "gpu" / "compile" / "device.h"
CLANG = "clang++-19"
COMMON = ["-O2", "-fdeclspec", "-ffp-contract=off", "-Wno-unknown-cuda-version", "-I", harness.ROOT / "gpu" / "hip" / "header", "-include", HEADER]
PTX = ["-x", "cuda", "--cuda-gpu-arch=sm_80", "-nocudainc", "-nocudalib", "--cuda-device-only", "-S",
       "-Xclang", "-target-feature", "-Xclang", "+ptx70"]
AMD = ["-x", "hip", "--offload-device-only", "--no-gpu-bundle-output", "-nogpulib", "-nogpuinc"]
TARGETS = ("ptx", "gfx1100", "gfx942")
PORTED = ("ptx to gfx1100", "ptx to gfx942")  # by `portolan translate`


def single(v):
    return struct.unpack("<f", struct.pack("<f", v))[0]


def fma(a, b, c):
    """Of floats: the product is exact in doubles, and (checked) so is the sum before it is rounded."""
    from fractions import Fraction
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    wide = float(exact)
    check(Fraction(wide) == exact, "numbers of the test are too fine for this reference")
    return single(wide)


class Kernels:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work
        self.random = random.Random(5)
        self.compiled = {}

    def compile(self, source, target):
        key = (source, target)
        if key not in self.compiled:
            if toolchain.missing_tools([CLANG]):
                raise Skip(f"{CLANG} is not installed")
            if target in PORTED:
                self.compiled[key] = self.port(source, target.split()[-1])
                return self.compiled[key]
            out = self.work / f"{source.stem}.{target}"
            flags = PTX if target == "ptx" else [*AMD, f"--offload-arch={target}"]
            out = out.with_suffix(".ptx") if target == "ptx" else out
            made = toolchain.run([CLANG, *flags, *COMMON, source, "-o", out], timeout=120)
            check(made.status == 0, made.stderr)
            self.compiled[key] = out
        return self.compiled[key]

    def port(self, source, processor):
        assembly, linked = self.work / f"{source.stem}.{processor}.s", self.work / f"{source.stem}.{processor}.ported"
        outcome = toolchain.run([self.portolan, "translate", self.compile(source, "ptx"), "--to", f"amdgcn:{processor}",
                                 "--require", "none", "-o", assembly], timeout=120)
        check(outcome.status == 0, f"status {outcome.status}: {outcome.stderr}")
        made = toolchain.run([CLANG, "--target=amdgcn-amd-amdhsa", f"-mcpu={processor}", "-nogpulib", "-x", "assembler", assembly,
                              "-o", linked], timeout=120)
        check(made.status == 0, made.stderr)
        return linked

    def launch(self, path, kernel, grid, block, arguments):
        outcome = toolchain.run([self.portolan, "run", path, "--function", kernel, "--grid", grid, "--block", block,
                                 "--time", "120000", "--json", "--", *arguments], timeout=200)
        check(outcome.status in (0, 2), f"status {outcome.status}: {outcome.stderr}")
        check(outcome.stdout, outcome.stderr)
        return json.loads(outcome.stdout)

    def run(self, file, kernel, grid, block, arguments, expected):
        """`expected`: bytes of buffers by argument number; every other buffer keeps what it had."""
        for target in (*TARGETS, *PORTED):
            result = self.launch(self.compile(KERNELS / file, target), kernel, grid, block, arguments)
            check(result["completed"] and not result["findings"], f"{target}: {result['findings']}")
            left = {b["argument"]: bytes.fromhex(b["bytes"]) for b in result["buffers"]}
            for number, text in enumerate(arguments, 1):
                if number not in left:
                    continue
                wanted = expected.get(number)
                if wanted is None:
                    wanted = packed(text)
                check(left[number] == wanted, f"{target}: argument {number} is {left[number].hex()[:400]}, "
                                              f"expected {wanted.hex()[:400]}")

    # Numbers with few digits, so that the reference's sums are exact before they are rounded.
    def floats(self, count, step=0.125, most=16):
        return [self.random.randint(-int(most / step), int(most / step)) * step for _ in range(count)]

    def integers(self, count, low=-1000, high=1000):
        return [self.random.randint(low, high) for _ in range(count)]

    def axpy(self):
        x, y = self.floats(100), self.floats(100)
        self.run("linear.cu", "axpy", "4", "32", ["i32:100", "f:1.5", listed("f", x), listed("f", y)],
                 {4: struct.pack("<100f", *(fma(1.5, p, q) for p, q in zip(x, y)))})

    def gemv(self):
        a, x = self.floats(20 * 9), self.floats(9)
        y = []
        for row in range(20):
            total = 0.0
            for k in range(9):
                total = fma(a[row * 9 + k], x[k], total)
            y.append(total)
        self.run("linear.cu", "gemv", "1", "40", ["i32:20", "i32:9", listed("f", a), listed("f", x), "buf:80"],
                 {5: struct.pack("<20f", *y)})

    def product(self, kernel, grid, block):
        m, n, k = 11, 9, 13
        a, b = self.floats(m * k), self.floats(k * n)
        c = []
        for row in range(m):
            for column in range(n):
                total = 0.0
                for i in range(k):
                    total = fma(a[row * k + i], b[i * n + column], total)
                c.append(total)
        self.run("linear.cu", kernel, grid, block,
                 [f"i32:{m}", f"i32:{n}", f"i32:{k}", listed("f", a), listed("f", b), f"buf:{4 * m * n}"],
                 {6: struct.pack(f"<{m * n}f", *c)})

    def gemm(self):
        self.product("gemm", "3,3", "4,4")

    def gemm_tiled(self):
        self.product("gemm_tiled", "2,2", "8,8")

    def reduce(self):
        v = self.integers(150)
        sums = [sum(v[:96]), sum(v[96:])]
        self.run("collective.cu", "reduce", "2", "96", ["i32:150", listed("i32", v), "buf:8"],
                 {3: struct.pack("<2i", *sums)})

    def warp_scan(self):
        v = self.integers(96)
        sums = [sum(v[i - i % 32:i + 1]) for i in range(96)]
        self.run("collective.cu", "warp_scan", "1", "96", [listed("i32", v), "new:384"],
                 {2: struct.pack("<96i", *sums)})

    def block_scan(self):
        v = self.integers(128)
        sums = [sum(v[i - i % 64:i]) for i in range(128)]
        self.run("collective.cu", "block_scan", "2", "64", [listed("i32", v), "new:512"],
                 {2: struct.pack("<128i", *sums)})

    def histogram(self):
        v = [self.random.randrange(256) for _ in range(500)]
        counts = [sum(1 for b in v if b % 16 == n) for n in range(16)]
        self.run("collective.cu", "histogram", "2", "48", ["i32:500", "hex:" + bytes(v).hex(), "buf:64"],
                 {3: struct.pack("<16I", *counts)})

    def compact(self):
        v = self.integers(96)
        kept = [[p for p in v[w * 32:w * 32 + 32] if p > 0] for w in range(3)]
        out = [p for warp in kept for p in warp + [0] * (32 - len(warp))]
        self.run("collective.cu", "compact", "1", "96", [listed("i32", v), "buf:384", "new:12"],
                 {2: struct.pack("<96i", *out), 3: struct.pack("<3I", *map(len, kept))})

    def greatest(self):
        v = self.integers(70)
        self.run("collective.cu", "greatest", "3", "32", ["i32:70", listed("i32", v), "i32*:-5000"],
                 {3: struct.pack("<i", max(v))})

    def jacobi(self):
        n = 10
        v = [self.random.random() for _ in range(n * n)]
        out = list(v)
        for y in range(1, n - 1):
            for x in range(1, n - 1):
                at = y * n + x
                out[at] = 0.25 * (v[at - 1] + v[at + 1] + v[at - n] + v[at + n])
        self.run("local.cu", "jacobi", "3,3", "4,4", [f"i32:{n}", listed("d", v), "new:800"],
                 {3: struct.pack(f"<{n * n}d", *out)})

    def transpose(self):
        rows, columns = 11, 18
        v = self.integers(rows * columns)
        self.run("local.cu", "transpose", "3,2", "8,8",
                 [f"i32:{rows}", f"i32:{columns}", listed("i32", v), f"new:{4 * rows * columns}"],
                 {4: struct.pack(f"<{rows * columns}i", *(v[y * columns + x] for x in range(columns) for y in range(rows)))})

    def collatz(self):
        v = [self.random.randint(1, 300) for _ in range(50)]

        def steps(n):
            count = 0
            while n > 1:
                n, count = (n // 2 if n % 2 == 0 else 3 * n + 1), count + 1
            return count
        self.run("local.cu", "collatz", "2", "32", ["i32:50", listed("i32", v), "new:200"],
                 {3: struct.pack("<50I", *map(steps, v))})

    def quantise(self):
        columns = 33
        v = [single(self.random.uniform(-4, 4)) for _ in range(columns)]
        scale, codes = single(0.03), []
        for p in v:
            q = single(p / scale)
            q = max(-127.0, min(127.0, q))
            codes.append(int(single(q - 0.5) if q < 0 else single(q + 0.5)))
        self.run("local.cu", "quantise", "1", str(columns),
                 [f"i32:{columns}", f"f:{scale!r}", listed("f", v), f"new:{columns}", f"new:{4 * columns}"],
                 {4: struct.pack(f"<{columns}b", *codes), 5: struct.pack(f"<{columns}f", *(single(c * scale) for c in codes))})

    def mix64(self):
        mask = (1 << 64) - 1
        v = [self.random.getrandbits(63) for _ in range(40)]

        def mixed(z):
            z = (z + 0x9e3779b97f4a7c15) & mask
            z = ((z ^ z >> 30) * 0xbf58476d1ce4e5b9) & mask
            z = ((z ^ z >> 27) * 0x94d049bb133111eb) & mask
            return z ^ z >> 31
        self.run("local.cu", "mix64", "2", "32", ["i32:40", listed("i64", v), "new:320"],
                 {3: struct.pack("<40Q", *map(mixed, v))})

    def found(self, name, text, grid, block, arguments, kind, targets=TARGETS):
        source = self.work / f"{name}.cu"
        source.write_text(text)
        for target in targets:
            result = self.launch(self.compile(source, target), name, grid, block, arguments)
            kinds = [f["kind"] for f in result["findings"]]
            check(kind in kinds, f"{name}, {target}: expected '{kind}', found {result['findings']}")

    def mistakes(self):
        """One of each kind that the engine looks for."""
        head = 'extern "C" __global__ void '
        self.found("race", head + "race(int* p) { __shared__ int s[96]; s[threadIdx.x] = threadIdx.x;"
                                  " p[threadIdx.x] = s[95 - threadIdx.x]; }", "1", "96", ["buf:384"], "race")
        self.found("beyond", head + "beyond(int* p) { p[threadIdx.x] = 1; }", "1", "32", ["buf:124"], "out of bounds")
        self.found("unset", head + "unset(int* p, int* q) { q[threadIdx.x] = p[threadIdx.x] + 1; }", "1", "32",
                   ["new:128", "buf:128"], "uninitialised memory")
        self.found("divergent", head + "divergent(int* p) { if (threadIdx.x < 16) __syncthreads(); p[threadIdx.x] = 1; "
                                       "if (threadIdx.x >= 16) { __syncthreads(); p[0] = 2; } }",
                   "1", "32", ["buf:128"], "barrier divergence", ("ptx",))
        outcome = toolchain.run([self.portolan, "run", self.compile(KERNELS / "local.cu", "ptx"), "--function", "collatz",
                                 "--time", "300", "--", "i32:1", "i32*:2,1", "buf:4"], timeout=60)
        check(outcome.status == 0, str(outcome.stdout) + outcome.stderr)
        source = self.work / "endless.ptx"
        source.write_text(".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry endless()\n{\nL:\n bra L;\n}\n")
        outcome = toolchain.run([self.portolan, "run", source, "--function", "endless", "--time", "300"], timeout=60)
        check(outcome.status == 2 and b"time limit" in outcome.stdout, str(outcome.stdout) + outcome.stderr)

    def refusals(self):
        """What cannot be carried to a wave is refused with its line."""
        head = ".version 7.0\n.target sm_80\n.address_size 64\n"
        body = ".visible .entry k(.param .u64 p)\n{\n .reg .b32 %r<4>;\n .reg .b64 %d<4>;\n .reg .f32 %f<4>;\n"
        for name, text, said in (
            ("barrier", body + " bar.sync 1, 64;\n ret;\n}\n", "k.ptx:9: error: kernel 'k': barriers other than that of the whole block"),
            ("trap", body + " trap;\n}\n", "a trap"),
            ("multiply", body + " .shared .b32 s;\n mov.u64 %d1, s;\n cvta.shared.u64 %d2, %d1;\n mul.lo.u64 %d2, %d2, %d3;\n"
                                " ld.param.u64 %d1, [p];\n st.global.u64 [%d1], %d2;\n ret;\n}\n", "generic addresses"),
            ("rounding", body + " .reg .f64 %e<4>;\n add.rz.f64 %e1, %e2, %e3;\n ld.param.u64 %d1, [p];\n st.global.f64 [%d1], %e1;\n"
                                " ret;\n}\n", "rounding other than to nearest"),
            ("variable", ".global .b32 g;\n.global .u64 h = g;\n" + body + " ld.param.u64 %d1, [p];\n ld.global.u64 %d2, [h];\n"
                         " st.global.u64 [%d1], %d2;\n ret;\n}\n", "the variable 'h'"),
            ("wide", body + " .reg .b128 %q<3>;\n ld.param.u64 %d1, [p];\n atom.global.exch.b128 %q1, [%d1], %q2;\n ret;\n}\n",
             "atomic operations on more than 64 bits"),
        ):
            path = self.work / name / "k.ptx"
            path.parent.mkdir()
            path.write_text(head + text)
            out = path.with_suffix(".s")
            outcome = toolchain.run([self.portolan, "translate", path, "--to", "amdgcn:gfx1100", "--require", "none", "-o", out],
                                    timeout=60)
            check(outcome.status == 2 and said in outcome.stderr and not out.exists(),
                  f"{name}: status {outcome.status}: {outcome.stderr}")
        path = self.work / "barrier" / "k.ptx"
        outcome = toolchain.run([self.portolan, "translate", path, "--to", "amdgcn:gfx9", "-o", path.with_suffix(".s")], timeout=60)
        check(outcome.status == 3 and "known: amdgcn:gfx1100" in outcome.stderr, outcome.stderr)

    def bad_use(self):
        ptx = self.compile(KERNELS / "linear.cu", "ptx")
        for arguments, said in (
            (["--function", "nothing"], "there is no kernel 'nothing'; there are: axpy"),
            (["--function", "axpy", "--", "i32:1"], "takes 4 arguments, not 1"),
            (["--function", "axpy", "--", "i64:1", "f:1", "buf:4", "buf:4"], "argument 1 of 'axpy' has 4 bytes"),
            (["--function", "axpy", "--grid", "0", "--", "i32:1", "f:1", "buf:4", "buf:4"], "--grid and --block take"),
            (["--function", "axpy", "--", "i32:x", "f:1", "buf:4", "buf:4"], "argument 1, 'i32:x'"),
        ):
            outcome = toolchain.run([self.portolan, "run", ptx, *arguments], timeout=60)
            check(outcome.status == 3 and said in outcome.stderr, f"{arguments}: {outcome.status} {outcome.stderr}")
        lifted = toolchain.run([self.portolan, "lift", ptx], timeout=60)
        check(lifted.status == 0 and b"axpy" in lifted.stdout, lifted.stderr)
        for target in TARGETS[1:]:
            lifted = toolchain.run([self.portolan, "lift", self.compile(KERNELS / "linear.cu", target)], timeout=60)
            check(lifted.status == 0 and b"axpy" in lifted.stdout, lifted.stderr)


def listed(kind, values):
    return f"{kind}*:" + ",".join(repr(v) for v in values)


def packed(argument):
    kind, _, text = argument.partition(":")
    if kind == "hex":
        return bytes.fromhex(text)
    if kind in ("buf", "new"):
        return bytes(int(text))
    form = {"i32*": "i", "i64*": "q", "f*": "f", "d*": "d"}[kind]
    values = [(float if form in "fd" else int)(v) for v in text.split(",")]
    return struct.pack(f"<{len(values)}{form}", *values)


def main():
    options = harness.options()
    k = Kernels(options)
    names = ("axpy", "gemv", "gemm", "gemm_tiled", "reduce", "warp_scan", "block_scan", "histogram", "compact", "greatest",
             "jacobi", "transpose", "collatz", "quantise", "mix64", "mistakes", "refusals", "bad_use")
    return harness.run_cases({name: getattr(k, name) for name in names}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
