// The greatest of two by two, and where it was.
extern "C" __global__ void max_pool(int width, int height, const float* in, float* out, int* places) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width / 2 || y >= height / 2) return;
  int best = 2 * y * width + 2 * x;
  for (int k = 1; k < 4; ++k) {
    int at = (2 * y + k / 2) * width + 2 * x + k % 2;
    if (in[at] > in[best]) best = at;
  }
  out[y * (width / 2) + x] = in[best];
  places[y * (width / 2) + x] = best;
}
