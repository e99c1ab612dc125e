"""Numbers of 16 bits in HIP source: every function of portolan's own headers (f16 by portolan_hip_float16.h, bf16 by portolan_hip_bfloat16.h),
compiled for waves of 32 and of 64 lanes, run on the SIMT engine, against references that g++ compiles for the host. These work in
128 bits and round by their own code. NaNs are equal to NaNs.
"""
import json
import random
import struct
import sys

import harness
from harness import ROOT, Skip, check

import crossing  # noqa: F401 puts bench on the path
from common import toolchain

HEADERS = ROOT / "gpu" / "hip" / "header"
COUNT = 64
FREE = ["-DPORTOLAN_FREESTANDING", "-fdeclspec", "-nogpuinc", "-nogpulib"]
# Name in the sources, the types on the device, bits of fraction and of exponent, the word in the names of conversions.
FORMATS = {"half": ("__half", "__half2", 10, 5), "bfloat16": ("__hip_bfloat16", "__hip_bfloat162", 7, 8)}
RELATIONS = {"eq": "ordered && x == y", "ne": "ordered && x != y", "lt": "x < y", "le": "x <= y", "gt": "x > y", "ge": "x >= y"}
RELATIONS |= {name + "u": f"!ordered || ({text})" for name, text in RELATIONS.items()}
# Of three numbers a, b, c; on the host x, y, z in 128 bits, `r` rounds. A tolerance is in last places.
EXACT = {
    "__hadd(a, b)": "r(x + y)", "__hsub(a, b)": "r(x - y)", "__hmul(a, b)": "r(x * y)", "__hdiv(a, b)": "r(x / y)", "__hfma(a, b, c)": "r(x * y + z)",
    "__hadd_rn(a, b)": "r(x + y)", "__hsub_rn(a, b)": "r(x - y)", "__hmul_rn(a, b)": "r(x * y)", "__hneg(a)": "r(-x)", "__habs(a)": "r(x) & 0x7fff",
    "__hadd_sat(a, b)": "saturated(r(x + y))", "__hsub_sat(a, b)": "saturated(r(x - y))", "__hmul_sat(a, b)": "saturated(r(x * y))",
    "__hfma_sat(a, b, c)": "saturated(r(x * y + z))", "__hfma_relu(a, b, c)": "positive(r(x * y + z))",
    "__hmax(a, b)": "x != x ? r(y) : y != y ? r(x) : r(x > y ? x : y)", "__hmin(a, b)": "x != x ? r(y) : y != y ? r(x) : r(x < y ? x : y)",
    "__hmax_nan(a, b)": "ordered ? r(x > y ? x : y) : not_a_number", "__hmin_nan(a, b)": "ordered ? r(x < y ? x : y) : not_a_number",
    "hfloor(a)": "r(floorl(x))", "hceil(a)": "r(ceill(x))", "htrunc(a)": "r(truncl(x))", "hrint(a)": "r(rintl(x))",
    "hsqrt(a)": "r(sqrtl(x))", "hrcp(a)": "r(1 / x)",
}  # fmt: skip
NEAR = {"hexp(a)": "r(expl(x))", "hexp2(a)": "r(exp2l(x))", "hexp10(a)": "r(powl(10, x))", "hlog(a)": "r(logl(x))", "hlog2(a)": "r(log2l(x))",
        "hlog10(a)": "r(log10l(x))", "hrsqrt(a)": "r(1 / sqrtl(x))", "hsin(a)": "r(sinl(x))", "hcos(a)": "r(cosl(x))"}  # fmt: skip
