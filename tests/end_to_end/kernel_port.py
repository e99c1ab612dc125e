"""`portolan port DIR --to amdgcn:…`, and the verdicts of kernels: what is ported is judged by the launches of a manifest, wrong
ports are refuted by inputs that replay, and what goes wrong in one file leaves the others alone.
"""
import json
import pathlib
import re
import shutil
import sys

import harness
from harness import ROOT, check

import crossing  # noqa: F401 puts bench on the path
from common import toolchain

CORPUS = ROOT / "corpus" / "kernels"
TARGETS = ("gfx1100", "gfx942", "gfx90a", "gfx1030")
HEAD = ".version 7.0\n.target sm_80\n.address_size 64\n"
# Copies the thread's number, if it is below n, and counts in shared memory.
COUNT = HEAD + """.visible .entry count(.param .u64 out, .param .u32 n)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 .reg .pred %p<4>;
 .shared .align 4 .b8 s[256];
 ld.param.u64 %d1, [out];
 ld.param.u32 %r1, [n];
 mov.u32 %r2, %tid.x;
 mul.wide.u32 %d3, %r2, 4;
 mov.u64 %d4, s;
 add.s64 %d4, %d4, %d3;
 st.shared.u32 [%d4], %r2;
 bar.sync 0;
 xor.b32 %r5, %r2, 63;
 mul.wide.u32 %d5, %r5, 4;
 mov.u64 %d6, s;
 add.s64 %d6, %d6, %d5;
 ld.shared.u32 %r6, [%d6];
 setp.ge.u32 %p1, %r2, %r1;
 @%p1 ret;
 add.s64 %d2, %d1, %d3;
 st.global.u32 [%d2], %r6;
 ret;
}
"""
MANIFEST = """[[kernel]]
name = "count"
sizes = { n = [1, 31, 63, 64] }
block = [64]
arguments = [
  { name = "out", type = "u32", out = "n" },
  { name = "n", type = "u32", value = "n" },
]
"""
# What each instruction is for other processors of the device (gpu), or of the whole machine (sys).
SCOPES = HEAD + """.visible .entry scopes(.param .u64 p)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 ld.param.u64 %d1, [p];
 INSTRUCTION
 ret;
}
"""
# LLVM's AMDGPU memory model: what makes other caches see, and this one look again.
FLAG = {"gpu": "sc1", "sys": "sc0 sc1"}
# Device functions that call another, have arrays of their own, are called in a loop, and meet at a barrier.
CALLS = HEAD + """.func (.param .b32 result) turned(.param .b32 value, .param .b32 by)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 .reg .pred %p<4>;
 .local .align 4 .b8 kept[16];
 ld.param.u32 %r1, [value];
 ld.param.u32 %r2, [by];
 and.b32 %r2, %r2, 3;
 mov.u64 %d1, kept;
 mul.wide.u32 %d2, %r2, 4;
 add.s64 %d3, %d1, %d2;
 st.local.u32 [%d1], 1;
 st.local.u32 [%d1+4], 20;
 st.local.u32 [%d1+8], 300;
 st.local.u32 [%d1+12], 4000;
 ld.local.u32 %r3, [%d3];
 setp.gt.u32 %p1, %r1, 1000;
 @%p1 bra LARGE;
 add.s32 %r4, %r3, %r1;
 st.param.b32 [result], %r4;
 ret;
LARGE:
 sub.s32 %r4, %r1, %r3;
 st.param.b32 [result], %r4;
 ret;
}
.func (.param .b32 result) outer(.param .b32 value)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 .shared .align 4 .b8 s[256];
 .local .align 4 .b8 own[4];
 ld.param.u32 %r1, [value];
 st.local.u32 [own], %r1;
 mov.u32 %r2, %tid.x;
 mul.wide.u32 %d1, %r2, 4;
 mov.u64 %d2, s;
 add.s64 %d2, %d2, %d1;
 { .param .b32 a; .param .b32 b; .param .b32 r;
 st.param.b32 [a], %r1;
 st.param.b32 [b], %r2;
 call (r), turned, (a, b);
 ld.param.b32 %r3, [r]; }
 ld.local.u32 %r4, [own];
 add.s32 %r3, %r3, %r4;
 st.shared.u32 [%d2], %r3;
 bar.sync 0;
 xor.b32 %r5, %r2, 63;
 mul.wide.u32 %d3, %r5, 4;
 mov.u64 %d4, s;
 add.s64 %d4, %d4, %d3;
 ld.shared.u32 %r6, [%d4];
 bar.sync 0;
 st.param.b32 [result], %r6;
 ret;
}
.visible .entry count(.param .u64 out, .param .u32 n)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 .reg .pred %p<4>;
 ld.param.u64 %d1, [out];
 ld.param.u32 %r1, [n];
 mov.u32 %r2, %tid.x;
 mov.u32 %r3, 0;
 mov.u32 %r4, %r2;
AGAIN:
 { .param .b32 a; .param .b32 r;
 st.param.b32 [a], %r4;
 call (r), outer, (a);
 ld.param.b32 %r4, [r]; }
 add.s32 %r3, %r3, 1;
 setp.lt.u32 %p1, %r3, 5;
 @%p1 bra AGAIN;
 setp.ge.u32 %p1, %r2, %r1;
 @%p1 ret;
 mul.wide.u32 %d3, %r2, 4;
 add.s64 %d2, %d1, %d3;
 st.global.u32 [%d2], %r4;
 ret;
}
"""
# Positions from a vote of the whole wave: right where a wave is a warp.
WIDE = """
extern "C" __global__ void place(unsigned* out) {
  unsigned lane = threadIdx.x % 32;
#ifdef __HIP__
#if __AMDGCN_WAVEFRONT_SIZE == 64
  unsigned votes = (unsigned)__builtin_amdgcn_ballot_w64(threadIdx.x % 3 == 0);
#else
  unsigned votes = __builtin_amdgcn_ballot_w32(threadIdx.x % 3 == 0);
#endif
#else
  unsigned votes = __ballot_sync(0xffffffffu, threadIdx.x % 3 == 0);
#endif
  out[threadIdx.x] = __popc(votes & ((1u << lane) - 1));
}
"""
WIDE_MANIFEST = """[[kernel]]
name = "place"
block = [128]
arguments = [{ name = "out", type = "u32", out = 128 }]
"""
# Quotients of numbers with any bits, among them many that are subnormal.
DIVIDE = HEAD + "".join(f""".visible .entry {name}(.param .u64 a, .param .u64 b, .param .u64 out)
{{
 .reg .b64 %d<9>;
 .reg .b32 %r<9>;
 .reg .{type} %f<9>;
 mov.u32 %r1, %tid.x;
 mul.wide.u32 %d4, %r1, {size};
 ld.param.u64 %d1, [a];
 ld.param.u64 %d2, [b];
 ld.param.u64 %d3, [out];
 add.s64 %d1, %d1, %d4;
 add.s64 %d2, %d2, %d4;
 add.s64 %d3, %d3, %d4;
 ld.global.{type} %f1, [%d1];
 ld.global.{type} %f2, [%d2];
 div.rn.{type} %f3, %f1, %f2;
 st.global.{type} [%d3], %f3;
 ret;
}}
""" for name, type, size in (("single", "f32", 4), ("double", "f64", 8)))
DIVIDE_MANIFEST = "".join(f"""[[kernel]]
name = "{name}"
block = [512]
inputs = ["random"]
arguments = [
  {{ name = "a", type = "u{bits}", in = 512{limits} }},
  {{ name = "b", type = "u{bits}", in = 512{below} }},
  {{ name = "out", type = "f{bits}", out = 512 }},
]
""" for name, bits, limits, below in (("single", 32, "", f", high = {0x7E7FFFFF}"), ("double", 64, ", low = 0, high = 4611686018427387904", "")))


