// Sparse matrix times sparse matrix (CSR) by hashing, a warp a row: how many columns a row of the product has, and its numbers
// in order of their columns.
constexpr int kPlaces = 64;  // of the table; a row of the product has at most as many columns

__device__ int place_of(int* table, int column) {
  int at = (int)((unsigned)column * 2654435761u % kPlaces);
  for (;;) {
    int found = atomicCAS(&table[at], -1, column);
    if (found == -1 || found == column) return at;
    at = (at + 1) % kPlaces;
  }
}

extern "C" __global__ void spgemm_count(int rows, const int* a_offsets, const int* a_columns, const int* b_offsets,
                                        const int* b_columns, int* counts) {
  __shared__ int tables[2][kPlaces];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, row = blockIdx.x * 2 + warp;
  int* table = tables[warp];
  for (int i = lane; i < kPlaces; i += 32) table[i] = -1;
  __syncwarp();
  if (row < rows)
    for (int i = a_offsets[row]; i < a_offsets[row + 1]; ++i) {
      int inner = a_columns[i];
      for (int j = b_offsets[inner] + lane; j < b_offsets[inner + 1]; j += 32) place_of(table, b_columns[j]);
    }
  __syncwarp();
  int taken = 0;
  for (int i = lane; i < kPlaces; i += 32) taken += table[i] != -1;
  taken = __reduce_add_sync(0xffffffffu, taken);
  if (lane == 0 && row < rows) counts[row] = taken;
}

extern "C" __global__ void spgemm_numbers(int rows, const int* a_offsets, const int* a_columns, const float* a_values,
                                          const int* b_offsets, const int* b_columns, const float* b_values,
                                          int* columns, float* values) {
  __shared__ int tables[2][kPlaces];
  __shared__ float sums[2][kPlaces];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, row = blockIdx.x * 2 + warp;
  int* table = tables[warp];
  float* sum = sums[warp];
  for (int i = lane; i < kPlaces; i += 32) table[i] = -1, sum[i] = 0;
  __syncwarp();
  if (row >= rows) return;
  for (int i = a_offsets[row]; i < a_offsets[row + 1]; ++i) {
    int inner = a_columns[i];
    float by = a_values[i];
    for (int j = b_offsets[inner] + lane; j < b_offsets[inner + 1]; j += 32)
      atomicAdd(&sum[place_of(table, b_columns[j])], by * b_values[j]);
  }
  __syncwarp();
  // Its rank among the columns is its place in the row; rows are kPlaces apart.
  for (int i = lane; i < kPlaces; i += 32) {
    if (table[i] == -1) continue;
    int rank = 0;
    for (int j = 0; j < kPlaces; ++j) rank += table[j] != -1 && table[j] < table[i];
    columns[row * kPlaces + rank] = table[i];
    values[row * kPlaces + rank] = sum[i];
  }
}
