// Numbers of eight bits as cuda_fp8.h has them (E4M3, which has no infinity, and E5M2), one, two and four at a time.
// Conversions round once, to nearest even. NaNs lose their sign on the way to 16 bits.
#pragma once

#include "portolan_hip_types.h"

#if !defined(__HIP__) && !defined(__HIP_PLATFORM_AMD__)
#include <cuda_fp8.h>
#define __hip_fp8_storage_t __nv_fp8_storage_t
#define __hip_fp8x2_storage_t __nv_fp8x2_storage_t
#define __hip_saturation_t __nv_saturation_t
#define __hip_fp8_interpretation_t __nv_fp8_interpretation_t
#define __HIP_NOSAT __NV_NOSAT
#define __HIP_SATFINITE __NV_SATFINITE
#define __HIP_E4M3 __NV_E4M3
#define __HIP_E5M2 __NV_E5M2
#define __hip_cvt_double_to_fp8 __nv_cvt_double_to_fp8
#define __hip_cvt_float_to_fp8 __nv_cvt_float_to_fp8
#define __hip_cvt_float2_to_fp8x2 __nv_cvt_float2_to_fp8x2
#define __hip_cvt_halfraw_to_fp8 __nv_cvt_halfraw_to_fp8
#define __hip_cvt_fp8_to_halfraw __nv_cvt_fp8_to_halfraw
#define __hip_cvt_halfraw2_to_fp8x2 __nv_cvt_halfraw2_to_fp8x2
#define __hip_cvt_fp8x2_to_halfraw2 __nv_cvt_fp8x2_to_halfraw2
#define __hip_fp8x4_storage_t __nv_fp8x4_storage_t
#define __hip_fp8x2_e4m3 __nv_fp8x2_e4m3
#define __hip_fp8x2_e5m2 __nv_fp8x2_e5m2
#define __hip_fp8x4_e4m3 __nv_fp8x4_e4m3
#define __hip_fp8x4_e5m2 __nv_fp8x4_e5m2
#define __hip_fp8_e4m3 __nv_fp8_e4m3
#define __hip_fp8_e5m2 __nv_fp8_e5m2
#elif !defined(PORTOLAN_FREESTANDING) && __has_include(<hip/hip_fp8.h>)
#include <hip/hip_fp8.h>
#else
#define PORTOLAN_FP8 static __host__ __device__ inline __attribute__((always_inline))

typedef unsigned char __hip_fp8_storage_t;
typedef unsigned short __hip_fp8x2_storage_t;
typedef unsigned __hip_fp8x4_storage_t;
enum __hip_saturation_t { __HIP_NOSAT, __HIP_SATFINITE };
enum __hip_fp8_interpretation_t { __HIP_E4M3, __HIP_E5M2 };

PORTOLAN_FP8 __hip_fp8_storage_t __hip_cvt_double_to_fp8(double v, __hip_saturation_t saturation,
                                                         __hip_fp8_interpretation_t format) {
  const bool e4m3 = format == __HIP_E4M3;
  const int fraction = e4m3 ? 3 : 2, lowest = e4m3 ? -6 : -14;  // bits, and the exponent of the least normal number
  const unsigned long long all = __builtin_bit_cast(unsigned long long, v), size = all << 1 >> 1,
                           below = (1ull << 52) - 1;
  const unsigned sign = (unsigned)(all >> 63) << 7;
  if (size > 0x7ffull << 52) return (unsigned char)(sign | (e4m3 ? 0x7f : 0x7e | (all >> 50 & 3)));
  const unsigned most = e4m3 ? 0x7e : 0x7b, beyond = e4m3 ? 0x7f : 0x7c;
  const int exponent = (int)(size >> 52) - 1023;
  const int drop = 52 - fraction + (exponent < lowest ? lowest - exponent : 0);
  unsigned code = 0;
  if (exponent > 15) {
    code = beyond;
  } else if (drop < 54) {
    const unsigned long long mantissa = (size & below) | 1ull << 52, kept = mantissa >> drop,
                             rest = mantissa & ((1ull << drop) - 1), half = 1ull << (drop - 1);
    code = (unsigned)kept + (rest > half || (rest == half && (kept & 1) != 0)) +
           (exponent > lowest ? (unsigned)(exponent - lowest) << fraction : 0);
  }
  if (code > most) code = saturation == __HIP_SATFINITE ? most : beyond;
  return (unsigned char)(sign | code);
}
PORTOLAN_FP8 __hip_fp8_storage_t __hip_cvt_float_to_fp8(float v, __hip_saturation_t saturation,
                                                        __hip_fp8_interpretation_t format) {
  if (v != v) return 0x7f;
  return __hip_cvt_double_to_fp8((double)v, saturation, format);
}
PORTOLAN_FP8 __hip_fp8x2_storage_t __hip_cvt_float2_to_fp8x2(float2 v, __hip_saturation_t saturation,
                                                             __hip_fp8_interpretation_t format) {
  return (unsigned short)(__hip_cvt_float_to_fp8(v.y, saturation, format) << 8 |
                          __hip_cvt_float_to_fp8(v.x, saturation, format));
}

