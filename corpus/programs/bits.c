// Bit manipulation: builtins against portable idioms; rotates, swaps, Gray code, Morton order, bit fields.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t rng = 0x9e3779b97f4a7c15ull;
static uint64_t next(void) {
  rng ^= rng << 7;
  return rng ^= rng >> 9;
}
static int popcount_loop(uint64_t v) {
  int n = 0;
  for (; v; v &= v - 1) n++;
  return n;
}
static int popcount_swar(uint64_t v) {
  v -= v >> 1 & 0x5555555555555555ull;
  v = (v & 0x3333333333333333ull) + (v >> 2 & 0x3333333333333333ull);
  return (int)(((v + (v >> 4)) & 0x0f0f0f0f0f0f0f0full) * 0x0101010101010101ull >> 56);
}
static int clz_loop(uint64_t v) {
  int n = 0;
  for (uint64_t b = 1ull << 63; b && !(v & b); b >>= 1) n++;
  return n;
}
static uint64_t swap_bytes(uint64_t v) {
  uint64_t r = 0;
  for (int i = 0; i < 8; i++) r = r << 8 | (v >> (8 * i) & 255);
  return r;
}
static uint64_t reverse(uint64_t v) {
  v = (v >> 1 & 0x5555555555555555ull) | (v & 0x5555555555555555ull) << 1;
  v = (v >> 2 & 0x3333333333333333ull) | (v & 0x3333333333333333ull) << 2;
  v = (v >> 4 & 0x0f0f0f0f0f0f0f0full) | (v & 0x0f0f0f0f0f0f0f0full) << 4;
  return __builtin_bswap64(v);
}
static uint64_t rotl(uint64_t v, unsigned n) {
  return v << (n & 63) | v >> (-n & 63);
}
static uint32_t rotr32(uint32_t v, unsigned n) {
  return v >> (n & 31) | v << (-n & 31);
}
static uint16_t rotl16(uint16_t v, unsigned n) {
  return (uint16_t)(v << (n & 15) | v >> (-n & 15));
}
static uint8_t rotl8(uint8_t v, unsigned n) {
  return (uint8_t)(v << (n & 7) | v >> (-n & 7));
}
static uint64_t spread(uint32_t v) {
  uint64_t x = v;
  x = (x | x << 16) & 0x0000ffff0000ffffull;
  x = (x | x << 8) & 0x00ff00ff00ff00ffull;
  x = (x | x << 4) & 0x0f0f0f0f0f0f0f0full;
  x = (x | x << 2) & 0x3333333333333333ull;
  return (x | x << 1) & 0x5555555555555555ull;
}
static uint64_t gray_decode(uint64_t g) {
  for (int s = 32; s; s >>= 1) g ^= g >> s;
  return g;
}
typedef struct {
  unsigned a : 3;
  signed b : 5;
  unsigned c : 11;
  uint64_t d : 40;
  signed e : 2;
} Fields;
static Fields step(Fields f, uint64_t v) {
  f.a = (f.a + (unsigned)v) & 7;
  f.b = (int)(v >> 8 & 15) - 8;
  f.c ^= (unsigned)(v >> 20) & 0x7ff;
  f.d = (f.d + v) & 0xffffffffffull;
  f.e = -(int)(v & 1);
  return f;
}

int main(void) {
  int wrong = 0;
  uint64_t sum = 0, lo = 0;
  uint32_t w = 1;
  uint16_t h = 1;
  uint8_t b = 1;
  Fields f;
  memset(&f, 0, sizeof f);
  for (int i = 0; i < 12000; i++) {
    uint64_t v = next() >> (i & 63);
    if (!v) v = 1;
    wrong += __builtin_popcountll(v) != popcount_loop(v) || popcount_swar(v) != popcount_loop(v);
    wrong += __builtin_clzll(v) != clz_loop(v);
    wrong += __builtin_ctzll(v) != popcount_loop((v & -v) - 1);
    wrong += __builtin_ffsll((long long)v) != __builtin_ctzll(v) + 1;
    wrong += __builtin_bswap64(v) != swap_bytes(v) || __builtin_bswap32((uint32_t)v) != (uint32_t)(swap_bytes(v) >> 32);
    wrong += __builtin_parityll(v) != (popcount_loop(v) & 1);
    wrong += reverse(reverse(v)) != v || gray_decode(v ^ v >> 1) != v;
    wrong += (spread((uint32_t)v) & spread((uint32_t)(v >> 7)) << 1) != 0;
    sum += rotl(v, (unsigned)i) ^ reverse(v) ^ spread((uint32_t)v) << 1;
    w = rotr32(w ^ (uint32_t)v, (unsigned)v & 31) + __builtin_bswap16((uint16_t)v);
    h = (uint16_t)(rotl16(h, (unsigned)i) + (uint16_t)v);
    b = (uint8_t)(rotl8(b, (unsigned)i * 3) + (uint8_t)v);
    lo += (uint64_t)__builtin_clz((uint32_t)v | 1) + (uint64_t)__builtin_ctz((uint32_t)v | 0x80000000u);
    lo += (v & (v - 1)) == 0;
    lo += (uint64_t)(31 - __builtin_clz((unsigned)i | 1));
    f = step(f, v);
  }
  printf("wrong %d sum %016llx rotates %08x %04x %02x counts %llu\n", wrong, (unsigned long long)sum, w, h, b,
         (unsigned long long)lo);
  printf("fields %u %d %u %llu %d\n", f.a, f.b, f.c, (unsigned long long)f.d, f.e);
  return 0;
}
