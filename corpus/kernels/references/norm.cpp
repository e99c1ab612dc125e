#include "reference.h"

TOLERANCE(layer_norm, 1e-4);
REFERENCE(layer_norm)(const Launch* l, int columns, const float* in, const float* scale, const float* shift,
                      float* out) {
  for (int r = 0; r < l->grid[0]; ++r, in += columns, out += columns) {
    double mean = 0, squares = 0;
    for (int i = 0; i < columns; ++i) mean += in[i];
    mean /= columns;
    for (int i = 0; i < columns; ++i) squares += (in[i] - mean) * (in[i] - mean);
    const double spread = 1 / std::sqrt(squares / columns + 1e-5);
    for (int i = 0; i < columns; ++i) out[i] = float((in[i] - mean) * spread * scale[i] + shift[i]);
  }
}

TOLERANCE(rms_norm, 1e-4);
REFERENCE(rms_norm)(const Launch* l, int columns, const float* in, const float* scale, float* out) {
  for (int r = 0; r < l->grid[0]; ++r, in += columns, out += columns) {
    double squares = 0;
    for (int i = 0; i < columns; ++i) squares += double(in[i]) * in[i];
    const double spread = 1 / std::sqrt(squares / columns + 1e-6);
    for (int i = 0; i < columns; ++i) out[i] = float(in[i] * spread * scale[i]);
  }
}
