// As much of HIP's device side as clang needs where HIP has no device library for a processor (Debian's knows neither
// gfx942 nor gfx1100).
#pragma once

// Of the host's side, which a file of both has too, HIP's own declarations, and with them its vector types.
#if __has_include(<hip/hip_runtime_api.h>)
#ifndef __HIP_PLATFORM_AMD__
#define __HIP_PLATFORM_AMD__ 1
#endif
#include <hip/hip_runtime_api.h>
#include <hip/hip_vector_types.h>
#define PORTOLAN_API 1
#else
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __managed__ __attribute__((managed))
#ifndef __noinline__
#define __noinline__ __attribute__((noinline))
#endif
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
typedef __SIZE_TYPE__ size_t;

struct dim3 {
  unsigned x, y, z;
  constexpr __host__ __device__ dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
#endif
#ifndef __launch_bounds__
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#endif
#define PORTOLAN_D static __device__ inline __attribute__((always_inline))

#define PORTOLAN_ID(name, x_, y_, z_)             \
  struct name##_type {                            \
    __declspec(property(get = get_x)) unsigned x; \
    __declspec(property(get = get_y)) unsigned y; \
    __declspec(property(get = get_z)) unsigned z; \
    PORTOLAN_D unsigned get_x() {                 \
      return x_;                                  \
    }                                             \
    PORTOLAN_D unsigned get_y() {                 \
      return y_;                                  \
    }                                             \
    PORTOLAN_D unsigned get_z() {                 \
      return z_;                                  \
    }                                             \
    __device__ operator dim3() const {            \
      return dim3(get_x(), get_y(), get_z());     \
    }                                             \
  };                                              \
  extern const __device__ __attribute__((weak)) name##_type name;
PORTOLAN_ID(threadIdx, __builtin_amdgcn_workitem_id_x(), __builtin_amdgcn_workitem_id_y(),
            __builtin_amdgcn_workitem_id_z())
PORTOLAN_ID(blockIdx, __builtin_amdgcn_workgroup_id_x(), __builtin_amdgcn_workgroup_id_y(),
            __builtin_amdgcn_workgroup_id_z())
PORTOLAN_ID(blockDim, __builtin_amdgcn_workgroup_size_x(), __builtin_amdgcn_workgroup_size_y(),
            __builtin_amdgcn_workgroup_size_z())
// Hidden arguments begin with the grid's sizes in blocks (code object version 5).
PORTOLAN_D const unsigned __attribute__((address_space(4))) * portolan_hidden() {
  return (const unsigned __attribute__((address_space(4)))*)__builtin_amdgcn_implicitarg_ptr();
}
PORTOLAN_ID(gridDim, portolan_hidden()[0], portolan_hidden()[1], portolan_hidden()[2])
#undef PORTOLAN_ID

PORTOLAN_D void __syncthreads() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
PORTOLAN_D void __threadfence() {
  __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "agent");
}
PORTOLAN_D void __threadfence_block() {
  __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup");
}
PORTOLAN_D void __threadfence_system() {
  __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "");
}

template <class T>
struct portolan_same {
  typedef T type;
};
#define PORTOLAN_ATOMIC(name, builtin)                                                   \
  template <class T>                                                                     \
  PORTOLAN_D T name(T* p, typename portolan_same<T>::type v) {                           \
    return __hip_atomic_##builtin(p, v, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);     \
  }                                                                                      \
  template <class T>                                                                     \
  PORTOLAN_D T name##_block(T* p, typename portolan_same<T>::type v) {                   \
    return __hip_atomic_##builtin(p, v, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_WORKGROUP); \
  }                                                                                      \
  template <class T>                                                                     \
  PORTOLAN_D T name##_system(T* p, typename portolan_same<T>::type v) {                  \
    return __hip_atomic_##builtin(p, v, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_SYSTEM);    \
  }
PORTOLAN_ATOMIC(atomicAdd, fetch_add)
PORTOLAN_ATOMIC(atomicMin, fetch_min)
PORTOLAN_ATOMIC(atomicMax, fetch_max)
PORTOLAN_ATOMIC(atomicAnd, fetch_and)
PORTOLAN_ATOMIC(atomicOr, fetch_or)
PORTOLAN_ATOMIC(atomicXor, fetch_xor)
PORTOLAN_ATOMIC(atomicExch, exchange)
#undef PORTOLAN_ATOMIC
template <class T>
PORTOLAN_D T atomicSub(T* p, typename portolan_same<T>::type v) {
  return atomicAdd(p, (T)-v);
}
template <class T>
PORTOLAN_D T atomicCAS(T* p, typename portolan_same<T>::type compare, typename portolan_same<T>::type v) {
  __hip_atomic_compare_exchange_strong(p, &compare, v, __ATOMIC_RELAXED, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);
  return compare;
}

