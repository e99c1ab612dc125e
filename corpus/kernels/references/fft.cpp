#include "reference.h"

TOLERANCE(fft64, 2e-4);
// By the definition, with the factors that the test put into `factors`, which is handed on behind the arguments.
REFERENCE fft64(const Launch* l, const float* in, float* out, const float* factors) {
  for (int b = 0; b < l->grid[0]; ++b, in += 128, out += 128)
    for (int k = 0; k < 64; ++k) {
      double re = 0, im = 0;
      for (int n = 0; n < 64; ++n) {
        const int at = n * k % 64, sign = at < 32 ? 1 : -1;
        const double c = sign * factors[2 * (at % 32)], s = sign * factors[2 * (at % 32) + 1];
        re += in[2 * n] * c - in[2 * n + 1] * s;
        im += in[2 * n] * s + in[2 * n + 1] * c;
      }
      out[2 * k] = float(re), out[2 * k + 1] = float(im);
    }
}
