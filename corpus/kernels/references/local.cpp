#include "reference.h"

REFERENCE(jacobi)(const Launch*, int n, const double* in, double* out) {
  std::copy(in, in + n * n, out);
  for (int y = 1; y < n - 1; ++y)
    for (int x = 1; x < n - 1; ++x) {
      const double* at = in + y * n + x;
      out[y * n + x] = (at[-1] + at[1] + at[-n] + at[n]) / 4;
    }
}

REFERENCE(transpose)(const Launch*, int rows, int columns, const int* in, int* out) {
  for (int i = 0; i < rows * columns; ++i) out[i % columns * rows + i / columns] = in[i];
}

static unsigned steps_from(uint64_t v) {
  return v <= 1 ? 0 : 1 + steps_from(v % 2 == 0 ? v / 2 : (3 * v + 1) & 0xffffffff);
}
REFERENCE(collatz)(const Launch*, int n, const unsigned* in, unsigned* steps) {
  std::transform(in, in + n, steps, steps_from);
}

REFERENCE(quantise)(const Launch* l, int columns, float scale, const float* in, signed char* out, float* back) {
  for (int i = 0; i < l->grid[0] * columns; ++i) {
    // Half away from zero, as lround does it.
    const long q = std::lround(std::clamp(in[i] / scale, -127.0f, 127.0f));
    out[i] = static_cast<signed char>(q);
    back[i] = float(q) * scale;
  }
}

REFERENCE(mix64)(const Launch*, int n, const uint64_t* in, uint64_t* out) {
  for (int i = 0; i < n; ++i) {
    uint64_t z = in[i] + 11400714819323198485u;
    for (const auto& [by, factor] :
         {std::pair{30, 13787848793156543929u}, {27, 10723151780598845931u}, {31, uint64_t{1}}})
      z = (z ^ z >> by) * factor;
    out[i] = z;
  }
}
