#include "reference.h"

TOLERANCE(nbody, 1e-3);
REFERENCE(nbody)(const Launch*, int n, const float* bodies, float* out) {
  for (int i = 0; i < n; ++i) {
    double a[3] = {};
    for (int j = 0; j < n; ++j) {
      double d[3], square = 0.01;
      for (int c = 0; c < 3; ++c) d[c] = double(bodies[4 * j + c]) - bodies[4 * i + c], square += d[c] * d[c];
      for (int c = 0; c < 3; ++c) a[c] += d[c] * bodies[4 * j + 3] / (square * std::sqrt(square));
    }
    for (int c = 0; c < 3; ++c) out[3 * i + c] = float(a[c]);
  }
}
