// Bit sets in arrays of words: algebra, iteration, ranges, rank and select, a Bloom filter, transitive closure.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kBits = 1024, kWords = kBits / 64 };
typedef struct {
  uint64_t w[kWords];
} Set;

static void insert(Set* s, unsigned i) {
  s->w[i >> 6] |= 1ull << (i & 63);
}
static void erase(Set* s, unsigned i) {
  s->w[i >> 6] &= ~(1ull << (i & 63));
}
static void flip(Set* s, unsigned i) {
  s->w[i >> 6] ^= 1ull << (i & 63);
}
static int contains(const Set* s, unsigned i) {
  return (int)(s->w[i >> 6] >> (i & 63) & 1);
}
__attribute__((noinline)) static Set unite(const Set* a, const Set* b) {
  Set r;
  for (int i = 0; i < kWords; i++) r.w[i] = a->w[i] | b->w[i];
  return r;
}
__attribute__((noinline)) static Set difference(const Set* a, const Set* b) {
  Set r;
  for (int i = 0; i < kWords; i++) r.w[i] = a->w[i] & ~b->w[i];
  return r;
}
__attribute__((noinline)) static int is_subset(const Set* a, const Set* b) {
  for (int i = 0; i < kWords; i++)
    if (a->w[i] & ~b->w[i]) return 0;
  return 1;
}
__attribute__((noinline)) static int count(const Set* s) {
  int n = 0;
  for (int i = 0; i < kWords; i++) n += __builtin_popcountll(s->w[i]);
  return n;
}
static void fill_range(Set* s, unsigned lo, unsigned hi) {
  for (unsigned i = lo >> 6; i <= (hi - 1) >> 6 && lo < hi; i++) {
    uint64_t m = ~0ull;
    if (i == lo >> 6) m &= ~0ull << (lo & 63);
    if (i == (hi - 1) >> 6) m &= ~0ull >> (63 - ((hi - 1) & 63));
    s->w[i] |= m;
  }
}
static int next_member(const Set* s, unsigned from) {
  if (from >= kBits) return -1;
  unsigned i = from >> 6;
  uint64_t w = s->w[i] & ~0ull << (from & 63);
  while (!w) {
    if (++i == kWords) return -1;
    w = s->w[i];
  }
  return (int)(i * 64) + __builtin_ctzll(w);
}
static int rank(const Set* s, unsigned i) {
  int n = 0;
  for (unsigned k = 0; k < i >> 6; k++) n += __builtin_popcountll(s->w[k]);
  if (i & 63) n += __builtin_popcountll(s->w[i >> 6] << (64 - (i & 63)));
  return n;
}
static int select(const Set* s, int n) {
  for (unsigned k = 0; k < kWords; k++) {
    int c = __builtin_popcountll(s->w[k]);
    if (n < c) {
      uint64_t w = s->w[k];
      while (n--) w &= w - 1;
      return (int)(k * 64) + __builtin_ctzll(w);
    }
    n -= c;
  }
  return -1;
}
static void shift_up(Set* s, unsigned by) {
  unsigned words = by >> 6, bits = by & 63;
  for (int i = kWords - 1; i >= 0; i--) {
    uint64_t v = i >= (int)words ? s->w[i - (int)words] << bits : 0;
    if (bits && i > (int)words) v |= s->w[i - (int)words - 1] >> (64 - bits);
    s->w[i] = v;
  }
}

int main(void) {
  Set a, b;
  memset(&a, 0, sizeof a);
  memset(&b, 0, sizeof b);
  for (unsigned i = 0; i < kBits; i += 3) insert(&a, i);
  for (unsigned i = 0; i < kBits; i += 5) insert(&b, i);
  Set u = unite(&a, &b), d = difference(&a, &b);
  printf("%d %d %d %d subset %d %d\n", count(&a), count(&b), count(&u), count(&d), is_subset(&d, &a),
         is_subset(&u, &a));
  long sum = 0;
  uint32_t s = 8;
  int wrong = 0;
  for (int round = 0; round < 1200; round++) {
    s = s * 1664525u + 1013904223u;
    flip(&u, s >> 22);
    erase(&d, s >> 12 & 1023);
    if (round % 100 == 0) fill_range(&d, s >> 23, (s >> 23) + (s & 255));
    if (round % 16 == 0) shift_up(&a, s >> 25);
    if (round % 16 == 0) insert(&a, s >> 22);
    u = unite(&u, &a);
    if (round % 8 == 0) u = difference(&u, &d);
    int n = 0;
    for (int i = next_member(&u, 0); i >= 0 && round % 4 == 0; i = next_member(&u, (unsigned)i + 1), n++) sum += i;
    wrong += round % 4 == 0 && n != count(&u);
    int r = rank(&u, s >> 22);
    wrong += rank(&u, (s >> 22 & 511) + 1) - rank(&u, s >> 22 & 511) != contains(&u, s >> 22 & 511);
    if (r < count(&u)) wrong += rank(&u, (unsigned)select(&u, r)) != r || select(&u, r) < (int)(s >> 22);
  }
  printf("sum %ld wrong %d\n", sum, wrong);
  static uint64_t bloom[256];
  int positives = 0;
  for (unsigned i = 0; i < 9000; i++) {
    uint64_t h = (i * 2ull + (i >= 2000)) * 0x9e3779b97f4a7c15ull;
    unsigned at[3] = {(unsigned)(h >> 50), (unsigned)(h >> 36) & 16383, (unsigned)(h >> 20) & 16383};
    int hit = 1;
    for (int k = 0; k < 3; k++) {
      if (i < 2000) bloom[at[k] >> 6] |= 1ull << (at[k] & 63);
      hit &= (int)(bloom[at[k] >> 6] >> (at[k] & 63) & 1);
    }
    positives += hit;
  }
  uint64_t reach[64];
  for (int i = 0; i < 64; i++) reach[i] = 1ull << ((i * 5 + 3) & 63) | (i % 9 ? 0 : 1ull << (63 - i));
  for (int k = 0; k < 64; k++)
    for (int i = 0; i < 64; i++)
      if (reach[i] >> k & 1) reach[i] |= reach[k];
  int closure = 0;
  for (int i = 0; i < 64; i++) closure += __builtin_popcountll(reach[i]);
  printf("bloom %d closure %d\n", positives, closure);
  return 0;
}
