// Variables of the module: a counter that tells the last block, which adds up what the others left.
__device__ unsigned finished;
__device__ int partial[64];

extern "C" __global__ void sum_last_block(int n, const int* in, int* out) {
  __shared__ int sums[64];
  __shared__ bool last;
  int t = threadIdx.x, sum = 0;
  for (int i = blockIdx.x * 64 + t; i < n; i += gridDim.x * 64) sum += in[i];
  sums[t] = sum;
  for (int by = 32; by != 0; by /= 2) {
    __syncthreads();
    if (t < by) sums[t] += sums[t + by];
  }
  if (t == 0) {
    partial[blockIdx.x] = sums[0];
    __threadfence();
    last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last || t != 0) return;
  int all = 0;
  for (int b = 0; b < gridDim.x; ++b) all += ((volatile int*)partial)[b];
  *out = all;
}
