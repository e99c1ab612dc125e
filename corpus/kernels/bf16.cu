// bfloat16 by CUDA's type: products summed in f32, and pairs of numbers at once.
#include <cuda_bf16.h>

// A row's product with a vector, a warp a row.
extern "C" __global__ void bf16_dot(int columns, const __nv_bfloat16* a, const __nv_bfloat16* b, __nv_bfloat16* out) {
  float sum = 0;
  for (int i = threadIdx.x; i < columns; i += 32)
    sum += __bfloat162float(a[blockIdx.x * columns + i]) * __bfloat162float(b[i]);
  for (int by = 16; by != 0; by /= 2) sum += __shfl_down_sync(0xffffffffu, sum, by);
  if (threadIdx.x == 0) out[blockIdx.x] = __float2bfloat16(sum);
}

// y = a x + y, two at a time, rounded once.
extern "C" __global__ void bf16_axpy(int pairs, float a, const __nv_bfloat162* x, __nv_bfloat162* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < pairs) y[i] = __hfma2(__float2bfloat162_rn(a), x[i], y[i]);
}
