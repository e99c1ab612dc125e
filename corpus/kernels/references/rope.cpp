#include "reference.h"

TOLERANCE(rope, 1e-4);
REFERENCE(rope)(const Launch*, int positions, int half, const float* frequencies, float* x) {
  for (int p = 0; p < positions; ++p, x += 2 * half)
    for (int i = 0; i < half; ++i) {
      const double angle = float(p) * frequencies[i], a = x[i], b = x[i + half];
      x[i] = float(a * std::cos(angle) - b * std::sin(angle));
      x[i + half] = float(a * std::sin(angle) + b * std::cos(angle));
    }
}
