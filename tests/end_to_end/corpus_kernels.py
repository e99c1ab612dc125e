"""Every kernel of corpus/kernels by the launches of its manifest, on our engine, as PTX and as what is made of it for AMD's
processors, against the host references of corpus/kernels/references, which a compiler of the host makes and the host runs.
"""
import ctypes
import json
import math
import random
import struct
import sys
import tomllib

import harness
from harness import Skip, check

import crossing  # noqa: F401 puts bench on the path
import kernel_programs
from common import toolchain

PROGRAMS = harness.ROOT / "corpus" / "kernel_programs"
KERNELS = harness.ROOT / "corpus" / "kernels"
FORMS = {"i8": "b", "u8": "B", "i16": "h", "u16": "H", "i32": "i", "u32": "I", "i64": "q", "u64": "Q", "f16": "e", "bf16": "H",
         "f32": "f", "f64": "d"}
SCALARS = {"i32": "i32", "u32": "i32", "f32": "f", "f64": "d", "i64": "i64", "u64": "i64"}
CTYPES = {"i32": ctypes.c_int32, "u32": ctypes.c_uint32, "f32": ctypes.c_float, "f64": ctypes.c_double, "i64": ctypes.c_int64}
NAMES = {"divide_up": lambda a, b: -(-a // b), "min": min, "max": max}


def evaluate(formula, sizes):
    return eval(str(formula).replace("/", "//"), {"__builtins__": {}}, {**NAMES, **sizes})


def dimensions(formulas, sizes):
    return [evaluate(f, sizes) for f in (formulas if isinstance(formulas, list) else [formulas])]

# With waves of the same width.
OLDER_PROCESSOR = {"gfx1100": "gfx1030", "gfx942": "gfx90a"}


class Launch(ctypes.Structure):
    _fields_ = [("grid", ctypes.c_int * 3), ("block", ctypes.c_int * 3)]


def brain(value):
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def numbers(argument, count, kind, sizes, draw):
    """What a buffer, or a number, is filled with."""
    kind_of = argument["type"]
    low = evaluate(argument.get("low", 0), sizes)
    high = evaluate(argument["high"], sizes) if "high" in argument else None
    filling = argument.get("values")
    if filling == "zero":
        return [0] * count
    if filling == "offsets":
        inner = sorted(draw.randint(low, high) for _ in range(count))
        return [low, *inner[1:-1], high] if count > 1 else [high]
    if kind_of in ("f16", "f32", "f64", "bf16"):
        step = 0.5 if kind == "small" else 1 / 1024
        values = [draw.randint(int((low if high is not None else -4) / step), int((4 if high is None else high) / step)) * step
                  for _ in range(count)]
        return [brain(v) for v in values] if kind_of == "bf16" else values
    if high is not None:
        return [draw.randint(low, high) for _ in range(count)]
    if kind == "small":
        return [draw.randint(0 if kind_of[0] == "u" else -4, 9) for _ in range(count)]
    bits = int(kind_of[1:])
    least = 0 if kind_of[0] == "u" else -(1 << bits - 1)
    return [draw.randint(least, least + (1 << bits) - 1) for _ in range(count)]


def differing(argument, tolerance, count, left, wanted):
    """The first element that is not what the reference says; empty: there is none."""
    if left == wanted:
        return ""
    form = f"<{count}{FORMS[argument['type']]}"
    got, should = struct.unpack(form, left), struct.unpack(form, wanted)
    if argument.get("any_order"):
        got, should = sorted(got), sorted(should)
    for n, (g, s) in enumerate(zip(got, should)):
        both_nan = isinstance(s, float) and math.isnan(s) and math.isnan(g)
        near = g == s if not isinstance(s, float) or tolerance == 0 else abs(g - s) <= tolerance * max(1, abs(s))
        if not both_nan and not near:
            return f"{argument.get('name')}[{n}] is {g!r}, the reference says {s!r}"
    return ""


class Corpus:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work
        self.modules = {}
        self.library = None

    def references(self):
        if not self.library:
            if toolchain.missing_tools(["g++"]):
                raise Skip("g++ is not installed")
            out = self.work / "references.so"
            made = toolchain.run(["g++", "-std=c++20", "-O1", "-ffp-contract=off", "-shared", "-fPIC", *sorted((KERNELS / "references").glob("*.cpp")),
                                  "-o", out], timeout=300)
            check(made.status == 0, made.stderr)
            self.library = ctypes.CDLL(str(out))
        return self.library

    def module(self, file, target):
        """PTX that clang makes; the code object that `portolan port` makes of it. One folder for a target, all files at once."""
        if toolchain.missing_tools(["clang++-19"]):
            raise Skip("clang++-19 is not installed")
        if target not in self.modules:
            out = self.work / target
            outcome = toolchain.run([self.portolan, "port", KERNELS, "--to", f"amdgcn:{target}", "--out", out, "--require", "none",
                                     "--compiler", "clang", "--flag", "-ffp-contract=off"], timeout=600)
            check(outcome.status in (0, 2), f"port ended with {outcome.status}: {outcome.stdout.decode()} {outcome.stderr}")
            self.modules[target] = out
        return self.modules[target] / f"{file}.co", self.modules[target] / f"{file}.ptx"

    def prepared(self, kernel, sizes, kind, draw):
        """One launch: what it is given, and what the reference leaves of it."""
        everything = [(a, False) for a in kernel["arguments"]] + [(a, True) for a in kernel.get("variables", [])]
        made = {"words": [], "variables": {}, "buffers": {}}
        arguments = []
        for a, variable in everything:
            form = FORMS[a["type"]]
            direction = next((d for d in ("in", "out", "inout") if d in a), None)
            if direction is None:
                value = a.get("value")
                if value is None:
                    value = numbers(a, 1, kind, sizes, draw)[0]
                elif isinstance(value, str):
                    value = evaluate(value, sizes)
                made["words"].append(f"{SCALARS[a['type']]}:{value!r}")
                arguments.append(CTYPES[a["type"]](value))
                continue
            count = evaluate(a[direction], sizes)
            values = [0] * count if direction == "out" else numbers(a, count, kind, sizes, draw)
            data = struct.pack(f"<{count}{form}", *values)
            memory = ctypes.create_string_buffer(data, max(1, len(data)))
            if variable:
                made["variables"][a["name"]] = data.hex()
            else:
                made["words"].append(f"new:{len(data)}" if direction == "out" else f"hex:{data.hex()}")
                made["buffers"][len(made["words"])] = (a, memory, count)
            arguments.append(memory)
        made["grid"], made["block"] = dimensions(kernel.get("grid", 1), sizes), dimensions(kernel["block"], sizes)
        made["shared"] = evaluate(kernel.get("shared", 0), sizes)
        launch = Launch()
        for n in range(3):
            launch.grid[n] = made["grid"][n] if n < len(made["grid"]) else 1
            launch.block[n] = made["block"][n] if n < len(made["block"]) else 1
        getattr(self.references(), "reference_" + kernel["name"])(ctypes.byref(launch), *arguments)
        return made

    def launch(self, kernel, sizes, kind, draw, targets):
        """On the PTX, and on what is made of it for each processor."""
        made = self.prepared(kernel, sizes, kind, draw)
        variables = [w for name, digits in made["variables"].items() for w in ("--variable", f"{name}=hex:{digits}")]
        for path in (self.module(kernel["file"], targets[0])[1], *(self.module(kernel["file"], t)[0] for t in targets)):
            outcome = toolchain.run([self.portolan, "run", path, "--function", kernel["name"], "--grid", ",".join(map(str, made["grid"])),
                                     "--block", ",".join(map(str, made["block"])), "--shared", str(made["shared"]), "--time", "60000",
                                     "--json", *variables, "--", *made["words"]], timeout=120)
            check(outcome.stdout, outcome.stderr)
            result = json.loads(outcome.stdout)
            faults = [f for f in result["findings"] if f["kind"] != "uninitialised memory"]
            check(result["completed"] and not faults, f"{path.name}: {sizes}, {kind}: {faults}")
            for left in result["buffers"]:
                a, memory, count = made["buffers"][left["argument"]]
                difference = self.difference(kernel, a, count, bytes.fromhex(left["bytes"]),
                                             memory.raw[:count * struct.calcsize(FORMS[a["type"]])])
                check(not difference, f"{path.parent.name}/{path.name}: {sizes}, {kind}: {difference}")

    def tolerance(self, kernel):
        try:
            return ctypes.c_double.in_dll(self.references(), kernel["name"] + "_tolerance").value
        except ValueError:
            return 0

    def difference(self, kernel, argument, count, left, wanted):
        return differing(argument, self.tolerance(kernel), count, left, wanted)

    def launches(self, kernel):
        """(sizes, kind of numbers, processor): two, with other sizes."""
        # Ranges are for the tests of ports.
        lists = {n: [s for s in (v if isinstance(v, list) else [v]) if isinstance(s, int)] for n, v in kernel.get("sizes", {}).items()}
        for number, (kind, target) in enumerate((("small", "gfx1100"), ("random", "gfx942"))):
            yield {n: v[-1 - number * (len(v) // 2)] for n, v in lists.items()}, kind, target

    def kernel(self, kernel):
        for sizes, kind, target in self.launches(kernel):
            self.launch(kernel, sizes, kind, random.Random(kernel["name"] + kind), (target, OLDER_PROCESSOR[target]))


# The three oldest files have their references in kernels.py.
OLDER = ("linear.cu", "collective.cu", "local.cu")


def described_kernels():
    return tomllib.loads((KERNELS / "port.toml").read_text())["kernel"]


def main():
    options = harness.options()
    c = Corpus(options)
    kernels = described_kernels()
    described = {k["name"] for k in kernels}

    def complete():
        """Each kernel is described, and each that is described exists."""
        import re
        written = {name for file in KERNELS.glob("*.cu") for name in re.findall(r"__global__ void (\w+)", file.read_text())}
        check(written == described, f"differ: {sorted(written ^ described)}")
        check(len(written) >= 45 and len(list(KERNELS.glob("*.cu"))) >= 30, "the corpus shrank")
        # Each file has a program that checks itself and runs each of its kernels, and each kernel a mutant for it.
        for file in KERNELS.glob("*.cu"):
            program = (PROGRAMS / file.name).read_text()
            idle = [k for k in re.findall(r"__global__ void (\w+)", file.read_text())
                    if not re.search(rf"\b{k}<<<|Kernel\(reinterpret_cast<const void\*>\({k}\)", program) or f"reference_{k}(" not in program]
            check(not idle, f"{file.name}: not run by its program: {idle}")
        check([name for name, _, _ in kernel_programs.mutants()] == [k["name"] for k in kernels], "a kernel has no mutant")
    cases = {"complete": complete}
    for k in kernels:
        if k["file"] not in OLDER:
            cases[k["name"]] = lambda k=k: c.kernel(k)
    return harness.run_cases(cases, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
