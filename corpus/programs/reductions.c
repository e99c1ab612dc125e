// Reductions and searches: sums, extremes, dot products, any/all, counting, argmax, over many types.
#include <stdint.h>
#include <stdio.h>

enum { kN = 1500 };
static int32_t w[kN];
static int64_t d[kN];
static int16_t h[kN];
static uint8_t b[kN];
static float f[kN];
static double g[kN];

#define REDUCE(name, type, init, expr)                \
  __attribute__((noinline)) static type name(int n) { \
    type r = init;                                    \
    for (int i = 0; i < n; i++) { expr; }             \
    return r;                                         \
  }
REDUCE(sum_words, int64_t, 0, r += w[i])
REDUCE(sum_bytes, uint32_t, 0, r += b[i])
REDUCE(sum_halves, int32_t, 0, r += h[i])
REDUCE(sum_squares, int64_t, 0, r += (int64_t)w[i] * w[i])
REDUCE(xor_longs, int64_t, 0, r ^= d[i])
REDUCE(and_or, uint32_t, 0xffffffffu, r = (r & ((uint32_t)w[i] | 0xf0f0u)) | (b[i] & 1u))
REDUCE(max_word, int32_t, INT32_MIN, r = w[i] > r ? w[i] : r)
REDUCE(min_word, int32_t, INT32_MAX, r = w[i] < r ? w[i] : r)
REDUCE(max_long, int64_t, INT64_MIN, r = d[i] > r ? d[i] : r)
REDUCE(min_half, int16_t, INT16_MAX, r = h[i] < r ? h[i] : r)
REDUCE(max_byte, uint8_t, 0, r = b[i] > r ? b[i] : r)
REDUCE(max_unsigned, uint32_t, 0, r = (uint32_t)w[i] > r ? (uint32_t)w[i] : r)
REDUCE(count_odd, int, 0, r += w[i] & 1)
REDUCE(count_range, int, 0, r += h[i] > -100 && h[i] < 5000)
REDUCE(count_equal, int, 0, r += b[i] == 42)
REDUCE(sad, int, 0, int x = b[i] - b[kN - 1 - i]; r += x < 0 ? -x : x)
REDUCE(dot_half, int32_t, 0, r += h[i] / 64 * (h[kN - 1 - i] / 64))
REDUCE(max_float, float, -1e30f, r = f[i] > r ? f[i] : r)
REDUCE(min_double, double, 1e300, r = g[i] < r ? g[i] : r)
REDUCE(sum_float, float, 0, r += f[i])
REDUCE(sum_double, double, 0, r += g[i])
REDUCE(product, double, 1, r *= 1 + g[i] * 0.0009765625)
REDUCE(dot_double, double, 0, r += g[i] * f[i])

__attribute__((noinline)) static int argmax(int n) {
  int best = 0;
  for (int i = 1; i < n; i++)
    if (w[i] > w[best]) best = i;
  return best;
}
__attribute__((noinline)) static int find(int32_t v, int n) {
  for (int i = 0; i < n; i++)
    if (w[i] == v) return i;
  return -1;
}
__attribute__((noinline)) static int sorted_prefix(int n) {
  int i = 1;
  while (i < n && d[i - 1] <= d[i]) i++;
  return i;
}

int main(void) {
  uint32_t s = 77;
  for (int i = 0; i < kN; i++) {
    s = s * 1664525u + 1013904223u;
    w[i] = (int32_t)(s >> 4) - (1 << 27);
    d[i] = i < 700 ? (int64_t)i * s : -(int64_t)((uint64_t)s << 20);
    h[i] = (int16_t)((int)(s >> 15 & 0xffff) - 32768);
    b[i] = (uint8_t)(s >> 11);
    f[i] = (float)((int)(s >> 20) - 2048) * 0.125f;
    g[i] = (double)((int)(s >> 22) - 512) * 0.5;
  }
  d[1] = 1;
  int64_t checks = 0;
  double reals = 0;
  for (int r = 0; r < 24; r++) {
    int n = kN - r;
    checks = checks * 31 + sum_words(n) + sum_bytes(n) + sum_halves(n) + (sum_squares(n) & 0xffffffff) +
             (xor_longs(n) & 0xffff);
    checks %= 1000000007;
    checks = checks * 31 + and_or(n) + max_word(n) + min_word(n) + (max_long(n) >> 20) + min_half(n) + max_byte(n) +
             max_unsigned(n);
    checks %= 1000000007;
    checks = checks * 31 + count_odd(n) + count_range(n) + count_equal(n) + sad(n) + dot_half(n) + argmax(n) +
             find(w[n - 1], n);
    checks %= 1000000007;
    reals += max_float(n) + min_double(n) + sum_float(n) + sum_double(n) + dot_double(n);
  }
  printf("checks %lld reals %.2f product %.4e sorted %d\n", (long long)checks, reals, product(kN), sorted_prefix(kN));
  printf("%lld %u %d %d %d %d %u %d %d\n", (long long)sum_words(kN), sum_bytes(kN), sum_halves(kN), max_word(kN),
         min_word(kN), min_half(kN), max_unsigned(kN), count_range(kN), find(12345, kN));
  printf("%.3f %.3f %.2f %.2f %.2f\n", max_float(kN), min_double(kN), sum_float(kN), sum_double(kN), dot_double(kN));
  return 0;
}
