#include "reference.h"

TOLERANCE(spmv_csr, 1e-4);
REFERENCE(spmv_csr)(const Launch*, int rows, const int* offsets, const int* columns, const float* values,
                    const float* x, float* y) {
  for (int row = 0; row < rows; ++row) {
    double sum = 0;
    for (int i = offsets[row]; i < offsets[row + 1]; ++i) sum += double(values[i]) * x[columns[i]];
    y[row] = float(sum);
  }
}

REFERENCE(spmv_ell)(const Launch*, int rows, int width, const int* columns, const float* values, const float* x,
                    float* y) {
  for (int row = 0; row < rows; ++row) {
    float sum = 0;
    for (int i = 0; i < width; ++i)
      if (columns[i * rows + row] >= 0) sum = std::fma(values[i * rows + row], x[columns[i * rows + row]], sum);
    y[row] = sum;
  }
}
