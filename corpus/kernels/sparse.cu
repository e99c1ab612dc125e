// Sparse matrix times vector: rows by their offsets (CSR), and padded to one length (ELL).

// A warp a row, summed by shuffles.
extern "C" __global__ void spmv_csr(int rows, const int* offsets, const int* columns, const float* values, const float* x,
                                    float* y) {
  int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (row >= rows) return;
  float sum = 0;
  for (int i = offsets[row] + lane; i < offsets[row + 1]; i += 32) sum += values[i] * x[columns[i]];
  for (int by = 16; by != 0; by /= 2) sum += __shfl_down_sync(0xffffffffu, sum, by);
  if (lane == 0) y[row] = sum;
}

// Column by column, so that neighbouring threads read neighbouring numbers; -1 is no column.
extern "C" __global__ void spmv_ell(int rows, int width, const int* columns, const float* values, const float* x,
                                    float* y) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float sum = 0;
  for (int i = 0; i < width; ++i) {
    int column = columns[i * rows + row];
    if (column >= 0) sum = fmaf(values[i * rows + row], x[column], sum);
  }
  y[row] = sum;
}
