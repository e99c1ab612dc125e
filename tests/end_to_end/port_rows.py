"""portolan port for kernels of real numbers, which are put together from operations on rows: programs run here on inputs that Python
draws and encodes for the chip, against results that Python computes in double precision. A made-up chip, described by following
docs/add-an-accelerator.md only (tests/end_to_end/chips/abacus.isa), and PLENA; claims and programs that are wrong on purpose.
"""
import json
import math
import random
import re
import shutil
import struct
import sys

import harness
from harness import ROOT, check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

TASKS = ROOT / "corpus" / "specifications" / "tasks" / "real"
CHIPS = ROOT / "corpus" / "accelerators"
ABACUS = ROOT / "tests" / "end_to_end" / "chips" / "abacus.isa"

SOFTMAX = """spec softmax "rows of probabilities"
size M = 4
size N = 20
input x : f64[M, N] in -4.0 .. 4.0
value largest[i] : f64 = max(j) x[i, j]
value e[i, j] : f64 = exp(x[i, j] - largest[i])
value total[i] : f64 = sum(j) e[i, j]
output y[i, j] : f64 = e[i, j] / total[i] within 0.03
"""
# A number without an index, as a kernel's argument is lifted to.
AXPY = """spec axpy "a x + y"
size N = 70
input a : bf16
input x : bf16[N]
input y : bf16[N]
output z[i] : f64 = f64(a) * f64(x[i]) + f64(y[i]) within 0.016
"""
# Scores so large that their rounding is most of what the exponential makes of their differences; a mask, a ragged block of rows.
STEEP = """spec steep "attention with large scores"
size T = 6
size S = 20
size D = 24
input q : bf16[T, D] in -3.75 .. 3.75
input k : bf16[S, D] in -3.75 .. 3.75
input v : bf16[S, D] in -1.0 .. 1.0
value score[i, j] : f64 = if j <= i + 12 then (sum(d) f64(q[i, d]) * f64(k[j, d])) / sqrt(f64(D)) else -10000.0
value largest[i] : f64 = max(j) score[i, j]
value e[i, j] : f64 = exp(score[i, j] - largest[i])
value total[i] : f64 = sum(j) e[i, j]
value p[i, j] : f64 = e[i, j] / total[i]
output o[i, d] : f64 = sum(j) p[i, j] * f64(v[j, d]) within 0.016
"""
# Mistakes in abacus.isa that a check of claims finds: what is right, what is wrong, which operation.
CLAIMS = (("total[d] := max(j in 0 .. LANES) front[s][j]", "total[d] := max(j in 0 .. LANES - 1) front[s][j]", "largest_lane"),
          ("back[d][j] := total[s]", "back[d][j] := total[s] + total[s]", "spread"),
          ("front[d][j] := front[s][j] - back[t][j]", "front[d][j] := back[t][j] - front[s][j]", "subtract"))


