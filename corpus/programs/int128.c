// 128-bit integers: products, carries, shifts, comparisons, division through the compiler's run-time library.
#include <stdint.h>
#include <stdio.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

__attribute__((noinline)) static u128 mul64(uint64_t a, uint64_t b) {
  return (u128)a * b;
}
__attribute__((noinline)) static u128 rotl(u128 v, unsigned n) {
  return n ? v << n | v >> (128 - n) : v;
}
__attribute__((noinline)) static i128 select_max(i128 a, i128 b) {
  return a > b ? a : b;
}
__attribute__((noinline)) static uint64_t mulhi_signed(int64_t a, int64_t b) {
  return (uint64_t)((i128)a * b >> 64);
}
__attribute__((noinline)) static u128 mix(int tag, u128 a, int64_t b, u128 c) {
  return a * 3 + (u128)b * c + (u128)tag;
}

static void print_hex(const char* name, u128 v) {
  printf("%s %016llx%016llx\n", name, (unsigned long long)(v >> 64), (unsigned long long)v);
}
static void print_decimal(const char* name, i128 v) {
  char buffer[48], *p = buffer + sizeof buffer - 1;
  int negative = v < 0;
  u128 u = negative ? 0 - (u128)v : (u128)v;
  *p = 0;
  do *--p = (char)('0' + (int)(u % 10));
  while (u /= 10);
  if (negative) *--p = '-';
  printf("%s %s\n", name, p);
}

static uint64_t mod_pow(uint64_t base, uint64_t e, uint64_t m) {
  uint64_t r = 1;
  for (; e; e >>= 1) {
    if (e & 1) r = (uint64_t)((u128)r * base % m);
    base = (uint64_t)((u128)base * base % m);
  }
  return r;
}
static int is_prime(uint64_t n) {
  static const uint64_t kWitness[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  uint64_t d = n - 1;
  int s = 0;
  while (!(d & 1)) d >>= 1, s++;
  for (int i = 0; i < 12; i++) {
    if (n % kWitness[i] == 0) return n == kWitness[i];
    uint64_t x = mod_pow(kWitness[i], d, n);
    if (x == 1 || x == n - 1) continue;
    int r = 1;
    for (; r < s; r++) {
      x = (uint64_t)((u128)x * x % n);
      if (x == n - 1) break;
    }
    if (r == s) return 0;
  }
  return 1;
}

int main(void) {
  // A 128-bit linear congruential generator, as PCG has it.
  const u128 kMultiplier = ((u128)2549297995355413924ull << 64) | 4865540595714422341ull;
  u128 state = 42, sum = 0, x = 1;
  uint64_t out = 0;
  i128 top = 0;
  for (int i = 0; i < 150000; i++) {
    state = state * kMultiplier + 0x14057b7ef767814full;
    uint64_t hi = (uint64_t)(state >> 64), lo = (uint64_t)state;
    unsigned r = (unsigned)(state >> 122);
    uint64_t v = hi ^ lo;
    out += v >> r | v << (-r & 63);
    sum += mul64(hi, lo);
    x ^= rotl(x + state, r);
    top = select_max(top, (i128)state);
    out ^= mulhi_signed((int64_t)hi, (int64_t)lo);
    x = mix((int)r, x, (int64_t)lo, state);
  }
  print_hex("state", state);
  print_hex("sum", sum);
  print_hex("x", x);
  print_decimal("top", top);
  printf("out %016llx\n", (unsigned long long)out);

  u128 fact = 1;
  for (int i = 2; i <= 33; i++) fact *= (unsigned)i;
  print_decimal("33!", (i128)fact);
  print_decimal("negative", -(i128)(fact >> 1) / 1000007);
  print_decimal("remainder", -(i128)(fact >> 1) % 1000007);
  int primes = 0;
  uint64_t last = 0;
  for (uint64_t n = 1000000000000000003ull; n < 1000000000000000003ull + 400; n += 2)
    if (is_prime(n)) primes++, last = n;
  printf("primes %d last %llu\n", primes, (unsigned long long)last);
  double d = (double)(sum >> 60) + (double)-(i128)(x >> 70);
  printf("double %.6e back %lld\n", d, (long long)((i128)1e18 / 7));
  printf("compare %d %d %d\n", (i128)-1 < 0, (u128)-1 > sum, (i128)(state ^ sum) < (i128)(state & sum));
  return 0;
}
