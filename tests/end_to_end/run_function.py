"""portolan run: the results, buffers and endings it reports, on every engine, against the same C compiled and run here."""
import ctypes
import json
import re
import struct
import sys

import harness
from harness import check

import crossing
from common import toolchain

C = """
long gcd(long a, long b) { while (b) { long t = a % b; a = b; b = t; } return a; }
int narrow(int a) { return a - 7; }
double mean(const double* p, long n, float scale) { double s = 0; for (long i = 0; i < n; ++i) s += p[i]; return s / n * scale; }
long many(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j; }
void shout(char* s) { for (; *s; ++s) if (*s >= 'a' && *s <= 'z') *s -= 32; }
long missing(long);
long calls(long a) { return missing(a) + 1; }
int printf(const char*, ...);
int prints(int a) { return printf("a is %d\\n", a); }
void forever(void) { for (;;) __asm__ volatile(""); }
int reads(const int* p) { return p[4]; }
"""
ENGINES = {"x86-64": ("native", "unicorn", "qemu", "ir"), "aarch64": ("unicorn", "qemu", "ir"), "riscv64": ("unicorn", "qemu", "ir")}


class RunFunction:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work
        source = self.work / "f.c"
        source.write_text(C)
        self.files = {}
        for name, isa in crossing.ISAS.items():
            self.files[name] = self.work / f"{name}.s"
            made = toolchain.run([isa.gcc, "-O1", "-w", "-fno-stack-protector", "-S", "-o", self.files[name], source])
            check(made.status == 0, made.stderr)
        plain = self.work / "plain.c"
        plain.write_text("\n".join(line for line in C.splitlines() if "missing" not in line and "printf" not in line))
        made = toolchain.run(["gcc", "-O1", "-w", "-shared", "-fPIC", "-o", self.work / "f.so", plain])
        check(made.status == 0, made.stderr)
        self.host = ctypes.CDLL(str(self.work / "f.so"))

    def run(self, isa, engine, function, *arguments, status=0):
        command = [self.portolan, "run", self.files[isa], "--json", "--engine", engine, "--function", function, "--", *map(str, arguments)]
        outcome = toolchain.run(command, timeout=60)
        check(outcome.status == status, f"{command}: status {outcome.status}\n{outcome.stdout}{outcome.stderr}")
        return json.loads(outcome.stdout)

    def on_all(self, case):
        for isa, engines in ENGINES.items():
            for engine in engines:
                case(isa, engine)

    def integers(self):
        def case(isa, engine):
            for a, b in ((48, -36), (2**62, 12345678), (-9, 0)):
                self.host.gcd.restype = ctypes.c_long
                expected = self.host.gcd(ctypes.c_long(a), ctypes.c_long(b))
                got = self.run(isa, engine, "gcd", a, hex(b) if b > 0 else b)
                check(int(got["integer_results"][0], 16) == expected % 2**64, f"{isa} {engine} gcd({a}, {b}): {got}")
            got = self.run(isa, engine, "narrow", -2147483648 + 6)
            expected = self.host.narrow(ctypes.c_int(-2147483648 + 6))
            check(int(got["integer_results"][0], 16) % 2**32 == expected % 2**32, f"{isa} {engine}: {got}")

        self.on_all(case)

    def floating_point_and_bytes(self):
        numbers = struct.pack("<4d", 1.5, -2.25, 1e3, 0.125)
        self.host.mean.restype = ctypes.c_double
        expected = self.host.mean((ctypes.c_double * 4).from_buffer_copy(numbers), ctypes.c_long(4), ctypes.c_float(0.3))

        def case(isa, engine):
            got = self.run(isa, engine, "mean", "hex:" + numbers.hex(), 4, "f:0.3")
            bits = struct.unpack("<d", struct.pack("<Q", int(got["floating_result"], 16)))[0]
            check(bits == expected, f"{isa} {engine}: {bits} instead of {expected}")

        self.on_all(case)

    def stack_arguments(self):
        self.host.many.restype = ctypes.c_long
        values = [3, -1, 4, 1, -5, 9, 2, 6, 5, 3]
        expected = self.host.many(*(ctypes.c_long(value) for value in values)) % 2**64
        self.on_all(lambda isa, engine: check(
            int(self.run(isa, engine, "many", *values)["integer_results"][0], 16) == expected, f"{isa} {engine}"))

    def buffers(self):
        text = ctypes.create_string_buffer(b"Port of call 7")
        self.host.shout(text)

        def case(isa, engine):
            got = self.run(isa, engine, "shout", "str:Port of call 7")
            check(bytes.fromhex(got["buffers"][0]["bytes"]) == text.raw, f"{isa} {engine}: {got}")

        self.on_all(case)

    def endings(self):
        def case(isa, engine):
            got = self.run(isa, engine, "reads", "buf:16", status=2)
            check(got["ending"] == "trapped" and "invalid memory access" in got["message"], f"{isa} {engine}: {got}")
            got = self.run(isa, engine, "calls", 1, status=2)
            check(got["ending"] == "external_unhandled" and "'missing'" in got["message"], f"{isa} {engine}: {got}")
            got = self.run(isa, engine, "prints", 42)
            check(got["output"] == "a is 42\n" and int(got["integer_results"][0], 16) % 2**32 == 8, f"{isa} {engine}: {got}")

        self.on_all(case)

    def endless_loop(self):
        for isa, engines in ENGINES.items():
            for engine in engines:
                outcome = toolchain.run(
                    [self.portolan, "run", self.files[isa], "--engine", engine, "--function", "forever", "--time", "100"], timeout=60)
                check(outcome.status == 2 and b"ran too long" in outcome.stdout, f"{isa} {engine}: {outcome.stdout}{outcome.stderr}")

    def text_report(self):
        outcome = toolchain.run([self.portolan, "run", self.files["x86-64"], "--function", "shout", "str:ab"])
        check(outcome.status == 0, outcome.stderr)
        for pattern in (r"^shout \(x86-64, native\): returned$", r"^argument 1: 3 bytes$", r"41 42 00 +AB\.$"):
            check(re.search(pattern, outcome.stdout.decode(), re.MULTILINE), f"no {pattern!r} in\n{outcome.stdout.decode()}")

    def bad_usage(self):
        file = self.files["x86-64"]
        for extra, pattern in (
            ((), r"--function"),
            (("--function", "nosuch"), r"x86-64\.s: error: there is no function 'nosuch'; there are: .*gcd"),
            (("--function", "gcd", "--", "12x"), r"argument 1, '12x'"),
            (("--function", "gcd", "--", "1", "99999999999999999999"), r"argument 2"),
            (("--function", "gcd", "--", "d:"), r"argument 1, 'd:': not a floating-point number"),
            (("--function", "gcd", "--", "buf:99999999999"), r"argument 1"),
            (("--function", "gcd", "--", "hex:0"), r"argument 1"),
            (("--function", "gcd", "--engine", "abacus"), r"abacus"),
            (("--function", "gcd", "--from", "vax"), r"vax"),
        ):
            outcome = toolchain.run([self.portolan, "run", file, *extra])
            check(outcome.status == 3, f"{extra}: status {outcome.status}\n{outcome.stdout}{outcome.stderr}")
            check(re.search(pattern, outcome.stderr), f"{extra}: no {pattern!r} in\n{outcome.stderr}")
        outcome = toolchain.run([self.portolan, "run", self.files["aarch64"], "--engine", "native", "--function", "gcd", "1", "2"])
        check(outcome.status == 3 and "natively" in outcome.stderr, outcome.stderr)


def main():
    options = harness.options()
    suite = RunFunction(options)
    cases = {name: getattr(suite, name) for name in vars(RunFunction) if not name.startswith("_") and name not in ("run", "on_all")}
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
