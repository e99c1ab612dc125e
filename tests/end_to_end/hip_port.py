"""`portolan port DIR --to hip`: what is written compiles and does what the CUDA source does, at 32 and at 64 lanes; what has no
counterpart is an error with its place, and then nothing is written. The oracle is the SIMT engine on the source's PTX.
"""
import json
import pathlib
import re
import shutil
import sys

import harness
from harness import ROOT, Skip, check

import crossing  # noqa: F401 puts bench on the path
import hip as bench_hip
import matrix_instructions
from common import toolchain

CORPUS = ROOT / "corpus" / "kernels"

# Inline PTX: mnemonic, and the kinds of the result and of the operands (r l f: 32 bits, 64, float; a number: itself).
EXACT = [
    *((op, "rrr") for op in ("add.u32", "add.s32", "sub.u32", "sub.s32", "mul.lo.u32", "mul.lo.s32", "and.b32", "or.b32", "xor.b32", "min.u32",
                             "max.u32", "min.s32", "max.s32", "shl.b32", "shr.u32", "shr.b32", "shr.s32", "mul.hi.u32", "mul.hi.s32")),
    *((op, "lll") for op in ("add.u64", "add.s64", "sub.u64", "sub.s64", "mul.lo.u64", "mul.lo.s64", "and.b64", "or.b64", "xor.b64", "min.u64",
                             "max.u64", "min.s64", "max.s64", "mul.hi.u64")),
    *((op, "llr") for op in ("shl.b64", "shr.u64", "shr.b64", "shr.s64")),
    *((op, "rr") for op in ("mov.b32", "mov.u32", "mov.s32", "not.b32", "neg.s32", "abs.s32", "brev.b32", "popc.b32", "clz.b32", "bfind.u32")),
    *((op, "ll") for op in ("mov.b64", "mov.u64", "not.b64")),
    *((op, "lrr") for op in ("mul.wide.u32", "mul.wide.s32")),
    *((op, "rrrr") for op in ("mad.lo.u32", "mad.lo.s32", "mad.hi.u32", "shf.l.wrap.b32", "shf.r.wrap.b32", "shf.l.clamp.b32", "shf.r.clamp.b32",
                              "dp4a.s32.s32", "dp4a.u32.u32", "dp4a.s32.u32", "dp4a.u32.s32", "prmt.b32", "bfe.u32", "bfe.s32")),
    ("mad.lo.u64", "llll"), ("mad.wide.u32", "lrrl"), ("mad.wide.s32", "lrrl"),
    ("shl.b32", "rr 5"), ("shl.b32", "rr 31"), ("shl.b32", "rr 32"), ("shr.s32", "rr 33"), ("shr.u32", "rr 0"), ("add.u32", "rr -7"),
    ("bfe.u32", "rr 5 11"), ("bfe.s32", "rr 5 11"), ("bfe.s32", "rr 24 11"), ("bfe.s32", "rr 31 1"), ("bfe.s32", "rr 3 0"), ("bfi.b32", "rrr 9 7"),
    ("bfi.b32", "rrr 30 7"), ("bfi.b32", "rrr 0 32"), ("prmt.b32", "rrr 0x2716"), ("prmt.b32", "rrr 0xba98"),
    ("lop3.b32", "rrrr 0xe8"), ("lop3.b32", "rrrr 0x96"), ("lop3.b32", "rrrr 0x1b"),
    *((op, "fff") for op in ("add.rn.f32", "sub.rn.f32", "mul.rn.f32", "add.f32", "sub.f32", "mul.f32", "div.rn.f32")),
    ("fma.rn.f32", "ffff"), ("abs.f32", "ff"), ("neg.f32", "ff"), ("mov.f32", "ff"), ("sqrt.rn.f32", "ff"), ("rcp.rn.f32", "ff"),
    ("mov.b32", "rf"), ("mov.b32", "fr"),
    ("cvt.u64.u32", "lr"), ("cvt.s64.s32", "lr"), ("cvt.u32.u64", "rl"), ("cvt.rn.f32.s32", "fr"), ("cvt.rn.f32.u32", "fr"),
]  # fmt: skip
APPROXIMATE = [(op, "ff") for op in ("rcp.approx.f32", "rsqrt.approx.f32", "sqrt.approx.f32", "ex2.approx.f32", "lg2.approx.f32")]
TYPES = {"r": ("unsigned", "u32"), "l": ("unsigned long long", "u64"), "f": ("float", "f32")}
# Several instructions at once: asm text, kinds.
BLOCKS = [
    ("{\\n add.cc.u32 %0, %1, %2;\\n addc.u32 %0, %0, 0;\\n}", "rrr"),
    ("sub.cc.u32 %0, %1, %2;\\n subc.u32 %0, %0, 0;", "rrr"),
    ("add.cc.u64 %0, %1, %2;\\n addc.u64 %0, %0, %2;", "lll"),
    ("{ .reg .u32 t, u; mad.lo.cc.u32 t, %1, %2, %3; madc.hi.cc.u32 u, %1, %2, 5; addc.cc.u32 t, t, u; addc.u32 u, t, %3; xor.b32 %0, t, u; }", "rrrr"),
    ("{ .reg .pred p; setp.lt.u32 p, %1, %2; selp.b32 %0, %1, %3, p; }", "rrrr"),
    ("{ .reg .pred p; setp.ge.s32 p, %1, %2; mov.u32 %0, 3; @p add.u32 %0, %0, %1; @!p xor.b32 %0, %0, %2; }", "rrr"),
    ("{ .reg .pred p; setp.eq.f32 p, %1, %2; selp.f32 %0, %1, 0f3F800000, p; }", "fff"),
    ("{ .reg .pred p; setp.gt.u64 p, %1, %2; selp.u32 %0, 1, 2, p; }", "rll"),
    ("mov.b64 %0, {%1, %2};", "lrr"),
    ("{ .reg .b32 lo, hi; mov.b64 {lo, hi}, %1; xor.b32 %0, lo, hi; }", "rl"),
    ("{ .reg .u32 t; mov.u32 t, %%laneid; mov.u32 %0, %%lanemask_lt; add.u32 %0, %0, t; }", "r"),
    ("mov.u32 %0, %%tid.x;", "r"),
    ("{ .reg .u32 a, b, c, d; mov.u32 a, %%lanemask_eq; mov.u32 b, %%lanemask_le; mov.u32 c, %%lanemask_gt; mov.u32 d, %%lanemask_ge;"
     " xor.b32 a, a, b; add.u32 c, c, d; sub.u32 %0, a, c; }", "r"),
    ("{ .reg .pred p; setp.ne.u32 p, %1, 0; vote.sync.ballot.b32 %0, p, -1; }", "rr"),
    ("activemask.b32 %0;", "r"),
    # Labels, loops and branches.
    ("{ .reg .pred p; .reg .u32 n; mov.u32 n, 5; mov.u32 %0, 0; AGAIN_%=: add.u32 %0, %0, %1; sub.u32 n, n, 1; setp.ne.u32 p, n, 0; @p bra AGAIN_%=; }", "rr"),
    ("{ .reg .pred p; setp.lt.u32 p, %1, %2; mov.u32 %0, %1; @p bra.uni DONE; mov.u32 %0, %2; DONE: }", "rrr"),
    # What other lanes have.
    *((f"{{ .reg .pred p; .reg .u32 t; shfl.sync.{kind}.b32 t|p, %1, {by}, {clamp}, -1; selp.u32 %0, t, 77, p; }}", "rr")
      for kind, by, clamp in (("up", 3, 0), ("up", 5, 0x1800), ("down", 7, 31), ("down", 2, 0x1c1f), ("bfly", 9, 31), ("bfly", 3, 0x181f), ("idx", 13, 31),
                              ("idx", 6, 0x1807))),
    ("shfl.sync.bfly.b32 %0, %1, 16, 0x1f, 0xffffffff;", "rr"),
    ("{ .reg .pred p, q, r, s; setp.lt.u32 p, %1, %2; vote.sync.any.pred q, p, -1; vote.sync.all.pred r, !p, -1; vote.sync.uni.pred s, p, -1;"
     " selp.u32 %0, 1, 2, q; @r add.u32 %0, %0, 4; @s add.u32 %0, %0, 8; }", "rrr"),
    ("{ .reg .u32 t; and.b32 t, %1, 3; match.any.sync.b32 %0, t, -1; }", "rr"),
    *((f"redux.sync.{op} %0, %1, -1;", "rr") for op in ("add.u32", "add.s32", "min.u32", "min.s32", "max.u32", "max.s32", "and.b32", "or.b32", "xor.b32")),
]  # fmt: skip
# Kernels of which inline PTX reads and writes memory, one after the other: source, arguments of the manifest, what is more of it.
WORDS = '{ name = "in", type = "u32", in = 256 }, { name = "out", type = "u32", inout = 256 }'
MEMORY = {
    "global_words": ("""(const unsigned* in, unsigned* out) {
  unsigned i = threadIdx.x, a, b, c, d;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4+512];" : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "l"(in + 4 * (i % 32)));
  asm volatile("st.global.v2.b32 [%0], {%1, %2};" ::"l"(out + 4 * i % 128), "r"(a ^ d), "r"(b + c) : "memory");
  asm volatile("{ .reg .pred p; .reg .u32 t; setp.lt.u32 p, %2, 40; @p ld.global.u32 t, [%1+-4]; @p st.global.u32 [%0+512], t; }"
               ::"l"(out + i), "l"(in + i + 1), "r"(i) : "memory");
}""", WORDS),
    "short_words": ("""(const unsigned* in, unsigned* out) {
  unsigned i = threadIdx.x, a, b, c, d;
  const char* p = (const char*)in + 7 * i;
  asm("ld.global.u8 %0, [%1];" : "=r"(a) : "l"(p));
  asm("ld.global.s8 %0, [%1+1];" : "=r"(b) : "l"(p));
  asm("ld.volatile.global.u16 %0, [%1];" : "=r"(c) : "l"(p + (7 * i) % 2));
  asm("ld.s16 %0, [%1];" : "=r"(d) : "l"(p + (7 * i) % 2));
  asm volatile("st.global.u8 [%0+3], %1;" ::"l"(out + i), "r"(a + b) : "memory");
  asm volatile("st.global.b16 [%0], %1;" ::"l"(out + i), "r"(c * 3 + d) : "memory");
}""", WORDS),
    "shared_words": ("""(const unsigned* in, unsigned* out) {
  __shared__ __align__(16) unsigned tile[128];
  unsigned i = threadIdx.x, at = (unsigned)__cvta_generic_to_shared(tile), a, b;
  unsigned long long wide;
  if (i < 16) asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(at + 16 * i), "l"(in + 4 * i));
  if (i < 16) asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, 4;" ::"r"(at + 256 + 16 * i), "l"(in + 4 * i) : "memory");
  asm volatile("cp.async.commit_group; cp.async.wait_group 0;" ::: "memory");
  __syncthreads();
  asm volatile("{ .reg .u64 t; .reg .u32 s; cvta.to.shared.u64 t, %1; cvt.u32.u64 s, t; ld.shared.u32 %0, [s+4]; }" : "=r"(a) : "l"(&tile[i]));
  asm volatile("ld.shared.u64 %0, [%1];" : "=l"(wide) : "r"(at + 8 * (i % 32)));
  asm volatile("bar.warp.sync 0xffffffff; barrier.sync 0;" ::: "memory");
  asm volatile("st.shared.u32 [%0], %1;" ::"r"(at + 4 * i), "r"(a + 1) : "memory");
  __syncthreads();
  asm volatile("ld.volatile.shared.u32 %0, [%1];" : "=r"(b) : "r"(at + 4 * (63 - i)));
  unsigned c, d;
  asm volatile("{ .reg .u64 s, g; cvta.to.shared.u64 s, %1; cvta.shared.u64 g, s; ld.u32 %0, [g]; }" : "=r"(c) : "l"(&tile[i]));
  asm volatile("{ .reg .u64 s, g; cvta.to.global.u64 s, %1; cvta.global.u64 g, s; ld.u32 %0, [g]; }" : "=r"(d) : "l"(in + i));
  out[i] = a ^ b ^ (unsigned)(wide >> 32) ^ (unsigned)wide ^ c << 1 ^ d << 2;
}""", WORDS),
    "atomic_words": ("""(const unsigned* in, unsigned* out) {
  __shared__ unsigned sum;
  unsigned i = threadIdx.x, at = (unsigned)__cvta_generic_to_shared(&sum);
  if (i == 0) sum = 0;
  __syncthreads();
  asm volatile("red.shared.add.u32 [%0], %1;" ::"r"(at), "r"(in[i]) : "memory");
  asm volatile("red.global.add.u32 [%0], %1;" ::"l"(out + 100), "r"(in[i]) : "memory");
  asm volatile("red.relaxed.gpu.global.max.s32 [%0], %1;" ::"l"(out + 101), "r"(in[i]) : "memory");
  asm volatile("red.global.min.u32 [%0+8], %1;" ::"l"(out + 100), "r"(in[i]) : "memory");
  asm volatile("red.global.or.b32 [%0], %1;" ::"l"(out + 103), "r"(in[i]) : "memory");
  asm volatile("red.global.and.b32 [%0], %1;" ::"l"(out + 104), "r"(in[i]) : "memory");
  asm volatile("red.global.xor.b32 [%0], %1;" ::"l"(out + 105), "r"(in[i]) : "memory");
  unsigned old, other;
  asm volatile("atom.global.exch.b32 %0, [%1], %2;" : "=r"(old) : "l"(out + 110 + i), "r"(in[i]) : "memory");
  asm volatile("atom.acq_rel.gpu.global.cas.b32 %0, [%1], %2, %3;" : "=r"(other) : "l"(out + 110 + i), "r"(in[i] & ~1u), "r"(in[i] + 5) : "memory");
  asm volatile("atom.global.inc.u32 %0, [%1], 9;" : "=r"(other) : "l"(out + 180), "r"(other) : "memory");
  asm volatile("atom.global.dec.u32 %0, [%1], 9;" : "=r"(other) : "l"(out + 181), "r"(other) : "memory");
  asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(out + 190 + i), "r"(old) : "memory");
  __syncthreads();
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(old) : "l"(out + 190 + (i ^ 1)) : "memory");
  out[i] = sum + old;
}""", WORDS.replace("in = 256 }, ", 'in = 256, values = "ramp" }, ')),
}

