// Numbers of 16 bits and pairs of them, as CUDA's cuda_fp16.h and cuda_bf16.h have them, for compilers that have
// neither those nor HIP's: f16 where there are no headers of HIP, bf16 where HIP's have none (HIP 5). What CUDA
// computes by one rounding is rounded once here too; exp and the like go through float.
#pragma once

#include "portolan_hip_warp.h"

namespace portolan {
namespace short_float {

enum Direction { nearest, to_zero, down, up };

template <class To, class From>
PORTOLAN_DEVICE To cast(From v) {
  static_assert(sizeof(To) == sizeof(From), "of one size");
  return __builtin_bit_cast(To, v);
}

// A double as bits of a format with so many bits of fraction and of exponent.
template <int Fraction, int ExponentBits>
PORTOLAN_DEVICE unsigned short rounded(double v, Direction direction) {
  const unsigned long long all = cast<unsigned long long>(v), below = (1ull << 52) - 1;
  const bool negative = all >> 63 != 0;
  const unsigned sign = negative ? 0x8000 : 0, infinite = ((1u << ExponentBits) - 1) << Fraction;
  const int lowest = 2 - (1 << (ExponentBits - 1)), exponent = (int)(all >> 52 & 0x7ff) - 1023;
  if (exponent == 1024) return (unsigned short)((all & below) != 0 ? 0x7fff : sign | infinite);
  if ((all << 1) == 0) return (unsigned short)sign;
  // Doubles without a leading one are below every format's half of a step.
  const unsigned long long mantissa = (all & below) | 1ull << 52;
  int drop = 52 - Fraction + (exponent < lowest ? lowest - exponent : 0);
  if (drop > 54) drop = 54;
  const unsigned long long kept = mantissa >> drop, rest = mantissa & ((1ull << drop) - 1), half = 1ull << (drop - 1);
  const bool away = direction == nearest
                        ? rest > half || (rest == half && (kept & 1) != 0)
                        : rest != 0 && ((direction == up && !negative) || (direction == down && negative));
  const unsigned size = (unsigned)(kept + away) + (exponent > lowest ? (unsigned)(exponent - lowest) << Fraction : 0);
  if (size >= infinite) {
    const bool stays = direction == to_zero || (direction == up && negative) || (direction == down && !negative);
    return (unsigned short)(sign | (stays ? infinite - 1 : infinite));
  }
  return (unsigned short)(sign | size);
}

// a * b + c, rounded to odd: rounding it again to fewer bits is rounding once. The product must be exact.
PORTOLAN_DEVICE double odd_fma(double a, double b, double c) {
#pragma clang fp contract(off) reassociate(off)
  const double p = a * b, s = p + c, of_c = s - p, rest = (p - (s - of_c)) + (c - of_c);
  const unsigned long long all = cast<unsigned long long>(s);
  if (!(rest < 0) && !(rest > 0)) return s;  // exact, infinite or a NaN
  if ((all & 1) != 0) return s;
  return cast<double>((rest < 0) == (s < 0) ? all + 1 : all - 1);
}

// Of 64 bits the last ones only tell that there is something.
PORTOLAN_DEVICE double odd_double(unsigned long long v) {
  return v >> 54 == 0 ? (double)v : (double)(v >> 10 | ((v & 1023) != 0)) * 1024.0;
}
PORTOLAN_DEVICE double odd_double(long long v) {
  return v < 0 ? -odd_double(0 - (unsigned long long)v) : odd_double((unsigned long long)v);
}

// To integers as PTX converts: what is too large is the end, and a NaN 0 (of 64 bits the lowest, or without sign the
// highest bit alone).
template <class Integer>
PORTOLAN_DEVICE Integer integer(float v, Direction direction) {
  constexpr bool is_signed = (Integer)-1 < (Integer)0;
  constexpr int bits = 8 * sizeof(Integer);
  const Integer least = is_signed ? (Integer)(1ull << (bits - 1)) : (Integer)0, most = (Integer)~least;
  if (v != v) return bits == 64 ? (Integer)(1ull << 63) : (Integer)0;
  const float whole = direction == nearest   ? __builtin_rintf(v)
                      : direction == to_zero ? __builtin_truncf(v)
                      : direction == down    ? __builtin_floorf(v)
                                             : __builtin_ceilf(v);
  const float end = is_signed ? (float)(1ull << (bits - 1)) : (float)(1ull << (bits - 1)) * 2.0f;
  if (whole >= end) return most;
  if (whole < (is_signed ? -end : 0.0f)) return least;
  return (Integer)whole;
}

}  // namespace short_float
}  // namespace portolan

