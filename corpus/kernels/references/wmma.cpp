#include "reference.h"

// Exact sums, rounded once; the hardware cuts what lies far below the largest product.
TOLERANCE(gemm_wmma, 1e-4);
REFERENCE(gemm_wmma)(const Launch* l, int n, int k, float by, const _Float16* a, const _Float16* b, float* c) {
  for (int row = 0; row < 16 * l->grid[1]; ++row)
    for (int column = 0; column < n; ++column) {
      double sum = double(by) * double(c[row * n + column]);
      for (int i = 0; i < k; ++i) sum += double(a[row * k + i]) * double(b[i * n + column]);
      c[row * n + column] = float(sum);
    }
}

// Rounded to f16 after each sixteen products.
TOLERANCE(gemm_wmma_ragged, 2e-2);
REFERENCE(gemm_wmma_ragged)(const Launch*, int m, int n, int k, const _Float16* a, const _Float16* b, _Float16* c) {
  for (int row = 0; row < m; ++row)
    for (int column = 0; column < n; ++column) {
      double sum = 0;
      for (int i = 0; i < k; ++i) sum += double(a[row * k + i]) * double(b[column * k + i]);
      c[row * n + column] = _Float16(sum);
    }
}