def places(tensor):
    """Places of all elements, row by row."""
    indices = [()]
    for dimension in tensor["dimensions"]:
        indices = [index + (n,) for index in indices for n in range(dimension["extent"])]
    return [tensor["base"] + sum(n // d["tile"] * d["tile_stride"] + n % d["tile"] * d["stride"] for n, d in zip(index, tensor["dimensions"]))
            for index in indices]


class Mx:
    """E4M3 in blocks of eight with a power of two. Elements whose exponent is not 0 only: about the others sources differ."""
    def __init__(self, codes=(0x28, 0x47)):  # sizes from 0.25 to 3.75
        self.codes = codes

    def draw(self, rng):
        size = rng.randint(*self.codes)
        code = rng.choice((0x00, size, 0x80 | size))
        magnitude = 0.0 if code & 0x7F == 0 else (8 + (code & 7)) * 2.0 ** ((code >> 3 & 15) - 10)
        return bytes([code]), -magnitude if code & 0x80 else magnitude

    @staticmethod
    def result(bits):
        return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


class R14:
    """Sign, six bits of exponent with a bias of 35, seven of fraction; 16 bits in the host's memory."""

    @staticmethod
    def value(bits):
        sign, exponent, fraction = bits >> 13, bits >> 7 & 63, bits & 127
        size = fraction * 2.0 ** (1 - 35 - 7) if exponent == 0 else (128 + fraction) * 2.0 ** (exponent - 35 - 7)
        return -size if sign else size

    @classmethod
    def draw(cls, rng):
        bits = rng.choice((0, 1)) << 13 | rng.randint(32, 36) << 7 | rng.randint(0, 127)
        return bits.to_bytes(2, "little"), cls.value(bits)

    result = value


def viewed(tensor):
    """Of an arrangement, for each place: which element of the tensor lies there."""
    indices = [()]
    for dimension in tensor["dimensions"]:
        indices = [index + (n,) for index in indices for n in range(dimension["extent"])]
    return [tuple(v["constant"] + sum(index[p["dimension"]] // p["divisor"] % (p["modulus"] or 1 << 40) * p["factor"] for p in v["parts"]) for v in tensor["view"])
            for index in indices]


def convolution(x, w, o, c, h, v):
    return [sum(x[(a * (h + 2) + p + r) * (v + 2) + q + s] * w[((k * c + a) * 3 + r) * 3 + s] for a in range(c) for r in range(3) for s in range(3))
            for k in range(o) for p in range(h) for q in range(v)]


def depthwise(x, w, c, h, v):
    return [y for a in range(c) for y in convolution(x[a * (h + 2) * (v + 2):(a + 1) * (h + 2) * (v + 2)], w[9 * a:9 * a + 9], 1, 1, h, v)]


def near(got, expected, within):
    mean = math.sqrt(sum(v * v for v in expected) / len(expected))
    wrong = [(i, g, e) for i, (g, e) in enumerate(zip(got, expected, strict=True)) if not abs(g - e) <= within * (abs(e) + mean)]
    check(not wrong, f"(element, here, expected) {wrong[:4]}, {len(wrong)} of {len(expected)}")


def softmax(x, m, n):
    out = []
    for i in range(m):
        row = x[i * n:(i + 1) * n]
        e = [math.exp(v - max(row)) for v in row]
        out += [v / sum(e) for v in e]
    return out


def product(a, b, m, k, n):
    return [sum(a[i * k + x] * b[x * n + j] for x in range(k)) for i in range(m) for j in range(n)]


def attention(q, k, v, t, s, d):
    scores = [sum(q[i * d + x] * k[j * d + x] for x in range(d)) / math.sqrt(d) for i in range(t) for j in range(s)]
    return product(softmax(scores, t, s), v, t, s, d)


def layer_norm(x, scale, shift, m, n):
    out = []
    for i in range(m):
        row = x[i * n:(i + 1) * n]
        mean = sum(row) / n
        size = 1 / math.sqrt(sum((v - mean) ** 2 for v in row) / n + 1e-5)
        out += [(v - mean) * size * scale[j] + shift[j] for j, v in enumerate(row)]
    return out


def causal(q, k, v, h, t, d):
    out = []
    for head in range(h):
        at = head * t * d
        for i in range(t):
            size = (i + 1) * d
            out += attention(q[at + i * d:at + (i + 1) * d], k[at:at + size], v[at:at + size], 1, i + 1, d)
    return out


def grouped(g, groups, repeat, t, s, d, m):
    """Heads of queries in groups; their results side by side, times W."""
    out = [0.0] * (t * m)
    for head in range(groups * repeat):
        shared = head // repeat
        o = attention(g["q"][head * t * d:(head + 1) * t * d], g["k"][shared * s * d:(shared + 1) * s * d], g["v"][shared * s * d:(shared + 1) * s * d], t, s, d)
        out = [a + b for a, b in zip(out, product(o, g["W"][head * d * m:(head + 1) * d * m], t, d, m))]
    return out


def rope(g, t, d):
    out = []
    for i in range(t):
        low, high = g["x"][2 * i * d:(2 * i + 1) * d], g["x"][(2 * i + 1) * d:(2 * i + 2) * d]
        c, s = g["c"][i * d:(i + 1) * d], g["s"][i * d:(i + 1) * d]
        out += [a * x - b * y for a, b, x, y in zip(low, high, c, s)] + [b * x + a * y for a, b, x, y in zip(low, high, c, s)]
    return out


def swiglu(g, m, k, f):
    h, u = product(g["x"], g["W"], m, k, f), product(g["x"], g["U"], m, k, f)
    return product([a / (1 + math.exp(-a)) * b for a, b in zip(h, u)], g["V"], m, f, k)


# Task, sizes, what Python makes of the inputs by name.
# Two places are free when d is computed, and neither is large enough by itself.
GAPS = """spec gaps "what is free lies in two places when d is computed"
size M = 16
size N = 64
input x : bf16[M, N] in -1.0 .. 1.0
input w : bf16[2, N] in -1.0 .. 1.0
value a[i, j] : f64 = exp(f64(x[i, j]))
value b[i, j] : f64 = exp(0.5 * f64(x[i, j]))
value c[i, j] : f64 = f64(x[i, j]) * f64(x[i, j])
output s[i] : f64 = sum(j) a[i, j] within 0.03
output t[i] : f64 = sum(j) c[i, j] within 0.03
output d[g, i, j] : f64 = f64(x[i, j]) * f64(w[g, j]) within 0.03
output o[i] : f64 = sum(j) b[i, j] * f64(x[i, j]) within 0.03
"""

PLENA = (
    ("silu", {"N": 70}, lambda g: [v / (1 + math.exp(-v)) for v in g["x"]]),
    ("gelu", {"N": 64}, lambda g: [0.5 * v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v ** 3))) for v in g["x"]]),
    ("softmax", {"M": 3, "N": 100}, lambda g: softmax(g["x"], 3, 100)),
    ("layer_norm", {"M": 2, "N": 72}, lambda g: layer_norm(g["x"], g["scale"], g["shift"], 2, 72)),
    ("gemm", {"M": 5, "K": 70, "N": 66}, lambda g: product(g["A"], g["B"], 5, 70, 66)),
    ("gemv", {"M": 70, "K": 40}, lambda g: product(g["A"], g["x"], 70, 40, 1)),
    ("rope", {"T": 3, "D": 24}, lambda g: rope(g, 3, 24)),
    ("swiglu", {"M": 2, "K": 20, "F": 70}, lambda g: swiglu(g, 2, 20, 70)),
    ("flash_attention", {"H": 2, "T": 9, "D": 16}, lambda g: causal(g["q"], g["k"], g["v"], 2, 9, 16)),
    ("gqa", {"G": 2, "R": 2, "T": 3, "S": 10, "D": 16, "M": 20}, lambda g: grouped(g, 2, 2, 3, 10, 16, 20)),
    ("conv2d", {"C": 3, "O": 2, "H": 2, "V": 5}, lambda g: convolution(g["x"], g["w"], 2, 3, 2, 5)),
    ("depthwise_conv", {"C": 3, "H": 2, "V": 5}, lambda g: depthwise(g["x"], g["w"], 3, 2, 5)),
    ("scaled_dot_product", {"T": 6, "S": 20, "D": 24}, lambda g: attention(g["q"], g["k"], g["v"], 6, 20, 24)),
)  # fmt: skip


