// Products of matrices by the matrix instructions of a warp: a warp makes a tile of 16 by 16.
#include <cuda_fp16.h>
#include <mma.h>

using namespace nvcuda;

// c = a b + by c, whose sizes are multiples of 16. Warps of a block stand side by side.
extern "C" __global__ void gemm_wmma(int n, int k, float by, const __half* a, const __half* b, float* c) {
  int row = blockIdx.y * 16, column = (blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32) * 16;
  if (column >= n) return;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::row_major> right;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
  wmma::load_matrix_sync(sum, c + row * n + column, n, wmma::mem_row_major);
  for (int e = 0; e < sum.num_elements; ++e) sum.x[e] *= by;
  for (int i = 0; i < k; i += 16) {
    wmma::load_matrix_sync(left, a + row * k + i, k);
    wmma::load_matrix_sync(right, b + i * n + column, n);
    wmma::mma_sync(sum, left, right, sum);
  }
  wmma::store_matrix_sync(c + row * n + column, sum, n, wmma::mem_row_major);
}

// Of any size, b given by columns: tiles are filled up with zeros in shared memory. Sums are kept in f16.
extern "C" __global__ void gemm_wmma_ragged(int m, int n, int k, const __half* a, const __half* b, __half* c) {
  __shared__ __align__(32) __half tile_a[16 * 16], tile_b[16 * 16], tile_c[16 * 16];
  int row = blockIdx.y * 16, column = blockIdx.x * 16, lane = threadIdx.x;
  wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> left;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::col_major> right;
  wmma::fragment<wmma::accumulator, 16, 16, 16, __half> sum;
  wmma::fill_fragment(sum, __float2half(0.0f));
  for (int base = 0; base < k; base += 16) {
    for (int e = lane; e < 256; e += 32) {
      int outer = e / 16, inner = base + e % 16;
      tile_a[e] = row + outer < m && inner < k ? a[(row + outer) * k + inner] : __float2half(0.0f);
      tile_b[e] = column + outer < n && inner < k ? b[(column + outer) * k + inner] : __float2half(0.0f);
    }
    __syncthreads();
    wmma::load_matrix_sync(left, tile_a, 16);
    wmma::load_matrix_sync(right, tile_b, 16);
    wmma::mma_sync(sum, left, right, sum);
    __syncthreads();
  }
  wmma::store_matrix_sync(tile_c, sum, 16, wmma::mem_row_major);
  __syncthreads();
  for (int e = lane; e < 256; e += 32)
    if (row + e / 16 < m && column + e % 16 < n) c[(row + e / 16) * n + column + e % 16] = tile_c[e];
}
