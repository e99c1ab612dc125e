// Layer and RMS norm of rows, a block a row.

__device__ float block_sum(float v, float* shared) {
  for (int by = 16; by != 0; by /= 2) v += __shfl_xor_sync(0xffffffffu, v, by);
  if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = v;
  __syncthreads();
  v = 0;
  for (int w = 0; w < blockDim.x / 32; ++w) v += shared[w];
  __syncthreads();
  return v;
}

extern "C" __global__ void layer_norm(int columns, const float* in, const float* scale, const float* shift, float* out) {
  __shared__ float shared[32];
  const float* row = in + blockIdx.x * columns;
  float sum = 0, squares = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += row[i];
  float mean = block_sum(sum, shared) / columns;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) squares += (row[i] - mean) * (row[i] - mean);
  float spread = rsqrtf(block_sum(squares, shared) / columns + 1e-5f);
  for (int i = threadIdx.x; i < columns; i += blockDim.x)
    out[blockIdx.x * columns + i] = (row[i] - mean) * spread * scale[i] + shift[i];
}

extern "C" __global__ void rms_norm(int columns, const float* in, const float* scale, float* out) {
  __shared__ float shared[32];
  const float* row = in + blockIdx.x * columns;
  float squares = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) squares += row[i] * row[i];
  float spread = rsqrtf(block_sum(squares, shared) / columns + 1e-6f);
  for (int i = threadIdx.x; i < columns; i += blockDim.x) out[blockIdx.x * columns + i] = row[i] * spread * scale[i];
}
