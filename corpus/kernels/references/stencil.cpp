#include "reference.h"

REFERENCE(stencil3d)(const Launch*, int n, float c, const float* in, float* out) {
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

TOLERANCE(laplace4, 1e-4);
REFERENCE(laplace4)(const Launch*, int n, const float* in, float* out) {
  auto at = [&](int x, int y) { return x < 0 || y < 0 || x >= n || y >= n ? 0.0 : double(in[y * n + x]); };
  constexpr double kWeights[] = {-1, 16, -60, 16, -1};
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      double sum = 0;
      for (int d = -2; d <= 2; ++d) {
        sum += d == 0 ? kWeights[2] * at(x, y) : kWeights[d + 2] * (at(x + d, y) + at(x, y + d));
      }
      out[y * n + x] = float(sum / 12);
    }
}
