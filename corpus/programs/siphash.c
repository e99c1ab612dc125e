// SipHash-2-4, a murmur-like finaliser hash, xorshift and PCG-like generators, all on 64- and 32-bit words.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t rotl64(uint64_t x, int n) {
  return x << n | x >> (64 - n);
}
static uint32_t rotl32(uint32_t x, int n) {
  return x << n | x >> (32 - n);
}
static uint64_t load64(const uint8_t* p) {
  uint64_t v = 0;
  for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
  return v;
}

typedef struct {
  uint64_t a, b, c, d;
} Lanes;
static Lanes sip_round(Lanes v) {
  v.a += v.b;
  v.b = rotl64(v.b, 13) ^ v.a;
  v.a = rotl64(v.a, 32);
  v.c += v.d;
  v.d = rotl64(v.d, 16) ^ v.c;
  v.a += v.d;
  v.d = rotl64(v.d, 21) ^ v.a;
  v.c += v.b;
  v.b = rotl64(v.b, 17) ^ v.c;
  v.c = rotl64(v.c, 32);
  return v;
}
static uint64_t siphash(uint64_t k0, uint64_t k1, const uint8_t* p, size_t n) {
  Lanes v = {k0 ^ 0x736f6d6570736575ull, k1 ^ 0x646f72616e646f6dull, k0 ^ 0x6c7967656e657261ull,
             k1 ^ 0x7465646279746573ull};
  uint64_t last = (uint64_t)n << 56;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t m = load64(p);
    v.d ^= m;
    v = sip_round(sip_round(v));
    v.a ^= m;
  }
  switch (n) {
    case 7: last |= (uint64_t)p[6] << 48; /* fall through */
    case 6: last |= (uint64_t)p[5] << 40; /* fall through */
    case 5: last |= (uint64_t)p[4] << 32; /* fall through */
    case 4: last |= (uint64_t)p[3] << 24; /* fall through */
    case 3: last |= (uint64_t)p[2] << 16; /* fall through */
    case 2: last |= (uint64_t)p[1] << 8;  /* fall through */
    case 1: last |= p[0];                 /* fall through */
    case 0: break;
  }
  v.d ^= last;
  v = sip_round(sip_round(v));
  v.a ^= last;
  v.c ^= 0xff;
  for (int i = 0; i < 4; i++) v = sip_round(v);
  return v.a ^ v.b ^ v.c ^ v.d;
}

static uint32_t scramble(uint32_t k) {
  return rotl32(k * 0xcc9e2d51u, 15) * 0x1b873593u;
}
static uint32_t mixer(uint32_t seed, const uint8_t* p, size_t n) {
  uint32_t h = seed;
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    uint32_t k;
    memcpy(&k, p + i, 4);
    h = rotl32(h ^ scramble(k), 13) * 5 + 0xe6546b64u;
  }
  uint32_t k = 0;
  for (size_t j = n & 3; j > 0; j--) k = k << 8 | p[i + j - 1];
  h ^= scramble(k) ^ (uint32_t)n;
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  return h ^ h >> 16;
}

static uint64_t splitmix(uint64_t* s) {
  uint64_t z = *s += 0x9e3779b97f4a7c15ull;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}

int main(void) {
  uint8_t data[256];
  for (int i = 0; i < 256; i++) data[i] = (uint8_t)i;
  uint64_t k0 = load64(data), k1 = load64(data + 8), all = 0;
  for (size_t n = 0; n < 18; n += 3)
    printf("%zu %016llx %08x\n", n, (unsigned long long)siphash(k0, k1, data, n), mixer(42, data, n));
  uint32_t small = 0;
  for (int round = 0; round < 30; round++)
    for (size_t n = 0; n < 128; n++) {
      all = rotl64(all, 5) ^ siphash(k0 + n, k1 ^ all, data + (n & 15), n);
      small = small * 33 + mixer(small, data + (n & 7), n);
    }
  printf("all %016llx small %08x\n", (unsigned long long)all, small);
  uint64_t s = 1, x = 0, bins[16] = {0};
  for (int i = 0; i < 60000; i++) {
    uint64_t v = splitmix(&s);
    x ^= rotl64(v, i & 63 ? i & 63 : 1);
    bins[v >> 60]++;
  }
  printf("split %016llx bins", (unsigned long long)x);
  for (int i = 0; i < 16; i++) printf(" %llu", (unsigned long long)bins[i]);
  printf("\n");
  return 0;
}
