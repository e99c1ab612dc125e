// More arguments than registers: integers, doubles, floats, narrow types and mixtures; stack slots in both directions.
#include <stdint.h>
#include <stdio.h>

__attribute__((noinline)) static int64_t ints(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f,
                                              int64_t g, int64_t h, int64_t i, int64_t j, int64_t k, int64_t l) {
  return a + 2 * b + 3 * c + 5 * d + 7 * e + 11 * f + 13 * g + 17 * h + 19 * i + 23 * j + 29 * k + 31 * l;
}
__attribute__((noinline)) static double doubles(double a, double b, double c, double d, double e, double f, double g,
                                                double h, double i, double j, double k) {
  return a + 2 * b + 3 * c + 5 * d + 7 * e + 11 * f + 13 * g + 17 * h + 19 * i + 23 * j + 29 * k;
}
__attribute__((noinline)) static float floats(float a, float b, float c, float d, float e, float f, float g, float h,
                                              float i, float j) {
  return a + 2 * b + 3 * c + 5 * d + 7 * e + 11 * f + 13 * g + 17 * h + 19 * i + 23 * j;
}
__attribute__((noinline)) static int narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int8_t g,
                                            uint8_t h, int16_t i, uint16_t j, int8_t k, _Bool l, unsigned char m) {
  return a + 2 * b + 3 * c + 5 * d + 7 * e + (int)(11 * f) + 13 * g + 17 * h + 19 * i + 23 * j + 29 * k + 31 * l + m;
}
__attribute__((noinline)) static double mixed(int a, double b, int64_t c, float d, int e, double f, int g, float h,
                                              int i, double j, int k, float l, int m, double n, int o, double p, int q,
                                              double r, float s, int t) {
  return a + b + (double)c + d + e + f + g + h + i + j * 2 + k * 3 + l * 4 + m * 5 + n * 6 + o * 7 + p * 8 + q * 9 +
         r * 10 + s * 11 + t * 12;
}
__attribute__((noinline)) static void outputs(int n, int* a, double* b, int64_t* c, float* d, uint8_t* e, int16_t* f,
                                              unsigned* g, double* h, int* i) {
  *a += n;
  *b += n * 0.5;
  *c -= n;
  *d = (float)n;
  *e = (uint8_t)(*e + n);
  *f = (int16_t)(*f - n);
  *g ^= (unsigned)n;
  *h -= 0.25;
  *i = *a ^ *i;
}
// The callee passes its own stack arguments on, in another order: the areas of both frames are live together.
__attribute__((noinline)) static int64_t rotate(int depth, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                                                int64_t f, int64_t g, int64_t h, int64_t i, int64_t j) {
  if (depth == 0) return ints(a, b, c, d, e, f, g, h, i, j, a, b) % 1000003;
  return rotate(depth - 1, j, a, b, c, d, e, f, g, h, i) + i;
}
typedef int64_t (*TwelveInts)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                              int64_t, int64_t);
static int64_t second(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h, int64_t i,
                      int64_t j, int64_t k, int64_t l) {
  return ints(l, k, j, i, h, g, f, e, d, c, b, a) / 3;
}

int main(void) {
  static const TwelveInts kTable[] = {ints, second};
  int64_t s = 0, c = 5;
  double d = 0, b = 1, h = 9;
  float f = 0, fd = 0;
  int n = 0, a = 3, k = 0;
  uint8_t e = 1;
  int16_t w = 4;
  unsigned g = 77;
  for (int i = 0; i < 20000; i++) {
    s += kTable[i & 1](i, -i, 3, 4, 5, 6, 7, 8, 9, i * 10, -11, i ^ 12);
    d += doubles(i, 0.5, 1.5, -2.5, 3, 4, 5, 6, i * 0.125, 8, -9);
    f = f * 0.5f + floats(1, 2, 3, (float)(i & 15), 5, 6, 7, 8, 0.5f, (float)(i & 3));
    n += narrow((int8_t)i, (uint8_t)i, (int16_t)-i, (uint16_t)i, i, 7u, (int8_t)~i, (uint8_t)(i + 200),
                (int16_t)(i * 3), (uint16_t)-i, (int8_t)(i / 5), i & 1, (unsigned char)(i * 7)) &
         0xffff;
    d += mixed(1, 2.5, -3, 4.5f, i, 6.5, 7, 8.5f, 9, 10.5, i & 7, 12.5f, 13, 14.5, -15, 16.5, 17, i * 0.5, 19.5f, 20);
    outputs(i, &a, &b, &c, &fd, &e, &w, &g, &h, &k);
    if (i % 20 == 0) s += rotate(i / 20 % 12, 1, 2, 3, 4, 5, 6, 7, 8, i, 10);
  }
  printf("ints %lld doubles %.4f floats %.3f narrow %d\n", (long long)s, d, f, n);
  printf("outputs %d %.2f %lld %.1f %u %d %u %.2f %d\n", a, b, (long long)c, fd, e, w, g, h, k);
  return 0;
}