// Operations of one format. `wide` and `narrow` are its exact conversion to float and its rounding from float.
#define PORTOLAN_SHORT_FLOAT(T, T2, wide, narrow, fused)                                                   \
  PORTOLAN_DEVICE T __hadd(T a, T b) {                                                                     \
    return narrow(wide(a) + wide(b));                                                                      \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hsub(T a, T b) {                                                                     \
    return narrow(wide(a) - wide(b));                                                                      \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hmul(T a, T b) {                                                                     \
    return narrow(wide(a) * wide(b));                                                                      \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hdiv(T a, T b) {                                                                     \
    return narrow(wide(a) / wide(b));                                                                      \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hfma(T a, T b, T c) {                                                                \
    return fused(a, b, c);                                                                                 \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hneg(T a) {                                                                          \
    return narrow(-wide(a));                                                                               \
  }                                                                                                        \
  PORTOLAN_DEVICE T __habs(T a) {                                                                          \
    return narrow(__builtin_fabsf(wide(a)));                                                               \
  }                                                                                                        \
  PORTOLAN_DEVICE bool __hisnan(T a) {                                                                     \
    return wide(a) != wide(a);                                                                             \
  }                                                                                                        \
  PORTOLAN_DEVICE int __hisinf(T a) {                                                                      \
    return __builtin_fabsf(wide(a)) == __builtin_inff() ? (wide(a) < 0 ? -1 : 1) : 0;                      \
  }                                                                                                        \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, eq, wide(a) == wide(b))                                   \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, ne, wide(a) < wide(b) || wide(a) > wide(b))               \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, lt, wide(a) < wide(b))                                    \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, le, wide(a) <= wide(b))                                   \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, gt, wide(a) > wide(b))                                    \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, ge, wide(a) >= wide(b))                                   \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, equ, !(wide(a) < wide(b) || wide(a) > wide(b)))           \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, neu, wide(a) != wide(b))                                  \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, ltu, !(wide(a) >= wide(b)))                               \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, leu, !(wide(a) > wide(b)))                                \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, gtu, !(wide(a) <= wide(b)))                               \
  PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, geu, !(wide(a) < wide(b)))                                \
  PORTOLAN_DEVICE T2 __hisnan2(T2 a) {                                                                     \
    return {narrow(wide(a.x) != wide(a.x) ? 1.0f : 0.0f), narrow(wide(a.y) != wide(a.y) ? 1.0f : 0.0f)};   \
  }                                                                                                        \
  PORTOLAN_SHORT_BINARY(T, T2, __hadd, __hadd2)                                                            \
  PORTOLAN_SHORT_BINARY(T, T2, __hsub, __hsub2)                                                            \
  PORTOLAN_SHORT_BINARY(T, T2, __hmul, __hmul2)                                                            \
  PORTOLAN_SHORT_BINARY(T, T2, __hdiv, __h2div) PORTOLAN_DEVICE T2 __hfma2(T2 a, T2 b, T2 c) {             \
    return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};                                                 \
  }                                                                                                        \
  PORTOLAN_DEVICE T2 __hneg2(T2 a) {                                                                       \
    return {__hneg(a.x), __hneg(a.y)};                                                                     \
  }                                                                                                        \
  PORTOLAN_DEVICE T2 __habs2(T2 a) {                                                                       \
    return {__habs(a.x), __habs(a.y)};                                                                     \
  }                                                                                                        \
  PORTOLAN_DEVICE T portolan_saturated(T a) {                                                              \
    return narrow(wide(a) > 0 ? __builtin_fminf(wide(a), 1.0f) : 0.0f);                                    \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hadd_sat(T a, T b) {                                                                 \
    return portolan_saturated(__hadd(a, b));                                                               \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hsub_sat(T a, T b) {                                                                 \
    return portolan_saturated(__hsub(a, b));                                                               \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hmul_sat(T a, T b) {                                                                 \
    return portolan_saturated(__hmul(a, b));                                                               \
  }                                                                                                        \
  PORTOLAN_DEVICE T __hfma_sat(T a, T b, T c) {                                                            \
    return portolan_saturated(__hfma(a, b, c));                                                            \
  }                                                                                                        \
  PORTOLAN_SHORT_BINARY(T, T2, __hadd_sat, __hadd2_sat)                                                    \
  PORTOLAN_SHORT_BINARY(T, T2, __hsub_sat, __hsub2_sat)                                                    \
  PORTOLAN_SHORT_BINARY(T, T2, __hmul_sat, __hmul2_sat) PORTOLAN_DEVICE T2 __hfma2_sat(T2 a, T2 b, T2 c) { \
    return {__hfma_sat(a.x, b.x, c.x), __hfma_sat(a.y, b.y, c.y)};                                         \
  }

#define PORTOLAN_SHORT_BINARY(T, T2, one, two) \
  PORTOLAN_DEVICE T2 two(T2 a, T2 b) {         \
    return {one(a.x, b.x), one(a.y, b.y)};     \
  }
// Of single numbers, of pairs as 1 and 0, and whether it holds of both.
#define PORTOLAN_SHORT_COMPARISON(T, T2, wide, narrow, name, holds)                                \
  PORTOLAN_DEVICE bool __h##name(T a, T b) {                                                       \
    return holds;                                                                                  \
  }                                                                                                \
  PORTOLAN_DEVICE T2 __h##name##2(T2 a, T2 b) {                                                    \
    return {narrow(__h##name(a.x, b.x) ? 1.0f : 0.0f), narrow(__h##name(a.y, b.y) ? 1.0f : 0.0f)}; \
  }                                                                                                \
  PORTOLAN_DEVICE bool __hb##name##2(T2 a, T2 b) {                                                 \
    return __h##name(a.x, b.x) && __h##name(a.y, b.y);                                             \
  }

// What HIP 5's half lacks too: of numbers and NaNs the number, of zeros the positive one (`_nan`: NaNs win); and the
// forms that no compiler contracts, which the plain ones are here.
#define PORTOLAN_SHORT_LEAST(T, T2, wide, narrow)                                                                      \
  PORTOLAN_DEVICE T __hmax(T a, T b) {                                                                                 \
    if (wide(a) != wide(a)) return b;                                                                                  \
    const bool first = wide(a) > wide(b) || wide(b) != wide(b) || (wide(a) == wide(b) && !__builtin_signbit(wide(a))); \
    return first ? a : b;                                                                                              \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hmin(T a, T b) {                                                                                 \
    if (wide(a) != wide(a)) return b;                                                                                  \
    const bool first = wide(a) < wide(b) || wide(b) != wide(b) || (wide(a) == wide(b) && __builtin_signbit(wide(a)));  \
    return first ? a : b;                                                                                              \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hmax_nan(T a, T b) {                                                                             \
    return wide(a) != wide(a) ? a : wide(b) != wide(b) ? b : __hmax(a, b);                                             \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hmin_nan(T a, T b) {                                                                             \
    return wide(a) != wide(a) ? a : wide(b) != wide(b) ? b : __hmin(a, b);                                             \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hadd_rn(T a, T b) {                                                                              \
    return narrow(wide(a) + wide(b));                                                                                  \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hsub_rn(T a, T b) {                                                                              \
    return narrow(wide(a) - wide(b));                                                                                  \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hmul_rn(T a, T b) {                                                                              \
    return narrow(wide(a) * wide(b));                                                                                  \
  }                                                                                                                    \
  PORTOLAN_DEVICE T portolan_positive(T a) {                                                                           \
    return wide(a) > 0 || wide(a) != wide(a) ? a : narrow(0.0f);                                                       \
  }                                                                                                                    \
  PORTOLAN_DEVICE T __hfma_relu(T a, T b, T c) {                                                                       \
    return portolan_positive(__hfma(a, b, c));                                                                         \
  }

// Operators and functions by way of float.
#define PORTOLAN_SHORT_OPERATORS(T, T2)                                                                                \
  PORTOLAN_SHORT_OPERATOR(T2, +, __hadd2)                                                                              \
  PORTOLAN_SHORT_OPERATOR(T2, -, __hsub2)                                                                              \
  PORTOLAN_SHORT_OPERATOR(T2, *, __hmul2) PORTOLAN_SHORT_OPERATOR(T2, /, __h2div) PORTOLAN_DEVICE T2 operator-(T2 a) { \
    return __hneg2(a);                                                                                                 \
  }                                                                                                                    \
  PORTOLAN_DEVICE bool operator==(T2 a, T2 b) {                                                                        \
    return __hbeq2(a, b);                                                                                              \
  }                                                                                                                    \
  PORTOLAN_DEVICE bool operator!=(T2 a, T2 b) {                                                                        \
    return __hbneu2(a, b);                                                                                             \
  }
#define PORTOLAN_SHORT_OPERATOR(T, op, function)  \
  PORTOLAN_DEVICE T operator op(T a, T b) {       \
    return function(a, b);                        \
  }                                               \
  PORTOLAN_DEVICE T& operator op##=(T & a, T b) { \
    return a = function(a, b);                    \
  }
#define PORTOLAN_SHORT_FUNCTION(T, T2, name, wide, narrow, expression) \
  PORTOLAN_DEVICE T h##name(T a) {                                     \
    const float v = wide(a);                                           \
    return narrow(expression);                                         \
  }                                                                    \
  PORTOLAN_DEVICE T2 h2##name(T2 a) {                                  \
    return {h##name(a.x), h##name(a.y)};                               \
  }
#define PORTOLAN_SHORT_FUNCTIONS(T, T2, wide, narrow)                            \
  PORTOLAN_SHORT_FUNCTION(T, T2, exp, wide, narrow, expf(v))                     \
  PORTOLAN_SHORT_FUNCTION(T, T2, exp2, wide, narrow, exp2f(v))                   \
  PORTOLAN_SHORT_FUNCTION(T, T2, exp10, wide, narrow, exp2f(v * 3.32192809f))    \
  PORTOLAN_SHORT_FUNCTION(T, T2, log, wide, narrow, logf(v))                     \
  PORTOLAN_SHORT_FUNCTION(T, T2, log2, wide, narrow, log2f(v))                   \
  PORTOLAN_SHORT_FUNCTION(T, T2, log10, wide, narrow, log2f(v) * 0.301029996f)   \
  PORTOLAN_SHORT_FUNCTION(T, T2, sin, wide, narrow, sinf(v))                     \
  PORTOLAN_SHORT_FUNCTION(T, T2, cos, wide, narrow, cosf(v))                     \
  PORTOLAN_SHORT_FUNCTION(T, T2, sqrt, wide, narrow, __builtin_sqrtf(v))         \
  PORTOLAN_SHORT_FUNCTION(T, T2, rsqrt, wide, narrow, 1.0f / __builtin_sqrtf(v)) \
  PORTOLAN_SHORT_FUNCTION(T, T2, rcp, wide, narrow, 1.0f / v)                    \
  PORTOLAN_SHORT_FUNCTION(T, T2, floor, wide, narrow, __builtin_floorf(v))       \
  PORTOLAN_SHORT_FUNCTION(T, T2, ceil, wide, narrow, __builtin_ceilf(v))         \
  PORTOLAN_SHORT_FUNCTION(T, T2, trunc, wide, narrow, __builtin_truncf(v))       \
  PORTOLAN_SHORT_FUNCTION(T, T2, rint, wide, narrow, __builtin_rintf(v))

// Conversions between a format and integers, by all directions; `name` as in __int2NAME_rn.
#define PORTOLAN_SHORT_INTEGERS(T, name, wide, from_bits, fraction, exponent)                             \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, short, short, (double)v)           \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, unsigned short, ushort, (double)v) \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, int, int, (double)v)               \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, unsigned, uint, (double)v)         \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, long long, ll,                     \
                         portolan::short_float::odd_double(v))                                            \
  PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, unsigned long long, ull,           \
                         portolan::short_float::odd_double(v))
#define PORTOLAN_SHORT_INTEGER(T, name, wide, from_bits, fraction, exponent, type, word, exact)          \
  PORTOLAN_SHORT_DIRECTION(T, name, wide, from_bits, fraction, exponent, type, word, exact, rn, nearest) \
  PORTOLAN_SHORT_DIRECTION(T, name, wide, from_bits, fraction, exponent, type, word, exact, rz, to_zero) \
  PORTOLAN_SHORT_DIRECTION(T, name, wide, from_bits, fraction, exponent, type, word, exact, rd, down)    \
  PORTOLAN_SHORT_DIRECTION(T, name, wide, from_bits, fraction, exponent, type, word, exact, ru, up)
#define PORTOLAN_SHORT_DIRECTION(T, name, wide, from_bits, fraction, exponent, type, word, exact, mode, direction) \
  PORTOLAN_DEVICE T __##word##2##name##_##mode(type v) {                                                           \
    return from_bits(portolan::short_float::rounded<fraction, exponent>(exact, portolan::short_float::direction)); \
  }                                                                                                                \
  PORTOLAN_DEVICE type __##name##2##word##_##mode(T v) {                                                           \
    return portolan::short_float::integer<type>(wide(v), portolan::short_float::direction);                        \
  }
#define PORTOLAN_SHORT_ROUNDED(T, name, from_bits, fraction, exponent)                                       \
  PORTOLAN_DEVICE T __double2##name(double v) {                                                              \
    return from_bits(portolan::short_float::rounded<fraction, exponent>(v, portolan::short_float::nearest)); \
  }                                                                                                          \
  PORTOLAN_DEVICE T __float2##name##_rz(float v) {                                                           \
    return from_bits(portolan::short_float::rounded<fraction, exponent>(v, portolan::short_float::to_zero)); \
  }                                                                                                          \
  PORTOLAN_DEVICE T __float2##name##_rd(float v) {                                                           \
    return from_bits(portolan::short_float::rounded<fraction, exponent>(v, portolan::short_float::down));    \
  }                                                                                                          \
  PORTOLAN_DEVICE T __float2##name##_ru(float v) {                                                           \
    return from_bits(portolan::short_float::rounded<fraction, exponent>(v, portolan::short_float::up));      \
  }
