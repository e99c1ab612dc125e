#include <stdio.h>

#include "matrix.h"

int main(void) {
  double a[16], b[16], c[16];
  for (int i = 0; i < 16; i++) {
    a[i] = 0.5 * i - 3.25;
    b[i] = 1.0 / (i + 1);
  }
  matrix_multiply(c, a, b);
  for (int i = 0; i < 16; i++) printf("%.17g%c", c[i], i % 4 == 3 ? '\n' : ' ');
  printf("%.17g\n", matrix_trace(c));
  return 0;
}
