// Convolutions: one dimension with coefficients in constant memory, two with a tile and its border in shared memory.
__constant__ float coefficients[5];

extern "C" __global__ void convolve(int n, const float* in, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float sum = 0;
  for (int k = -2; k <= 2; ++k)
    if (i + k >= 0 && i + k < n) sum = fmaf(coefficients[k + 2], in[i + k], sum);
  out[i] = sum;
}

extern "C" __global__ void convolve2d(int width, int height, const float* in, const float* weights, float* out) {
  __shared__ float tile[10][10];
  int x = blockIdx.x * 8 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
  for (int i = threadIdx.y * 8 + threadIdx.x; i < 100; i += 64) {
    int u = blockIdx.x * 8 + i % 10 - 1, v = blockIdx.y * 8 + i / 10 - 1;
    tile[i / 10][i % 10] = u >= 0 && u < width && v >= 0 && v < height ? in[v * width + u] : 0;
  }
  __syncthreads();
  if (x >= width || y >= height) return;
  float sum = 0;
  for (int v = 0; v < 3; ++v)
    for (int u = 0; u < 3; ++u) sum = fmaf(weights[v * 3 + u], tile[threadIdx.y + v][threadIdx.x + u], sum);
  out[y * width + x] = sum;
}
