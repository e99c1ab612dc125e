// Seven points in three dimensions, walking through z.
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
