// Numbers of CUDA's type, made and read on the host.
#include <cuda_bf16.h>

#include "check.h"

KERNEL(bf16_dot, int columns, const __nv_bfloat16* a, const __nv_bfloat16* b, __nv_bfloat16* out);
KERNEL(bf16_axpy, int pairs, float a, const __nv_bfloat162* x, __nv_bfloat162* y);

static std::vector<__nv_bfloat16> narrowed(const std::vector<float>& wide) {
  std::vector<__nv_bfloat16> all;
  for (float v : wide) all.push_back(__float2bfloat16(v));
  return all;
}
static std::vector<float> widened(const std::vector<__nv_bfloat16>& narrow) {
  std::vector<float> all;
  for (__nv_bfloat16 v : narrow) all.push_back(__bfloat162float(v));
  return all;
}

int main(int argc, char** argv) {
  const int rows = 77, columns = 203, pairs = 5'003;
  Random random(argc, argv);
  Checks checks;

  const std::vector<__nv_bfloat16> a = narrowed(random.numbers(rows * columns, -2, 2)),
                                   b = narrowed(random.numbers(columns, -2, 2));
  std::vector<__nv_bfloat16> expected(rows);
  Buffer<__nv_bfloat16> device_a(a), device_b(b), out(rows);
  bf16_dot<<<rows, 32>>>(columns, device_a, device_b, out);
  const Launch launch = launch_of(rows, 32);
  reference_bf16_dot(&launch, columns, a.data(), b.data(), expected.data());
  // One place of the eight digits: the sums' own roundings differ where a compiler contracts them.
  checks.near("bf16_dot", widened(out.host()), widened(expected), 1.0 / 128);

  const std::vector<__nv_bfloat16> x = narrowed(random.numbers(2 * pairs, -4, 4));
  std::vector<__nv_bfloat16> y = narrowed(random.numbers(2 * pairs, -4, 4));
  Buffer<__nv_bfloat16> device_x(x), device_y(y);
  bf16_axpy<<<divide_up(pairs, 128), 128>>>(pairs, 0.75f,
                                            reinterpret_cast<const __nv_bfloat162*>((__nv_bfloat16*)device_x),
                                            reinterpret_cast<__nv_bfloat162*>((__nv_bfloat16*)device_y));
  reference_bf16_axpy(nullptr, pairs, 0.75f, reinterpret_cast<const __nv_bfloat162*>(x.data()),
                      reinterpret_cast<__nv_bfloat162*>(y.data()));
  checks.equal("bf16_axpy", widened(device_y.host()), widened(y));
  return checks.done();
}
