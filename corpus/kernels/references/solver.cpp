#include "reference.h"

TOLERANCE(dot_blocks, 1e-9);
REFERENCE(dot_blocks)(const Launch* l, int n, const double* a, const double* b, double* out) {
  for (int block = 0; block < l->grid[0]; ++block) {
    long double sum = 0;
    for (int i = 0; i < n; ++i)
      if (i / l->block[0] % l->grid[0] == block) sum += static_cast<long double>(a[i]) * b[i];
    out[block] = double(sum);
  }
}

REFERENCE(cg_update)(const Launch*, int n, const double* rr, const double* pap, const double* p, const double* ap,
                     double* x, double* r) {
  const double alpha = *pap == 0 ? 0 : *rr / *pap;
  for (int i = 0; i < n; ++i) {
    const double a = alpha * p[i], b = alpha * ap[i];
    x[i] += a;
    r[i] -= b;
  }
}
