// bfloat16 where no headers have it: HIP 5's, and portolan's own for CUDA source without a toolkit, which says
// PORTOLAN_BFLOAT16 and PORTOLAN_BFLOAT162, CUDA's names of the types.
#pragma once

#include "portolan_hip_half.h"

#ifndef PORTOLAN_BFLOAT16
#define PORTOLAN_BFLOAT16 __hip_bfloat16
#define PORTOLAN_BFLOAT162 __hip_bfloat162
#endif
#define PORTOLAN_BOTH static __host__ __device__ inline __attribute__((always_inline))

struct PORTOLAN_BFLOAT16 {
  unsigned short bits;

  PORTOLAN_BFLOAT16() = default;
  // To nearest even, NaNs to one NaN, as CUDA has it.
  __host__ __device__ PORTOLAN_BFLOAT16(float v) {
    const unsigned all = __builtin_bit_cast(unsigned, v), rounded = all + 0x7fff + (all >> 16 & 1);
    bits = (unsigned short)((all & 0x7fffffff) > 0x7f800000 ? 0x7fff : rounded >> 16);
  }
  __host__ __device__ operator float() const { return __builtin_bit_cast(float, (unsigned)bits << 16); }
};
struct alignas(4) PORTOLAN_BFLOAT162 {
  PORTOLAN_BFLOAT16 x, y;

  PORTOLAN_BFLOAT162() = default;
  __host__ __device__ PORTOLAN_BFLOAT162(PORTOLAN_BFLOAT16 x, PORTOLAN_BFLOAT16 y) : x(x), y(y) {}
};
#ifndef PORTOLAN_CUDA_SOURCE
typedef __hip_bfloat16 hip_bfloat16_raw;
#else
typedef __nv_bfloat16 nv_bfloat16;
typedef __nv_bfloat162 nv_bfloat162;
#endif

PORTOLAN_BOTH float __bfloat162float(PORTOLAN_BFLOAT16 v) {
  return v;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __float2bfloat16(float v) {
  return v;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __float2bfloat16_rn(float v) {
  return v;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __ushort_as_bfloat16(unsigned short bits) {
  PORTOLAN_BFLOAT16 v;
  v.bits = bits;
  return v;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __short_as_bfloat16(short bits) {
  return __ushort_as_bfloat16((unsigned short)bits);
}
PORTOLAN_BOTH unsigned short __bfloat16_as_ushort(PORTOLAN_BFLOAT16 v) {
  return v.bits;
}
PORTOLAN_BOTH short __bfloat16_as_short(PORTOLAN_BFLOAT16 v) {
  return (short)v.bits;
}
PORTOLAN_DEVICE PORTOLAN_BFLOAT16 portolan_fused_bfloat16(PORTOLAN_BFLOAT16 a, PORTOLAN_BFLOAT16 b,
                                                          PORTOLAN_BFLOAT16 c) {
  const double exact = portolan::short_float::odd_fma((float)a, (float)b, (float)c);
  return __ushort_as_bfloat16(portolan::short_float::rounded<7, 8>(exact, portolan::short_float::nearest));
}

PORTOLAN_SHORT_FLOAT(PORTOLAN_BFLOAT16, PORTOLAN_BFLOAT162, __bfloat162float, __float2bfloat16, portolan_fused_bfloat16)
PORTOLAN_SHORT_LEAST(PORTOLAN_BFLOAT16, PORTOLAN_BFLOAT162, __bfloat162float, __float2bfloat16)
PORTOLAN_SHORT_OPERATOR(PORTOLAN_BFLOAT16, +, __hadd)
PORTOLAN_SHORT_OPERATOR(PORTOLAN_BFLOAT16, -, __hsub)
PORTOLAN_SHORT_OPERATOR(PORTOLAN_BFLOAT16, *, __hmul)
PORTOLAN_SHORT_OPERATOR(PORTOLAN_BFLOAT16, /, __hdiv)
PORTOLAN_DEVICE PORTOLAN_BFLOAT16 operator-(PORTOLAN_BFLOAT16 a) {
  return __hneg(a);
}
#define PORTOLAN_RELATION(op, function)                                        \
  PORTOLAN_DEVICE bool operator op(PORTOLAN_BFLOAT16 a, PORTOLAN_BFLOAT16 b) { \
    return function(a, b);                                                     \
  }
PORTOLAN_RELATION(==, __heq)
PORTOLAN_RELATION(!=, __hneu)
PORTOLAN_RELATION(<, __hlt)
PORTOLAN_RELATION(<=, __hle)
PORTOLAN_RELATION(>, __hgt)
PORTOLAN_RELATION(>=, __hge)
#undef PORTOLAN_RELATION
PORTOLAN_SHORT_OPERATORS(PORTOLAN_BFLOAT16, PORTOLAN_BFLOAT162)
PORTOLAN_SHORT_FUNCTIONS(PORTOLAN_BFLOAT16, PORTOLAN_BFLOAT162, __bfloat162float, __float2bfloat16)
PORTOLAN_SHORT_INTEGERS(PORTOLAN_BFLOAT16, bfloat16, __bfloat162float, __ushort_as_bfloat16, 7, 8)
PORTOLAN_SHORT_ROUNDED(PORTOLAN_BFLOAT16, bfloat16, __ushort_as_bfloat16, 7, 8)

PORTOLAN_BOTH PORTOLAN_BFLOAT162 make_bfloat162(PORTOLAN_BFLOAT16 x, PORTOLAN_BFLOAT16 y) {
  return {x, y};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __halves2bfloat162(PORTOLAN_BFLOAT16 x, PORTOLAN_BFLOAT16 y) {
  return {x, y};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __bfloat162bfloat162(PORTOLAN_BFLOAT16 v) {
  return {v, v};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __float2bfloat162_rn(float v) {
  return {v, v};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __floats2bfloat162_rn(float x, float y) {
  return {x, y};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __float22bfloat162_rn(float2 v) {
  return {(float)v.x, (float)v.y};
}
PORTOLAN_BOTH float2 __bfloat1622float2(PORTOLAN_BFLOAT162 v) {
  return make_float2(v.x, v.y);
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __low2bfloat16(PORTOLAN_BFLOAT162 v) {
  return v.x;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT16 __high2bfloat16(PORTOLAN_BFLOAT162 v) {
  return v.y;
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __low2bfloat162(PORTOLAN_BFLOAT162 v) {
  return {v.x, v.x};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __high2bfloat162(PORTOLAN_BFLOAT162 v) {
  return {v.y, v.y};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __lows2bfloat162(PORTOLAN_BFLOAT162 a, PORTOLAN_BFLOAT162 b) {
  return {a.x, b.x};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __highs2bfloat162(PORTOLAN_BFLOAT162 a, PORTOLAN_BFLOAT162 b) {
  return {a.y, b.y};
}
PORTOLAN_BOTH PORTOLAN_BFLOAT162 __lowhigh2highlow(PORTOLAN_BFLOAT162 v) {
  return {v.y, v.x};
}
PORTOLAN_BOTH float __low2float(PORTOLAN_BFLOAT162 v) {
  return v.x;
}
PORTOLAN_BOTH float __high2float(PORTOLAN_BFLOAT162 v) {
  return v.y;
}
