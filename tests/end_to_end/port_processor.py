"""portolan port DIR --to riscv64…: specifications as loops for RISC-V, with vectors of integers, called here from C that the target's
compiler builds and QEMU runs, with results that Python computes; --fallback; what is refused; that a wrong specification is noticed.
"""
import json
import random
import shutil
import subprocess
import sys

import harness
from harness import ROOT, check

sys.path.insert(0, str(harness.ROOT / "bench"))
from common import toolchain

SPECS = ROOT / "corpus" / "specifications"


def clamp(value):
    return max(-128, min(127, value))


def gemm(g, M, K, N):
    return [clamp(sum(g["A"][i * K + k] * g["B"][k * N + j] for k in range(K)) >> 6) for i in range(M) for j in range(N)]


def linear(g, M, K, N):
    return [clamp((g["bias"][j] + sum(g["x"][i * K + k] * g["W"][j * K + k] for k in range(K))) >> 6) for i in range(M) for j in range(N)]


def depthwise(g, H, V, C):
    return [clamp(sum(g["x"][((p + r) * (V + 2) + q + s) * C + c] * g["w"][(r * 3 + s) * C + c] for r in range(3) for s in range(3)) >> 6)
            for p in range(H) for q in range(V) for c in range(C)]


CASES = (("gemm", gemm, dict(M=3, K=19, N=37)), ("gemm", gemm, dict(M=2, K=5, N=6)), ("linear", linear, dict(M=3, K=37, N=5)), ("depthwise_conv", depthwise, dict(H=3, V=2, C=21)))


