// Products of matrices by mma.sync and ldmatrix, as inline PTX: a warp makes a tile of 16 by 8.
#include <cuda_fp16.h>

// c = a b, whose sizes are multiples of 16, 16 and 8, all by rows.
extern "C" __global__ void gemm_mma(int n, int k, const __half* a, const __half* b, float* c) {
  __shared__ __align__(16) __half left[16 * 16], right[16 * 8];
  int row = blockIdx.y * 16, column = blockIdx.x * 8, lane = threadIdx.x;
  // Rows of tiles of 8 by 8, one for each lane: of a four tiles, of b two.
  unsigned left_row = (unsigned)__cvta_generic_to_shared(left + lane % 16 * 16 + lane / 16 * 8);
  unsigned right_row = (unsigned)__cvta_generic_to_shared(right + lane % 16 * 8);
  float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (int base = 0; base < k; base += 16) {
    for (int e = lane; e < 256; e += 32) left[e] = a[(row + e / 16) * k + base + e % 16];
    for (int e = lane; e < 128; e += 32) right[e] = b[(base + e / 8) * n + column + e % 8];
    __syncthreads();
    unsigned x[4], y[2];
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3])
                 : "r"(left_row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(y[0]), "=r"(y[1])
                 : "r"(right_row));
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
    __syncthreads();
  }
  for (int e = 0; e < 4; ++e) c[(row + lane / 4 + e / 2 * 8) * n + column + lane % 4 * 2 + e % 2] = sum[e];
}
