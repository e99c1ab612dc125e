#include "reference.h"

REFERENCE(mixed_calls)(const Launch*, int n, const unsigned* in, const float* weights, float* out) {
  for (int i = 0; i < n; ++i) {
    const auto rotated = [&](int by) { return in[i] << by | in[i] >> (32 - by); };
    const unsigned r = rotated(7) ^ rotated(13);
    const float a = float(r & 255), b = float(r >> 8 & 255), moved = (b - a) * weights[i];
    out[i] = a + moved;
  }
}

REFERENCE(small_median)(const Launch*, int n, const unsigned char* in, unsigned char* out) {
  for (int i = 0; i < n; ++i) {
    unsigned char nine[9];
    for (int k = 0; k < 9; ++k) nine[k] = in[i * 9 + k] & 15;
    std::sort(nine, nine + 9);
    out[i] = nine[4];
  }
}
