#include "reference.h"

REFERENCE stencil3d(const Launch*, int n, float c, const float* in, float* out) {
  for (int i = 0; i < n * n * n; ++i) {
    const int x = i % n, y = i / n % n, z = i / n / n;
    if (std::min({x, y, z}) == 0 || std::max({x, y, z}) == n - 1) {
      out[i] = in[i];
      continue;
    }
    const float around = in[i - 1] + in[i + 1] + in[i - n] + in[i + n] + in[i - n * n] + in[i + n * n];
    out[i] = in[i] + c * (around - 6 * in[i]);
  }
}
