#include "reference.h"

// Exact sums, rounded once; the hardware cuts what lies far below the largest product.
TOLERANCE(gemm_mma, 1e-4);
REFERENCE(gemm_mma)(const Launch* l, int n, int k, const _Float16* a, const _Float16* b, float* c) {
  for (int row = 0; row < 16 * l->grid[1]; ++row)
    for (int column = 0; column < n; ++column) {
      double sum = 0;
      for (int i = 0; i < k; ++i) sum += double(a[row * k + i]) * double(b[i * n + column]);
      c[row * n + column] = float(sum);
    }
}