namespace portolan {
namespace fp8 {

// Exactly, by way of f32.
PORTOLAN_FP8 float number(__hip_fp8_storage_t code, __hip_fp8_interpretation_t format) {
  const int fraction = format == __HIP_E4M3 ? 3 : 2, bias = format == __HIP_E4M3 ? 7 : 15;
  const unsigned size = code & 0x7f, sign = (code & 0x80u) << 24;
  if (size > (format == __HIP_E4M3 ? 0x7eu : 0x7cu)) return __builtin_bit_cast(float, 0x7fffffffu);
  if (format == __HIP_E5M2 && size == 0x7c) return __builtin_bit_cast(float, sign | 0x7f800000u);
  if (size >> fraction != 0)
    return __builtin_bit_cast(float, sign | ((size << (23 - fraction)) + ((unsigned)(127 - bias) << 23)));
  const float least = __builtin_bit_cast(float, (unsigned)(128 - bias - fraction) << 23);
  return __builtin_bit_cast(float, sign | __builtin_bit_cast(unsigned, (float)size* least));
}

// All codes are normal numbers of f16, or subnormal in both.
PORTOLAN_FP8 unsigned short half_bits(__hip_fp8_storage_t code, __hip_fp8_interpretation_t format) {
  const unsigned all = __builtin_bit_cast(unsigned, number(code, format)), size = all & 0x7fffffff;
  if (size > 0x7f800000) return 0x7fff;
  if (format == __HIP_E5M2) return (unsigned short)(code << 8);
  return (unsigned short)(all >> 16 & 0x8000 | (size == 0 ? 0 : (size >> 13) - (112u << 10)));
}

template <__hip_fp8_interpretation_t Format>
struct Number {
  __hip_fp8_storage_t __x;
  Number() = default;
  __host__ __device__ explicit Number(float v) : __x(__hip_cvt_float_to_fp8(v, __HIP_SATFINITE, Format)) {}
  __host__ __device__ explicit Number(double v) : __x(__hip_cvt_double_to_fp8(v, __HIP_SATFINITE, Format)) {}
  __host__ __device__ explicit operator float() const { return number(__x, Format); }
  __host__ __device__ explicit operator double() const { return number(__x, Format); }
};

// The first lowest.
template <__hip_fp8_interpretation_t Format>
struct alignas(2) Pair {
  __hip_fp8x2_storage_t __x;
  Pair() = default;
  __host__ __device__ explicit Pair(float2 v) : __x(__hip_cvt_float2_to_fp8x2(v, __HIP_SATFINITE, Format)) {}
  __host__ __device__ explicit operator float2() const {
    return make_float2(number((unsigned char)__x, Format), number((unsigned char)(__x >> 8), Format));
  }
};
template <__hip_fp8_interpretation_t Format>
struct alignas(4) Four {
  __hip_fp8x4_storage_t __x;
  Four() = default;
  __host__ __device__ explicit Four(float4 v)
      : __x((unsigned)__hip_cvt_float2_to_fp8x2(make_float2(v.z, v.w), __HIP_SATFINITE, Format) << 16 |
            __hip_cvt_float2_to_fp8x2(make_float2(v.x, v.y), __HIP_SATFINITE, Format)) {}
  __host__ __device__ explicit operator float4() const {
    return make_float4(number((unsigned char)__x, Format), number((unsigned char)(__x >> 8), Format),
                       number((unsigned char)(__x >> 16), Format), number((unsigned char)(__x >> 24), Format));
  }
};

}  // namespace fp8
}  // namespace portolan

#ifndef PORTOLAN_FREESTANDING
PORTOLAN_FP8 __half_raw __hip_cvt_fp8_to_halfraw(__hip_fp8_storage_t code, __hip_fp8_interpretation_t format) {
  __half_raw made;
  made.x = portolan::fp8::half_bits(code, format);
  return made;
}
PORTOLAN_FP8 __hip_fp8_storage_t __hip_cvt_halfraw_to_fp8(__half_raw v, __hip_saturation_t saturation,
                                                          __hip_fp8_interpretation_t format) {
  return __hip_cvt_float_to_fp8((float)__builtin_bit_cast(_Float16, v.x), saturation, format);
}
PORTOLAN_FP8 __half2_raw __hip_cvt_fp8x2_to_halfraw2(__hip_fp8x2_storage_t codes, __hip_fp8_interpretation_t format) {
  const unsigned short halves[2] = {portolan::fp8::half_bits((unsigned char)codes, format),
                                    portolan::fp8::half_bits((unsigned char)(codes >> 8), format)};
  __half2_raw made;
  static_assert(sizeof(made) == sizeof(halves), "two halves");
  __builtin_memcpy(&made, halves, sizeof(made));
  return made;
}
PORTOLAN_FP8 __hip_fp8x2_storage_t __hip_cvt_halfraw2_to_fp8x2(__half2_raw v, __hip_saturation_t saturation,
                                                               __hip_fp8_interpretation_t format) {
  _Float16 halves[2];
  __builtin_memcpy(halves, &v, sizeof(v));
  return __hip_cvt_float2_to_fp8x2(make_float2((float)halves[0], (float)halves[1]), saturation, format);
}
#endif
typedef portolan::fp8::Pair<__HIP_E4M3> __hip_fp8x2_e4m3;
typedef portolan::fp8::Pair<__HIP_E5M2> __hip_fp8x2_e5m2;
typedef portolan::fp8::Four<__HIP_E4M3> __hip_fp8x4_e4m3;
typedef portolan::fp8::Four<__HIP_E5M2> __hip_fp8x4_e5m2;
typedef portolan::fp8::Number<__HIP_E4M3> __hip_fp8_e4m3;
typedef portolan::fp8::Number<__HIP_E5M2> __hip_fp8_e5m2;
#endif
