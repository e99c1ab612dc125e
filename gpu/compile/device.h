// The part of CUDA's and HIP's device headers that corpus/kernels uses, for clang without a toolkit (CUDA and HIP
// source alike; -nocudainc, -nogpuinc). Put in front with -include.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(n) __attribute__((launch_bounds(n)))
#define D static __device__ inline __attribute__((always_inline))

#ifdef __HIP__
#define ID(name, x_, y_, z_)                      \
  struct name##_type {                            \
    __declspec(property(get = get_x)) unsigned x; \
    __declspec(property(get = get_y)) unsigned y; \
    __declspec(property(get = get_z)) unsigned z; \
    D unsigned get_x() {                          \
      return x_;                                  \
    }                                             \
    D unsigned get_y() {                          \
      return y_;                                  \
    }                                             \
    D unsigned get_z() {                          \
      return z_;                                  \
    }                                             \
  };                                              \
  extern const __device__ __attribute__((weak)) name##_type name;
ID(threadIdx, __builtin_amdgcn_workitem_id_x(), __builtin_amdgcn_workitem_id_y(), __builtin_amdgcn_workitem_id_z())
ID(blockIdx, __builtin_amdgcn_workgroup_id_x(), __builtin_amdgcn_workgroup_id_y(), __builtin_amdgcn_workgroup_id_z())
ID(blockDim, __builtin_amdgcn_workgroup_size_x(), __builtin_amdgcn_workgroup_size_y(),
   __builtin_amdgcn_workgroup_size_z())
// Hidden arguments begin with the grid's sizes in blocks (code object version 5).
D const unsigned __attribute__((address_space(4))) * hidden() {
  return (const unsigned __attribute__((address_space(4)))*)__builtin_amdgcn_implicitarg_ptr();
}
ID(gridDim, hidden()[0], hidden()[1], hidden()[2])
D void __syncthreads() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
D unsigned atomicAdd(unsigned* p, unsigned v) {
  return __hip_atomic_fetch_add(p, v, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);
}
D int atomicMax(int* p, int v) {
  return __hip_atomic_fetch_max(p, v, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);
}
D unsigned atomicCAS(unsigned* p, unsigned compare, unsigned v) {
  __hip_atomic_compare_exchange_strong(p, &compare, v, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);
  return compare;
}
D unsigned lane_number() {
  return __builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0));
}
// Logical warps of 32 lanes, on waves of either width.
D int shuffle32(int v, unsigned lane) {
  return __builtin_amdgcn_ds_bpermute((int)(((lane_number() & ~31u) + lane) << 2), v);
}
D unsigned __ballot_sync(unsigned, bool bit) {
#if __AMDGCN_WAVEFRONT_SIZE == 64
  return (unsigned)(__builtin_amdgcn_ballot_w64(bit) >> (lane_number() & 32));
#else
  return __builtin_amdgcn_ballot_w32(bit);
#endif
}
D unsigned in_warp() {
  return lane_number() & 31;
}
D int __shfl_sync(unsigned, int v, unsigned lane) {
  return shuffle32(v, lane & 31);
}
D int __shfl_xor_sync(unsigned, int v, unsigned mask) {
  return shuffle32(v, in_warp() ^ mask);
}
D int __shfl_down_sync(unsigned, int v, unsigned by) {
  return shuffle32(v, in_warp() + by < 32 ? in_warp() + by : in_warp());
}
D int __shfl_up_sync(unsigned, int v, unsigned by) {
  return shuffle32(v, in_warp() >= by ? in_warp() - by : in_warp());
}
D int __popc(unsigned v) {
  return __builtin_popcount(v);
}
D int __clz(int v) {
  return v == 0 ? 32 : __builtin_clz((unsigned)v);
}
D float sqrtf(float v) {
  return __builtin_sqrtf(v);
}
D float fmaf(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
#else
#define ID(name, sreg)                            \
  struct name##_type {                            \
    __declspec(property(get = get_x)) unsigned x; \
    __declspec(property(get = get_y)) unsigned y; \
    __declspec(property(get = get_z)) unsigned z; \
    D unsigned get_x() {                          \
      return __nvvm_read_ptx_sreg_##sreg##_x();   \
    }                                             \
    D unsigned get_y() {                          \
      return __nvvm_read_ptx_sreg_##sreg##_y();   \
    }                                             \
    D unsigned get_z() {                          \
      return __nvvm_read_ptx_sreg_##sreg##_z();   \
    }                                             \
  };                                              \
  extern const __device__ __attribute__((weak)) name##_type name;
