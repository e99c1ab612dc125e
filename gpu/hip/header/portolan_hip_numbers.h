// Functions of numbers that HIP's headers lack, or have under the same names with other results: counts that are
// unsigned there, averages that are truth values, conversions that round to the nearest whatever their name says, least
// and greatest of a signed and an unsigned number. Portolan writes portolan::name for CUDA's name and __name.
#pragma once

#include "portolan_hip_warp.h"

namespace portolan {

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
// One of CUDA's functions: what it is on AMD's processors.
#define PORTOLAN_NUMBER(type, name, parameters, arguments, ...) \
  PORTOLAN_DEVICE type name parameters {                        \
    return __VA_ARGS__;                                         \
  }
#else
#define PORTOLAN_NUMBER(type, name, parameters, arguments, ...) \
  PORTOLAN_DEVICE type name parameters {                        \
    return ::__##name arguments;                                \
  }
#endif
typedef unsigned long long ull_;

PORTOLAN_NUMBER(int, popc, (unsigned v), (v), __builtin_popcount(v))
PORTOLAN_NUMBER(int, popcll, (ull_ v), (v), __builtin_popcountll(v))
PORTOLAN_NUMBER(int, clz, (int v), (v), v == 0 ? 32 : __builtin_clz((unsigned)v))
PORTOLAN_NUMBER(int, clzll, (long long v), (v), v == 0 ? 64 : __builtin_clzll((ull_)v))
PORTOLAN_NUMBER(int, ffs, (int v), (v), __builtin_ffs(v))
PORTOLAN_NUMBER(int, ffsll, (long long v), (v), __builtin_ffsll(v))
PORTOLAN_NUMBER(unsigned, umul24, (unsigned a, unsigned b), (a, b), (a & 0xffffff) * (b & 0xffffff))
PORTOLAN_NUMBER(unsigned, sad, (int a, int b, unsigned c), (a, b, c),
                (a > b ? (unsigned)a - (unsigned)b : (unsigned)b - (unsigned)a) + c)
PORTOLAN_NUMBER(unsigned, usad, (unsigned a, unsigned b, unsigned c), (a, b, c), (a > b ? a - b : b - a) + c)
PORTOLAN_NUMBER(unsigned, uhadd, (unsigned a, unsigned b), (a, b), (a & b) + ((a ^ b) >> 1))
PORTOLAN_NUMBER(int, rhadd, (int a, int b), (a, b), (a | b) - ((a ^ b) >> 1))
PORTOLAN_NUMBER(unsigned, urhadd, (unsigned a, unsigned b), (a, b), (a | b) - ((a ^ b) >> 1))

template <class T>
struct whole_number_ {
  static constexpr bool is = false;
};
#define PORTOLAN_WHOLE(type)         \
  template <>                        \
  struct whole_number_<type> {       \
    static constexpr bool is = true; \
  };
PORTOLAN_WHOLE(bool)
PORTOLAN_WHOLE(char)
PORTOLAN_WHOLE(signed char)
PORTOLAN_WHOLE(unsigned char)
PORTOLAN_WHOLE(short)
PORTOLAN_WHOLE(unsigned short)
PORTOLAN_WHOLE(int)
PORTOLAN_WHOLE(unsigned)
PORTOLAN_WHOLE(long)
PORTOLAN_WHOLE(unsigned long)
PORTOLAN_WHOLE(long long)
PORTOLAN_WHOLE(unsigned long long)
#undef PORTOLAN_WHOLE
// The average of two whole numbers, or a sum of 16-bit ones: CUDA has both under one name.
template <bool Whole>
struct hadd_ {
  PORTOLAN_DEVICE int of(int a, int b) { return (a & b) + ((a ^ b) >> 1); }
};
template <>
struct hadd_<false> {
  template <class A, class B>
  PORTOLAN_DEVICE auto of(A a, B b) -> decltype(::__hadd(a, b)) {
    return ::__hadd(a, b);
  }
};
template <class A, class B>
PORTOLAN_DEVICE auto hadd(A a, B b) -> decltype(hadd_<whole_number_<A>::is && whole_number_<B>::is>::of(a, b)) {
  return hadd_ < whole_number_<A>::is && whole_number_<B>::is > ::of(a, b);
}

// The same pairs of types as CUDA, so that the same one is chosen.
#define PORTOLAN_LEAST(type, left, right)                          \
  static __host__ __device__ constexpr type min(left a, right b) { \
    return (type)b < (type)a ? (type)b : (type)a;                  \
  }                                                                \
  static __host__ __device__ constexpr type max(left a, right b) { \
    return (type)a < (type)b ? (type)b : (type)a;                  \
  }
#define PORTOLAN_LEAST_OF(type)                               \
  PORTOLAN_LEAST(type, type, type)                            \
  PORTOLAN_LEAST(unsigned type, unsigned type, unsigned type) \
  PORTOLAN_LEAST(unsigned type, type, unsigned type)          \
  PORTOLAN_LEAST(unsigned type, unsigned type, type)
PORTOLAN_LEAST_OF(int)
PORTOLAN_LEAST_OF(long)
PORTOLAN_LEAST_OF(long long)
#undef PORTOLAN_LEAST_OF
#undef PORTOLAN_LEAST
// What is no number gives way.
#define PORTOLAN_LEAST(type, left, right, ending)               \
  static __host__ __device__ inline type min(left a, right b) { \
    return fmin##ending(a, b);                                  \
  }                                                             \
  static __host__ __device__ inline type max(left a, right b) { \
    return fmax##ending(a, b);                                  \
  }
PORTOLAN_LEAST(float, float, float, f)
PORTOLAN_LEAST(double, double, double, )
PORTOLAN_LEAST(double, float, double, )
PORTOLAN_LEAST(double, double, float, )
#undef PORTOLAN_LEAST

// A whole number of a real one that is whole already: the nearest that there is, and of what is no number the
// highest bit alone, or 0 where both have 32 bits.
template <class Whole, class Real>
PORTOLAN_DEVICE Whole whole_(Real v) {
  constexpr int bits = sizeof(Whole) * 8;
  constexpr bool is_signed = (Whole)-1 < (Whole)0;
  constexpr Real beyond = (Real)(1ull << (bits - 1)) * (is_signed ? 1 : 2);
  constexpr Whole lowest = is_signed ? (Whole)(1ull << (bits - 1)) : (Whole)0;
  if (v != v) return bits == 64 || sizeof(Real) == 8 ? (Whole)(1ull << (bits - 1)) : (Whole)0;
  if (v >= beyond) return (Whole)~lowest;
  if (v <= (is_signed ? -beyond : (Real)0)) return lowest;
  return (Whole)v;
}
// A whole number with so many digits as the format has, rounded down in size or up.
template <class Real, int Digits>
PORTOLAN_DEVICE Real directed_(ull_ size, bool negative, bool up) {
  const int beyond = 64 - Digits - (size == 0 ? 64 : __builtin_clzll(size));
  Real v;
  if (beyond <= 0) {
    v = (Real)size;
  } else {
    const ull_ last = 1ull << beyond;
    v = (Real)(size & ~(last - 1));  // exact
    if (up && (size & (last - 1)) != 0) v += (Real)last;
  }
  return negative ? -v : v;
}
template <class Real, int Digits>
PORTOLAN_DEVICE Real down_(long long v) {
  return directed_<Real, Digits>(v < 0 ? 0 - (ull_)v : (ull_)v, v < 0, v < 0);
}
template <class Real, int Digits>
PORTOLAN_DEVICE Real up_(long long v) {
  return directed_<Real, Digits>(v < 0 ? 0 - (ull_)v : (ull_)v, v < 0, v >= 0);
}
template <class Real, int Digits>
PORTOLAN_DEVICE Real zero_(long long v) {
  return directed_<Real, Digits>(v < 0 ? 0 - (ull_)v : (ull_)v, v < 0, false);
}
// The next number of a float's format, away from zero or towards it.
PORTOLAN_DEVICE float next_(float v, int by) {
  unsigned bits;
  __builtin_memcpy(&bits, &v, 4);
  bits += (unsigned)by;
  __builtin_memcpy(&v, &bits, 4);
  return v;
}
PORTOLAN_DEVICE float narrowed_down_(double v) {
  const float nearest = (float)v;
  return (double)nearest > v ? next_(nearest, __builtin_signbit(nearest) ? 1 : -1) : nearest;
}
PORTOLAN_DEVICE float narrowed_up_(double v) {
  return -narrowed_down_(-v);
}

#define PORTOLAN_TO_WHOLE(real, Real, short_name, Whole, ending)                                   \
  PORTOLAN_NUMBER(Whole, real##2##short_name##_rn, (Real v), (v), whole_<Whole>(rint##ending(v)))  \
  PORTOLAN_NUMBER(Whole, real##2##short_name##_rz, (Real v), (v), whole_<Whole>(trunc##ending(v))) \
  PORTOLAN_NUMBER(Whole, real##2##short_name##_rd, (Real v), (v), whole_<Whole>(floor##ending(v))) \
  PORTOLAN_NUMBER(Whole, real##2##short_name##_ru, (Real v), (v), whole_<Whole>(ceil##ending(v)))
PORTOLAN_TO_WHOLE(float, float, int, int, f)
PORTOLAN_TO_WHOLE(float, float, uint, unsigned, f)
PORTOLAN_TO_WHOLE(float, float, ll, long long, f)
PORTOLAN_TO_WHOLE(float, float, ull, unsigned long long, f)
PORTOLAN_TO_WHOLE(double, double, int, int, )
PORTOLAN_TO_WHOLE(double, double, uint, unsigned, )
PORTOLAN_TO_WHOLE(double, double, ll, long long, )
PORTOLAN_TO_WHOLE(double, double, ull, unsigned long long, )
#undef PORTOLAN_TO_WHOLE
#define PORTOLAN_TO_REAL(short_name, Whole, real, Digits)                                            \
  PORTOLAN_NUMBER(real, short_name##2##real##_rn, (Whole v), (v), (real)v)                           \
  PORTOLAN_NUMBER(real, short_name##2##real##_rz, (Whole v), (v), zero_<real, Digits>((long long)v)) \
  PORTOLAN_NUMBER(real, short_name##2##real##_rd, (Whole v), (v), down_<real, Digits>((long long)v)) \
  PORTOLAN_NUMBER(real, short_name##2##real##_ru, (Whole v), (v), up_<real, Digits>((long long)v))
PORTOLAN_TO_REAL(int, int, float, 24)
PORTOLAN_TO_REAL(uint, unsigned, float, 24)
PORTOLAN_TO_REAL(ll, long long, float, 24)
PORTOLAN_TO_REAL(ll, long long, double, 53)
#undef PORTOLAN_TO_REAL
#define PORTOLAN_TO_REAL(real, Digits)                                                                          \
  PORTOLAN_NUMBER(real, ull2##real##_rn, (unsigned long long v), (v), (real)v)                                  \
  PORTOLAN_NUMBER(real, ull2##real##_rz, (unsigned long long v), (v), directed_<real, Digits>(v, false, false)) \
  PORTOLAN_NUMBER(real, ull2##real##_rd, (unsigned long long v), (v), directed_<real, Digits>(v, false, false)) \
  PORTOLAN_NUMBER(real, ull2##real##_ru, (unsigned long long v), (v), directed_<real, Digits>(v, false, true))
PORTOLAN_TO_REAL(float, 24)
PORTOLAN_TO_REAL(double, 53)
#undef PORTOLAN_TO_REAL
PORTOLAN_NUMBER(double, int2double_rn, (int v), (v), (double)v)
PORTOLAN_NUMBER(double, uint2double_rn, (unsigned v), (v), (double)v)
PORTOLAN_NUMBER(float, double2float_rn, (double v), (v), (float)v)
PORTOLAN_NUMBER(float, double2float_rd, (double v), (v), narrowed_down_(v))
PORTOLAN_NUMBER(float, double2float_ru, (double v), (v), narrowed_up_(v))
PORTOLAN_NUMBER(float, double2float_rz, (double v), (v), v < 0 ? narrowed_up_(v) : narrowed_down_(v))

// Sums of products of short lanes, by other instructions on NVIDIA's processors.
PORTOLAN_DEVICE int dp4a(int a, int b, int sum) {
  unsigned total = (unsigned)sum;
  for (int n = 0; n < 32; n += 8) total += (unsigned)((int)(signed char)(a >> n) * (int)(signed char)(b >> n));
  return (int)total;
}
PORTOLAN_DEVICE unsigned dp4a(unsigned a, unsigned b, unsigned sum) {
  for (int n = 0; n < 32; n += 8) sum += (a >> n & 255) * (b >> n & 255);
  return sum;
}
template <class Four, class Sum>
PORTOLAN_DEVICE Sum dp4a_of_(Four a, Four b, Sum sum) {
  Sum left, right;
  __builtin_memcpy(&left, &a, 4);
  __builtin_memcpy(&right, &b, 4);
  return dp4a(left, right, sum);
}
PORTOLAN_DEVICE int dp4a(char4 a, char4 b, int sum) {
  return dp4a_of_(a, b, sum);
}
PORTOLAN_DEVICE unsigned dp4a(uchar4 a, uchar4 b, unsigned sum) {
  return dp4a_of_(a, b, sum);
}
#define PORTOLAN_DP2A(name, Word, Short, Byte, from)                                   \
  PORTOLAN_DEVICE Word name(Word a, Word b, Word sum) {                                \
    return (Word)((unsigned)sum + (unsigned)((int)(Short)a * (int)(Byte)(b >> from)) + \
                  (unsigned)((int)(Short)(a >> 16) * (int)(Byte)(b >> (from + 8))));   \
  }
PORTOLAN_DP2A(dp2a_lo, int, short, signed char, 0)
PORTOLAN_DP2A(dp2a_hi, int, short, signed char, 16)
PORTOLAN_DP2A(dp2a_lo, unsigned, unsigned short, unsigned char, 0)
PORTOLAN_DP2A(dp2a_hi, unsigned, unsigned short, unsigned char, 16)
#undef PORTOLAN_DP2A
#undef PORTOLAN_NUMBER

}  // namespace portolan

#if (defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)) && !defined(PORTOLAN_FREESTANDING)
// Of a float CUDA has them as float; HIP's headers would take the number for a double.
#define PORTOLAN_OF_FLOAT(name)                  \
  static __device__ inline float name(float v) { \
    return name##f(v);                           \
  }
PORTOLAN_OF_FLOAT(exp10)
PORTOLAN_OF_FLOAT(rsqrt)
PORTOLAN_OF_FLOAT(rcbrt)
PORTOLAN_OF_FLOAT(sinpi)
PORTOLAN_OF_FLOAT(cospi)
PORTOLAN_OF_FLOAT(erfinv)
PORTOLAN_OF_FLOAT(erfcinv)
PORTOLAN_OF_FLOAT(normcdfinv)
PORTOLAN_OF_FLOAT(normcdf)
PORTOLAN_OF_FLOAT(erfcx)
PORTOLAN_OF_FLOAT(j0)
PORTOLAN_OF_FLOAT(j1)
PORTOLAN_OF_FLOAT(y0)
PORTOLAN_OF_FLOAT(y1)
PORTOLAN_OF_FLOAT(cyl_bessel_i0)
PORTOLAN_OF_FLOAT(cyl_bessel_i1)
#undef PORTOLAN_OF_FLOAT
#endif
