// 64-bit and narrower integer arithmetic: division by constants and variables, overflow checks, conversions, shifts.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

static uint64_t state = 88172645463325252ull;
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

__attribute__((noinline)) static int64_t div_const(int64_t a) {
  return a / 3 + a % 7 + a / -10 + a / 1000000007 + a / 16 + a % 64;
}
__attribute__((noinline)) static uint32_t div_const32(uint32_t a) {
  return a / 3 + a % 10 + a / 641 + a / 7 + a / 1000;
}
__attribute__((noinline)) static int32_t div_signed32(int32_t a, int32_t b) {
  return a / b ^ a % b;
}
__attribute__((noinline)) static uint16_t div16(uint16_t a, uint16_t b) {
  return (uint16_t)(a / b + a % b * 3);
}
__attribute__((noinline)) static int8_t div8(int8_t a, int8_t b) {
  return (int8_t)(a / b - a % b);
}

__attribute__((noinline)) static int checked(int64_t a, int64_t b, int64_t* sum) {
  int64_t r;
  int n = __builtin_add_overflow(a, b, &r);
  *sum ^= r;
  n += 2 * __builtin_sub_overflow(a, b, &r);
  *sum ^= r;
  n += 4 * __builtin_mul_overflow(a, b, &r);
  *sum ^= r;
  int32_t s;
  n += 8 * __builtin_mul_overflow((int32_t)a, (int32_t)b, &s);
  *sum += s;
  uint64_t u;
  n += 16 * __builtin_add_overflow((uint64_t)a, (uint64_t)b, &u);
  n += 32 * __builtin_sub_overflow((uint64_t)a, (uint64_t)b, &u);
  n += 64 * __builtin_mul_overflow((uint64_t)a, (uint64_t)b, &u);
  *sum ^= (int64_t)u;
  uint8_t c;
  n += 128 * __builtin_add_overflow((uint8_t)a, (uint8_t)b, &c);
  return n;
}

__attribute__((noinline)) static uint64_t shifts(uint64_t a, unsigned n) {
  uint64_t r = a << (n & 63);
  r ^= a >> (n & 63);
  r += (uint64_t)((int64_t)a >> (n & 63));
  r ^= (uint32_t)a << (n & 31);
  r += (uint64_t)(int64_t)((int32_t)a >> (n & 31));
  r ^= (uint64_t)((uint16_t)a >> (n & 15));
  r += (uint64_t)(int64_t)((int8_t)a >> (n & 7));
  return r;
}

__attribute__((noinline)) static int compare(int64_t a, int64_t b) {
  int n = 0;
  n = n * 2 + (a < b);
  n = n * 2 + ((uint64_t)a < (uint64_t)b);
  n = n * 2 + ((int32_t)a >= (int32_t)b);
  n = n * 2 + ((uint32_t)a > (uint32_t)b);
  n = n * 2 + ((int16_t)a <= (int16_t)b);
  n = n * 2 + ((uint8_t)a == (uint8_t)b);
  n = n * 2 + (((uint64_t)a & 255) != ((uint64_t)b & 255));
  return n;
}

static uint64_t isqrt(uint64_t v) {
  uint64_t r = 0;
  for (uint64_t bit = 1ull << 62; bit; bit >>= 2) {
    if (v >= r + bit) {
      v -= r + bit;
      r = (r >> 1) + bit;
    } else {
      r >>= 1;
    }
  }
  return r;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  return b ? gcd(b, a % b) : a;
}

int main(void) {
  int64_t a = 0, sum = 0;
  uint64_t u = 0, flags[256] = {0};
  int32_t s32 = 0;
  unsigned s16 = 0, order = 0;
  int s8 = 0;
  for (int i = 0; i < 40000; i++) {
    uint64_t x = next() >> (i & 63), y = next() >> (i * 7 & 63);
    a ^= div_const((int64_t)x);
    u += div_const32((uint32_t)y);
    s32 ^= div_signed32((int32_t)x, (int32_t)(y & 0xffff) + 1);
    s16 += div16((uint16_t)x, (uint16_t)(y | 1));
    s8 += div8((int8_t)(x & 0x7f), (int8_t)(y % 20 + 1)) + div8((int8_t)(-(int)(x & 0x7f)), 5);
    flags[checked((int64_t)x, (int64_t)y, &sum)]++;
    u ^= shifts(x, (unsigned)y);
    order = order * 3 + (unsigned)compare((int64_t)x, (int64_t)(y ^ (x & 0xff)));
  }
  printf("div %" PRId64 " %" PRIu64 " %" PRId32 " %u %d\n", a, u, s32, s16, s8);
  printf("sum %016" PRIx64 " order %08x\n", (uint64_t)sum, order);
  for (int i = 0; i < 256; i++)
    if (flags[i]) printf("%d:%" PRIu64 " ", i, flags[i]);
  printf("\n");
  uint64_t roots = 0, divisors = 0;
  for (int i = 0; i < 6000; i++) {
    roots += isqrt(next());
    divisors += gcd(next() >> 20, next() >> 20);
  }
  printf("roots %" PRIu64 " gcd %" PRIu64 "\n", roots, divisors);
  printf("%" PRId64 " %" PRId64 " %d %u\n", INT64_MIN / 2 - 1, INT64_MAX % 1000003, INT32_MIN / 3, UINT32_MAX / 5);
  return 0;
}