# What a program of host and device has, macros, templates and includes in it.
PROGRAM = """#include <cuda_runtime.h>
#include "inner/part.cuh"

// cudaMalloc in a comment stays, and "cudaFree" in a text.
#define CHECK(call) do { cudaError_t e = (call); if (e != cudaSuccess) return (int)e; } while (0)
#define ROTATE(to, from) asm("shf.l.wrap.b32 %0, %1, %1, 5;" : "=r"(to) : "r"(from))

template <class T>
__global__ void scale(int n, T by, T* x) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
#ifdef __CUDA_ARCH__
  if (i % warpSize == 0 && i < n) x[i] += (T)__activemask() * 0;
#endif
  if (i < n) x[i] = part<T>(x[i]) * by;
}

extern "C" __global__ void spin(int n, unsigned* x) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned turned = 0;
  if (i < n) { ROTATE(turned, x[i]); x[i] = turned ^ (unsigned)warpSize; }
}

static int warpsPerBlock(int cudaThreads) { return cudaThreads / 32; }

int main() {
  float* x; const char* text = "cudaFree";
  cudaStream_t stream; cudaEvent_t begin, end;
  CHECK(cudaMalloc((void**)&x, 100 * sizeof(float)));
  CHECK(cudaStreamCreate(&stream)); CHECK(cudaEventCreate(&begin)); CHECK(cudaEventCreate(&end));
  CHECK(cudaMemsetAsync(x, 0, 100 * sizeof(float), stream));
  CHECK(cudaEventRecord(begin, stream));
  scale<float><<<dim3(2), dim3(64), 0, stream>>>(100, 2.0f, x);   scale<<<1, 64>>>(10, 1.5f, x);
  CHECK(cudaEventRecord(end, stream)); CHECK(cudaEventSynchronize(end));
  float time = 0; CHECK(cudaEventElapsedTime(&time, begin, end));
  cudaDeviceProp properties; CHECK(cudaGetDeviceProperties(&properties, 0));
  CHECK(cudaDeviceSynchronize()); CHECK(cudaGetLastError());
  CHECK(cudaFree(x));
  return text[0] == 'c' ? warpsPerBlock(64) - 2 : (int)cudaErrorInvalidValue;
}
"""
PART = """#pragma once
template <class T>
__device__ T part(T v) {
  T other = __shfl_xor_sync(0xffffffff, v, 1);  /* of the neighbour */
  return v + other * (T)0;
}
"""
SPIN_MANIFEST = """[[kernel]]
name = "spin"
sizes = { n = [1, 40, 64] }
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "x", type = "u32", inout = "n" }]
"""
GROUPS = """#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

extern "C" __global__ void groups(int n, const int* in, int* out, unsigned* votes) {
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  auto eight = cg::tiled_partition<8>(warp);
  int i = blockIdx.x * block.size() + block.thread_rank();
  int v = i < n ? in[i] : 0;
  int sum = cg::reduce(warp, v, cg::plus<int>()), most = cg::reduce(eight, v, cg::greater<int>());
  unsigned vote = eight.ballot(v > 0);
  for (int by = warp.size() / 2; by > 0; by /= 2) v += warp.shfl_down(v, by);
  int other = eight.shfl(v, 3) + eight.shfl_up(v, 1) + eight.shfl_xor(v, 5);
  block.sync();
  cg::sync(warp);
  if (i >= n) return;
  out[i] = sum + 3 * most + v + 5 * other + (int)eight.thread_rank() + 100 * (int)eight.meta_group_rank();
}

extern "C" __global__ void answers(int n, const int* in, unsigned* out) {
  auto tile = cg::tiled_partition<16>(cg::this_thread_block());
  int i = blockIdx.x * blockDim.x + threadIdx.x, v = i < n ? in[i] : 0;
  unsigned any = tile.any(v > 9), all = tile.all(v > -9), votes = tile.ballot(v % 2);
  if (i < n) out[i] = votes | any << 16 | all << 17 | tile.meta_group_size() << 20;
}
"""
GROUPS_MANIFEST = """[[kernel]]
name = "groups"
sizes = { n = [1, 50, 64, 150] }
grid = ["divide_up(n, 64)"]
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "in", type = "i32", in = "n" }, { name = "out", type = "i32", out = "n" },
             { name = "votes", type = "u32", inout = "n" }]

[[kernel]]
name = "answers"
sizes = { n = [1, 50, 64, 150] }
grid = ["divide_up(n, 64)"]
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "in", type = "i32", in = "n" }, { name = "out", type = "u32", out = "n" }]
"""
FP8 = """#include <cuda_fp8.h>
extern "C" __global__ void there(int n, const float* in, const double* wide, unsigned char* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = in[i];
  out[8 * i] = __nv_cvt_float_to_fp8(v, __NV_SATFINITE, __NV_E4M3);
  out[8 * i + 1] = __nv_cvt_float_to_fp8(v, __NV_NOSAT, __NV_E5M2);
  out[8 * i + 2] = __nv_fp8_e4m3(v).__x;
  out[8 * i + 3] = __nv_cvt_double_to_fp8(wide[i], __NV_SATFINITE, __NV_E5M2);
  out[8 * i + 4] = __nv_cvt_double_to_fp8(wide[i], __NV_NOSAT, __NV_E4M3);
  __nv_fp8x2_storage_t both = __nv_cvt_float2_to_fp8x2(make_float2(v, -v), __NV_SATFINITE, __NV_E5M2);
  out[8 * i + 5] = both & 255;
  out[8 * i + 6] = both >> 8;
  __nv_fp8_e5m2 last(v * 4096);
  out[8 * i + 7] = last.__x;
}
extern "C" __global__ void pairs(int n, const float* in, unsigned* out, float* back, unsigned short* halves) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = in[i], w = in[(i + 1) % n];
  __nv_fp8x2_e4m3 two(make_float2(v, w));
  __nv_fp8x4_e5m2 four(make_float4(v, w, -v, v + w));
  float2 x = float2(two);
  float4 y = float4(four);
  out[2 * i] = two.__x;
  out[2 * i + 1] = four.__x;
  back[2 * i] = x.x - x.y;
  back[2 * i + 1] = y.x + y.y * y.z + y.w;
  __half2_raw h = __nv_cvt_fp8x2_to_halfraw2(two.__x, __NV_E4M3);
  halves[2 * i] = h.x ^ h.y << 1;
  halves[2 * i + 1] = __nv_cvt_halfraw2_to_fp8x2(h, __NV_SATFINITE, __NV_E5M2);
}
extern "C" __global__ void back(int n, const unsigned char* in, float* a, float* b, unsigned short* c) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  __nv_fp8_e4m3 x;
  __nv_fp8_e5m2 y;
  x.__x = in[i];
  y.__x = in[i];
  a[i] = float(x);
  b[i] = (float)double(y);
  c[i] = __nv_cvt_fp8_to_halfraw(in[i], __NV_E4M3).x;
}
"""
FP8_MANIFEST = """[[kernel]]
name = "there"
sizes = { n = [1, 64, 200] }
grid = ["divide_up(n, 64)"]
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "in", type = "f32", in = "n" }, { name = "wide", type = "f64", in = "n" },
  { name = "out", type = "u8", out = "8 * n" }]

[[kernel]]
name = "pairs"
sizes = { n = [1, 64, 200] }
grid = ["divide_up(n, 64)"]
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "in", type = "f32", in = "n" }, { name = "out", type = "u32", out = "2 * n" },
  { name = "back", type = "f32", out = "2 * n" }, { name = "halves", type = "u16", out = "2 * n" }]

[[kernel]]
name = "back"
sizes = { n = [256] }
grid = ["divide_up(n, 64)"]
block = [64]
arguments = [{ name = "n", type = "i32", value = "n" }, { name = "in", type = "u8", in = "n", values = "ramp" }, { name = "a", type = "f32", out = "n" },
  { name = "b", type = "f32", out = "n" }, { name = "c", type = "u16", out = "n" }]
"""
VOTES = """extern "C" __global__ void place(unsigned* out) {
  unsigned lane = threadIdx.x % 32;
  unsigned votes = __ballot_sync(0xffffffffu, threadIdx.x % 3 == 0);
  out[threadIdx.x] = __popc(votes & ((1u << lane) - 1));
}
"""
VOTES_MANIFEST = """[[kernel]]
name = "place"
block = [128]
arguments = [{ name = "out", type = "u32", out = 128 }]
"""


