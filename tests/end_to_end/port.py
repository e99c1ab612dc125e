"""portolan port: programs for described chips, run here with inputs and expected results that Python computes, laid out as the
report says; wrong claims in a description; what is refused, and how the command ends.
"""
import json
import random
import re
import shutil
import struct
import subprocess
import sys

import harness
from harness import ROOT, check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

CHIPS = ROOT / "corpus" / "accelerators"
SPECS = ROOT / "corpus" / "specifications"
KERNELS = (("gemmini", "gemm_s8", ()), ("vta", "gemm_s8_shift", ()), ("gemmini", "gemm_s8", ("--chip-set", "DIM=4")),
           ("gemmini", "linear_s8", ()), ("gemmini", "gemm_s32", ()))
SHAPES = ((1, 1, 1), (16, 16, 16), (5, 40, 20), (33, 17, 35))

# Products of bytes as CUDA is written, made bytes again in three ways: which chip has it, and what Python makes of a sum.
PRODUCTS = """#include <cstdint>
#define PRODUCT(NAME, FINISH) \\
  extern "C" __global__ void NAME(int m, int n, int k, const int8_t* a, const int8_t* b, const int* bias, int8_t* c) { \\
    int i = blockIdx.y * blockDim.y + threadIdx.y, j = blockIdx.x * blockDim.x + threadIdx.x; \\
    if (i >= m || j >= n) return; \\
    int sum = bias[j]; \\
    for (int l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j]; \\
    FINISH; \\
    c[i * n + j] = v; \\
  }
PRODUCT(shifted, int v = max(-128, min(127, (sum * 3 + 512) >> 10)))
PRODUCT(scaled, int v = max(-128, min(127, __float2int_rn((float)sum * 0.03125f))))
PRODUCT(positive, float v = fminf(fmaxf(rintf((float)sum * 0.015625f), 0.0f), 127.0f))
extern "C" __global__ void halved(int n, const float* x, float* y) {
  float v = x[threadIdx.x];
  while (v > 1.0f) v *= 0.5f;  // ends by data
  y[threadIdx.x] = v;
}
"""
HALVED = '[[kernel]]\nname = "halved"\nsizes = { n = [4, 6, 9] }\nblock = ["n"]\narguments = [{ name = "n", type = "i32", value = "n" }, ' \
         '{ name = "x", type = "f32", in = "n" }, { name = "y", type = "f32", out = "n" }]\n'
FROM_CUDA = (("vta", "shifted", lambda s: clamp((s * 3 + 512) >> 10, -128, 127)), ("gemmini", "scaled", lambda s: clamp(round(single(single(s) * 0.03125)), -128, 127)),
             ("gemmini", "positive", lambda s: clamp(round(single(single(s) * 0.015625)), 0, 127)))

