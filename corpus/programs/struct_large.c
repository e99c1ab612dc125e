// Structs larger than 16 bytes: hidden result pointer, arguments in memory or by reference.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  int64_t m[3][3];
} Matrix;
typedef struct {
  char name[20];
  int score;
  double weight;
} Record;
typedef struct {
  uint32_t limb[8];
} Wide;
typedef struct {
  int64_t a, b, c;
} Three;

__attribute__((noinline)) static Matrix multiply(Matrix a, Matrix b, int64_t mod) {
  Matrix r;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++) {
      int64_t s = 0;
      for (int k = 0; k < 3; k++) s = (s + a.m[i][k] * b.m[k][j]) % mod;
      r.m[i][j] = s;
    }
  return r;
}
__attribute__((noinline)) static Matrix power(Matrix base, unsigned n, int64_t mod) {
  Matrix r = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  for (; n; n >>= 1) {
    if (n & 1) r = multiply(r, base, mod);
    base = multiply(base, base, mod);
  }
  return r;
}
__attribute__((noinline)) static Record make(const char* name, int score) {
  Record r = {{0}, score, score * 0.5};
  strncpy(r.name, name, sizeof r.name - 1);
  return r;
}
__attribute__((noinline)) static Record better(Record a, Record b) {
  return a.weight >= b.weight ? a : b;
}
__attribute__((noinline)) static Record bump(Record r, int by) {
  r.score += by;
  r.weight = r.weight * 0.75 + r.score;
  r.name[0] = (char)('A' + r.score % 26);
  return r;
}
__attribute__((noinline)) static Wide wide_add(Wide a, Wide b) {
  uint64_t carry = 0;
  for (int i = 0; i < 8; i++) {
    carry += (uint64_t)a.limb[i] + b.limb[i];
    a.limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  return a;
}
__attribute__((noinline)) static Wide wide_shift(Wide a, int by) {
  Wide r = {{0}};
  for (int i = 7; i >= 0; i--) {
    r.limb[i] = a.limb[i] << by;
    if (i > 0) r.limb[i] |= a.limb[i - 1] >> (32 - by);
  }
  return r;
}
// A copy is the callee's: writing to it must not reach the caller's variable.
__attribute__((noinline)) static int64_t scribble(Three t, int64_t x, Three u) {
  int64_t s = t.a + 2 * t.b + 3 * t.c + x + 5 * u.a + 7 * u.b + 11 * u.c;
  t.a = t.b = t.c = -1;
  u = t;
  return s + u.a;
}
static Three (*const choose[2])(Three, int);
static Three turn(Three t, int n) {
  return (Three){t.b + n, t.c, t.a};
}
static Three swap(Three t, int n) {
  return (Three){t.c, t.b - n, t.a};
}
static Three (*const choose[2])(Three, int) = {turn, swap};

int main(void) {
  Matrix trib = {{{1, 1, 1}, {1, 0, 0}, {0, 1, 0}}};
  int64_t sum = 0;
  for (unsigned n = 1; n < 150; n++) {
    Matrix r = power(trib, n * 1000 + 7, 1000000007);
    sum = (sum * 31 + r.m[0][2]) % 1000000007;
  }
  printf("tribonacci %lld\n", (long long)sum);

  Record best = make("nobody", 0), r = make("walker", 1);
  for (int i = 0; i < 30000; i++) {
    r = bump(r, i % 7 - 3);
    best = better(best, r);
  }
  printf("record %s %d %.3f / %s %d %.3f\n", best.name, best.score, best.weight, r.name, r.score, r.weight);

  Wide w = {{1, 2, 3, 4, 5, 6, 7, 8}};
  for (int i = 0; i < 20000; i++) w = wide_add(wide_shift(w, 1 + i % 31), w);
  for (int i = 7; i >= 0; i--) printf("%08x%s", w.limb[i], i ? " " : "\n");

  Three t = {1, 2, 3}, u = {4, 5, 6};
  int64_t s = 0;
  for (int i = 0; i < 30000; i++) {
    s += scribble(t, i, u);
    t = choose[i & 1](t, i % 5);
    u = choose[(i >> 1) & 1](u, 1);
  }
  printf("three %lld %lld %lld %lld\n", (long long)s, (long long)t.a, (long long)t.b, (long long)t.c);
  return 0;
}