ID(threadIdx, tid)
ID(blockIdx, ctaid)
ID(blockDim, ntid)
ID(gridDim, nctaid)
D unsigned atomicAdd(unsigned* p, unsigned v) {
  return __nvvm_atom_add_gen_i((int*)p, (int)v);
}
D int atomicMax(int* p, int v) {
  return __nvvm_atom_max_gen_i(p, v);
}
D unsigned atomicCAS(unsigned* p, unsigned compare, unsigned v) {
  return __nvvm_atom_cas_gen_i((int*)p, (int)compare, (int)v);
}
D unsigned __ballot_sync(unsigned mask, bool bit) {
  return __nvvm_vote_ballot_sync(mask, bit);
}
// Segments of `width` lanes; words of any type.
#define SHUFFLE(name, builtin, last)                                                  \
  template <class T>                                                                  \
  D T name(unsigned mask, T v, int by, int width = 32) {                              \
    int words[(sizeof(T) + 3) / 4] = {};                                              \
    __builtin_memcpy(words, &v, sizeof(T));                                           \
    for (int& word : words) word = builtin(mask, word, by, (32 - width) << 8 | last); \
    __builtin_memcpy(&v, words, sizeof(T));                                           \
    return v;                                                                         \
  }
SHUFFLE(__shfl_sync, __nvvm_shfl_sync_idx_i32, 31)
SHUFFLE(__shfl_xor_sync, __nvvm_shfl_sync_bfly_i32, 31)
SHUFFLE(__shfl_down_sync, __nvvm_shfl_sync_down_i32, 31)
SHUFFLE(__shfl_up_sync, __nvvm_shfl_sync_up_i32, 0)
#undef SHUFFLE
D int __popc(unsigned v) {
  return __builtin_popcount(v);
}
D int __clz(int v) {
  return v == 0 ? 32 : __builtin_clz((unsigned)v);
}
D float sqrtf(float v) {
  return __builtin_sqrtf(v);
}
D float fmaf(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
D float atomicAdd(float* p, float v) {
  return __nvvm_atom_add_gen_f(p, v);
}
D int atomicAdd(int* p, int v) {
  return __nvvm_atom_add_gen_i(p, v);
}
D int atomicMin(int* p, int v) {
  return __nvvm_atom_min_gen_i(p, v);
}
D int atomicExch(int* p, int v) {
  return __nvvm_atom_xchg_gen_i(p, v);
}
D int atomicCAS(int* p, int compare, int v) {
  return __nvvm_atom_cas_gen_i(p, compare, v);
}
D unsigned atomicOr(unsigned* p, unsigned v) {
  return __nvvm_atom_or_gen_i((int*)p, (int)v);
}
D unsigned atomicInc(unsigned* p, unsigned v) {
  return __nvvm_atom_inc_gen_ui(p, v);
}
D void __syncwarp(unsigned mask = 0xffffffffu) {
  __nvvm_bar_warp_sync(mask);
}
D unsigned __activemask() {
  unsigned mask;
  asm volatile("activemask.b32 %0;" : "=r"(mask));
  return mask;
}
D int __any_sync(unsigned mask, bool bit) {
  return __nvvm_vote_any_sync(mask, bit);
}
D int __all_sync(unsigned mask, bool bit) {
  return __nvvm_vote_all_sync(mask, bit);
}
D unsigned __match_any_sync(unsigned mask, unsigned v) {
  return __nvvm_match_any_sync_i32(mask, v);
}
D unsigned __match_all_sync(unsigned mask, unsigned v, int* all) {
  return __nvvm_match_all_sync_i32p(mask, v, all);
}
D int __reduce_add_sync(unsigned mask, int v) {
  return __nvvm_redux_sync_add(v, (int)mask);
}
D int __reduce_min_sync(unsigned mask, int v) {
  return __nvvm_redux_sync_min(v, (int)mask);
}
D int __reduce_max_sync(unsigned mask, int v) {
  return __nvvm_redux_sync_max(v, (int)mask);
}
D unsigned __reduce_and_sync(unsigned mask, unsigned v) {
  return (unsigned)__nvvm_redux_sync_and((int)v, (int)mask);
}
D unsigned __reduce_or_sync(unsigned mask, unsigned v) {
  return (unsigned)__nvvm_redux_sync_or((int)v, (int)mask);
}
D unsigned __reduce_xor_sync(unsigned mask, unsigned v) {
  return (unsigned)__nvvm_redux_sync_xor((int)v, (int)mask);
}
D int __syncthreads_count(int bit) {
  return __nvvm_bar0_popc(bit);
}
D int __syncthreads_or(int bit) {
  return __nvvm_bar0_or(bit);
}
D void __threadfence() {
  __nvvm_membar_gl();
}
D int __ffs(int v) {
  return __builtin_ffs(v);
}
D float exp2f(float v) {
  return __nvvm_ex2_approx_f(v);
}
D float log2f(float v) {
  return __nvvm_lg2_approx_f(v);
}
// By the approximations of the processor: a few units in the last place from the libraries' functions.
D float expf(float v) {
  return exp2f(v * 1.44269504f);
}
D float logf(float v) {
  return log2f(v) * 0.693147181f;
}
D float sinf(float v) {
  return __nvvm_sin_approx_f(v);
}
D float cosf(float v) {
  return __nvvm_cos_approx_f(v);
}
D float rsqrtf(float v) {
  return __nvvm_rsqrt_approx_f(v);
}
D float fmaxf(float a, float b) {
  return __builtin_fmaxf(a, b);
}
D float fminf(float a, float b) {
  return __builtin_fminf(a, b);
}
D float fabsf(float v) {
  return __builtin_fabsf(v);
}
D int min(int a, int b) {
  return a < b ? a : b;
}
D int max(int a, int b) {
  return a > b ? a : b;
}
// Hints of caches are hints.
#define LOAD(name)       \
  template <class T>     \
  D T name(const T* p) { \
    return *p;           \
  }
LOAD(__ldg)
LOAD(__ldca)
LOAD(__ldcg)
LOAD(__ldcs)
LOAD(__ldlu)
#undef LOAD
#define STORE(name)               \
  template <class T>              \
  D void name(T* p, const T& v) { \
    *p = v;                       \
  }
STORE(__stwb)
STORE(__stcg)
STORE(__stcs)
STORE(__stwt)
#undef STORE
D unsigned atomicDec(unsigned* p, unsigned v) {
  return __nvvm_atom_dec_gen_ui(p, v);
}
D unsigned long long __cvta_generic_to_shared(const void* p) {
  return (unsigned long long)(__attribute__((address_space(3))) const char*)p;
}
D void* __cvta_shared_to_generic(unsigned long long address) {
  return (void*)(__attribute__((address_space(3))) char*)address;
}
D void __nanosleep(unsigned nanoseconds) {
  asm volatile("nanosleep.u32 %0;" ::"r"(nanoseconds));
}
struct dim3 {
  unsigned x, y, z;
  __device__ dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(8) float2 {
  float x, y;
};
D float2 make_float2(float x, float y) {
  return {x, y};
}
#define __host__ __attribute__((host))
#define __align__(n) __attribute__((aligned(n)))
#define __noinline__ __attribute__((noinline))
#define __forceinline__ inline __attribute__((always_inline))
#endif

D float __int_as_float(int v) {
  return __builtin_bit_cast(float, v);
}
D int __float_as_int(float v) {
  return __builtin_bit_cast(int, v);
}
#ifdef __HIP__
D float __shfl_xor_sync(unsigned mask, float v, unsigned by) {
  return __int_as_float(__shfl_xor_sync(mask, __float_as_int(v), by));
}
D float __shfl_down_sync(unsigned mask, float v, unsigned by) {
  return __int_as_float(__shfl_down_sync(mask, __float_as_int(v), by));
}
D float __shfl_sync(unsigned mask, float v, unsigned lane) {
  return __int_as_float(__shfl_sync(mask, __float_as_int(v), lane));
}
D float __shfl_up_sync(unsigned mask, float v, unsigned by) {
  return __int_as_float(__shfl_up_sync(mask, __float_as_int(v), by));
}
#else
// What CUDA has in headers of their own.
#define PORTOLAN_CUDA_SOURCE 1
#define PORTOLAN_OWN_GROUPS 1
#define PORTOLAN_BFLOAT16 __nv_bfloat16
#define PORTOLAN_BFLOAT162 __nv_bfloat162
#include "device_matrix.h"
#include "portolan_hip_bfloat16.h"
#include "portolan_hip_float16.h"
#include "portolan_hip_groups.h"
#endif
