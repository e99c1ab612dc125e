// SHA-256 after FIPS 180-4, with incremental updates.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  uint32_t h[8];
  uint64_t length;
  uint8_t block[64];
  unsigned fill;
} Sha256;

static uint32_t k[64], initial[8];

// The constants are the leading fraction bits of cube and square roots of primes: found by integer bisection.
static int cube_below(uint64_t x, unsigned p) {  // x^3 < p * 2^96
  return (unsigned __int128)x * x * x < ((unsigned __int128)p << 96);
}
static int square_below(uint64_t x, unsigned p) {
  return (unsigned __int128)x * x < ((unsigned __int128)p << 64);
}
static uint64_t root(unsigned p, int (*below)(uint64_t, unsigned)) {
  uint64_t lo = 0, hi = 1ull << 37;
  while (hi - lo > 1) {
    uint64_t mid = lo + (hi - lo) / 2;
    if (below(mid, p))
      lo = mid;
    else
      hi = mid;
  }
  return lo;
}
static void make_constants(void) {
  int n = 0;
  for (unsigned p = 2; n < 64; p++) {
    int prime = 1;
    for (unsigned d = 2; d * d <= p; d++) prime &= p % d != 0;
    if (!prime) continue;
    if (n < 8) initial[n] = (uint32_t)root(p, square_below);
    k[n++] = (uint32_t)root(p, cube_below);
  }
}

static uint32_t rotr(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}

static void compress(uint32_t* h, const uint8_t* p) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) + w[i - 7] + (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
  }
  memcpy(s, h, sizeof s);
  for (int i = 0; i < 64; i++) {
    uint32_t t1 =
        s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
    uint32_t t2 = (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof s[0]);
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

static void begin(Sha256* c) {
  memset(c, 0, sizeof *c);
  memcpy(c->h, initial, sizeof initial);
}
static void update(Sha256* c, const void* data, size_t n) {
  const uint8_t* p = data;
  c->length += n;
  while (n) {
    size_t take = 64 - c->fill < n ? 64 - c->fill : n;
    memcpy(c->block + c->fill, p, take);
    c->fill += (unsigned)take;
    p += take;
    n -= take;
    if (c->fill == 64) {
      compress(c->h, c->block);
      c->fill = 0;
    }
  }
}
static void finish(Sha256* c, uint8_t out[32]) {
  uint64_t bits = c->length * 8;
  uint8_t pad = 0x80, length[8];
  update(c, &pad, 1);
  pad = 0;
  while (c->fill != 56) update(c, &pad, 1);
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
  update(c, length, 8);
  for (int i = 0; i < 32; i++) out[i] = (uint8_t)(c->h[i / 4] >> (24 - 8 * (i % 4)));
}

static void show(const char* name, Sha256* c) {
  uint8_t out[32];
  finish(c, out);
  printf("%-8s ", name);
  for (int i = 0; i < 32; i++) printf("%02x", out[i]);
  printf("\n");
}

int main(void) {
  Sha256 c;
  make_constants();
  begin(&c);
  show("empty", &c);
  begin(&c);
  update(&c, "abc", 3);
  show("abc", &c);
  begin(&c);
  for (int i = 0; i < 30000; i++) {
    char text[8] = {(char)('a' + i % 26), 'x', 'y', 'z', '0', '1', '2', '3'};
    update(&c, text, (size_t)(i % 8) + 1);
  }
  show("stream", &c);
  return 0;
}