class Processor:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def port(self, folder, target, out, *arguments, status=0):
        outcome = toolchain.run([self.portolan, "port", folder, "--to", target, "--out", out, *arguments], timeout=120)
        check(outcome.status == status, f"port {folder} --to {target} {arguments}: status {outcome.status}, not {status}\n{outcome.stdout.decode()}{outcome.stderr}")
        return {k["file"]: k for k in json.loads((out / "report.json").read_text())["kernels"]} if status != 3 else outcome.stderr

    def folder(self, name, *specifications):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for specification in specifications:
            shutil.copy(SPECS / specification, folder)
        return folder

    def kernel(self, target, number):
        name, oracle, sizes = CASES[number]
        folder, out = self.folder(f"in.{number}", f"tasks/int8/{name}.spec"), self.work / f"out.{number}"
        report = self.port(folder, target, out, *[word for size, value in sizes.items() for word in ("--set", f"{size}={value}")])[f"{name}.spec"]
        check(report["verdict"] == "tested" and report["tests"]["passed"] == 8, f"{report}")
        check((report["vector_instructions"] > 0) == (target != "riscv64"), f"{target}: {report['vector_instructions']} vector instructions")
        draw = random.Random(number)
        given, text = {}, f'#include "{name}.h"\n#include <stdio.h>\n'
        for tensor in report["tensors"]:
            count = 1
            for extent in tensor["extents"]:
                count *= extent
            if tensor["kind"] == "input":
                bound = 127 if tensor["bits"] == 8 else 100000
                given[tensor["name"]] = [draw.randint(-bound - 1, bound) for _ in range(count)]
                text += f"static const int{tensor['bits']}_t {tensor['name']}[] = {{{', '.join(map(str, given[tensor['name']]))}}};\n"
            else:
                text += f"static int8_t {tensor['name']}[{count}];\n"
                result, length = tensor["name"], count
        members = ", ".join(f".{t['name']} = {t['name']}" for t in report["tensors"])
        text += (f"static _Alignas(64) char workspace[{name}_workspace + 1];\nint main(void) {{\n  const struct {name}_tensors all = {{{members}, .workspace = workspace}};\n"
                 f'  {name}(&all);\n  for (int i = 0; i < {length}; ++i) printf("%d\\n", {result}[i]);\n  return 0;\n}}\n')
        (out / "host.c").write_text(text)
        subprocess.run(["riscv64-linux-gnu-gcc", "-std=c11", "-Wall", "-Werror", "-static", "-c", "-o", out / "host.o", out / "host.c"], check=True)
        # The flag of the calling convention in the object's header is that of lp64d, as the assembler's default is.
        subprocess.run(["riscv64-linux-gnu-gcc", "-static", "-o", out / "host", out / "host.o", out / f"{name}.o"], check=True)
        features = "rv64,v=true,vext_spec=v1.0,vlen=128" if target != "riscv64" else "rv64"
        said = subprocess.run(["qemu-riscv64", "-cpu", features, out / "host"], check=True, capture_output=True).stdout
        got, expected = [int(word) for word in said.split()], oracle(given, **sizes)
        check(got == expected, f"{target} {name} {sizes}: {[p for p in enumerate(zip(got, expected)) if p[1][0] != p[1][1]][:4]}")

    def reals(self):
        """Softmax and attention in singles, with no double and no vector of real numbers in the code."""
        folder = self.folder("reals", "tasks/real/softmax.spec", "tasks/real/scaled_dot_product.spec")
        for target in ("riscv64:zve32x", "riscv64:v", "riscv64"):
            out = self.work / f"out.reals.{target.replace(':', '.')}"
            for name, report in self.port(folder, target, out).items():
                check(report["verdict"] == "tested" and report["assumptions"], f"{target} {name}: {report}")
                if target == "riscv64:zve32x":
                    text = (out / name.replace(".spec", ".s")).read_text()
                    check("\tfadd.s" in text and ".d\t" not in text and "\tvf" not in text and "call" not in text, f"{name} uses what Zve32x and F lack")

    def fallback(self):
        folder = self.folder("fallback", "tasks/int8/relu.spec")
        (folder / "weighted.spec").write_text('spec weighted "w"\nsize N = 40\ninput x : s8[N]\ninput w : s8[N]\noutput y[i] : s8 = s8.saturate((x[i] * w[i]) >> 6)\n')
        kernels = self.port(folder, "vta", self.work / "out.fallback", "--fallback", "riscv64:zve32x", "--report", self.work / "page.html")
        page = (self.work / "page.html").read_text()
        check("1 proved, 1 tested" in page and page.count("<tr>") == 3 and "on the processor because" in page, page)
        check(kernels["relu.spec"]["verdict"] == "proved" and "fallback" not in kernels["relu.spec"], f"{kernels['relu.spec']}")
        placed = kernels["weighted.spec"]
        check(placed["verdict"] == "tested" and placed["fallback"]["processor"] == "riscv64:zve32x" and "no operation" in placed["fallback"]["because"], f"{placed}")
        check((self.work / "out.fallback" / "weighted.o").exists(), "no code for the processor")
        self.port(folder, "vta", self.work / "out.fallback", "--fallback", "riscv65", status=3)

    def kernels(self):
        """CUDA to a specification to code; what is no tensor computation is refused with its reason."""
        folder, out = self.folder("kernels"), self.work / "out.kernels"
        for name in ("softmax.cu", "embedding.cu", "port.toml"):
            shutil.copy(ROOT / "corpus" / "kernels" / name, folder)
        kernels = self.port(folder, "riscv64:zve32x", out, status=2)
        softmax, embedding = kernels["softmax.cu"], kernels["embedding.cu"]
        check(softmax["verdict"] == "tested" and softmax["lifted"]["tests"] >= 4 and (out / "softmax.o").exists(), f"{softmax}")
        check("real-algebra" in softmax["lifted"]["assumptions"][0] and "max(" in (out / "softmax.spec").read_text(), f"{softmax}")
        check(embedding["verdict"] == "refused" and "not lifted" in embedding["reason"] and "depends on data" in embedding["reason"], f"{embedding}")

    def refusals(self):
        folder = self.folder("refused")
        for name, body, why in (
                ("exact", "input x : f32[4]\noutput y[i] : f32 = exp(x[i])", "every bit of exp"),
                ("narrow", "input x : s8[4]\noutput y[i] : s8 = x[i] + 1", "wrap or saturate"),
                ("wide", "input x : s64[4]\noutput y[i] : s64 = s64.wrap(x[i] * x[i] >> 3)", "64 bits are the most"),
                ("outside", "input x : s8[4]\noutput y[i in 0 .. 4] : s8 = x[i + 1 - i * 0]", "the index may be"),
                ("divisor", "input x : s8[4]\noutput y[i] : s16 = s16.wrap(100 / x[i])", "always positive")):
            for old in folder.glob("*"):
                old.unlink()
            (folder / f"{name}.spec").write_text(f'spec {name} "t"\n{body}\n')
            report = self.port(folder, "riscv64:zve32x", self.work / "out.refused", status=2)[f"{name}.spec"]
            check(report["verdict"] == "refused" and why in report["reason"] and f"{name}.spec:3:" in report["reason"], f"{name}: {report}")

    def cases(self):
        cases = {"reals": self.reals, "fallback": self.fallback, "refusals": self.refusals, "kernels": self.kernels}
        for number in range(len(CASES)):
            cases[f"vectors.{number}"] = lambda number=number: self.kernel("riscv64:zve32x", number)
        cases["scalar"] = lambda: self.kernel("riscv64", 0)
        return cases


def main():
    options = harness.options()
    return harness.run_cases(Processor(options).cases(), only=options.only)


if __name__ == "__main__":
    sys.exit(main())
