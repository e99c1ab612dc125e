// AXPY, matrix times vector, matrix times matrix without and with tiles in shared memory.

extern "C" __global__ void axpy(int n, float a, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = fmaf(a, x[i], y[i]);
}

// A row a thread.
extern "C" __global__ void gemv(int rows, int columns, const float* a, const float* x, float* y) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float sum = 0;
  for (int k = 0; k < columns; ++k) sum = fmaf(a[row * columns + k], x[k], sum);
  y[row] = sum;
}

extern "C" __global__ void gemm(int m, int n, int k, const float* a, const float* b, float* c) {
  int column = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row >= m || column >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) sum = fmaf(a[row * k + i], b[i * n + column], sum);
  c[row * n + column] = sum;
}

constexpr int kTile = 8;

extern "C" __global__ void gemm_tiled(int m, int n, int k, const float* a, const float* b, float* c) {
  __shared__ float left[kTile][kTile], right[kTile][kTile];
  int x = threadIdx.x, y = threadIdx.y;
  int column = blockIdx.x * kTile + x, row = blockIdx.y * kTile + y;
  float sum = 0;
  for (int base = 0; base < k; base += kTile) {
    left[y][x] = row < m && base + x < k ? a[row * k + base + x] : 0;
    right[y][x] = base + y < k && column < n ? b[(base + y) * n + column] : 0;
    __syncthreads();
    for (int i = 0; i < kTile; ++i) sum = fmaf(left[y][i], right[i][x], sum);
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}