// Of the whole block: a count in shared memory, between barriers.
PORTOLAN_D int __syncthreads_count(int bit) {
  __shared__ int count;
  __syncthreads();
  if (threadIdx.x + threadIdx.y + threadIdx.z == 0) count = 0;
  __syncthreads();
  if (bit != 0) atomicAdd(&count, 1);
  __syncthreads();
  return count;
}
PORTOLAN_D int __syncthreads_or(int bit) {
  return __syncthreads_count(bit) != 0;
}
PORTOLAN_D int __syncthreads_and(int bit) {
  return __syncthreads_count(bit == 0) == 0;
}

PORTOLAN_D int __popc(unsigned v) {
  return __builtin_popcount(v);
}
PORTOLAN_D int __popcll(unsigned long long v) {
  return __builtin_popcountll(v);
}
PORTOLAN_D int __clz(int v) {
  return v == 0 ? 32 : __builtin_clz((unsigned)v);
}
PORTOLAN_D int __clzll(long long v) {
  return v == 0 ? 64 : __builtin_clzll((unsigned long long)v);
}
PORTOLAN_D int __ffs(int v) {
  return __builtin_ffs(v);
}
PORTOLAN_D int __ffsll(long long v) {
  return __builtin_ffsll(v);
}
PORTOLAN_D unsigned __brev(unsigned v) {
  return __builtin_bitreverse32(v);
}
PORTOLAN_D unsigned long long __brevll(unsigned long long v) {
  return __builtin_bitreverse64(v);
}
PORTOLAN_D int __mulhi(int a, int b) {
  return (int)((long long)a * b >> 32);
}
PORTOLAN_D unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned)((unsigned long long)a * b >> 32);
}
PORTOLAN_D unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
PORTOLAN_D unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by) {
  return (unsigned)(((unsigned long long)high << 32 | low) << (by & 31) >> 32);
}
PORTOLAN_D unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) {
  return (unsigned)(((unsigned long long)high << 32 | low) >> (by & 31));
}
#define PORTOLAN_BITS(name, to, from) \
  PORTOLAN_D to name(from v) {        \
    return __builtin_bit_cast(to, v); \
  }
PORTOLAN_BITS(__int_as_float, float, int)
PORTOLAN_BITS(__float_as_int, int, float)
PORTOLAN_BITS(__uint_as_float, float, unsigned)
PORTOLAN_BITS(__float_as_uint, unsigned, float)
PORTOLAN_BITS(__longlong_as_double, double, long long)
PORTOLAN_BITS(__double_as_longlong, long long, double)
#undef PORTOLAN_BITS

#define PORTOLAN_UNARY(type, name, builtin) \
  PORTOLAN_D type name(type v) {            \
    return builtin(v);                      \
  }
