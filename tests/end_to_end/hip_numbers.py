"""`portolan port DIR --to hip`: functions of numbers, atomics of 16 bits, groups of threads that run together, and calls of the runtime
for which HIP's headers have nothing or something else. The oracle is the SIMT engine on what clang makes of CUDA's own headers.
"""
import sys

import harness
from harness import Skip, check
from hip_port import Hip, toolchain  # which puts bench on the path

# By the types of x and y: expressions whose results are kept as long long or double.
WHOLE = ("min(x, y)", "max(x, y)", "max(x, 5u)", "min((long long)x, (long long)y)", "max((unsigned long long)y, 7ull)", "__popc(y) - 33 < 0", "__ffs(x) - 1 < 0",
         "__ffsll((long long)x << 9) - 1 >= 0", "__popcll(y) - 65 < 0", "__clz(x) - 33 < 0", "__umul24(y, x)", "__hadd(x, (int)y)", "__rhadd(x, (int)y)",
         "__uhadd(y, x)", "__urhadd(y, x)", "__sad(x, (int)y, y)", "__usad(x, y, 3u)", "__byte_perm(y, x, y & 0x7777)", "__dp4a(x, (int)y, 5)",
         "__dp4a(y, (unsigned)x, y)", "__dp2a_lo(x, (int)y, 1)", "__dp2a_hi(y, (unsigned)x, 1u)")  # fmt: skip
REAL = ("__int2float_rz(x)", "__int2float_rd(x)", "__int2float_ru(x)", "__uint2float_rz(y)", "__uint2float_ru(y)", "__uint2double_rn(y)", "__ll2float_rd((long long)x * y)",
        "__ll2float_ru((long long)x << 30)", "__ull2float_rz((unsigned long long)y << 31 | y)", "__ull2float_ru(~0ull - y)", "__ll2double_rd(0x7fffffffffffffffll - y)",
        "__ull2double_ru(~0ull - y)", "__int2float_rn(x)")  # fmt: skip
OF_DOUBLE = ("__double2int_rn(v)", "__double2int_ru(v)", "__double2uint_rd(v)", "__double2ll_rn(v)", "__double2ll_rz(v * 1e15)", "__double2ull_ru(v)", "__float2int_rn((float)v)",
             "__float2ll_rd((float)v)", "__float2ull_rz((float)v * 1e12f)", "__float2uint_rn((float)v)", "v == v ? __float_as_int(__double2float_rz(v)) : 0",
             "v == v ? __float_as_int(__double2float_rd(v)) : 0", "v == v ? __float_as_int(__double2float_ru(v)) : 0", "__float_as_int(rsqrt(2.0f))", "sizeof(rsqrt(2.0f)) + sizeof(max(v, 1.0f))",
             "v == v ? __float_as_int(max((float)v, -1.5f)) : 0", "__double_as_longlong(min(1.0f, v))")  # fmt: skip
# Functions of packed bytes and halves, by their names without the width.
OF_TWO = ("vadd vaddss vaddus vsub vsubss vsubus vavgs vavgu vhaddu vmaxs vmaxu vmins vminu vabsdiffs vabsdiffu vcmpeq vcmpne vcmpges vcmpgeu vcmpgts vcmpgtu vcmples "
          "vcmpleu vcmplts vcmpltu vseteq vsetne vsetges vsetgeu vsetgts vsetgtu vsetles vsetleu vsetlts vsetltu vsads vsadu").split()
