#include "reference.h"

REFERENCE(quantise_int4)(const Launch*, int groups, const float* in, unsigned* out, float* scales) {
  for (int g = 0; g < groups; ++g) {
    float most = 0;
    for (int i = 0; i < 8; ++i) most = std::max(most, std::fabs(in[g * 8 + i]));
    scales[g] = most / 7;
    out[g] = 0;
    for (int i = 0; i < 8; ++i) {
      const float v = scales[g] == 0 ? 0 : in[g * 8 + i] / scales[g];
      const int q = std::clamp(int(v < 0 ? v - 0.5f : v + 0.5f), -8, 7);
      out[g] |= (unsigned(q) & 15) << (4 * i);
    }
  }
}

REFERENCE(dequantise_int4)(const Launch*, int groups, const unsigned* in, const float* scales, float* out) {
  for (int i = 0; i < groups * 8; ++i) {
    int q = in[i / 8] >> (4 * (i % 8)) & 15;
    if (q > 7) q -= 16;
    out[i] = float(q) * scales[i / 8];
  }
}
