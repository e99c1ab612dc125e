// f16 by the compiler's own type, where there are neither HIP's headers nor CUDA's.
#pragma once

#include "portolan_hip_half.h"

typedef _Float16 __half;
typedef __half half;
struct alignas(4) __half2 {
  __half x, y;

  __half2() = default;
  __host__ __device__ __half2(__half x, __half y) : x(x), y(y) {}
};
typedef __half2 half2;

PORTOLAN_DEVICE float __half2float(__half v) {
  return (float)v;
}
PORTOLAN_DEVICE __half __float2half(float v) {
  return (__half)v;
}
PORTOLAN_DEVICE __half __float2half_rn(float v) {
  return (__half)v;
}
PORTOLAN_DEVICE __half __ushort_as_half(unsigned short bits) {
  return __builtin_bit_cast(__half, bits);
}
PORTOLAN_DEVICE __half __short_as_half(short bits) {
  return __builtin_bit_cast(__half, bits);
}
PORTOLAN_DEVICE unsigned short __half_as_ushort(__half v) {
  return __builtin_bit_cast(unsigned short, v);
}
PORTOLAN_DEVICE short __half_as_short(__half v) {
  return __builtin_bit_cast(short, v);
}
PORTOLAN_DEVICE __half portolan_fused_half(__half a, __half b, __half c) {
  return __builtin_elementwise_fma(a, b, c);
}

PORTOLAN_SHORT_FLOAT(__half, __half2, __half2float, __float2half, portolan_fused_half)
PORTOLAN_SHORT_LEAST(__half, __half2, __half2float, __float2half)
PORTOLAN_SHORT_OPERATORS(__half, __half2)
PORTOLAN_SHORT_FUNCTIONS(__half, __half2, __half2float, __float2half)
PORTOLAN_SHORT_INTEGERS(__half, half, __half2float, __ushort_as_half, 10, 5)
PORTOLAN_SHORT_ROUNDED(__half, half, __ushort_as_half, 10, 5)

PORTOLAN_DEVICE __half2 make_half2(__half x, __half y) {
  return {x, y};
}
PORTOLAN_DEVICE __half2 __halves2half2(__half x, __half y) {
  return {x, y};
}
PORTOLAN_DEVICE __half2 __half2half2(__half v) {
  return {v, v};
}
PORTOLAN_DEVICE __half2 __float2half2_rn(float v) {
  return {(__half)v, (__half)v};
}
PORTOLAN_DEVICE __half2 __floats2half2_rn(float x, float y) {
  return {(__half)x, (__half)y};
}
PORTOLAN_DEVICE __half2 __float22half2_rn(float2 v) {
  return {(__half)v.x, (__half)v.y};
}
PORTOLAN_DEVICE float2 __half22float2(__half2 v) {
  return make_float2((float)v.x, (float)v.y);
}
PORTOLAN_DEVICE __half __low2half(__half2 v) {
  return v.x;
}
PORTOLAN_DEVICE __half __high2half(__half2 v) {
  return v.y;
}
PORTOLAN_DEVICE __half2 __low2half2(__half2 v) {
  return {v.x, v.x};
}
PORTOLAN_DEVICE __half2 __high2half2(__half2 v) {
  return {v.y, v.y};
}
PORTOLAN_DEVICE __half2 __lows2half2(__half2 a, __half2 b) {
  return {a.x, b.x};
}
PORTOLAN_DEVICE __half2 __highs2half2(__half2 a, __half2 b) {
  return {a.y, b.y};
}
PORTOLAN_DEVICE __half2 __lowhigh2highlow(__half2 v) {
  return {v.y, v.x};
}
PORTOLAN_DEVICE float __low2float(__half2 v) {
  return (float)v.x;
}
PORTOLAN_DEVICE float __high2float(__half2 v) {
  return (float)v.y;
}
