#include "reference.h"

// The coefficients come behind the arguments.
REFERENCE(convolve)(const Launch*, int n, const float* in, float* out, const float* coefficients) {
  for (int i = 0; i < n; ++i) {
    float sum = 0;
    for (int k = 0; k < 5; ++k)
      if (i + k - 2 >= 0 && i + k - 2 < n) sum = std::fma(coefficients[k], in[i + k - 2], sum);
    out[i] = sum;
  }
}

REFERENCE(convolve2d)(const Launch*, int width, int height, const float* in, const float* weights, float* out) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int v = -1; v <= 1; ++v)
        for (int u = -1; u <= 1; ++u) {
          const bool there = x + u >= 0 && x + u < width && y + v >= 0 && y + v < height;
          sum = std::fma(weights[(v + 1) * 3 + u + 1], there ? in[(y + v) * width + x + u] : 0, sum);
        }
      out[y * width + x] = sum;
    }
}
