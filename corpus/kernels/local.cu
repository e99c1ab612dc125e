// Kernels whose threads keep to themselves or to their neighbours.

extern "C" __global__ void jacobi(int n, const double* in, double* out) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= n || y >= n) return;
  if (x == 0 || y == 0 || x == n - 1 || y == n - 1)
    out[y * n + x] = in[y * n + x];
  else
    out[y * n + x] = 0.25 * (in[y * n + x - 1] + in[y * n + x + 1] + in[(y - 1) * n + x] + in[(y + 1) * n + x]);
}

extern "C" __global__ void transpose(int rows, int columns, const int* in, int* out) {
  __shared__ int tile[8][9];
  int x = blockIdx.x * 8 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
  if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = in[y * columns + x];
  __syncthreads();
  x = blockIdx.y * 8 + threadIdx.x, y = blockIdx.x * 8 + threadIdx.y;
  if (x < rows && y < columns) out[y * rows + x] = tile[threadIdx.x][threadIdx.y];
}

// Steps of the Collatz sequence: a loop whose length is each thread's own.
extern "C" __global__ void collatz(int n, const unsigned* in, unsigned* steps) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned v = in[i], count = 0;
  while (v > 1) {
    v = v % 2 == 0 ? v / 2 : 3 * v + 1;
    ++count;
  }
  steps[i] = count;
}

// To eight bits by a scale for each row, to nearest, and back.
extern "C" __global__ void quantise(int columns, float scale, const float* in, signed char* out, float* back) {
  int i = blockIdx.x * columns + threadIdx.x;
  float v = in[i] / scale;
  v = v < -127 ? -127 : v > 127 ? 127 : v;
  int q = (int)(v < 0 ? v - 0.5f : v + 0.5f);
  out[i] = (signed char)q;
  back[i] = (float)q * scale;
}

extern "C" __global__ void mix64(int n, const unsigned long long* in, unsigned long long* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned long long z = in[i] + 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  out[i] = z ^ (z >> 31);
}