# A claim that its instructions don't keep: chip, text, wrong text, which operation.
CLAIMS = (
    ("gemmini", "accumulator[to + i][j] := s32.wrap(sum(k in 0 .. depth) (spad[a + i][k] * spad[b + k][j]))\n    }\n  }\n  by { multiply_into(0,",
     "accumulator[to + i][j] := s32.wrap(sum(k in 0 .. depth) (spad[a + i][k] * spad[b + k][j]))\n    }\n  }\n  by { multiply_into(ADDING,", "multiply"),
    ("gemmini", "issue config_st(stride = pitch, scale = factor, act = act)", "issue config_st(stride = pitch, scale = factor * f32(2.0), act = act)", "store_scaled"),
    ("gemmini", "issue config_ld(id = 0, stride = pitch, scale = f32(1.0), pixel_repeats = 1)", "issue config_ld(id = 0, stride = pitch + 1, scale = f32(1.0), pixel_repeats = 1)", "load_tile"),
    ("vta", "issue alu(alu_opcode = MIN, use_imm = 1, imm = n", "issue alu(alu_opcode = MIN, use_imm = 1, imm = n - 1", "at_most"),
    ("vta", "dst_factor_in = 1, src_factor_in = 1)\n  }\n}\noperation shift_right", "dst_factor_in = 1, src_factor_in = 2)\n  }\n}\noperation shift_right", "multiply_and_add"),
)


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def brain(value):
    """To the nearest bfloat16, ties to even, of what a float32 holds."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000))[0]


def clamp(value, low, high):
    return max(low, min(high, value))


REQUANTISE = {"gemm_s8": lambda s: clamp(round(single(single(s) * 0.03125)), -128, 127),
              "gemm_s8_shift": lambda s: clamp(max(s >> 6, 0), -128, 127),
              "linear_s8": lambda s: max(clamp(round(single(single(s) * 0.03125)), -128, 127), 0),
              "gemm_s32": lambda s: s}
BIASED = ("gemm_s8_shift", "linear_s8")


def conv2d(g, requantise, H, V, C, O):
    x, w = g["x"], g["w"]
    bias = g.get("bias", [0] * O)
    return [requantise(bias[o] + sum(x[((p + r) * (V + 2) + q + s) * C + c] * w[((r * 3 + s) * C + c) * O + o] for r in range(3) for s in range(3) for c in range(C)))
            for p in range(H) for q in range(V) for o in range(O)]


def product(x, w, bias, m, k, n, requantise):
    return [requantise(bias[j] + sum(x[i * k + a] * w[a * n + j] for a in range(k))) for i in range(m) for j in range(n)]


def ffn(g, requantise, M, K, F):
    hidden = product(g["x"], g["W"], g["b"], M, K, F, lambda s: max(requantise(s), 0))
    return product(hidden, g["V"], g["d"], M, F, K, requantise)


def depthwise(g, requantise, H, V, C):
    x, w = g["x"], g["w"]
    return [requantise(sum(x[((p + r) * (V + 2) + q + s) * C + c] * w[(r * 3 + s) * C + c] for r in range(3) for s in range(3)))
            for p in range(H) for q in range(V) for c in range(C)]


ORACLES = {"conv2d": conv2d, "depthwise_conv": depthwise, "conv_block": lambda g, requantise, **sizes: [max(v, 0) for v in conv2d(g, requantise, **sizes)], "ffn": ffn,
           "gemv": lambda g, requantise, M, K: [requantise(sum(g["A"][i * K + k] * g["x"][k] for k in range(K))) for i in range(M)],
           "relu": lambda g, requantise, M, N: [max(v, 0) for v in g["x"]]}
TASKS = [(chip, name, sizes) for chip in ("gemmini", "vta") for name, sizes in (
    ("conv2d", dict(H=3, V=5, C=6, O=20)), ("conv2d", dict(H=2, V=2, C=17, O=3)), ("conv_block", dict(H=3, V=5, C=6, O=5)), ("gemv", dict(M=20, K=37)),
    ("gemv", dict(M=1, K=1)), ("relu", dict(M=3, N=50)), ("depthwise_conv", dict(H=3, V=4, C=20)))] + [
        ("gemmini", "ffn", dict(M=5, K=20, F=37)), ("gemmini", "ffn", dict(M=16, K=16, F=16)), ("vta", "ffn", dict(M=3, K=20, F=18))]


def places(tensor):
    """Addresses of all elements, row by row."""
    indices = [()]
    for dimension in tensor["dimensions"]:
        indices = [index + (n,) for index in indices for n in range(dimension["extent"])]
    return [tensor["base"] + sum(n // d["tile"] * d["tile_stride"] + n % d["tile"] * d["stride"] for n, d in zip(index, tensor["dimensions"]))
            for index in indices]


class Port:
    def __init__(self, options):
        self.portolan = options.portolan
        self.work = options.work

    def port(self, folder, chip, out, *arguments, status=0):
        outcome = toolchain.run([self.portolan, "port", folder, "--to", chip, "--out", out, *arguments], timeout=300)
        check(outcome.status == status, f"port {folder} --to {chip} {arguments}: status {outcome.status}, not {status}\n{outcome.stdout.decode()}{outcome.stderr}")
        return outcome.stdout.decode() + outcome.stderr

    def folder(self, name, *specifications):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for specification in specifications:
            shutil.copy(SPECS / f"{specification}.spec", folder)
        return folder

    def inputs(self, name, m, k, n, kind):
        draw = random.Random(f"{name} {m} {k} {n} {kind}")
        low, high = (-2, 2) if kind == "small" else (-128, 127)
        a = [draw.choice((-128, 127)) if kind == "ends" else draw.randint(low, high) for _ in range(m * k)]
        b = [draw.choice((-128, 127)) if kind == "ends" else draw.randint(low, high) for _ in range(k * n)]
        bias = [draw.randint(-5000, 5000) if name in BIASED else 0 for _ in range(n)]
        c = [REQUANTISE[name](bias[j] + sum(a[i * k + x] * b[x * n + j] for x in range(k))) for i in range(m) for j in range(n)]
        return {"A": a, "B": b, "bias": bias}, c

    def run(self, chip, out, name, settings, report, given):
        """What the program makes of integers by name, laid out as the report says."""
        loads = []
        for tensor in report["tensors"]:
            memory = bytearray(tensor["bytes"])
            values = tensor.get("values") or given.get(tensor["name"])
            if tensor["kind"] == "output":
                result = tensor
            if tensor["kind"] in ("output", "on the way"):
                continue
            size = tensor["bits"] // 8
            for place, value in zip(places(tensor), values, strict=True):
                at = place - tensor["base"]
                memory[at:at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
            loads += ["--load", f"{tensor['base']}={memory.hex()}"]
        run = toolchain.run([self.portolan, "isa", "run", chip, out / f"{name}.s", *[s.replace("--chip-set", "--set") for s in settings], *loads,
                             "--dump", f"{result['base']}:{result['bytes']}"], timeout=120)
        check(run.status == 0, run.stderr)
        check(f" {report['cost']['cycles']} cycles" in run.stdout.decode(), f"{report['cost']}; {run.stdout.decode()[-200:]}")
        dumped = run.stdout.decode().splitlines()[0].split(":", 1)[1].replace(" ", "")
        octets = [dumped[2 * i:2 * i + 2] for i in range(len(dumped) // 2)]
        size, starts = result["bits"] // 8, [place - result["base"] for place in places(result)]
        return [int.from_bytes(bytes.fromhex("".join(octets[at:at + size])), "little", signed=True) for at in starts]

    def task(self, number):
        """Integer tasks of the benchmark: windows, products with a vector, two layers with what is between them on the way."""
        chip, name, sizes = TASKS[number]
        integers = "int8" if chip == "vta" or name == "relu" else "int8_scaled"
        folder, out = self.folder(f"in.task{number}"), self.work / f"out.task{number}"
        shutil.copy(SPECS / "tasks" / integers / f"{name}.spec", folder)
        shutil.rmtree(out, ignore_errors=True)
        quick = ["--no-proof"] if (chip, name) == ("vta", "ffn") else []  # its proof ends with a timeout
        self.port(folder, chip, out, *quick, *[word for size, value in sizes.items() for word in ("--set", f"{size}={value}")])
        report = json.loads((out / f"{name}.json").read_text())
        draw = random.Random(number)
        given = {}
        for tensor in report["tensors"]:
            if tensor["kind"] == "input":
                bound = 127 if tensor["bits"] == 8 else 5000
                given[tensor["name"]] = [draw.randint(-bound - 1, bound) for _ in places(tensor)]
        expected = ORACLES[name](given, requantise=(lambda s: clamp(s >> 6, -128, 127)) if chip == "vta" else lambda s: clamp(round(single(single(s) * 0.015625)), -128, 127), **sizes)
        got = self.run(chip, out, name, (), report, given)
        wrong = [(i, g, e) for i, (g, e) in enumerate(zip(got, expected, strict=True)) if g != e]
        check(not wrong, f"{chip} {name} {sizes}: (element, here, expected) {wrong[:4]}")

    def from_cuda(self):
        folder = self.folder("in.cuda")
        (folder / "products.cu").write_text(PRODUCTS)
        (folder / "port.toml").write_text("".join(
            f'[[kernel]]\nname = "{name}"\nsizes = {{ m = [2, 6, 9], n = [3, 7, 11], k = [2, 5, 8] }}\ngrid = ["divide_up(n, 8)", "divide_up(m, 8)"]\nblock = [8, 8]\n'
            'arguments = [{ name = "m", type = "i32", value = "m" }, { name = "n", type = "i32", value = "n" }, { name = "k", type = "i32", value = "k" },\n'
            '  { name = "a", type = "i8", in = "m * k" }, { name = "b", type = "i8", in = "k * n" }, { name = "bias", type = "i32", in = "n" },\n'
            '  { name = "c", type = "i8", out = "m * n" }]\n' for _, name, _ in FROM_CUDA) + HALVED)
        ends = 1 + PRODUCTS.split("\n").index("  while (v > 1.0f) v *= 0.5f;  // ends by data")
        m, n, k = 5, 21, 18
        for chip in ("gemmini", "vta"):
            out = self.work / f"out.cuda.{chip}"
            self.port(folder, chip, out, "--set", f"m={m}", "--set", f"n={n}", "--set", f"k={k}", status=2)
            reports = {one["name"]: one for one in json.loads((out / "report.json").read_text())["kernels"]}
            fits = {name for where, name, _ in FROM_CUDA if where == chip}
            check({name for name, one in reports.items() if one["verdict"] == "proved"} == fits, f"{chip}: {reports}")
            check(f"products.cu:{ends}: error: control depends on data" in reports["halved"]["reason"], f"not the source's line {ends}: {reports['halved']}")
            for name, finish in ((name, finish) for where, name, finish in FROM_CUDA if where == chip):
                check(reports[name]["lifted"]["sampled"] == [], f"{reports[name]['lifted']}")
                draw = random.Random(name)
                given = {"a": [draw.randint(-128, 127) for _ in range(m * k)], "b": [draw.randint(-128, 127) for _ in range(k * n)],
                         "bias": [draw.randint(-3000, 3000) for _ in range(n)]}
                wanted = [finish(given["bias"][j] + sum(given["a"][i * k + x] * given["b"][x * n + j] for x in range(k))) for i in range(m) for j in range(n)]
                got = self.run(chip, out, name, (), reports[name], given)
                check(got == wanted and -128 <= min(got) < max(got) <= 127, f"{chip} {name}: {[p for p in enumerate(zip(got, wanted)) if p[1][0] != p[1][1]][:4]}")

    def kernel(self, chip, name, settings, shape):
        m, k, n = shape
        folder, out = self.folder(f"in.{chip}", name), self.work / f"out.{chip}"
        shutil.rmtree(out, ignore_errors=True)
        self.port(folder, chip, out, *settings, "--set", f"M={m}", "--set", f"K={k}", "--set", f"N={n}")
        report = json.loads((out / f"{name}.json").read_text())
        check(report["verdict"] == "proved" and report["tests"]["failed"] == 0 and report["tests"]["passed"] >= 4, f"{report['tests']}")
        for kind in ("small", "any", "ends"):
            given, expected = self.inputs(name, m, k, n, kind)
            got = self.run(chip, out, name, settings, report, given)
            wrong = [(i, g, e) for i, (g, e) in enumerate(zip(got, expected, strict=True)) if g != e]
            check(not wrong, f"{chip} {name} {shape} {kind}: (element, here, expected) {wrong[:4]}")
        # The words are those of the text, and the header is C that lays out the same way.
        words = toolchain.run([self.portolan, "isa", "asm", chip, out / f"{name}.s", "--bytes", *[s.replace("--chip-set", "--set") for s in settings],
                               "-o", out / "again.bin"], timeout=60)
        check(words.status == 0 and (out / "again.bin").read_bytes() == (out / f"{name}.bin").read_bytes(), "other words")
        self.header(out, name, report, given)

    def header(self, out, name, report, given):
        """prepare() fills memory as the report's layout says; run() does that, sends the words in order and waits."""
        tensors, results = ([t for t in report["tensors"] if t["kind"] == kind] for kind in ("input", "output"))
        text = f'#include "{name}.h"\n#include <stdio.h>\nstatic unsigned sent, waited;\n'
        for t in tensors:
            text += f"static const int{t['bits']}_t {t['name']}[] = {{{', '.join(map(str, given[t['name']]))}}};\n"
        for t in results:
            count = 1
            for d in t["dimensions"]:
                count *= d["extent"]
            text += f"static int{t['bits']}_t {t['name']}[{count}];\n"
        words = (out / f"{name}.bin").read_bytes()
        text += (f"static const uint8_t program[] = {{{', '.join(map(str, words))}}};\nstatic uint8_t memory[{name}_bytes];\n"
                 f"static int send(void* context, const uint8_t* word) {{ return context != &sent || word != program + {name}_word_bytes * sent++; }}\n"
                 f"static int wait(void* context) {{ (void)context; waited = sent; return 0; }}\nint main(void) {{\n"
                 f"  const struct {name}_device device = {{memory, &sent, send, wait}};\n"
                 f"  if ({name}_run(&device, program, {', '.join(t['name'] for t in tensors + results)})) return 1;\n"
                 f"  if (waited != {name}_words || sizeof program != {name}_words * {name}_word_bytes) return 2;\n"
                 f"  fwrite(memory, 1, sizeof memory, stdout);\n  return 0;\n}}\n")
        (out / "host.c").write_text(text)
        subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-o", out / "host", out / "host.c"], check=True)
        memory = subprocess.run([out / "host"], check=True, capture_output=True).stdout
        for t in report["tensors"]:
            if t["kind"] == "output":
                continue
            size = t["bits"] // 8
            for place, value in zip(places(t), t.get("values") or given[t["name"]], strict=True):
                check(memory[place:place + size] == (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"), f"{t['name']} at {place}")

    def claim(self, number):
        chip, right, wrong, operation = CLAIMS[number]
        text = (CHIPS / f"{chip}.isa").read_text()
        check(text.count(right) == 1, f"{chip}.isa has {text.count(right)} of {right!r}")
        path = self.work / f"claim{number}.isa"
        path.write_text(text.replace(right, wrong))
        name = "gemm_s8" if chip == "gemmini" else "gemm_s8_shift"
        said = self.port(self.folder(f"claim{number}", name), path, self.work / "out.claim", status=2)
        check("refused" in said and f"operation {operation} says" in said and f"claim{number}.isa:" in said, said)

    def corpus(self):
        """What of corpus/specifications each chip has the arithmetic for."""
        for chip, fits in (("gemmini", {"gemm_s8", "gemm_s32", "linear_s8"}), ("vta", {"gemm_s8_shift", "residual_s32"}), ("plena", set())):
            out = self.work / "out.corpus"
            said = self.port(SPECS, chip, out, status=2)
            tested = {k["name"] for k in json.loads((out / "report.json").read_text())["kernels"] if k["verdict"] in ("tested", "proved")}
            check(tested == fits, f"{chip}: {tested}\n{said}")

    def tally(self):
        """The chip of docs/add-an-accelerator.md."""
        page = (ROOT / "docs" / "add-an-accelerator.md").read_text()
        blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
        self.work.mkdir(parents=True, exist_ok=True)
        return "".join(re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in blocks)

    def spread(self):
        """One number for all lanes: refused without an operation for it, right with it wherever it stands in the description."""
        folder = self.folder("spread")
        (folder / "shift.spec").write_text('spec shift "y = a + b"\nsize N = 20\ninput a : bf16\ninput b : bf16[N]\noutput y[i] : bf16 = b[i] + a\n')
        chip, out, text = self.work / "spread.isa", self.work / "out.spread", self.tally()
        chip.write_text(text)
        said = self.port(folder, chip, out, status=2)
        check("tally has no operation that gives this: a[...], the same number in all places of a row" in said, said)
        loads = """instruction spread : three { encoding op = 5 syntax "spread {d}, {s}" meaning {
          illegal "an odd address" if v[s] % 2 != 0
          for j in 0 .. LANES { pad[v[d]][j] := bf16.bits(host[v[s] as u16]) } } cost 3 }\n"""
        operation = """operation load_spread(to, from) { when from < 8192 and from % 2 == 0
          does { for j in 0 .. LANES { pad[to][j] := host[from as bf16] } }
          by { registers(to, from, 0) issue spread(d = 1, s = 2) } }\n"""
        for place in ("operation load_row", "operation store_row"):
            check(text.count(place) == 1, place)
            chip.write_text(text.replace(place, loads + operation + place))
            self.port(folder, chip, out)
            report = json.loads((out / "shift.json").read_text())
            check({"load_spread", "load_row"} <= set(report["operations"]), f"{report['operations']}")

    def documented(self):
        """A sum on the page's chip."""
        chip = self.work / "tally.isa"
        chip.write_text(self.tally())
        folder = self.folder("tally")
        (folder / "sum.spec").write_text('spec sum "y = a + b + a"\nsize N = 20\ninput a : bf16[N]\ninput b : bf16[N]\noutput y[i] : bf16 = a[i] + b[i] + a[i]\n')
        draw = random.Random(3)
        for lanes, n in ((8, 20), (16, 20), (8, 1), (8, 64)):
            out = self.work / "out.tally"
            self.port(folder, chip, out, "--set", f"N={n}", "--chip-set", f"LANES={lanes}")
            tensors = {t["name"]: t for t in json.loads((out / "sum.json").read_text())["tensors"]}
            given = {name: [brain(draw.uniform(-9, 9)) for _ in range(n)] for name in "ab"}
            loads = []
            for name, values in given.items():
                memory = bytearray(tensors[name]["bytes"])
                for place, value in zip(places(tensors[name]), values, strict=True):
                    memory[place - tensors[name]["base"]:place - tensors[name]["base"] + 2] = struct.pack("<f", value)[2:]
                loads += ["--load", f"{tensors[name]['base']}={memory.hex()}"]
            y = tensors["y"]
            run = toolchain.run([self.portolan, "isa", "run", chip, out / "sum.s", "--set", f"LANES={lanes}", *loads, "--dump", f"{y['base']}:{y['bytes']}"], timeout=60)
            check(run.status == 0, run.stderr)
            octets = bytes.fromhex(run.stdout.decode().splitlines()[0].split(":", 1)[1].replace(" ", "").replace("?", "0"))
            got = [struct.unpack("<f", bytes(2) + octets[place - y["base"]:place - y["base"] + 2])[0] for place in places(y)]
            expected = [brain(brain(a + b) + a) for a, b in zip(given["a"], given["b"])]
            check(got == expected, f"{lanes} {n}: {got[:5]} {expected[:5]}")

    def refusals(self):
        folder = self.folder("mixed", "gemm_s8", "gemm_s8_shift", "softmax_f32")
        out = self.work / "out.mixed"
        said = self.port(folder, "vta", out, "--set", "N=16", status=2)
        kernels = {k["name"]: k for k in json.loads((out / "report.json").read_text())["kernels"]}
        check([kernels[n]["verdict"] for n in ("gemm_s8", "gemm_s8_shift", "softmax_f32")] == ["refused", "proved", "refused"], said)
        check("no operation that gives this" in kernels["gemm_s8"]["reason"] and "gemm_s8.spec:" in kernels["gemm_s8"]["reason"], f"{kernels}")
        check("no operation of vta has" in kernels["gemm_s8"]["reason"] and "'round_even'" in kernels["gemm_s8"]["reason"], f"{kernels}")
        check(not (out / "gemm_s8.s").exists(), "a refused kernel left a program")
        shutil.copy(folder / "gemm_s8_shift.spec", folder / "same_again.spec")
        check("another file" in self.port(folder, "vta", out, "--set", "N=16", status=2), "two kernels of one name")
        self.port(self.folder("one", "gemm_s8_shift"), "vta", out, "--require", "proved")
        self.port(self.folder("one", "gemm_s8_shift"), "vta", out, "--require", "proved", "--no-proof", status=2)
        self.port(self.folder("one", "gemm_s8_shift"), "vta", out, "--set", "Q=3", status=3)
        self.port(self.folder("none"), "vta", out, status=3)
        self.port(folder, "nosuchchip", out, status=3)
        (folder / "broken.spec").write_text('spec b "x"\noutput y[i] : s8 = q[i]\n')
        check("broken.spec:2:" in self.port(folder, "vta", out, status=3), "a broken specification isn't located")

    def cases(self):
        cases = {"refusals": self.refusals, "documented": self.documented, "spread": self.spread, "corpus": self.corpus, "from CUDA": self.from_cuda}
        for number, (chip, name, settings) in enumerate(KERNELS):
            for shape in SHAPES if number < 2 else SHAPES[::2]:
                cases[f"kernel.{number}.{chip}.{'x'.join(map(str, shape))}"] = lambda c=chip, n=name, s=settings, shape=shape: self.kernel(c, n, s, shape)
        for number, (chip, name, _) in enumerate(TASKS):
            cases[f"task.{number}.{chip}.{name}"] = lambda number=number: self.task(number)
        for number in range(len(CLAIMS)):
            cases[f"claim.{number}"] = lambda number=number: self.claim(number)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Port(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())
