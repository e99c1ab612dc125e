// Functions of the device that are called, and arrays of a thread's own that are indexed by what it finds.
__device__ __noinline__ unsigned rotate(unsigned v, int by) {
  return v << by | v >> (32 - by);
}
__device__ __noinline__ float blend(float a, float b, float by) {
  return a + (b - a) * by;
}

extern "C" __global__ void mixed_calls(int n, const unsigned* in, const float* weights, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned r = rotate(in[i], 7) ^ rotate(in[i], 13);
  out[i] = blend((float)(r & 255), (float)(r >> 8 & 255), weights[i]);
}

// The median of nine by counting how often each number comes.
extern "C" __global__ void small_median(int n, const unsigned char* in, unsigned char* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned char counts[16];
  for (int k = 0; k < 16; ++k) counts[k] = 0;
  for (int k = 0; k < 9; ++k) ++counts[in[i * 9 + k] & 15];
  int seen = 0, v = 0;
  while ((seen += counts[v]) < 5) ++v;
  out[i] = (unsigned char)v;
}
