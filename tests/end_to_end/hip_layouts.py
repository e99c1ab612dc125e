"""Structures keep CUDA's layout in HIP source, and a drafted manifest is nearly enough to see it."""
import sys

import harness
from harness import Skip, check

import hip_port  # puts bench on the path
from common import toolchain

# Vectors that HIP aligns otherwise, arguments of 16 bits by value, atomics of a block, hints for caches.
LAYOUTS = """#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
struct Body { double4 place; int name; longlong4 counts; };
__device__ double4 operator+(double4 a, double4 b) { return make_double4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w); }
__global__ void move(const Body* from, Body* to, uchar4* sizes, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  to[i].place = from[i].place + from[i].place;
  to[i].name = from[i].name;
  to[i].counts = make_longlong4(from[i].counts.w, i, 0, 1);
  sizes[i] = make_uchar4(sizeof(Body), alignof(ulonglong4), alignof(double4_32a), i);
}
__global__ void halve(const __half* x, __nv_bfloat16* y, __half by, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = __float2bfloat16(__half2float(__hmul(x[i], by)));
}
__global__ void count(const unsigned* x, unsigned* out, int n) {
  __shared__ unsigned s[4];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x < 4) s[threadIdx.x] = 0;
  __syncthreads();
  if (i < n) {
    atomicAdd_block(&s[0], x[i] & 7);
    atomicInc_block(&s[1], 4);
    atomicMax_block(&s[2], x[i]);
    atomicCAS_block(&s[3], 0u, 9u);
  }
  __syncthreads();
  if (threadIdx.x < 4 && i < n) out[i] = s[threadIdx.x];
}
__global__ void hints(const float* x, const double2* y, float* out, double2* pairs, unsigned char* bytes, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  __stcg(out + i, __ldca(x + i) * 2 + __ldcs(x + i) * 3 + __ldlu(x + i) * 5);
  const double2 at = __ldcg(y + i);
  __stwt(pairs + i, make_double2(at.y, __ldcs(y + i).x));
  __stcs(bytes + i, (unsigned char)(i * 7));
  __stwb(bytes + i, (unsigned char)(__ldcv(bytes + i) + 1));
}
"""


def layouts(h):
    """Structures keep their layout; the manifest is the one that --init drafts, which is enough for all but a structure of mixed members."""
    if toolchain.missing_tools(["nvcc"]):
        raise Skip("there is no CUDA toolkit (nvcc), so vectors of 32 bytes cannot be read")
    folder = h.folder("layouts", {"layouts.cu": LAYOUTS})
    outcome = toolchain.run([h.portolan, "port", folder, "--init"], timeout=60)
    drafted = (folder / "port.toml").read_text() if outcome.status == 0 else str(outcome.stderr)
    for line in ('type = "f16", in = "n" }', 'type = "bf16", out = "n" }', 'type = "f16" }', 'type = "u8", out = "4 * n" }'):
        check(line in drafted, f"{line}: {drafted}")
    # A structure of mixed members has no word in a manifest: its lines are finished by hand, as what it is made of, 80 bytes.
    # Of words up to 10^9 no double is a NaN, whose bits would differ.
    for name, direction, limits in (("from", "in", ", low = 0, high = 1000000000"), ("to", "out", "")):
        line = f'# {{ name = "{name}", type = "?", {direction} = "n" }}'
        check(line in drafted and "'Body' mixes f64 and i32" in drafted, f"{line}: {drafted}")
        drafted = drafted.replace(line, f'{{ name = "{name}", type = "u32", {direction} = "20 * n"{limits} }}')
    (folder / "port.toml").write_text("\n".join(line for line in drafted.split("\n") if not line.startswith("unfinished")))
    outcome, files, out = h.port(folder, "--kernel-time", "0")
    h.tested(outcome, files, 4)
    made = toolchain.run(["nvcc", "-x", "cu", "-std=c++17", "-arch=sm_80", "-w", "-ptx", out / "layouts.hip", "-o", out / "layouts.ptx"], timeout=200)
    check(made.status == 0, made.stderr)


def main():
    options = harness.options()
    h = hip_port.Hip(options)
    return harness.run_cases({"layouts": lambda: layouts(h)}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