OF_ONE = ("vabs", "vabsss", "vneg", "vnegss")
PACKED = (*(f"__{name}{width}(y, z)" for name in OF_TWO for width in (2, 4)), *(f"__{name}{width}(y)" for name in OF_ONE for width in (2, 4)))
SOURCE = """#include <cuda_runtime.h>
#include <cuda_pipeline.h>
#include <cuda_fp16.h>
#include <cuda_bf16.h>
#include <cooperative_groups.h>
#include <algorithm>
namespace cg = cooperative_groups;
extern "C" __global__ void whole(const int* a, const unsigned* b, long long* out, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  int x = a[i];
  unsigned y = b[i];
WHOLE}
extern "C" __global__ void packed(const unsigned* a, const unsigned* b, unsigned* out, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  unsigned y = a[i], z = b[i];
PACKED}
// Copies that may be done later; of some the last bytes are zeroes.
extern "C" __global__ void staged(const uint4* from, uint4* to, int n) {
  __shared__ uint4 s[64];
  int i = threadIdx.x;
  s[i] = make_uint4(1, 2, 3, 4);
  if (i < n) {
    if (i % 4 == 0) __pipeline_memcpy_async(&s[i], &from[i], 16);
    if (i % 4 == 1) __pipeline_memcpy_async(&s[i], &from[i], 16, i % 17);
    if (i % 4 == 2) __pipeline_memcpy_async(&s[i], &from[i], 8, i % 9);
    if (i % 4 == 3) __pipeline_memcpy_async(&s[i].y, &from[i].z, 4);
    __pipeline_commit();
    __pipeline_wait_prior(0);
  }
  __syncthreads();
  if (i < n) to[i] = s[n - 1 - i];
}
extern "C" __global__ void real(const int* a, const unsigned* b, double* out, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  int x = a[i];
  unsigned y = b[i];
REAL}
extern "C" __global__ void of_double(const double* a, long long* out, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  double v = a[i];
DOUBLE}
// A mangled name with types that have other names in HIP.
__global__ void sums(const __half* v, __half* sum, const __nv_bfloat16* w, __nv_bfloat162* pairs, unsigned short* flags, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  atomicAdd(&sum[i % 3], v[i]);
  atomicAdd(&pairs[i % 2], __halves2bfloat162(w[i], w[i]));
  atomicCAS(&flags[i % 5], (unsigned short)0, (unsigned short)7);
}
extern "C" __global__ void together(const int* keys, int* out, unsigned* total, int n) {
  int i = threadIdx.x;
  if (i >= n || keys[i] % 3 == 0) return;
  cg::coalesced_group g = cg::coalesced_threads();
  if (g.thread_rank() == 0) atomicAdd(total, g.size());
  atomicMax(total + 1, (unsigned)keys[i]);  // by permlanex16 between rows of lanes
  out[i] = g.shfl(keys[i], g.size() / 2) + 3 * g.shfl_down(keys[i], 2) + 5 * g.shfl_up(keys[i], 1) + 7 * g.thread_rank() + 11 * (int)g.ballot(keys[i] > 1)
      + g.any(keys[i] == 2) + 2 * g.all(keys[i] > 0);
}
// Large numbers take the table of 2/pi that AMD's processors have.
extern "C" __global__ void turns(const double* x, const int* power, double* out, int n) {
  if (threadIdx.x < n) out[threadIdx.x] = sin(ldexp(x[threadIdx.x], power[threadIdx.x]));
}
template <class F> __global__ void apply(float* x, F f) { x[threadIdx.x] = f(x[threadIdx.x]); }
struct Twice { __device__ float operator()(float v) const { return v + v; } };
__global__ void phases(float* x) { cg::this_grid().sync(); x[cg::this_grid().thread_rank()] = min(1, 2); }
int main() {
  float *x, *pinned, *mapped;
  size_t pitch;
  cudaFuncAttributes attributes;
  int blocks = std::max(1, 2) + min(1, 2);
  cudaMallocPitch(&x, &pitch, 64, 64);
  cudaHostAlloc(&pinned, 64, cudaHostAllocMapped);
  cudaHostGetDevicePointer(&mapped, pinned, 0);
  cudaFuncSetAttribute(apply<Twice>, cudaFuncAttributeMaxDynamicSharedMemorySize, 65536);
  cudaFuncSetCacheConfig(phases, cudaFuncCachePreferShared);
  cudaFuncGetAttributes(&attributes, apply<Twice>);
  cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, phases, 64, 0);
  void* arguments[] = {&x};
  apply<<<1, 64>>>(x, Twice());
  return cudaLaunchCooperativeKernel(phases, dim3(blocks), dim3(64), arguments) != cudaSuccess;
}
"""
MANIFEST = """[[kernel]]
name = "whole"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "a", type = "i32", in = "n" }, { name = "b", type = "u32", in = "n" }, { name = "out", type = "i64", out = "n * WHOLE" },
  { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "packed"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "a", type = "u32", in = "n" }, { name = "b", type = "u32", in = "n" }, { name = "out", type = "u32", out = "n * PACKED" },
  { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "staged"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "from", type = "u32", in = "4 * n" }, { name = "to", type = "u32", out = "4 * n" }, { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "real"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "a", type = "i32", in = "n" }, { name = "b", type = "u32", in = "n" }, { name = "out", type = "f64", out = "n * REAL" },
  { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "of_double"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "a", type = "f64", in = "n" }, { name = "out", type = "i64", out = "n * DOUBLE" }, { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "_Z4sumsPK6__halfPS_PK13__nv_bfloat16P14__nv_bfloat162Pti"
sizes = { n = [33, 64] }
block = [64]
inputs = ["small"]
arguments = [{ name = "v", type = "f16", in = "n" }, { name = "sum", type = "f16", inout = 4 }, { name = "w", type = "bf16", in = "n" },
  { name = "pairs", type = "bf16", inout = 4 }, { name = "flags", type = "u16", inout = 6, low = 0, high = 1 }, { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "together"
sizes = { n = [33, 64] }
block = [64]
arguments = [{ name = "keys", type = "i32", in = "n", low = 0, high = 9 }, { name = "out", type = "i32", out = "n" }, { name = "total", type = "u32", inout = 2 },
  { name = "n", type = "i32", value = "n" }]
[[kernel]]
name = "turns"
sizes = { n = [33, 64] }
block = [64]
library_tolerance = { relative = 1e-13 }
arguments = [{ name = "x", type = "f64", in = "n" }, { name = "power", type = "i32", in = "n", low = -20, high = 1020 }, { name = "out", type = "f64", out = "n" },
  { name = "n", type = "i32", value = "n" }]
"""
JUDGED = 8