PORTOLAN_UNARY(float, sqrtf, __builtin_sqrtf)
PORTOLAN_UNARY(float, fabsf, __builtin_fabsf)
PORTOLAN_UNARY(float, floorf, __builtin_floorf)
PORTOLAN_UNARY(float, ceilf, __builtin_ceilf)
PORTOLAN_UNARY(float, truncf, __builtin_truncf)
PORTOLAN_UNARY(float, rintf, __builtin_rintf)
PORTOLAN_UNARY(float, roundf, __builtin_roundf)
PORTOLAN_UNARY(float, expf, __builtin_expf)
PORTOLAN_UNARY(float, exp2f, __builtin_exp2f)
PORTOLAN_UNARY(float, logf, __builtin_logf)
PORTOLAN_UNARY(float, log2f, __builtin_log2f)
PORTOLAN_UNARY(float, log10f, __builtin_log10f)
PORTOLAN_UNARY(float, rsqrtf, 1.0f / __builtin_sqrtf)
PORTOLAN_UNARY(double, sqrt, __builtin_sqrt)
PORTOLAN_UNARY(double, fabs, __builtin_fabs)
PORTOLAN_UNARY(double, floor, __builtin_floor)
PORTOLAN_UNARY(double, ceil, __builtin_ceil)
PORTOLAN_UNARY(double, trunc, __builtin_trunc)
PORTOLAN_UNARY(double, rint, __builtin_rint)
PORTOLAN_UNARY(float, __expf, __builtin_expf)
PORTOLAN_UNARY(float, __logf, __builtin_logf)
PORTOLAN_UNARY(float, __log2f, __builtin_log2f)
#undef PORTOLAN_UNARY
// Quarters of a turn in a large number, to the nearest, modulo four, and what is left of it in radians (Payne and
// Hanek): of the digits of 2 / pi only those matter that make no whole turns.
PORTOLAN_D float portolan_rest(float v, int& quarters) {
  const unsigned digits[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0};
  const unsigned all = __builtin_bit_cast(unsigned, v);
  const int power = (int)(all >> 23 & 255) - 150, first = power > 2 ? power - 2 : 0;  // digits left out
  unsigned __int128 part = 0;                                                         // 96 digits behind these
  for (int n = 0; n < 4; ++n) part = part << 32 | digits[first / 32 + n < 8 ? first / 32 + n : 7];
  part = part << first % 32 >> 32;
  const unsigned __int128 product = part * (all & 0x7fffff | 0x800000);
  const int whole = 96 + first - power;
  const long long fraction =
      (long long)(product << (128 - whole) >> 64);  // of a quarter, half of one or more: below zero
  quarters = (int)(product >> whole) + (fraction < 0);
  const float rest = (float)fraction * (1.57079633f * 0x1p-64f);
  if ((all >> 31) == 0) return rest;
  quarters = -quarters;
  return -rest;
}
// Sine and cosine: to within an eighth of a turn in three steps (Cody and Waite), of large numbers as above, then
// series.
PORTOLAN_D float portolan_turned(float v, int quarter) {
  if (!(__builtin_fabsf(v) < __builtin_inff())) return v - v;
  const float turns = __builtin_rintf(v * 0.636619747f);
  float rest = __builtin_fmaf(-turns, 1.57079601f, v);
  rest = __builtin_fmaf(-turns, 3.13916473e-07f, rest);
  rest = __builtin_fmaf(-turns, 5.39030253e-15f, rest);
  int quarters = (int)turns;
  if (__builtin_fabsf(v) > 48000.0f) rest = portolan_rest(v, quarters);
  const int place = quarters + quarter;
  const float square = rest * rest;
  float sine = __builtin_fmaf(square, -1.9515295891e-4f, 8.3321608736e-3f);
  sine = __builtin_fmaf(rest * square, __builtin_fmaf(sine, square, -1.6666654611e-1f), rest);
  float cosine = __builtin_fmaf(square, 2.443315711809948e-5f, -1.388731625493765e-3f);
  cosine = __builtin_fmaf(cosine, square, 4.166664568298827e-2f);
  cosine = __builtin_fmaf(cosine * square, square, __builtin_fmaf(square, -0.5f, 1.0f));
  const float value = (place & 1) != 0 ? cosine : sine;
  return (place & 2) != 0 ? -value : value;
}
PORTOLAN_D float sinf(float v) {
  return portolan_turned(v, 0);
}
PORTOLAN_D float cosf(float v) {
  return portolan_turned(v, 1);
}
PORTOLAN_D float fmaf(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
PORTOLAN_D double fma(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
PORTOLAN_D float fmaxf(float a, float b) {
  return __builtin_fmaxf(a, b);
}
PORTOLAN_D float fminf(float a, float b) {
  return __builtin_fminf(a, b);
}
PORTOLAN_D double fmax(double a, double b) {
  return __builtin_fmax(a, b);
}
PORTOLAN_D double fmin(double a, double b) {
  return __builtin_fmin(a, b);
}
PORTOLAN_D int abs(int v) {
  return v < 0 ? (int)-(unsigned)v : v;
}
#define PORTOLAN_LEAST(type)            \
  PORTOLAN_D type min(type a, type b) { \
    return b < a ? b : a;               \
  }                                     \
  PORTOLAN_D type max(type a, type b) { \
    return b > a ? b : a;               \
  }
PORTOLAN_LEAST(int)
PORTOLAN_LEAST(unsigned)
PORTOLAN_LEAST(long)
PORTOLAN_LEAST(unsigned long)
PORTOLAN_LEAST(long long)
PORTOLAN_LEAST(unsigned long long)
#undef PORTOLAN_LEAST
PORTOLAN_D float min(float a, float b) {
  return __builtin_fminf(a, b);
}
PORTOLAN_D float max(float a, float b) {
  return __builtin_fmaxf(a, b);
}
template <class T>
PORTOLAN_D T __ldg(const T* p) {
  return *p;
}

#ifndef PORTOLAN_API
#define PORTOLAN_VECTOR(type, name)                                                          \
  struct alignas(2 * sizeof(type)) name##2 {                                                 \
    type x, y;                                                                               \
  };                                                                                         \
  struct name##3 {                                                                           \
    type x, y, z;                                                                            \
  };                                                                                         \
  struct alignas(4 * sizeof(type) > 16 ? 16 : 4 * sizeof(type)) name##4 {                    \
    type x, y, z, w;                                                                         \
  };                                                                                         \
  static __host__ __device__ inline name##2 make_##name##2(type x, type y) {                 \
    return {x, y};                                                                           \
  }                                                                                          \
  static __host__ __device__ inline name##3 make_##name##3(type x, type y, type z) {         \
    return {x, y, z};                                                                        \
  }                                                                                          \
  static __host__ __device__ inline name##4 make_##name##4(type x, type y, type z, type w) { \
    return {x, y, z, w};                                                                     \
  }
PORTOLAN_VECTOR(float, float)
PORTOLAN_VECTOR(double, double)
PORTOLAN_VECTOR(int, int)
PORTOLAN_VECTOR(unsigned, uint)
PORTOLAN_VECTOR(unsigned char, uchar)
PORTOLAN_VECTOR(signed char, char)
PORTOLAN_VECTOR(short, short)
PORTOLAN_VECTOR(unsigned short, ushort)
#undef PORTOLAN_VECTOR
#endif
#include "portolan_hip_float16.h"
