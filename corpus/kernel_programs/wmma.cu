// Products of matrices of half precision by the matrix instructions.
#include "check.h"
#include "halves.h"

KERNEL(gemm_wmma, int n, int k, float by, const __half* a, const __half* b, float* c);
KERNEL(gemm_wmma_ragged, int m, int n, int k, const __half* a, const __half* b, __half* c);

int main(int argc, char** argv) {
  const int rows = 7, columns = 9, deep = 5, n = columns * 16, k = deep * 16, warps = 4;
  Random random(argc, argv);
  Checks checks;
  const std::vector<__half> a = narrowed(random.numbers(rows * 16 * k, -2, 2)),
                            b = narrowed(random.numbers(k * n, -2, 2));
  std::vector<float> c = random.numbers(rows * 16 * n, -4, 4);
  Buffer<__half> device_a(a), device_b(b);
  Buffer<float> device_c(c);
  const dim3 grid(divide_up(columns, warps), rows);
  gemm_wmma<<<grid, 32 * warps>>>(n, k, 0.5f, device_a, device_b, device_c);
  const Launch launch = launch_of(grid, 32 * warps);
  reference_gemm_wmma(&launch, n, k, 0.5f, a.data(), b.data(), c.data());
  checks.near("gemm_wmma", device_c.host(), c, 1e-4);

  const int m = 37, ragged = 45, inner = 51;
  const std::vector<__half> left = narrowed(random.numbers(m * inner, -1, 1)),
                            right = narrowed(random.numbers(inner * ragged, -1, 1));
  std::vector<__half> product(m * ragged);
  Buffer<__half> device_left(left), device_right(right), device_product(m * ragged);
  gemm_wmma_ragged<<<dim3(divide_up(ragged, 16), divide_up(m, 16)), 32>>>(m, ragged, inner, device_left, device_right,
                                                                          device_product);
  reference_gemm_wmma_ragged(nullptr, m, ragged, inner, left.data(), right.data(), product.data());
  checks.near("gemm_wmma_ragged", widened(device_product.host()), widened(product), 1e-2);
  return checks.done();
}