def lines(expressions):
    return "".join(f"  out[{n} * n + i] = {e};\n" for n, e in enumerate(expressions))


class Numbers(Hip):
    def numbers(self):
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), whose headers say what the functions are")
        source, manifest = SOURCE, MANIFEST
        for name, expressions in (("WHOLE", WHOLE), ("REAL", REAL), ("DOUBLE", OF_DOUBLE), ("PACKED", PACKED)):
            source, manifest = source.replace(f"\n{name}}}", "\n" + lines(expressions) + "}"), manifest.replace(f"* {name}", f"* {len(expressions)}")
        outcome, files, out = self.port(self.folder("numbers", {"a.cu": source, "port.toml": manifest}), "--kernel-time", "0", "--tests", "10")
        file = files["a.cu"]
        bad = {t: r for t, r in file["compiled"].items() if r is not True}
        check(outcome.status == 2 and not bad, f"{outcome.status} {bad} {outcome.stdout[-2000:]} {outcome.stderr[-1000:]}")
        # The last two have no launches in the manifest.
        judged = {k["name"]: k["verdict"] for k in file["kernels"] if "phases" not in k["name"] and "apply" not in k["name"]}
        check(len(judged) == 2 * JUDGED, str(list(judged)))
        for name, verdict in judged.items():
            check(verdict["level"] == "tested", f"{name}: {verdict['word']}: {verdict.get('detail')}")
        text = (out / "a.hip").read_text()
        for part in ("std::max(1, 2) + portolan::min(1, 2)", "portolan::hadd(x, (int)y)", "atomicAdd(&sum[i % 3], v[i])"):
            check(part in text, f"{part}: {text}")

    def devices_width(self):
        """What the device says of its width is not what a port counts in."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so host code cannot be read")
        source = "#include <cuda_runtime.h>\nint main() {\n  int w;\n  cudaDeviceGetAttribute(&w, cudaDevAttrWarpSize, 0);\n  return w;\n}\n"
        _, files, out = self.port(self.folder("attribute", {"a.cu": '#include "part.cuh"\n' + source, "part.cuh": "// of cudaMalloc\n"}))
        check("a.cu:5:30: error: a port has warps of 32 lanes" in files["a.cu"].get("messages", "") and not (out / "a.hip").exists(), str(files))

    def conversions(self):
        """What becomes of a float beyond an integer's range is not CUDA's number for some widths: a note names the lines."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so host code cannot be read")
        source = ("#include <cuda_runtime.h>\n__global__ void k(const float* x, unsigned char* to, int* whole, long long* wide) {\n  to[0] = x[0];\n  whole[0] = (int)x[1];\n"
                  "  wide[0] = static_cast<long long>(x[2]);\n  to[1] = (unsigned char)3.5f;\n}\nint main() { float f = 3; return (unsigned char)f; }\n")  # fmt: skip
        outcome, files, _ = self.port(self.folder("conversions", {"a.cu": source}))
        notes = {(n["line"], n["message"].split(":")[0]) for n in files["a.cu"]["notes"]}
        check(notes == {(3, "a float becomes an integer of 8, 16 or 64 bits (and line 5)"), (4, "a float becomes an integer of 32 bits")}, str(notes))
        check("a.cu:3:" in outcome.stderr, outcome.stderr)

    def refused(self):
        """What strangers use and HIP has not: a message that says so, with the line."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so its libraries cannot be read")
        _, files, out = self.port(self.folder("refused", {
            "managed.cu": "#include <cuda_runtime.h>\n__managed__ int total;\n__global__ void k(int* x) { atomicAdd(&total, x[0]); }\nint main() { return total; }\n",
            "atomic.cu": "#include <cuda/atomic>\n__global__ void k(unsigned* x) {\n  cuda::atomic_ref<unsigned, cuda::thread_scope_block> r(*x);\n  r.fetch_add(1u);\n}\n",
            "barrier.cu": "#include <cuda/barrier>\n__global__ void k(int* x) {\n  __shared__ cuda::barrier<cuda::thread_scope_block> bar;\n  x[0] = 1;\n}\n"}))  # fmt: skip
        for name, said in (("managed.cu", "managed.cu:2:1: error: variables that are __managed__ are not carried over"),
                           ("atomic.cu", "atomic.cu:3:3: error: libcu++ (cuda::…) has no counterpart in HIP 5.2.3"),
                           ("atomic.cu", "atomic.cu:4:5: error: libcu++"),
                           ("barrier.cu", "barrier.cu:1: error: HIP has no counterpart of <cuda/barrier>")):  # fmt: skip
            message = files[name].get("messages", "")
            check(said in message and not (out / name).with_suffix(".hip").exists(), f"{said}: {message}")
        check(files["atomic.cu"]["messages"].count("libcu++") == 2, files["atomic.cu"]["messages"])

    def unread(self):
        """A header that a refused file includes is no header that nobody reads."""
        files = {"a.cu": '#include "part.cuh"\n__global__ void k(unsigned* x) {\n  __nvvm_bar_warp_sync(1);\n}\n', "part.cuh": "// of cudaMalloc\n", "other.cuh": "// of cudaFree\n"}
        outcome, _, _ = self.port(self.folder("unread", files), "--compiler", "clang")
        said = outcome.stderr
        check("other.cuh: note: not ported: no source" in said and "part.cuh: note" not in said, said)


def main():
    options = harness.options()
    n = Numbers(options)
    return harness.run_cases({name: getattr(n, name) for name in ("numbers", "devices_width", "conversions", "refused", "unread")}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
