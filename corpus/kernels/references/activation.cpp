#include "reference.h"

TOLERANCE(gelu, 1e-5);
REFERENCE(gelu)(const Launch*, int n, const float* in, float* out) {
  for (int i = 0; i < n; ++i) {
    const double v = in[i];
    out[i] = float(0.5 * v * (1 + std::tanh(0.7978845608 * (v + 0.044715 * v * v * v))));
  }
}

TOLERANCE(silu, 1e-5);
REFERENCE(silu)(const Launch*, int n, const float* in, float* out) {
  for (int i = 0; i < n; ++i) out[i] = float(in[i] / (1 + std::exp(-double(in[i]))));
}

TOLERANCE(swiglu, 1e-5);
REFERENCE(swiglu)(const Launch*, int n, const float* gate, const float* up, float* out) {
  for (int i = 0; i < n; ++i) out[i] = float(gate[i] / (1 + std::exp(-double(gate[i]))) * up[i]);
}
