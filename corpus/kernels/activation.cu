// Pointwise functions of networks.

extern "C" __global__ void gelu(int n, const float* in, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = in[i], inner = 0.7978845608f * (v + 0.044715f * v * v * v);
  float e = expf(-2 * inner);  // tanh by the exponential function
  out[i] = 0.5f * v * (1 + (1 - e) / (1 + e));
}

extern "C" __global__ void silu(int n, const float* in, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i] / (1 + expf(-in[i]));
}

extern "C" __global__ void swiglu(int n, const float* gate, const float* up, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}