# Subnormal quotients: the SIMT engine rounds AMD's division sequence twice (v_div_fmas, then its scaling), so they lie a
# last place off there.
QUOTIENTS = ("div.rn.f32", "rcp.rn.f32")


def kernel(number, text, kinds, low=None):
    """CUDA source and manifest of one statement of inline PTX over arrays."""
    arrays = [(f"a{n}", kind) for n, kind in enumerate(kinds[1:])]
    parameters = "".join(f"const {TYPES[k][0]}* {name}, " for name, k in arrays)
    operands = ", ".join(f'"{k}"({name}[i])' for name, k in arrays)
    source = (f'extern "C" __global__ void k{number}(int n, {parameters}{TYPES[kinds[0]][0]}* out) {{\n'
              f"  int i = blockIdx.x * blockDim.x + threadIdx.x;\n  if (i >= n) return;\n  {TYPES[kinds[0]][0]} v;\n"
              f'  asm("{text}" : "=&{kinds[0]}"(v) : {operands});\n  out[i] = v;\n}}\n')
    bound = "" if low is None else f", low = {low}, high = 10"
    given = "".join(f'  {{ name = "{name}", type = "{TYPES[k][1]}", in = "n"{bound} }},\n' for name, k in arrays)
    return source, (f'[[kernel]]\nname = "k{number}"\nsizes = {{ n = [31, 64, 200] }}\ngrid = ["divide_up(n, 64)"]\nblock = [64]\n'
                    + ("library_tolerance = { relative = 2e-6, absolute = 2e-6 }\n" if low is not None else "")
                    + ('inputs = ["small", "random", "ramp"]\n' if text.startswith(QUOTIENTS) else "")
                    + f'arguments = [\n  {{ name = "n", type = "i32", value = "n" }},\n{given}'
                    f'  {{ name = "out", type = "{TYPES[kinds[0]][1]}", out = "n" }},\n]\n\n')


