// Single precision: matrix product in two loop orders, transposition, convolution, dot products, saxpy.
#include <stdio.h>

enum { kN = 48 };
static float a[kN][kN], b[kN][kN], c[kN][kN], t[kN][kN];

__attribute__((noinline)) static void multiply_ijk(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      float s = 0;
      for (int k = 0; k < kN; k++) s += a[i][k] * b[k][j];
      c[i][j] = s;
    }
}
__attribute__((noinline)) static void multiply_ikj(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) c[i][j] = 0;
  for (int i = 0; i < kN; i++)
    for (int k = 0; k < kN; k++)
      for (int j = 0; j < kN; j++) c[i][j] += a[i][k] * b[k][j];
}
__attribute__((noinline)) static void transpose(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) t[j][i] = c[i][j];
}
__attribute__((noinline)) static void saxpy(int n, float alpha, const float* restrict x, float* restrict y) {
  for (int i = 0; i < n; i++) y[i] = y[i] * 0.5f + alpha * x[i];
}
__attribute__((noinline)) static float dot(int n, const float* x, const float* y) {
  float s = 0;
  for (int i = 0; i < n; i++) s += x[i] * y[i];
  return s;
}
__attribute__((noinline)) static void blur(const float in[kN][kN], float out[kN][kN]) {
  static const float kKernel[3][3] = {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
  for (int i = 1; i < kN - 1; i++)
    for (int j = 1; j < kN - 1; j++) {
      float s = 0;
      for (int u = 0; u < 3; u++)
        for (int v = 0; v < 3; v++) s += kKernel[u][v] * in[i + u - 1][j + v - 1];
      out[i][j] = s / 16;
    }
}
static float trace(float m[kN][kN]) {
  float s = 0;
  for (int i = 0; i < kN; i++) s += m[i][i];
  return s;
}

int main(void) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      a[i][j] = (float)((i * 7 + j * 3) % 16) * 0.25f;
      b[i][j] = (float)((i * 5 - j * 2 + 100) % 8) * 0.5f - 1;
    }
  for (int r = 0; r < 4; r++) multiply_ijk();
  printf("ijk %.3f %.3f %.3f\n", trace(c), c[1][2], c[kN - 1][0]);
  for (int r = 0; r < 4; r++) multiply_ikj();
  printf("ikj %.3f %.3f %.3f\n", trace(c), c[1][2], c[kN - 1][0]);
  transpose();
  printf("transpose %.3f %.3f %.3f\n", trace(t), t[2][1], t[0][kN - 1]);
  for (int r = 0; r < 20; r++) saxpy(kN * kN, 0.125f, &a[0][0], &t[0][0]);
  printf("saxpy %.4f %.4f\n", t[3][4], t[17][29]);
  printf("dot %.2f\n", dot(kN * kN, &a[0][0], &b[0][0]));
  for (int r = 0; r < 8; r++) {
    blur((const float(*)[kN])a, t);
    blur((const float(*)[kN])t, c);
  }
  printf("blur %.4f %.4f\n", c[20][20], c[5][40]);
  return 0;
}
