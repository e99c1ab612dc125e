// Scalar floating point: min, max, abs, sqrt, rounding, conversions in range, comparisons with NaN, bit patterns.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t bits(double d) {
  uint64_t u;
  memcpy(&u, &d, sizeof u);
  return u;
}
static uint32_t bits32(float f) {
  uint32_t u;
  memcpy(&u, &f, sizeof u);
  return u;
}
// Two bits a relation, so that every comparison of the language is used with every operand.
__attribute__((noinline)) static unsigned compare(double a, double b) {
  unsigned r = 0;
  r = r * 2 + (a < b);
  r = r * 2 + (a <= b);
  r = r * 2 + (a > b);
  r = r * 2 + (a >= b);
  r = r * 2 + (a == b);
  r = r * 2 + (a != b);
  r = r * 2 + !(a < b);
  r = r * 2 + !(a >= b);
  r = r * 2 + (__builtin_isunordered(a, b) != 0);
  r = r * 2 + (__builtin_islessgreater(a, b) != 0);
  r = r * 2 + (__builtin_isless(a, b) != 0);
  return r;
}
__attribute__((noinline)) static int compare_float(float a, float b) {
  if (a < b) return 1;
  if (a == b) return 2;
  if (a > b) return 3;
  return 4;
}
__attribute__((noinline)) static double pick(double a, double b) {
  return a < b ? a : b;
}
__attribute__((noinline)) static float pick_float(float a, float b) {
  return a > b ? a : b;
}
__attribute__((noinline)) static double rounding(double v) {
  return floor(v) + 2 * ceil(v) + 3 * trunc(v) + 5 * round(v) + 7 * rint(v) + 11 * nearbyint(v);
}
__attribute__((noinline)) static int64_t to_ints(double v) {
  return (int64_t)v + (int32_t)v * 3 + (int16_t)v * 5 + lrint(v) * 7 + llround(v) * 11 + (int64_t)(float)v * 13;
}
__attribute__((noinline)) static uint64_t to_unsigned(double v) {  // v is not negative
  return (uint64_t)v + (uint64_t)(v * 1e12) + (uint32_t)v * 3u + (uint8_t)(unsigned)v;
}
__attribute__((noinline)) static double from_ints(int64_t l, uint64_t ul, int32_t i, uint32_t u, int8_t c, uint16_t h) {
  return (double)l + (double)ul * 0.5 + i + u + c + h + (double)((float)l + (float)ul + (float)i + (float)u);
}

int main(void) {
  static const double kSpecial[] = {0.0, -0.0, 1.0, -1.5, 1e308, -1e-308, INFINITY, -INFINITY, NAN};
  enum { kCount = sizeof kSpecial / sizeof kSpecial[0] };
  for (int i = 0; i < kCount; i++) {
    for (int j = 0; j < kCount; j++)
      printf("%03x%d ", compare(kSpecial[i], kSpecial[j]), compare_float((float)kSpecial[i], (float)kSpecial[j]));
    printf("\n");
  }
  for (int i = 0; i < kCount - 1; i++)
    printf("%016llx %016llx %d%d%d%d %d\n", (unsigned long long)bits(fabs(kSpecial[i])),
           (unsigned long long)bits(-kSpecial[i]), isnan(kSpecial[i]) != 0, isinf(kSpecial[i]) != 0,
           isfinite(kSpecial[i]) != 0, signbit(kSpecial[i]) != 0, pick(kSpecial[i], 1) == 1);
  double sum = 0, roots = 0, back = 0;
  float small = 0;
  int64_t ints = 0;
  uint64_t us = 0, hash = 0;
  for (int i = -20000; i < 20000; i++) {
    double v = i * 0.37 + (i & 3) * 0.125;
    sum += rounding(v * 0.25);
    ints += to_ints(v);
    us += to_unsigned(fabs(v));
    back += from_ints((int64_t)i * 1048576, (uint64_t)(i + 20000) << 30, i, (uint32_t)(i + 20000), (int8_t)(i & 63),
                      (uint16_t)i);
    roots += sqrt(fabs(v)) + (double)sqrtf((float)fabs(v)) + copysign(1.5, v);
    small = small * 0.5f + pick_float((float)v, 1.25f) + fabsf((float)v) + fmaxf((float)i, 2) - fminf((float)i, 3);
    sum += fmax(v, 10) - fmin(v, -10) + pick(v, 5);
    hash = hash * 31 + bits(v * v) + bits32((float)v * 1.5f) + bits((double)(float)v / 3);
  }
  printf("sum %.3f ints %lld unsigned %llu back %.1f roots %.3f small %.3f\n", sum, (long long)ints,
         (unsigned long long)us, back, roots, small);
  printf("hash %016llx fma %.6f hypot %.6f fmod %.6f ldexp %.3f\n", (unsigned long long)hash, fma(1.5, 2.5, 0.25),
         hypot(3, 4), fmod(17.5, 5), ldexp(0.75, 5));
  int e;
  double m = frexp(1234.5, &e), whole, frac = modf(-3.75, &whole);
  printf("frexp %.6f %d modf %.2f %.2f\n", m, e, whole, frac);
  return 0;
}