class Rows:
    def __init__(self, options):
        self.portolan = options.portolan
        self.work = options.work

    def port(self, folder, chip, out, *arguments, status=0):
        shutil.rmtree(out, ignore_errors=True)
        outcome = toolchain.run([self.portolan, "port", folder, "--to", chip, "--out", out, *arguments], timeout=300)
        check(outcome.status == status, f"port {folder} --to {chip} {arguments}: status {outcome.status}, not {status}\n{outcome.stdout.decode()}{outcome.stderr}")
        return outcome.stdout.decode() + outcome.stderr

    def folder(self, name, text):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / f"{name}.spec").write_text(text)
        return folder

    def run(self, chip, out, name, number_format, settings, seed):
        """Inputs by name and what the program makes of them; constants are as the header has them."""
        rng = random.Random(seed)
        report = json.loads((out / f"{name}.json").read_text())
        header = (out / f"{name}.h").read_text()
        given, loads = {}, []
        for tensor in report["tensors"]:
            if tensor["kind"] == "output":
                result = tensor
                continue
            if tensor["kind"] == "constants":
                for n, stream in enumerate(tensor["streams"]):
                    octets = re.search(rf"{tensor['name']}_{n}\[\] = {{([^}}]*)}}", header).group(1).split(",")
                    check(len(octets) == stream["bytes"], f"{tensor['name']} of another size")
                    loads += ["--load", f"{stream['base']}={bytes(map(int, octets)).hex()}"]
                continue
            memory, values = bytearray(tensor["streams"][0]["bytes"]), {}
            for place, element in zip(places(tensor), viewed(tensor) if "view" in tensor else places(tensor), strict=True):
                octets, _ = values.setdefault(element, number_format.draw(rng))
                memory[place - tensor["base"]:place - tensor["base"] + len(octets)] = octets
            given[tensor["name"]] = [value for _, (_, value) in sorted(values.items())] if "view" in tensor else [value for _, value in values.values()]
            loads += ["--load", f"{tensor['base']}={memory.hex()}"]
            for stream in tensor["streams"][1:]:  # powers of two: 1
                loads += ["--load", f"{stream['base']}={'7f' * stream['bytes']}"]
        host = "memory" not in result
        wanted = places(result)
        dump = f"{result['base']}:{result['bytes']}" if host else f"{result['memory']}:{min(wanted)}:{max(wanted) - min(wanted) + 1}"
        run = toolchain.run([self.portolan, "isa", "run", chip, out / f"{name}.s", *settings, *loads, "--dump", dump], timeout=120)
        check(run.status == 0, run.stderr)
        text = run.stdout.decode().splitlines()[0].split(":", 1)[1]
        if host:
            octets = [text.replace(" ", "")[2 * i:2 * i + 2] for i in range(result["bytes"])]
            codes = [int(octets[p - result["base"] + 1] + octets[p - result["base"]], 16) for p in wanted]
        else:
            words = text.split()
            codes = [int(words[p - min(wanted)], 16) for p in wanted]
        return given, [number_format.result(code) for code in codes]

    def plena(self, number):
        name, sizes, oracle = PLENA[number]
        text = (TASKS / f"{name}.spec").read_text()
        out = self.work / f"out.{name}"
        self.port(self.folder(name, text), "plena", out, *[w for n, v in sizes.items() for w in ("--set", f"{n}={v}")])
        chains = name in ("swiglu", "flash_attention", "gqa")
        given, got = self.run("plena", out, name, Mx((0x20, 0x37) if chains else (0x28, 0x47)), (), 5)  # up to 0.94
        near(got, oracle(given), float(re.search(r"within ([0-9.]+)", text).group(1)))

    def scalar(self):
        out = self.work / "out.axpy"
        self.port(self.folder("axpy", AXPY), "plena", out)
        given, got = self.run("plena", out, "axpy", Mx(), (), 7)
        near(got, [given["a"][0] * x + y for x, y in zip(given["x"], given["y"], strict=True)], 0.016)

    def steep(self, fuses):
        """The difference is taken before it is rounded, if the chip has an operation for that; else the program is refuted."""
        chip = self.work / "plena.isa"
        self.work.mkdir(parents=True, exist_ok=True)
        text = (CHIPS / "plena.isa").read_text()
        check(text.count("operation multiply_transposed_and_add") == 1, "plena.isa has no multiply_transposed_and_add")
        chip.write_text(text if fuses else text[:text.index("operation multiply_transposed_and_add")] + text[text.index("operation multiply_row("):])
        out = self.work / f"out.steep.{fuses}"
        self.port(self.folder("steep", STEEP), chip, out, status=0 if fuses else 1)
        if not fuses:
            return
        check(json.loads((out / "report.json").read_text())["kernels"][0]["candidates"] == 2, "the first program was right already")
        given, got = self.run("plena", out, "steep", Mx((0x20, 0x47)), (), 11)
        q, k, v = given["q"], given["k"], given["v"]
        near(got, [x for i in range(6) for x in attention(q[24 * i:24 * i + 24], k[:24 * (i + 13)], v[:24 * (i + 13)], 1, min(20, i + 13), 24)], 0.016)

    def centred(self):
        """Rows of five numbers: a fifth and the mean are rounded, so the mean is taken off twice."""
        out = self.work / "out.centred"
        self.port(self.folder("layer", (TASKS / "layer_norm.spec").read_text()), "plena", out, "--set", "M=5", "--set", "N=5")
        check(json.loads((out / "report.json").read_text())["kernels"][0]["candidates"] == 2, "the first program was right already")
        given, got = self.run("plena", out, "layer_norm", Mx(), (), 5)
        wanted = []
        for row in (given["x"][5 * i:5 * i + 5] for i in range(5)):
            mean = sum(row) / 5
            spread = math.sqrt(sum((v - mean) ** 2 for v in row) / 5 + 0.00001)
            wanted += [(v - mean) / spread * a + b for v, a, b in zip(row, given["scale"], given["shift"], strict=True)]
        near(got, wanted, 0.016)

    def crowded(self):
        """A memory in which the first gap that is large enough does not do: the solver places everything; in a smaller one nobody can."""
        self.work.mkdir(parents=True, exist_ok=True)
        folder = self.folder("gaps", GAPS)
        for rows, status in ((72, 0), (68, 2), (512, 0)):
            chip, out = self.work / f"crowded{rows}.isa", self.work / f"out.crowded{rows}"
            text, count = re.subn(r"(?m)^parameter vector_rows *= .*$", f"parameter vector_rows = {rows}", (CHIPS / "plena.isa").read_text())
            check(count == 1, "plena.isa has no vector_rows")
            chip.write_text(text)
            said = self.port(folder, chip, out, status=status)
            if status != 0:
                check("doesn't fit in vram, wherever it lies" in said, said)
                continue
            report = json.loads((out / "report.json").read_text())["kernels"][0]
            check(report.get("places") == ("by the solver" if rows == 72 else None), f"{rows} rows: {report.get('places')}")
            given, got = self.run(chip, out, "gaps", Mx(), (), 13)
            near(got, [sum(math.exp(0.5 * v) * v for v in given["x"][64 * i:64 * i + 64]) for i in range(16)], 0.03)

    def abacus(self, lanes, m, n):
        out = self.work / f"out.abacus.{lanes}.{m}.{n}"
        self.port(self.folder("softmax", SOFTMAX), ABACUS, out, "--set", f"M={m}", "--set", f"N={n}", "--chip-set", f"LANES={lanes}")
        given, got = self.run(ABACUS, out, "softmax", R14(), ("--set", f"LANES={lanes}"), 9)
        near(got, softmax(given["x"], m, n), 0.03)

    def claim(self, number):
        right, wrong, operation = CLAIMS[number]
        text = ABACUS.read_text()
        check(text.count(right) == 1, f"{text.count(right)} of {right!r}")
        path = self.work / f"claim{number}.isa"
        self.work.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(right, wrong))
        said = self.port(self.folder("softmax", SOFTMAX), path, self.work / "out.claim", status=2)
        check(f"operation {operation} says" in said and f"claim{number}.isa:" in said, said)

    def refusals(self):
        """What doesn't fit, what there is no operation for, and a tolerance that is too small for the chip's numbers."""
        said = self.port(self.folder("softmax", SOFTMAX), ABACUS, self.work / "out.large", "--set", "N=600", status=2)
        check("doesn't fit in front" in said, said)
        said = self.port(self.folder("root", 'spec root "r"\nsize N = 8\ninput x : f64[N] in 1.0 .. 4.0\noutput y[i] : f64 = sqrt(x[i]) within 0.03\n'), ABACUS,
                         self.work / "out.root", status=2)
        check("abacus has no operations that give y: sqrt" in said and "no operation of abacus has 'sqrt'" in said, said)
        said = self.port(self.folder("softmax", SOFTMAX.replace("within 0.03", "within 0.0001")), ABACUS, self.work / "out.close", status=1)
        check("refuted" in said and "within" in said, said)

    def cases(self):
        cases = {"refusals": self.refusals, "plena.axpy": self.scalar, "plena.centred": self.centred, "plena.crowded": self.crowded, "plena.steep": lambda: self.steep(True), "plena.steep.unfused": lambda: self.steep(False)}
        for number, (name, _, _) in enumerate(PLENA):
            cases[f"plena.{name}"] = lambda number=number: self.plena(number)
        for lanes, m, n in ((8, 4, 20), (8, 1, 1), (8, 4, 32), (16, 3, 16), (16, 2, 50)):
            cases[f"abacus.{lanes}.{m}x{n}"] = lambda lanes=lanes, m=m, n=n: self.abacus(lanes, m, n)
        for number in range(len(CLAIMS)):
            cases[f"claim.{number}"] = lambda number=number: self.claim(number)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Rows(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())
