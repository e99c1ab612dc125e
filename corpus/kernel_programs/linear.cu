// Products of vectors and matrices; the tiled one is timed.
#include "check.h"

KERNEL(axpy, int n, float a, const float* x, float* y);
KERNEL(gemv, int rows, int columns, const float* a, const float* x, float* y);
KERNEL(gemm, int m, int n, int k, const float* a, const float* b, float* c);
KERNEL(gemm_tiled, int m, int n, int k, const float* a, const float* b, float* c);

int main(int argc, char** argv) {
  const int m = 133, n = 101, k = 77, count = 200'003;
  Random random(argc, argv);
  Checks checks;

  const std::vector<float> x = random.numbers(count, -4, 4);
  std::vector<float> y = random.numbers(count, -4, 4);
  Buffer<float> device_x(x), device_y(y);
  axpy<<<divide_up(count, 256), 256>>>(count, 0.7f, device_x, device_y);
  reference_axpy(nullptr, count, 0.7f, x.data(), y.data());
  checks.equal("axpy", device_y.host(), y);

  const std::vector<float> a = random.numbers(m * k, -2, 2), b = random.numbers(k * n, -2, 2);
  std::vector<float> c(m * n), product(m);
  Buffer<float> device_a(a), device_b(b), device_c(m * n), device_product(m);
  gemv<<<divide_up(m, 32), 32>>>(m, k, device_a, device_b, device_product);
  reference_gemv(nullptr, m, k, a.data(), b.data(), product.data());
  checks.equal("gemv", device_product.host(), product);

  reference_gemm(nullptr, m, n, k, a.data(), b.data(), c.data());
  gemm<<<dim3(divide_up(n, 16), divide_up(m, 16)), dim3(16, 16)>>>(m, n, k, device_a, device_b, device_c);
  checks.equal("gemm", device_c.host(), c);

  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  CHECK(cudaMemset(device_c, 0xff, device_c.bytes()));
  CHECK(cudaEventRecord(begin));
  gemm_tiled<<<dim3(divide_up(n, 8), divide_up(m, 8)), dim3(8, 8)>>>(m, n, k, device_a, device_b, device_c);
  CHECK(cudaEventRecord(end));
  CHECK(cudaEventSynchronize(end));
  float milliseconds = 0;
  CHECK(cudaEventElapsedTime(&milliseconds, begin, end));
  std::printf("gemm_tiled: %.3f ms\n", milliseconds);
  reference_gemm_tiled(nullptr, m, n, k, a.data(), b.data(), c.data());
  checks.equal("gemm_tiled", device_c.host(), c);
  CHECK(cudaEventDestroy(begin));
  CHECK(cudaEventDestroy(end));
  return checks.done();
}