class Port:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def run(self, *arguments, timeout=300, proof=0):
        return toolchain.run([self.portolan, *arguments, *(() if arguments[0] == "replay" or arguments[0] == "run" else ("--proof-time", str(proof)))],
                             timeout=timeout)

    def folder(self, name, files):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, text in files.items():
            (folder / path).write_text(text)
        return folder

    def corpus(self):
        """Every kernel, to every processor: ported and tested."""
        for target in TARGETS:
            out = self.work / f"corpus.{target}"
            outcome = self.run("port", CORPUS, "--to", f"amdgcn:{target}", "--out", out, "--report", out / "report.html",
                               "--compiler", "clang", "--tests", "10", "--kernel-time", "0", timeout=900)
            report = json.loads((out / "report.json").read_text())
            bad = [f"{k['name']}: {k['verdict']['word']}: {k['verdict'].get('detail')}" for f in report["files"] for k in f["kernels"]
                   if k["verdict"]["level"] != "tested"]
            check(outcome.status == 0 and not bad, f"{target}: status {outcome.status}: {bad} {outcome.stderr[-2000:]}")
            check("tested(10)" in (out / "report.html").read_text(), "the report says nothing")
            self.resources(out, report)

    def resources(self, out, report):
        """What the report says that kernels use is what the compiler wrote into the assembly; what bounds them is plausible."""
        kernels = {k["name"]: (k, f["file"]) for f in report["files"] for k in f["kernels"]}
        for name, (k, file) in kernels.items():
            text = (out / (pathlib.Path(file).name + ".s")).read_text()
            notes = next(n for n in text[text.index("amdhsa.kernels:"):].split("\n  - ") if re.search(rf"\.name: +{name}\n", n))
            for key, word in (("vector_registers", ".vgpr_count"), ("scalar_registers", ".sgpr_count"), ("scratch_bytes", ".private_segment_fixed_size"),
                              ("lds_bytes", ".group_segment_fixed_size"), ("vector_spills", ".vgpr_spill_count")):
                stated = int(re.search(re.escape(word) + r": +(\d+)", notes)[1])
                check(k["resources"][key] == stated, f"{name}: {key} is {k['resources'][key]}, and the assembly says {stated}")
        for name, bound in (("axpy", "memory"), ("transpose", "memory"), ("nbody", "arithmetic"), ("monte_carlo", "arithmetic")):
            check(kernels[name][0]["estimate"]["bound"] == bound, f"{name}: {kernels[name][0]['estimate']}")
        check("bound by memory (estimate, " in (out / "report.html").read_text(), "the report has no estimates")

    def wrong(self):
        """A port with one instruction changed: refuted, marked, and the launch replays."""
        folder = self.folder("wrong", {"count.ptx": COUNT, "port.toml": MANIFEST})
        source, assembly, evidence = folder / "count.ptx", folder / "count.s", folder / "evidence.json"
        outcome = self.run("translate", source, "--to", "amdgcn:gfx942", "-o", assembly)
        check(outcome.status == 0 and "count: tested: agreed on" in outcome.stderr, outcome.stderr)
        text = assembly.read_text()
        changed = re.sub(r"(v_xor_b32_e32 v\d+, )(63|0xfc)", lambda m: m[1] + ("62" if m[2] == "63" else "0xf8"), text, count=1)
        check(changed != text, "there is no such instruction: " + text)
        assembly.write_text(changed)
        outcome = self.run("verify", source, assembly, "--evidence", evidence)
        check(outcome.status == 1 and "'count' is REFUTED: out[0] is" in outcome.stderr, f"{outcome.status} {outcome.stderr}")
        verdict = json.loads(evidence.read_text())["functions"][0]["verdict"]
        check(verdict["level"] == "refuted" and verdict["counterexample"]["kernel"] == "count", str(verdict))
        outcome = self.run("replay", evidence)
        check(outcome.status == 1 and b"they differ: out[0] is" in outcome.stdout, str(outcome.stdout) + outcome.stderr)
        assembly.write_text(text)
        outcome = self.run("replay", evidence)
        check(outcome.status == 0 and b"they agree" in outcome.stdout and "has changed" in outcome.stderr, str(outcome.stdout))

    def barrier(self):
        folder = self.folder("barrier", {"count.ptx": COUNT, "without.ptx": COUNT.replace(" bar.sync 0;\n", ""), "port.toml": MANIFEST})
        outcome = self.run("verify", folder / "count.ptx", folder / "without.ptx")
        check(outcome.status in (1, 2) and (b"REFUTED" in outcome.stdout or b"unknown(race)" in outcome.stdout
                                            or b"refuted" in outcome.stdout), str(outcome.stdout))

    def width(self):
        """The classic mistake: a vote of 64 lanes where 32 were meant."""
        folder = self.folder("width", {"place.cu": WIDE, "port.toml": WIDE_MANIFEST})
        sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
        import kernels
        ptx = folder / "place.ptx"
        made = toolchain.run([kernels.CLANG, *kernels.PTX, *kernels.COMMON, folder / "place.cu", "-o", ptx], timeout=120)
        check(made.status == 0, made.stderr)
        for target, status in (("gfx1100", 0), ("gfx942", 1)):
            made = toolchain.run([kernels.CLANG, *kernels.AMD, f"--offload-arch={target}", *kernels.COMMON, folder / "place.cu", "-o",
                                  folder / target], timeout=120)
            check(made.status == 0, made.stderr)
            outcome = self.run("verify", ptx, folder / target)
            check(outcome.status == status, f"{target}: {outcome.status} {outcome.stdout} {outcome.stderr}")

    def without_manifest(self):
        folder = self.folder("without", {"count.ptx": COUNT})
        outcome = self.run("translate", folder / "count.ptx", "--to", "amdgcn:gfx1100", "-o", folder / "count.s")
        check(outcome.status == 2 and "unknown(too-few-inputs)" in outcome.stderr and "port DIR --init" in outcome.stderr, outcome.stderr)
        check((folder / "count.s").exists(), "what is written is left out")
        outcome = self.run("port", folder, "--init")
        check(outcome.status == 0 and (folder / "port.toml").exists(), outcome.stderr)
        outcome = self.run("port", folder, "--init")
        check(outcome.status == 3 and "stays as it is" in outcome.stderr, outcome.stderr)
        outcome = self.run("port", folder, "--to", "amdgcn:gfx1100", "--out", folder / "out")
        check(outcome.status in (0, 2), f"{outcome.status} {outcome.stderr}")

    def bad_manifest(self):
        for text, said in ((MANIFEST.replace("[64]", "[\"m\"]"), "port.toml:4:10: error: in 'm': there is no size 'm'"),
                           (MANIFEST.replace("u32\", value", "u64\", value"), "n has 4 bytes, and 8 are described"),
                           (MANIFEST.replace("sizes", "seizes"), "unknown key 'seizes'"),
                           (MANIFEST.replace("]\n", "\n", 1), "port.toml:")):
            folder = self.folder("bad_manifest", {"count.ptx": COUNT, "port.toml": text})
            outcome = self.run("translate", folder / "count.ptx", "--to", "amdgcn:gfx1100", "-o", folder / "count.s")
            check(outcome.status == 3 and said in outcome.stderr and not (folder / "count.s").exists(),
                  f"{said}: {outcome.status} {outcome.stderr}")

    def mixed(self):
        """One file that does not compile, one that is no PTX, one kernel that is refused: the rest goes on."""
        refused = COUNT.replace("count(", "refused(").replace(" bar.sync 0;\n", " bar.sync 1, 64;\n")
        folder = self.folder("mixed", {"a.cu": "extern \"C\" __global__ void k() { int x = ; }\n", "b.ptx": "nonsense\n",
                                       "c.ptx": COUNT, "d.ptx": refused, "port.toml": MANIFEST})
        out = folder / "out"
        outcome = self.run("port", folder, "--to", "amdgcn:gfx1100", "--out", out, "--compiler", "clang")
        check(outcome.status == 3, f"{outcome.status} {outcome.stdout} {outcome.stderr}")
        report = {f["file"].split("/")[-1]: f for f in json.loads((out / "report.json").read_text())["files"]}
        check(report["a.cu"]["exit"] == 3 and "expected expression" in report["a.cu"]["messages"], str(report["a.cu"]))
        check(report["b.ptx"]["exit"] == 3, str(report["b.ptx"]))
        check(report["c.ptx"]["exit"] == 0 and report["c.ptx"]["kernels"][0]["verdict"]["level"] == "tested", str(report["c.ptx"]))
        kernel = report["d.ptx"]["kernels"][0]
        check(report["d.ptx"]["exit"] == 2 and kernel["verdict"]["level"] == "refused" and kernel["refusals"][0]["line"] == 17, str(kernel))
        check((out / "c.ptx.co").exists() and not (out / "d.ptx.s").exists(), "wrong files were written")
        outcome = self.run("run", out / "c.ptx.co", "--function", "count", "--block", "64", "--", "buf:4", "i32:1")
        check(outcome.status == 0 and b"3f000000" in outcome.stdout, str(outcome.stdout))

    def scopes(self):
        """Orders and scopes, which no engine of ours notices, in the instructions. nvcc writes a scope behind the space."""
        for scope, flag in FLAG.items():
            for text, words in ((f"fence.acq_rel.{scope};", (f"buffer_wbl2 {flag}\n", f"buffer_inv {flag}\n")),
                                (f"ld.acquire.{scope}.global.u32 %r1, [%d1];\n st.global.u32 [%d1+4], %r1;", (f"buffer_inv {flag}\n",)),
                                (f"st.release.{scope}.global.u32 [%d1], 1;", (f"buffer_wbl2 {flag}\n",)),
                                (f"atom.acq_rel.{scope}.global.add.u32 %r1, [%d1], 1;", (f"buffer_wbl2 {flag}\n", f"buffer_inv {flag}\n"))):
                lines = self.scoped(text)
                for word in words:
                    check(any(line.strip() == word.strip() for line in lines), f"{text}: no {word} in {lines}")
        for text in ("membar.sys;", "atom.global.sys.add.u32 %r1, [%d1], 1;\n membar.gl;"):
            check(any(line.strip() == "buffer_wbl2 sc0 sc1" for line in self.scoped(text)), text)
        check(not any("buffer_wbl2 sc0" in line for line in self.scoped("atom.global.cta.add.u32 %r1, [%d1], 1;\n membar.gl;")), "too wide")

    def scoped(self, text):
        folder = self.folder("scopes", {"scopes.ptx": SCOPES.replace("INSTRUCTION", text)})
        outcome = self.run("translate", folder / "scopes.ptx", "--to", "amdgcn:gfx942", "--require", "none", "-o", folder / "scopes.s")
        check(outcome.status == 0, f"{text}: {outcome.stderr}")
        return (folder / "scopes.s").read_text().splitlines()

    def calls(self):
        """Device functions, on the engine called and in the port inlined; one that calls itself is refused with its line."""
        folder = self.folder("calls", {"calls.ptx": CALLS, "port.toml": MANIFEST})
        for target in TARGETS:
            outcome = self.run("translate", folder / "calls.ptx", "--to", f"amdgcn:{target}", "-o", folder / "calls.s")
            check(outcome.status == 0 and "count: tested: agreed on" in outcome.stderr, f"{target}: {outcome.stderr}")
        again = CALLS.replace(" ld.param.u32 %r2, [by];\n", " ld.param.u32 %r2, [by];\n call (result), outer, (value);\n")
        (folder / "calls.ptx").write_text(again)
        outcome = self.run("translate", folder / "calls.ptx", "--to", "amdgcn:gfx1100", "-o", folder / "again.s")
        check(outcome.status == 2 and "calls.ptx:12: error: kernel 'count': recursion: 'outer' calls itself" in outcome.stderr,
              f"{outcome.status} {outcome.stderr}")
        check(not (folder / "again.s").exists(), "something was written")

    def proofs(self):
        """Kernels whose control does not depend on data are proved, for both widths of waves; the report says why others are not. What
        the prover takes of mutants for the same no test tells apart."""
        folder = self.folder("proofs", {"port.toml": (CORPUS / "port.toml").read_text()})
        for name in ("linear.cu", "collective.cu"):
            shutil.copy(CORPUS / name, folder)
        for target in ("gfx1100", "gfx942"):
            out = self.work / f"proofs.{target}"
            outcome = self.run("port", folder, "--to", f"amdgcn:{target}", "--out", out, "--compiler", "clang", "--tests", "8", "--kernel-time", "0", proof=20000)
            report = json.loads((out / "report.json").read_text())
            kernels = {k["name"]: k["verdict"] for f in report["files"] for k in f["kernels"]}
            for name in ("axpy", "gemv", "gemm", "gemm_tiled", "reduce", "warp_scan", "block_scan", "greatest"):
                check(kernels[name]["level"] == "proved", f"{target}: {name}: {kernels[name]}")
                check("for all contents" in kernels[name]["claim"] and "otherwise agreed on" in kernels[name]["claim"], str(kernels[name]))
                check(any("launch-sizes" == a["id"] for a in kernels[name]["assumptions"]), str(kernels[name]))
            for name in ("histogram", "compact"):
                check(kernels[name]["level"] == "tested" and kernels[name]["proof"]["reason"] == "data-dependent", f"{target}: {name}: {kernels[name]}")
            text = outcome.stdout.decode()
            check(re.search(r"proved for \d launches, tested\(8\)", text) and "tested(8), no proof: data-dependent" in text, text)
            check(outcome.status == 0, f"{outcome.status} {outcome.stderr}")
        self.prover_mutants(folder)

    def prover_mutants(self, folder):
        sys.path.insert(0, str(ROOT / "bench"))
        import gpu
        ported, mutant = self.work / "proofs.gfx1100", folder / "mutant.s"
        ptx, assembly = ported / "linear.cu.ptx", (ported / "linear.cu.s").read_text()
        drawn = [(k, *m) for k in ("axpy", "gemm_tiled") for m in gpu.amd_mutants(assembly, k)]
        judged = 0
        for kernel, kind, line, text in drawn[::max(1, len(drawn) // 10)]:
            mutant.write_text(text)
            words = ("verify", ptx, mutant, "--function", kernel, "--manifest", folder / "port.toml", "--json")
            outcome = self.run(*words, "--tests", "0", proof=20000)
            if outcome.status == 3:  # not an instruction
                continue
            judged += 1
            verdict = json.loads(outcome.stdout)["functions"][0]["verdict"]
            check(verdict["level"] in ("proved", "proved-of-numbers", "unknown"), str(verdict))
            if verdict["level"] == "proved":
                tested = json.loads(self.run(*words, "--tests", "30").stdout)["functions"][0]["verdict"]
                check(tested["level"] == "tested", f"proved, and {tested['word']}: line {line}, {kind}: {tested.get('detail')}")
        check(judged >= 6, f"only {judged} mutants")

    def quotients(self):
        """Quotients of 4096 operands of each format, subnormal ones too, are PTX's, whose arithmetic is LLVM's. Where a single is divided by 2^126
        or more that need not be so, by what AMD's manuals print (frontends/amdgcn/divide.cpp): one such pair is refuted, not called exact."""
        folder = self.folder("quotients", {"divide.ptx": DIVIDE, "port.toml": DIVIDE_MANIFEST})
        for target in ("gfx1100", "gfx942"):
            outcome = self.run("translate", folder / "divide.ptx", "--to", f"amdgcn:{target}", "-o", folder / "divide.s", "--tests", "8",
                               "--kernel-time", "0")
            check(outcome.status == 0 and "2 tested" in outcome.stderr, f"{target}: {outcome.stderr}")
        manifest = DIVIDE_MANIFEST.split("[[kernel]]")[1]
        for name, value in (("a", 0x7E800000), ("b", 0x7EFFFFFF)):
            given = f'name = "{name}", type = "u32", in = 512'
            manifest = re.sub(given + "[^}]*", f"{given}, low = {value}, high = {value} ", manifest)
        (folder / "port.toml").write_text("[[kernel]]" + manifest)
        outcome = self.run("translate", folder / "divide.ptx", "--to", "amdgcn:gfx1100", "-o", folder / "large.s", "--function", "single")
        check(outcome.status == 1 and "refuted" in outcome.stderr and "out[0]" in outcome.stderr, outcome.stderr)

    def at_fault(self):
        """Where the source reads beyond its buffers nothing is claimed of the port."""
        folder = self.folder("fault", {"count.ptx": COUNT, "port.toml": MANIFEST.replace('out = "n"', 'out = "n - 1"')})
        outcome = self.run("translate", folder / "count.ptx", "--to", "amdgcn:gfx1100", "-o", folder / "count.s")
        check(outcome.status == 2 and "unknown(vacuous)" in outcome.stderr and "out of bounds" in outcome.stderr, outcome.stderr)


def main():
    options = harness.options()
    p = Port(options)
    names = ("corpus", "wrong", "barrier", "width", "without_manifest", "bad_manifest", "mixed", "scopes", "calls", "proofs", "quotients", "at_fault")
    return harness.run_cases({name: getattr(p, name) for name in names}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
