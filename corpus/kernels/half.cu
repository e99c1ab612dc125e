// Half precision: a sum in f16, a product summed in f32.
#include <cuda_fp16.h>

extern "C" __global__ void half_axpy(int n, float a, const __half* x, __half* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = __float2half(a * __half2float(x[i]) + __half2float(y[i]));
}

extern "C" __global__ void half_dot(int columns, const __half* a, const __half* b, float* out) {
  int lane = threadIdx.x % 32;
  float sum = 0;
  for (int i = lane; i < columns; i += 32) sum += __half2float(a[blockIdx.x * columns + i]) * __half2float(b[i]);
  for (int by = 16; by != 0; by /= 2) sum += __shfl_down_sync(0xffffffffu, sum, by);
  if (lane == 0) out[blockIdx.x] = sum;
}

// Two numbers at a time, rounded once.
extern "C" __global__ void half2_axpy(int pairs, float a, const __half2* x, __half2* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < pairs) y[i] = __hfma2(__half2half2(__float2half(a)), x[i], y[i]);
}

// The greater of each pair and its right neighbour, less their sum.
extern "C" __global__ void half2_steps(int pairs, const __half2* x, __half2* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= pairs) return;
  __half2 v = x[i], next = x[i + 1 == pairs ? 0 : i + 1];
  __half2 more = __hgt2(v, next);
  out[i] = __hsub2(__hfma2(more, v, __hmul2(__hsub2(__float2half2_rn(1.0f), more), next)), __hadd2(v, next));
}