PAIRS = {"__hadd2(p, q)": "__hadd(a, b)", "__hsub2(p, q)": "__hsub(a, b)", "__hmul2(p, q)": "__hmul(a, b)", "__h2div(p, q)": "__hdiv(a, b)",
         "__hfma2(p, q, s)": "__hfma(a, b, c)", "__hneg2(p)": "__hneg(a)", "__habs2(p)": "__habs(a)", "__hadd2_sat(p, q)": "__hadd_sat(a, b)",
         "p + q": "__hadd(a, b)", "p - q": "__hsub(a, b)", "p * q": "__hmul(a, b)", "p / q": "__hdiv(a, b)",
         "h2floor(p)": "hfloor(a)", "h2sqrt(p)": "hsqrt(a)"}  # fmt: skip
INTEGERS = {"short": "short", "ushort": "unsigned short", "int": "int", "uint": "unsigned", "ll": "long long", "ull": "unsigned long long"}
DIRECTIONS = {"rn": 0, "rz": 1, "rd": 2, "ru": 3}

HOST = """#include <cmath>
#include <cstdint>
#include <cstring>
typedef __float128 real;
static const int kFraction = %d, kExponent = %d, kLowest = 2 - (1 << (kExponent - 1));
static const uint16_t not_a_number = 0x7fff, infinite = ((1 << kExponent) - 1) << kFraction;
static real wide(uint16_t v) {
  const int exponent = v >> kFraction & ((1 << kExponent) - 1), fraction = v & ((1 << kFraction) - 1);
  real size = exponent == 0 ? fraction : fraction + (1 << kFraction);
  for (int n = exponent == 0 ? 1 : exponent; n > 1 - kLowest + kFraction; --n) size *= 2;
  for (int n = exponent == 0 ? 1 : exponent; n < 1 - kLowest + kFraction; ++n) size /= 2;
  if (exponent == (1 << kExponent) - 1) size = fraction != 0 ? __builtin_nanf128("") : __builtin_inff128();
  return v >> 15 ? -size : size;
}
// 0 to nearest even, 1 to zero, 2 down, 3 up
static uint16_t rounded(real v, int direction) {
  if (v != v) return not_a_number;
  const bool negative = v < 0 || (v == 0 && 1 / v < 0);
  const uint16_t sign = negative ? 0x8000 : 0;
  real size = negative ? -v : v;
  if (size == __builtin_inff128()) return sign | infinite;
  if (size == 0) return sign;
  int exponent = 0;
  for (; size >= 2; ++exponent) size /= 2;
  for (; size < 1 && exponent > kLowest; --exponent) size *= 2;
  if (exponent > 1 << kExponent) return sign | (direction == 1 || (direction == 2 && !negative) || (direction == 3 && negative) ? infinite - 1 : infinite);
  real steps = size * (1 << kFraction);
  int64_t whole = (int64_t)steps;
  const real rest = steps - whole;
  if (direction == 0 ? rest > 0.5 || (rest == 0.5 && whole %% 2 == 1) : rest > 0 && ((direction == 2 && negative) || (direction == 3 && !negative))) ++whole;
  if (whole == 2 << kFraction) whole /= 2, ++exponent;
  if (exponent > -kLowest + 1) return sign | (direction == 1 || (direction == 2 && !negative) || (direction == 3 && negative) ? infinite - 1 : infinite);
  return sign | (uint16_t)(whole < 1 << kFraction ? whole : whole - (1 << kFraction) + ((int64_t)(exponent - kLowest + 1) << kFraction));
}
static uint16_t r(real v) { return rounded(v, 0); }
static uint16_t saturated(uint16_t v) { const real x = wide(v); return x != x || x <= 0 ? 0 : x > 1 ? r(1) : v; }
static uint16_t positive(uint16_t v) { return wide(v) != wide(v) ? v : wide(v) > 0 ? v : 0; }
template <class I> static I integer(real v, int direction) {
  const bool is_signed = (I)-1 < (I)0;
  const int bits = 8 * sizeof(I);
  if (v != v) return bits == 64 ? (I)(1ull << 63) : 0;
  const real end = (real)(is_signed ? 1ull << (bits - 1) : ~0ull >> (64 - bits)) + (is_signed ? 0 : 1), least = is_signed ? -end : 0;
  if (v >= end) return is_signed ? (I)(~0ull >> (65 - bits)) : (I)~0ull;
  if (v < least - 1) return is_signed ? (I)(1ull << (bits - 1)) : 0;
  __int128 whole = (__int128)v;
  const real rest = v - whole;
  if (direction == 0 && (rest > 0.5 || (rest == 0.5 && whole %% 2 != 0))) ++whole;
  if (direction == 0 && (rest < -0.5 || (rest == -0.5 && whole %% 2 != 0))) --whole;
  if (direction == 2 && rest < 0) --whole;
  if (direction == 3 && rest > 0) ++whole;
  if (whole >= (__int128)end) return is_signed ? (I)(~0ull >> (65 - bits)) : (I)~0ull;
  return whole < (__int128)least ? (I)least : (I)whole;
}
"""


