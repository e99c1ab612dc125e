// Softmax of rows, a block a row: the greatest and the sum by shuffles within warps and shared memory between them.

__device__ float over_block(float v, bool greatest, float* shared) {
  for (int by = 16; by != 0; by /= 2) {
    float other = __shfl_xor_sync(0xffffffffu, v, by);
    v = greatest ? fmaxf(v, other) : v + other;
  }
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = v;
  __syncthreads();
  v = shared[0];
  for (int w = 1; w < blockDim.x / 32; ++w) v = greatest ? fmaxf(v, shared[w]) : v + shared[w];
  __syncthreads();
  return v;
}

extern "C" __global__ void softmax(int columns, const float* in, float* out) {
  __shared__ float shared[32];
  const float* row = in + blockIdx.x * columns;
  float most = -1e30f, sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) most = fmaxf(most, row[i]);
  most = over_block(most, true, shared);
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += expf(row[i] - most);
  sum = over_block(sum, false, shared);
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[blockIdx.x * columns + i] = expf(row[i] - most) / sum;
}
