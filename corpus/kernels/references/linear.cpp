#include "reference.h"

REFERENCE(axpy)(const Launch*, int n, float a, const float* x, float* y) {
  for (int i = 0; i < n; ++i) y[i] = std::fma(a, x[i], y[i]);
}

REFERENCE(gemm)(const Launch*, int m, int n, int k, const float* a, const float* b, float* c) {
  std::fill(c, c + m * n, 0.0f);
  for (int i = 0; i < k; ++i)
    for (int at = 0; at < m * n; ++at) c[at] = std::fma(a[at / n * k + i], b[i * n + at % n], c[at]);
}

REFERENCE(gemm_tiled)(const Launch* l, int m, int n, int k, const float* a, const float* b, float* c) {
  reference_gemm(l, m, n, k, a, b, c);
}

// A product with a matrix of one column.
REFERENCE(gemv)(const Launch* l, int rows, int columns, const float* a, const float* x, float* y) {
  reference_gemm(l, rows, 1, columns, a, x, y);
}
