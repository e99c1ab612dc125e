#include "reference.h"

TOLERANCE(softmax, 1e-5);
REFERENCE(softmax)(const Launch* l, int columns, const float* in, float* out) {
  for (int r = 0; r < l->grid[0]; ++r, in += columns, out += columns) {
    double most = *std::max_element(in, in + columns), sum = 0;
    for (int i = 0; i < columns; ++i) sum += std::exp(in[i] - most);
    for (int i = 0; i < columns; ++i) out[i] = float(std::exp(in[i] - most) / sum);
  }
}