def cases(word):
    """(what the device computes as 64 bits, what the host expects, last places it may lie off)."""
    type_, pair, _, _ = FORMATS[word]
    bits = f"__{'half' if word == 'half' else 'bfloat16'}_as_ushort"
    exact = EXACT | {f"{type_}(a {op} b)": f"r(x {op} y)" for op in "+-*/"}
    made = [(f"{bits}({device})", host, 0) for device, host in exact.items()]
    made += [(f"{bits}({device})", host, 2) for device, host in NEAR.items()]
    for name, holds in RELATIONS.items():
        made.append((f"__h{name}(a, b)", f"({holds})", None))
        made.append((f"{bits}(__h{name}2(p, q).x)", f"({holds}) ? r(1) : 0", 0))
        made.append((f"__hb{name}2(p, {pair}(b, c))", f"({holds}) && [&](real x, real y) {{ const bool ordered = x == x && y == y; return {holds}; }}(x, z)", None))
    made.append(("__hisnan(a)", "x != x", None))
    made.append(("__hisinf(a) + 1", "(x == __builtin_inff128() ? 2 : x == -__builtin_inff128() ? 0 : 1)", None))
    known = EXACT | NEAR
    for device, single in PAIRS.items():
        made.append((f"{bits}(({device}).x)", known[single], 0))
    for name, type_of in INTEGERS.items():
        for mode, direction in DIRECTIONS.items():
            made.append((f"(unsigned long long)__{word}2{name}_{mode}(a)", f"(unsigned long long)integer<{type_of}>(x, {direction})", None))
            made.append((f"{bits}(__{name}2{word}_{mode}(({type_of})n))", f"rounded((real)({type_of})n, {direction})", 0))
    for mode in ("rz", "rd", "ru"):
        made.append((f"{bits}(__float2{word}_{mode}(f))", f"rounded(f, {DIRECTIONS[mode]})", 0))
    made.append((f"{bits}(__float2{word}(f))", "r(f)", 0))
    made.append((f"{bits}(__double2{word}(f * 1.000000001))", "r((real)(f * 1.000000001))", 0))
    made.append((f"__builtin_bit_cast(unsigned, __{word}2float(a))", "[&] { float v = x; unsigned u; memcpy(&u, &v, 4); return x != x ? u : u; }()", "nan"))
    two = "half2" if word == "half" else "bfloat162"
    low, high = f"__low2{word}", f"__high2{word}"
    for device, host in ((f"{low}(p)", "r(x)"), (f"{high}({pair}(a, b))", "r(y)"), (f"{low}(__low2{two}({pair}(a, b)))", "r(x)"), (f"{low}(__high2{two}({pair}(a, b)))", "r(y)"),
                         (f"{high}(__lows2{two}(p, q))", "r(y)"), (f"{low}(__lowhigh2highlow({pair}(a, b)))", "r(y)"),
                         (f"{high}(__float2{two}_rn(f))", "r(f)"), (f"{low}(__floats2{two}_rn(f, 1.0f))", "r(f)"), (f"__{word}2{two}(a).y", "r(x)")):  # fmt: skip
        made.append((f"{bits}({device})", host, 0))
    # The engine refuses v_div_fixup_f16 (no oracle), which clang makes of them.
    divisions = ("__hdiv", "/", "__h2div", "hrcp", "hrsqrt")
    return [m for m in made if word != "half" or not any(d in m[0] for d in divisions)]


