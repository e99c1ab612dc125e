// Products of matrices by inline mma.sync and ldmatrix.
#include "check.h"
#include "halves.h"

KERNEL(gemm_mma, int n, int k, const __half* a, const __half* b, float* c);

int main(int argc, char** argv) {
  const int rows = 5, columns = 7, n = columns * 8, k = 48;
  Random random(argc, argv);
  Checks checks;
  const std::vector<__half> a = narrowed(random.numbers(rows * 16 * k, -2, 2)),
                            b = narrowed(random.numbers(k * n, -2, 2));
  std::vector<float> c(rows * 16 * n);
  Buffer<__half> device_a(a), device_b(b);
  Buffer<float> device_c(rows * 16 * n);
  gemm_mma<<<dim3(columns, rows), 32>>>(n, k, device_a, device_b, device_c);
  const Launch launch = launch_of(dim3(columns, rows), 32);
  reference_gemm_mma(&launch, n, k, a.data(), b.data(), c.data());
  checks.near("gemm_mma", device_c.host(), c, 1e-4);
  return checks.done();
}