class Hip:
    def __init__(self, options):
        self.portolan, self.work = options.portolan, options.work

    def folder(self, name, files):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return folder

    def port(self, folder, *flags, name="out"):
        """(outcome, report by file, folder of results)"""
        if toolchain.missing_tools(["clang++-19"]):
            raise Skip("clang++-19 is not installed")
        out = self.work / f"{folder.name}.{name}"
        shutil.rmtree(out, ignore_errors=True)
        outcome = toolchain.run([self.portolan, "port", folder, "--to", "hip", "--out", out, "--proof-time", "0", *flags], timeout=1200)
        check((out / "report.json").exists(), f"no report: {outcome.status} {outcome.stdout} {outcome.stderr}")
        report = json.loads((out / "report.json").read_text())
        return outcome, {f["file"].removeprefix(f"{folder}/"): f for f in report["files"]}, out

    def tested(self, outcome, files, kernels):
        bad = [f"{k['name']}: {k['verdict']['word']}: {k['verdict'].get('detail')}" for f in files.values() for k in f["kernels"]
               if k["verdict"]["level"] != "tested"]
        bad += [f"{name} for {t}: {r}" for name, f in files.items() for t, r in f["compiled"].items() if r is not True]
        check(outcome.status == 0 and not bad, f"status {outcome.status}: {bad} {outcome.stdout[-3000:]} {outcome.stderr[-2000:]}")
        widths = {}
        for f in files.values():
            for k in f["kernels"]:
                widths[k["lanes"]] = widths.get(k["lanes"], 0) + 1
        check(widths == {32: kernels, 64: kernels}, f"judged: {widths}")

    def corpus(self):
        """All files, by portolan's own header, so that no toolkit is needed."""
        outcome, files, out = self.port(CORPUS, "--compiler", "clang", "--tests", "8", "--kernel-time", "0")
        self.tested(outcome, files, sum(f.read_text().count("__global__ void") for f in CORPUS.glob("*.cu")))
        check({"gfx90a", "gfx1030", "gfx942", "gfx1100"} <= set(files["linear.cu"]["compiled"]), str(files["linear.cu"]))
        for path in CORPUS.glob("*.cu"):
            left = (out / path.with_suffix(".hip").name).read_text()
            check("asm(" not in left and not re.search(r"__\w+_sync\(|__activemask|[^:]warpSize", left), f"{path.name}: something was passed through")

    def inline_ptx(self):
        """Every instruction that is replaced, against the PTX engine; and there is a case for each."""
        cases = []
        for op, kinds in EXACT:
            letters, *numbers = kinds.split()
            places = [f"%{n}" for n in range(len(letters))] + numbers
            cases.append((f"{op} {', '.join(places)};", letters, None))
        cases += [(f"{op} %0, %1;", kinds, 1) for op, kinds in APPROXIMATE]
        cases += [(text, kinds, None) for text, kinds in BLOCKS]
        made = [kernel(n, *case) for n, case in enumerate(cases)]
        made += [(f'extern "C" __global__ void {name}{text}\n',
                  f'[[kernel]]\nname = "{name}"\nblock = [64]\narguments = [{arguments}]\n\n') for name, (text, arguments) in MEMORY.items()]
        folder = self.folder("inline_ptx", {"all.cu": "".join(s for s, _ in made), "port.toml": "".join(m for _, m in made)})
        outcome, files, out = self.port(folder, "--compiler", "clang", "--kernel-time", "0", "--tests", "12")
        self.tested(outcome, files, len(made))
        text = (out / "all.hip").read_text()
        statements = len(cases) + sum(len(re.findall(r"\basm\b", t)) for t, _ in MEMORY.values())
        check("asm" not in text and files["all.cu"]["replaced"]["inline_ptx"] == statements, f"not all were replaced: {files['all.cu']['replaced']}")
        table = {line.split()[1] for line in (pathlib.Path(self.portolan).parent / "hip" / "names.table").read_text().splitlines() if line.startswith("instruction ")}
        helpers = {"b32", "b64", "f32", "f64", "bits", "set", "v", "To", "From", "any_", "bits_of_64", "shuffle_", "shuffle_source_",
                   "shuffle_up", "shuffle_down", "shuffle_bfly", "shuffle_idx"}  # the last four are an enumeration's
        # Of barriers and fences nothing can be seen in one thread's result; the rest of a kind stands for its comparisons.
        unseen = {"bar_sync", "nanosleep_u32", "membar_gl", "membar_cta", "membar_sys", "selp_s32", "subc_cc_u32", "addc_cc_u64", "mad_hi_cc_u32", "madc_lo_cc_u32",
                  "madc_lo_u32", "madc_hi_u32"}
        # Matrices have tests of their own: below, and for all of them in bench/device_hip.py.
        missing = {n for n in table if not re.search(rf"\b{n}(<[^()]*>)?\(", text) and not n.startswith(("setp_", "reg_", "mma_", "ldmatrix_"))} - helpers - unseen
        check(not missing, f"instructions without a case: {sorted(missing)}")

    def matrices(self):
        """mma.sync and ldmatrix, which become C++: bit for bit what the PTX engine makes of them, which is what an H100 did."""
        made = matrix_instructions.kernels()
        folder = self.folder("matrices", {"all.cu": "".join(s for s, _ in made), "port.toml": "".join(m for _, m in made)})
        outcome, files, out = self.port(folder, "--compiler", "clang", "--kernel-time", "0", "--tests", "9")
        self.tested(outcome, files, len(made))
        text = (out / "all.hip").read_text()
        check("asm" not in text and "mma_sync_aligned_m16n8k8_row_col_f32_f16_f16_f32(" in text and "ldmatrix_sync_aligned_m8n8_x4_trans_shared_b16(" in text, text)

    def program(self):
        """Host and device, macros, templates and an include."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so host code cannot be read")
        host = '#include <cuda_runtime.h>\nbool room(void** p) { return cudaMalloc(p, 16) == cudaSuccess; }\n'
        folder = self.folder("program", {"main.cu": PROGRAM, "inner/part.cuh": PART, "port.toml": SPIN_MANIFEST, "host.cc": host, "plain.cpp": "int plain;\n"})
        outcome, files, out = self.port(folder)
        expected = '#include "portolan_hip.h"\nbool room(void** p) { return hipMalloc(p, 16) == hipSuccess; }\n'
        check((out / "host.cc").read_text() == expected and set(files["host.cc"]["compiled"].values()) == {True}, str(files.get("host.cc")))
        check(not (out / "plain.cpp").exists(), "a file that has nothing of CUDA was ported")
        bad = {t: r for t, r in files["main.cu"]["compiled"].items() if r is not True}
        check(not bad and {"main.hip", "inner/part.cuh"} == set(files["main.cu"]["outputs"]), f"{bad} {outcome.stdout} {outcome.stderr}")
        spin = [k for k in files["main.cu"]["kernels"] if k["kernel"] == "spin"]
        check(len(spin) == 2 and all(k["verdict"]["level"] == "tested" for k in spin), str(spin))
        text, part = (out / "main.hip").read_text(), (out / "inner" / "part.cuh").read_text()
        check(part == PART.replace("__shfl_xor_sync", "portolan::shfl_xor_sync"), part)
        expected = PROGRAM.replace("<cuda_runtime.h>", '"portolan_hip.h"')
        before, after = expected.split('static int'), text.split("static int")
        check("// cudaMalloc in a comment stays, and \"cudaFree\" in a text." in text and 'text = "cudaFree"' in text, text)
        check("warpsPerBlock(int cudaThreads) { return cudaThreads / 32; }" in text, "the program's own names changed")
        check("#define ROTATE(to, from) do {" in text and "portolan::ptx::b32(from)" in text and "set(to, ptx_0)" in text, text)
        check(text.count("\n") == expected.count("\n") and len(before) == len(after), "the layout changed")
        check("scale<float><<<dim3(2), dim3(64), 0, stream>>>(100, 2.0f, x);   scale<<<1, 64>>>(10, 1.5f, x);" in text, text)
        for name in ("hipError_t e", "hipSuccess", "hipMalloc((void**)&x", "hipStream_t stream; hipEvent_t begin, end;", "hipMemsetAsync", "hipEventElapsedTime",
                     "hipDeviceProp_t properties; CHECK(hipGetDeviceProperties(", "hipErrorInvalidValue", "PORTOLAN_CUDA_ARCH", "portolan::warpSize"):
            check(name in text, f"{name}: {text}")

    def programs(self):
        """Two of the programs that check themselves: streams, pinned memory, attributes of the device, standard headers."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so host code cannot be read")
        source = ROOT / "corpus" / "kernel_programs"
        outcome, files, out = self.port(self.folder("programs", {n: (source / n).read_text() for n in ("activation.cu", "collective.cu", "check.h")}))
        bad = {n: f for n, f in files.items() if f["exit"] or set(f["compiled"].values()) != {True} or "host" not in f["compiled"]}
        check(outcome.status == 0 and len(files) == 2 and not bad, str(bad))
        text = (out / "activation.hip").read_text() + (out / "collective.hip").read_text() + (out / "check.h").read_text()
        check(not re.search(r"\bcuda[A-Z]\w*", text), f"left: {re.findall(r'cuda[A-Z][a-zA-Z]*', text)}")
        for name in ("hipMallocHost(&pinned", "hipDeviceAttributeMultiprocessorCount", "hipStreamWaitEvent", "#include <algorithm>", "#include <cmath>"):
            check(name in text, f"{name}: {text}")

    def fp8(self):
        """Numbers of eight bits: there and back, against what nvcc makes of CUDA's own header."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), whose header of eight-bit numbers is needed")
        outcome, files, out = self.port(self.folder("fp8", {"fp8.cu": FP8, "port.toml": FP8_MANIFEST}), "--kernel-time", "0")
        self.tested(outcome, files, 3)
        text = (out / "fp8.hip").read_text()
        check("__hip_cvt_float_to_fp8(v, __HIP_SATFINITE, __HIP_E4M3)" in text and "nv" not in text.lower(), text)

    def groups(self):
        """Cooperative groups of a block; what has no counterpart is refused."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), whose header of cooperative groups is needed")
        parts = "#include <cooperative_groups.h>\n__global__ void k() {\n  cooperative_groups::binary_partition(cooperative_groups::coalesced_threads(), true).sync();\n}\n"
        outcome, files, out = self.port(self.folder("groups", {"groups.cu": GROUPS, "port.toml": GROUPS_MANIFEST}))
        self.tested(outcome, files, 2)
        made = toolchain.run(["nvcc", "-x", "cu", "-std=c++17", "-arch=sm_80", "-ptx", out / "groups.hip", "-o", out / "groups.ptx"], timeout=200)
        check(made.status == 0, made.stderr)
        outcome, files, out = self.port(self.folder("parts", {"parts.cu": parts}))
        check(outcome.status == 2 and "parts.cu:3:23: error: HIP has no counterpart of 'binary_partition'" in files["parts.cu"]["messages"], str(files))

    def nvidia(self):
        """The same HIP source through nvcc and HIP's names as CUDA's: the PTX of both agrees."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc)")
        folder = self.folder("nvidia", {"main.cu": PROGRAM, "inner/part.cuh": PART, "port.toml": SPIN_MANIFEST})
        _, _, out = self.port(folder, "--require", "none")
        for source, to in ((folder / "main.cu", "a.ptx"), (out / "main.hip", "b.ptx")):
            made = toolchain.run(["nvcc", "-x", "cu", "-std=c++17", "-arch=sm_80", "-ptx", source, "-o", out / to], timeout=200)
            check(made.status == 0, made.stderr)
        outcome = toolchain.run([self.portolan, "verify", out / "a.ptx", out / "b.ptx", "--function", "spin", "--manifest", folder / "port.toml", "--proof-time", "0"])
        check(outcome.status == 0 and b"tested" in outcome.stdout, f"{outcome.stdout} {outcome.stderr}")

    def width(self):
        """What a plain change of names makes of a vote is right at 32 lanes and refuted at 64; ours is right at both."""
        folder = self.folder("width", {"place.cu": VOTES, "port.toml": VOTES_MANIFEST})
        outcome, files, out = self.port(folder, "--compiler", "clang")
        self.tested(outcome, files, 1)
        plain = (out / "place.hip").read_text().replace("portolan::ballot_sync(0xffffffffu, ", "(unsigned)__builtin_amdgcn_ballot_w64(")
        for target, builtin, status in (("gfx1100", "ballot_w32", 0), ("gfx942", "ballot_w64", 1)):
            (out / "plain.hip").write_text(plain.replace("ballot_w64", builtin))
            made = toolchain.run(["clang++-19", "-x", "hip", f"--offload-arch={target}", "-DPORTOLAN_FREESTANDING", "-fdeclspec", "-nogpuinc", "-nogpulib",
                                  "-O2", "-std=c++17", "--cuda-device-only", "--no-gpu-bundle-output", out / "plain.hip", "-o", out / "plain.co"], timeout=200)
            check(made.status == 0, made.stderr)
            outcome = toolchain.run([self.portolan, "verify", out / "evidence" / "place.ptx", out / "plain.co", "--manifest", folder / "port.toml", "--proof-time", "0"])
            check(outcome.status == status, f"{target}: {outcome.status} {outcome.stdout} {outcome.stderr}")
        # `bench hip --hipify-perl` finds the same, by a script that stands in for it.
        script = self.work / "stand_in"
        script.write_text("#!/bin/sh\necho '#include <hip/hip_runtime.h>'\nsed 's/__ballot_sync(0xffffffffu, /__ballot(/' \"$1\"\n")
        script.chmod(0o755)
        record = bench_hip.peer(pathlib.Path(self.portolan), script, (folder,), out / "evidence", self.work / "peer", folder / "port.toml", 8)
        check(record == {"files": 1, "written": 1, "compiled": dict.fromkeys(bench_hip.TARGETS, 1), "right": {32: 1, 64: 0}}, str(record))

    def refusals(self):
        """Each with its place; nothing is written of such a file, and the others go on."""
        head = "extern \"C\" __global__ void k(unsigned* x) {\n"
        cases = {"label.cu": (head + '  asm volatile("L: bra M;");\n}\n', ":2:3: error: inline PTX: a branch out of"),
                 "place.cu": (head + '  asm volatile("ld.local.u32 %0, [%1];" : "=r"(x[0]) : "l"(x));\n}\n', ":2:3: error: inline PTX: '.local' of"),
                 "scope.cu": (head + '  asm volatile("red.sys.global.add.u32 [%0], 1;" :: "l"(x));\n}\n', ":2:3: error: inline PTX: 'red.sys"),
                 "unknown.cu": (head + '\n  asm("vabsdiff.u32.u32.u32 %0, %1, %1, %1;" : "=r"(x[0]) : "r"(x[1]));\n}\n',
                                ":3:3: error: inline PTX: 'vabsdiff.u32.u32.u32' has no counterpart"),
                 "half.cu": (head + '  unsigned short h; asm("mov.b16 %0, 7;" : "=h"(h)); x[0] = h;\n}\n', ":2:21: error: inline PTX: operands of constraint 'h'"),
                 "branch.cu": (head + "#if 0\n  cudaNoSuchThing(x);\n#endif\n}\n", ":3:3: error: HIP has no counterpart of 'cudaNoSuchThing'"),
                 "builtin.cu": (head + "  __nvvm_bar_warp_sync(1);\n}\n", ":2:3: error: HIP has no counterpart of '__nvvm_bar_warp_sync'"),
                 "pasted.cu": ("#define JOIN(a, b) a##b\n" + head + "  JOIN(__sync, warp)(1u);\n}\n", ":3:3: error: '__syncwarp' is put together")}  # fmt: skip
        fence = VOTES.replace("  unsigned votes", '  asm volatile("" ::: "memory");\n  unsigned votes')
        files = {name: text for name, (text, _) in cases.items()} | {"fence.cu": fence, "broken.cu": head + "  int y = ;\n}\n", "good.cu": VOTES, "port.toml": VOTES_MANIFEST}
        outcome, reports, out = self.port(self.folder("refusals", files), "--compiler", "clang")
        check(outcome.status == 3, f"{outcome.status} {outcome.stdout}")
        nothing = len(cases) + 1  # and the one that does not compile
        check(f"2 of {len(files) - 1} files are HIP source now\n{len(files) - 1} files, {nothing} not translated at all" in outcome.stdout.decode(),
              outcome.stdout.decode()[-400:])
        for name, (_, said) in cases.items():
            check(reports[name]["exit"] == 2 and name + said in reports[name]["messages"], f"{name}: {reports[name]}")
            check(not (out / name).with_suffix(".hip").exists(), f"{name} was written")
        check(reports["broken.cu"]["exit"] == 3 and "broken.cu:2:11: error: expected expression" in reports["broken.cu"]["messages"], str(reports["broken.cu"]))
        check((out / "fence.hip").read_text().count('asm volatile("" ::: "memory");') == 1, str(reports["fence.cu"]))
        check(reports["good.cu"]["exit"] == 0 and (out / "good.hip").exists() and len(reports["good.cu"]["kernels"]) == 2, str(reports["good.cu"]))

    def textures(self):
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), so textures and library calls cannot be read")
        source = ("#include <cuda_runtime.h>\n#include <cuda_profiler_api.h>\n__global__ void k(cudaTextureObject_t t, float* x) {\n  x[0] = tex1Dfetch<float>(t, 1);\n}\n"
                  "int main() {\n  cudaLaunchAttribute a;\n  return (int)a.id;\n}\n")
        outcome, reports, out = self.port(self.folder("textures", {"a.cu": source}))
        messages = reports["a.cu"].get("messages", "")
        check(outcome.status == 2 and "a.cu:2:10: error: HIP has no counterpart of <cuda_profiler_api.h>" in messages, f"{outcome.status} {messages}")
        source = ("#include <cuda_runtime.h>\nint main() {\n  cudaDeviceProp p;\n  cudaGetDeviceProperties(&p, 0);\n  return p.warpSize;\n}\n")
        _, width, _ = self.port(self.folder("properties", {"a.cu": source, "other.cpp": "int cudaThing;\n"}))
        check("a.cu:5:12: error: a port has warps of 32 lanes" in width["a.cu"].get("messages", ""), str(width))
        check("a.cu:7:3: error: HIP has no counterpart of 'cudaLaunchAttribute'" in messages and not (out / "a.hip").exists(), messages)


    def libraries(self):
        """Names of libraries whose HIP headers are not here: cuBLAS by prefix, Thrust as it is, CUB by its namespace; each with a note."""
        if toolchain.missing_tools(["nvcc"]):
            raise Skip("there is no CUDA toolkit (nvcc), whose libraries' headers are needed")
        outcome, reports, out = self.port(self.folder("libraries", {"a.cu": LIBRARIES}))
        text = (out / "a.hip").read_text() if (out / "a.hip").exists() else ""
        check(text, f"nothing was written: {outcome.status} {reports}")
        for line in ("#include <hipblas/hipblas.h>", "#include <thrust/sort.h>", "#include <hipcub/hipcub.hpp>", "void gemm(hipblasHandle_t h, const float* a, float* c, int n) {",
                     "hipblasSgemm(h, HIPBLAS_OP_N, HIPBLAS_OP_T,", "  thrust::sort(v.begin(), v.end(), thrust::greater<int>());",
                     "  hipcub::DeviceReduce::Sum(space, bytes, in, out, n);", "int own_thrust(int cub) { return cub; }"):  # fmt: skip
            check(line in text, f"{line}: {text}")
        notes = json.dumps(reports["a.cu"])
        for header in ("hipblas/hipblas.h", "thrust/sort.h", "hipcub/hipcub.hpp"):
            check(f"<{header}> is not installed here" in notes, notes)
        check("hipRAND's numbers are not cuRAND's" in notes, notes)


LIBRARIES = """#include <cublas_v2.h>
#include <curand.h>
#include <thrust/device_vector.h>
#include <thrust/sort.h>
#include <cub/cub.cuh>
void gemm(cublasHandle_t h, const float* a, float* c, int n) {
  const float one = 1, zero = 0;
  cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_T, n, n, n, &one, a, n, a, n, &zero, c, n);
}
void order(thrust::device_vector<int>& v) {
  thrust::sort(v.begin(), v.end(), thrust::greater<int>());
}
void sum(void* space, size_t& bytes, const float* in, float* out, int n) {
  cub::DeviceReduce::Sum(space, bytes, in, out, n);
}
int own_thrust(int cub) { return cub; }
"""


def main():
    options = harness.options()
    h = Hip(options)
    names = ("corpus", "inline_ptx", "matrices", "program", "programs", "fp8", "groups", "nvidia", "width", "refusals", "textures", "libraries")
    return harness.run_cases({name: getattr(h, name) for name in names}, only=options.only)


if __name__ == "__main__":
    sys.exit(main())
