// Prime sieves: bytes, bits with odd numbers only, segments; factorisation, totients, perfect and amicable numbers.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kN = 120000 };
static uint8_t bytes[kN + 1];
static uint64_t bits[kN / 128 + 1];
static uint32_t smallest[kN + 1], totient[kN + 1], divisor_sum[kN + 1];

static int sieve_bytes(void) {
  memset(bytes, 1, sizeof bytes);
  bytes[0] = bytes[1] = 0;
  for (int i = 2; i * i <= kN; i++)
    if (bytes[i])
      for (int j = i * i; j <= kN; j += i) bytes[j] = 0;
  int n = 0;
  for (int i = 0; i <= kN; i++) n += bytes[i];
  return n;
}
static int sieve_bits(void) {
  memset(bits, 0xff, sizeof bits);
  bits[0] &= ~1ull;  // bit i stands for 2i + 1
  for (unsigned i = 1; (2 * i + 1) * (2 * i + 1) <= kN; i++)
    if (bits[i >> 6] >> (i & 63) & 1)
      for (unsigned j = 2 * i * (i + 1); 2 * j + 1 <= kN; j += 2 * i + 1) bits[j >> 6] &= ~(1ull << (j & 63));
  int n = 1;
  for (unsigned i = 0; 2 * i + 1 <= kN; i++) n += bits[i >> 6] >> (i & 63) & 1;
  return n;
}
static int sieve_segment(uint64_t lo, unsigned length) {
  static uint8_t segment[4096];
  memset(segment, 1, sizeof segment);
  for (uint64_t p = 2; p * p < lo + length && p <= kN; p++) {
    if (!bytes[p]) continue;
    uint64_t start = (lo + p - 1) / p * p;
    for (uint64_t j = start < p * p ? p * p : start; j < lo + length; j += p) segment[j - lo] = 0;
  }
  int n = 0;
  for (unsigned i = 0; i < length; i++) n += segment[i];
  return n;
}
static void linear_sieve(void) {
  static uint32_t primes[kN / 8];
  uint32_t n = 0;
  totient[1] = 1;
  for (uint32_t i = 2; i <= kN; i++) {
    if (!smallest[i]) smallest[i] = i, totient[i] = i - 1, primes[n++] = i;
    for (uint32_t k = 0; k < n && primes[k] <= smallest[i] && (uint64_t)primes[k] * i <= kN; k++) {
      uint32_t m = primes[k] * i;
      smallest[m] = primes[k];
      totient[m] = i % primes[k] ? totient[i] * (primes[k] - 1) : totient[i] * primes[k];
    }
  }
}
static void print_factors(uint32_t v) {
  printf("%u =", v);
  while (v > 1) {
    uint32_t p = smallest[v], e = 0;
    while (v % p == 0) v /= p, e++;
    printf(" %u^%u", p, e);
  }
  printf("\n");
}

int main(void) {
  printf("primes %d %d\n", sieve_bytes(), sieve_bits());
  printf("segments %d %d\n", sieve_segment(1000000000ull, 4096), sieve_segment(12000000000ull, 4000));
  linear_sieve();
  uint64_t sum = 0;
  for (int i = 1; i <= kN; i++) sum += totient[i];
  printf("totients %llu\n", (unsigned long long)sum);
  print_factors(110880);
  print_factors(119993);
  print_factors(65536);
  for (uint32_t i = 1; i <= kN / 4; i++)
    for (uint32_t j = 2 * i; j <= kN / 4; j += i) divisor_sum[j] += i;
  printf("perfect");
  for (uint32_t i = 2; i <= kN / 4; i++)
    if (divisor_sum[i] == i) printf(" %u", i);
  printf("\namicable");
  for (uint32_t i = 2; i <= kN / 4; i++) {
    uint32_t j = divisor_sum[i];
    if (j > i && j <= kN / 4 && divisor_sum[j] == i) printf(" (%u %u)", i, j);
  }
  printf("\n");
  return 0;
}
