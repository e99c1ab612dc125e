#include "reference.h"

REFERENCE(half_axpy)(const Launch*, int n, float a, const _Float16* x, _Float16* y) {
  for (int i = 0; i < n; ++i) {
    const float product = a * float(x[i]);
    y[i] = _Float16(product + float(y[i]));
  }
}

TOLERANCE(half_dot, 1e-3);
REFERENCE(half_dot)(const Launch* l, int columns, const _Float16* a, const _Float16* b, float* out) {
  for (int r = 0; r < l->grid[0]; ++r) {
    double sum = 0;
    for (int i = 0; i < columns; ++i) sum += double(a[r * columns + i]) * double(b[i]);
    out[r] = float(sum);
  }
}

// f16 products are exact in double, and so, at the sizes of the test's numbers, are their sums.
REFERENCE(half2_axpy)(const Launch*, int pairs, float a, const _Float16* x, _Float16* y) {
  for (int i = 0; i < 2 * pairs; ++i) y[i] = _Float16(double(_Float16(a)) * double(x[i]) + double(y[i]));
}

REFERENCE(half2_steps)(const Launch*, int pairs, const _Float16* x, _Float16* out) {
  for (int i = 0; i < 2 * pairs; ++i) {
    const float v = float(x[i]), next = float(x[(i + 2) % (2 * pairs)]);
    out[i] = _Float16(std::max(v, next) - float(_Float16(v + next)));
  }
}
