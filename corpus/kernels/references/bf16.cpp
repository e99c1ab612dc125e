#include "reference.h"

namespace {
double wide(uint16_t bits) {
  const uint32_t all = uint32_t{bits} << 16;
  float v = 0;
  std::memcpy(&v, &all, sizeof v);
  return v;
}
// Of finite numbers within range, to nearest even.
uint16_t narrow(double v) {
  if (v == 0) return std::signbit(v) ? 0x8000 : 0;
  int exponent = 0;
  const double part = std::frexp(std::fabs(v), &exponent);  // [1/2, 1)
  const int digits = std::min(8, exponent + 133);           // fewer of subnormal numbers
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(part, digits)), exponent - digits);
  const auto f = float(std::copysign(rounded, v));
  uint32_t all = 0;
  std::memcpy(&all, &f, sizeof f);
  return uint16_t(all >> 16);
}
}  // namespace

// Sums in the kernel's order: lanes, then halves.
REFERENCE(bf16_dot)(const Launch* l, int columns, const uint16_t* a, const uint16_t* b, uint16_t* out) {
  for (int row = 0; row < l->grid[0]; ++row) {
    float lanes[32] = {};
    for (int i = 0; i < columns; ++i) lanes[i % 32] += float(wide(a[row * columns + i])) * float(wide(b[i]));
    for (int by = 16; by != 0; by /= 2)
      for (int lane = 0; lane < by; ++lane) lanes[lane] += lanes[lane + by];
    out[row] = narrow(lanes[0]);
  }
}

REFERENCE(bf16_axpy)(const Launch*, int pairs, float a, const uint16_t* x, uint16_t* y) {
  for (int i = 0; i < 2 * pairs; ++i) y[i] = narrow(wide(narrow(a)) * wide(x[i]) + wide(y[i]));
}
