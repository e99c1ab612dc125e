#include "library.h"

int64_t seven(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g;
}
int64_t eleven(int a, int64_t b, int c, int64_t d, int e, int64_t f, int g, int64_t h, int i, int64_t j, int k) {
  return a - b + c - d + e - f + g - h + i - j + (int64_t)k * 1000;
}
void fill(int* to, int* from, int a, int b, int c, int d, int* count) {
  for (int i = 0; i < *count; ++i) to[i] = from[i] * a + b * c - d;
  *count = a + b;
}
int64_t apply(int64_t (*f)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t), int64_t x) {
  return f(x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6);
}
