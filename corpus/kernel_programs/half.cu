// Numbers of CUDA's half type, made and read on the host.
#include "check.h"
#include "halves.h"

KERNEL(half_axpy, int n, float a, const __half* x, __half* y);
KERNEL(half_dot, int columns, const __half* a, const __half* b, float* out);
KERNEL(half2_axpy, int pairs, float a, const __half2* x, __half2* y);
KERNEL(half2_steps, int pairs, const __half2* x, __half2* out);

int main(int argc, char** argv) {
  const int pairs = 4'003, n = 2 * pairs, rows = 33, columns = 101;
  Random random(argc, argv);
  Checks checks;

  const std::vector<__half> x = narrowed(random.numbers(n, -4, 4)), y = narrowed(random.numbers(n, -4, 4));
  std::vector<__half> expected = y;
  Buffer<__half> device_x(x), device_y(y);
  half_axpy<<<divide_up(n, 128), 128>>>(n, 0.75f, device_x, device_y);
  reference_half_axpy(nullptr, n, 0.75f, x.data(), expected.data());
  checks.near("half_axpy", widened(device_y.host()), widened(expected), 1.0 / 1024);  // may be contracted

  const std::vector<__half> a = narrowed(random.numbers(rows * columns, -1, 1)),
                            b = narrowed(random.numbers(columns, -1, 1));
  std::vector<float> dots(rows);
  Buffer<__half> device_a(a), device_b(b);
  Buffer<float> device_dots(rows);
  const Launch launch = launch_of(rows, 32);
  half_dot<<<rows, 32>>>(columns, device_a, device_b, device_dots);
  reference_half_dot(&launch, columns, a.data(), b.data(), dots.data());
  checks.near("half_dot", device_dots.host(), dots, 1e-4);

  const std::vector<__half2> x2 = paired(x);
  std::vector<__half2> y2 = paired(y), steps(pairs);
  Buffer<__half2> device_x2(x2), device_y2(y2), device_steps(pairs);
  half2_axpy<<<divide_up(pairs, 128), 128>>>(pairs, 0.75f, device_x2, device_y2);
  reference_half2_axpy(nullptr, pairs, 0.75f, x2.data(), y2.data());
  checks.equal("half2_axpy", widened(device_y2.host()), widened(y2));

  half2_steps<<<divide_up(pairs, 128), 128>>>(pairs, device_x2, device_steps);
  reference_half2_steps(nullptr, pairs, x2.data(), steps.data());
  checks.equal("half2_steps", widened(device_steps.host()), widened(steps));
  return checks.done();
}