def device_source(word):
    type_, pair, _, _ = FORMATS[word]
    lines = "".join(f"  out[{n} * {COUNT} + i] = (unsigned long long)({device});\n" for n, (device, _, _) in enumerate(cases(word)))
    return (f'#include "portolan_hip.h"\nextern "C" __global__ void k(const {type_}* in, const long long* integers, const float* floats, unsigned long long* out) {{\n'
            f"  const int i = threadIdx.x;\n  const {type_} a = in[i], b = in[{COUNT} + i], c = in[2 * {COUNT} + i];\n  const long long n = integers[i];\n"
            f"  const float f = floats[i];\n  const {pair} p(a, b), q(b, a), s(c, c);\n{lines}}}\n").replace("p(a, b), q(b, a)", "p(a, a), q(b, b)")


def host_source(word):
    _, _, fraction, exponent = FORMATS[word]
    lines = "".join(f"    out[{n} * {COUNT} + i] = (uint64_t)({host});\n" for n, (_, host, _) in enumerate(cases(word)))
    return (HOST % (fraction, exponent) + '#include <cstdio>\nint main(int, char** path) {\n'
            f"  static uint16_t in[3 * {COUNT}]; static long long integers[{COUNT}]; static float floats[{COUNT}]; static uint64_t out[{len(cases(word))} * {COUNT}];\n"
            "  FILE* file = fopen(path[1], \"rb\");\n  if (fread(in, sizeof in, 1, file) + fread(integers, sizeof integers, 1, file) + fread(floats, sizeof floats, 1, file) != 3) return 1;\n"
            f"  for (int i = 0; i < {COUNT}; ++i) {{\n    const real x = wide(in[i]), y = wide(in[{COUNT} + i]), z = wide(in[2 * {COUNT} + i]);\n"
            f"    const long long n = integers[i]; const float f = floats[i]; const bool ordered = x == x && y == y; (void)ordered, (void)z, (void)n, (void)f;\n{lines}  }}\n"
            "  fwrite(out, sizeof out, 1, stdout);\n}\n")


