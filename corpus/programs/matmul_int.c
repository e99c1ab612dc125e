// Integer matrices of 8-, 16-, 32- and 64-bit elements: widening products, transposition, prefix sums, rotations.
#include <stdint.h>
#include <stdio.h>

enum { kN = 40 };
static int32_t a[kN][kN], b[kN][kN], c[kN][kN];
static int16_t h[kN][kN], g[kN][kN];
static int8_t q[kN][kN];
static uint8_t u[kN][kN];
static int64_t w[kN][kN];

__attribute__((noinline)) static void multiply32(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      int32_t s = 0;
      for (int k = 0; k < kN; k++) s += a[i][k] * b[k][j];
      c[i][j] = s;
    }
}
__attribute__((noinline)) static void multiply16(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      int32_t s = 0;
      for (int k = 0; k < kN; k++) s += h[i][k] * g[j][k];
      c[i][j] += s;
    }
}
__attribute__((noinline)) static void multiply8(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      int32_t s = 0;
      for (int k = 0; k < kN; k++) s += q[i][k] * u[j][k];
      c[i][j] ^= s;
    }
}
__attribute__((noinline)) static void multiply64(void) {
  for (int i = 0; i < kN; i++)
    for (int k = 0; k < kN; k++)
      for (int j = 0; j < kN; j++) w[i][j] += (int64_t)a[i][k] * c[k][j];
}
__attribute__((noinline)) static void prefix(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 1; j < kN; j++) w[i][j] += w[i][j - 1];
  for (int i = 1; i < kN; i++)
    for (int j = 0; j < kN; j++) w[i][j] += w[i - 1][j];
}
__attribute__((noinline)) static void rotate(void) {
  for (int i = 0; i < kN / 2; i++)
    for (int j = i; j < kN - 1 - i; j++) {
      int32_t t = c[i][j];
      c[i][j] = c[kN - 1 - j][i];
      c[kN - 1 - j][i] = c[kN - 1 - i][kN - 1 - j];
      c[kN - 1 - i][kN - 1 - j] = c[j][kN - 1 - i];
      c[j][kN - 1 - i] = t;
    }
}
static uint64_t digest(void) {
  uint64_t s = 0;
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) s = s * 1099511628211ull + (uint64_t)(int64_t)c[i][j] + (uint64_t)w[i][j];
  return s;
}

int main(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      a[i][j] = i * 31 - j * 17;
      b[i][j] = (i ^ j) - 20;
      h[i][j] = (int16_t)(i * 700 - j * 300);
      g[i][j] = (int16_t)(j * 50 - i);
      q[i][j] = (int8_t)(i * 5 - j * 7);
      u[i][j] = (uint8_t)(i * 9 + j * 11);
    }
  multiply32();
  printf("32 %016llx\n", (unsigned long long)digest());
  multiply16();
  printf("16 %016llx\n", (unsigned long long)digest());
  for (int r = 0; r < 9; r++) multiply8();
  printf("8 %016llx\n", (unsigned long long)digest());
  for (int r = 0; r < 5; r++) multiply64();
  printf("64 %016llx\n", (unsigned long long)digest());
  prefix();
  for (int r = 0; r < 7; r++) rotate();
  printf("prefix %016llx corner %lld\n", (unsigned long long)digest(), (long long)w[kN - 1][kN - 1]);
  return 0;
}
