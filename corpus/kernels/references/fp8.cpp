#include "reference.h"

static double value_of(int code) {
  const int exponent = code >> 3, fraction = code & 7;
  return exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
}

// The nearest of all codes, and of two the even one.
REFERENCE(to_e4m3)(const Launch*, int n, const float* in, unsigned char* out) {
  for (int i = 0; i < n; ++i) {
    const int sign = std::signbit(in[i]) ? 0x80 : 0;
    int best = 0x7f;
    for (int code = 0; code < 0x7f && !std::isnan(in[i]); ++code) {
      if (best == 0x7f) best = 0;
      const double now = std::fabs(std::fabs(double(in[i])) - value_of(code)),
                   before = std::fabs(std::fabs(double(in[i])) - value_of(best));
      if (now < before || (now == before && code % 2 == 0 && !std::isinf(in[i])) || std::isinf(in[i])) best = code;
    }
    out[i] = static_cast<unsigned char>(sign | best);
  }
}

REFERENCE(from_e4m3)(const Launch*, int n, const unsigned char* in, float* out) {
  for (int i = 0; i < n; ++i) {
    const int code = in[i] & 0x7f;
    const float size = code == 0x7f ? NAN : float(value_of(code));
    out[i] = in[i] & 0x80 ? -size : size;
  }
}