class ShortFloats:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def inputs(self, word):
        draw = random.Random(word)
        _, _, fraction, exponent = FORMATS[word]
        infinite = ((1 << exponent) - 1) << fraction
        special = [0, 0x8000, 1, 0x8001, infinite, infinite | 0x8000, infinite | 1 << fraction - 1, infinite - 1, 1 << fraction, (1 << fraction) - 1]
        middle = ((1 << exponent - 1) - 1) << fraction  # 1.0

        def one():
            if draw.random() < 0.2:
                return draw.choice(special)
            return (middle + draw.randint(-6 << fraction, 6 << fraction)) | draw.choice((0, 0x8000))
        numbers = [one() for _ in range(3 * COUNT)]
        integers = [draw.choice((draw.getrandbits(63) - (1 << 62), draw.randint(-70000, 70000), (1 << draw.randint(8, 62)) + draw.randint(-1, 1))) for _ in range(COUNT)]
        floats = [struct.unpack("<f", struct.pack("<f", draw.uniform(-2, 2) * 2.0 ** draw.randint(-30, 18)))[0] for _ in range(COUNT)]
        return (struct.pack(f"<{3 * COUNT}H", *numbers), struct.pack(f"<{COUNT}q", *integers), struct.pack(f"<{COUNT}f", *floats))

    def run(self, word, target, flags):
        if toolchain.missing_tools(["clang++-19", "g++"]):
            raise Skip("clang++-19 or g++ is not installed")
        source, host, data = (self.work / f"{word}.{ending}" for ending in ("hip", "cpp", "bin"))
        source.write_text(device_source(word)), host.write_text(host_source(word))
        inputs = self.inputs(word)
        data.write_bytes(b"".join(inputs))
        made = toolchain.run(["clang++-19", "-x", "hip", "-O1", "-std=c++17", "-w", f"--offload-arch={target}", "--cuda-device-only", "--no-gpu-bundle-output", *flags,
                              "-I", HEADERS, source, "-o", self.work / f"{word}.co"], timeout=200)
        check(made.status == 0, made.stderr)
        made = toolchain.run(["g++", "-std=gnu++17", "-O0", "-w", host, "-o", self.work / word], timeout=200)
        check(made.status == 0, made.stderr)
        wanted = toolchain.run([self.work / word, data], timeout=60).stdout
        size = 8 * COUNT * len(cases(word))
        outcome = toolchain.run([self.portolan, "run", self.work / f"{word}.co", "--function", "k", "--block", str(COUNT), "--time", "120000", "--json", "--",
                                 *(f"hex:{i.hex()}" for i in inputs), f"new:{size}"], timeout=200)
        check(outcome.stdout, outcome.stderr)
        result = json.loads(outcome.stdout)
        check(result["completed"], str(result["findings"]))
        got = bytes.fromhex(next(b["bytes"] for b in result["buffers"] if b["argument"] == 4))
        check(len(got) == len(wanted) == size, f"{len(got)} and {len(wanted)} bytes, {size} expected")
        left, should = (struct.unpack(f"<{size // 8}Q", b) for b in (got, wanted))
        _, _, fraction, exponent = FORMATS[word]
        infinite, bad = ((1 << exponent) - 1) << fraction, {}

        def is_nan(v):
            return v & 0x7FFF > infinite
        for n, (device, _, places) in enumerate(cases(word)):
            for i in range(COUNT):
                g, s = left[n * COUNT + i], should[n * COUNT + i]
                if g == s or (places == "nan" and (g & 0x7FFFFFFF) > 0x7F800000 and (s & 0x7FFFFFFF) > 0x7F800000):
                    continue
                if isinstance(places, int):
                    if is_nan(g) and is_nan(s):
                        continue
                    signed = [-(v & 0x7FFF) if v & 0x8000 else v for v in (g, s)]
                    # Of two zeros the least and the greatest differ by sign only where CUDA says which; sine and cosine near their zeros.
                    if places and (abs(signed[0] - signed[1]) <= places or (device.find("sin") > 0 or device.find("cos") > 0) and not is_nan(s)
                                   and abs(self.value(word, g) - self.value(word, s)) < 2e-3):
                        continue
                    if ("max" in device or "min" in device) and (g | s) & 0x7FFF == 0:
                        continue
                bad.setdefault(device, f"{device}: {g:#x}, the reference says {s:#x} (a, b, c: "
                               + ", ".join(f"{struct.unpack_from('<H', inputs[0], 2 * (k * COUNT + i))[0]:#x}" for k in range(3)) + ")")
        check(not bad, f"{len(bad)} of {len(cases(word))} differ:\n" + "\n".join(bad.values()))

    @staticmethod
    def value(word, bits):
        if word == "half":
            return struct.unpack("<e", struct.pack("<H", bits & 0xFFFF))[0]
        return struct.unpack("<f", struct.pack("<I", (bits & 0xFFFF) << 16))[0]


def main():
    options = harness.options()
    s = ShortFloats(options)
    names = {"half at 32 lanes": ("half", "gfx1100", FREE), "bfloat16 at 32 lanes": ("bfloat16", "gfx1100", FREE), "bfloat16 at 64 lanes": ("bfloat16", "gfx942", FREE)}
    return harness.run_cases({name: lambda given=given: s.run(*given) for name, given in names.items()}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
