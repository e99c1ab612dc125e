// Stencils. Seven points in three dimensions, walking through z.
extern "C" __global__ void stencil3d(int n, float c, const float* in, float* out) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= n || y >= n) return;
  bool edge = x == 0 || y == 0 || x == n - 1 || y == n - 1;
  for (int z = 0; z < n; ++z) {
    int at = (z * n + y) * n + x;
    if (edge || z == 0 || z == n - 1) {
      out[at] = in[at];
      continue;
    }
    float around = in[at - 1] + in[at + 1] + in[at - n] + in[at + n] + in[at - n * n] + in[at + n * n];
    out[at] = in[at] + c * (around - 6 * in[at]);
  }
}

// Of fourth order, nine points in two dimensions: a tile and a border of two in shared memory.
extern "C" __global__ void laplace4(int n, const float* in, float* out) {
  __shared__ float tile[12][12];
  int left = blockIdx.x * 8 - 2, top = blockIdx.y * 8 - 2;
  for (int i = threadIdx.y * 8 + threadIdx.x; i < 144; i += 64) {
    int u = left + i % 12, v = top + i / 12;
    tile[i / 12][i % 12] = u >= 0 && u < n && v >= 0 && v < n ? in[v * n + u] : 0;
  }
  __syncthreads();
  int x = blockIdx.x * 8 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
  if (x >= n || y >= n) return;
  const float* at = &tile[threadIdx.y + 2][threadIdx.x + 2];
  float near = at[-1] + at[1] + at[-12] + at[12], far = at[-2] + at[2] + at[-24] + at[24];
  out[y * n + x] = fmaf(16, near, fmaf(-60, at[0], -far)) * (1.0f / 12);
}
