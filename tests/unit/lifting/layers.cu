// Layers as they stand in a user's project: borders that depend on two sizes, and what no specification says.
#include <cstdint>

__global__ void conv1d(const float* x, const float* w, float* y, int length, int taps) {
  int t = blockIdx.x * blockDim.x + threadIdx.x;
  if (t >= length) return;
  float sum = 0.0f;
  for (int k = 0; k < taps; ++k) {
    int p = t + k - taps / 2;
    if (p >= 0 && p < length) sum += x[p] * w[k];
  }
  y[t] = sum;
}

__global__ void hashed(const uint32_t* x, uint32_t* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = __umulhi(x[i], x[i]);  // said of this line
}

__global__ void converges(const float* x, float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float v = x[i];
  while (v > 1.0f) v *= 0.5f;  // and of this one
  y[i] = v;
}
