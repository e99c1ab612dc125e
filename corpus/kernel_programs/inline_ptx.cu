// Kernels of inline PTX; one is launched by cudaLaunchKernel, with pointers to its arguments.
#include "check.h"

KERNEL(bit_play, int n, const unsigned* a, const unsigned* b, unsigned* out);
KERNEL(dot_bytes, int rows, int words, const int* a, const int* b, int* out);
KERNEL(upper_product, int n, const unsigned long long* a, const unsigned long long* b, unsigned long long* out);

int main(int argc, char** argv) {
  int n = 30'007, rows = 1'003, words = 37;
  Random random(argc, argv);
  Checks checks;

  const std::vector<unsigned> a = random.words<unsigned>(n), b = random.words<unsigned>(n);
  std::vector<unsigned> played(n);
  Buffer<unsigned> device_a(a), device_b(b), out(n);
  const unsigned *first = device_a, *second = device_b;
  unsigned* to = out;
  void* arguments[] = {&n, &first, &second, &to};
  CHECK(cudaLaunchKernel(reinterpret_cast<const void*>(bit_play), dim3(divide_up(n, 128)), dim3(128), arguments, 0,
                         nullptr));
  reference_bit_play(nullptr, n, a.data(), b.data(), played.data());
  checks.equal("bit_play", out.host(), played);

  const std::vector<int> left = random.words<int>(rows * words), right = random.words<int>(words);
  std::vector<int> sums(rows);
  Buffer<int> device_left(left), device_right(right), device_sums(rows);
  dot_bytes<<<divide_up(rows, 64), 64>>>(rows, words, device_left, device_right, device_sums);
  reference_dot_bytes(nullptr, rows, words, left.data(), right.data(), sums.data());
  checks.equal("dot_bytes", device_sums.host(), sums);

  const std::vector<unsigned long long> x = random.words<unsigned long long>(n),
                                        y = random.words<unsigned long long>(n);
  std::vector<unsigned long long> upper(n);
  Buffer<unsigned long long> device_x(x), device_y(y), device_upper(n);
  upper_product<<<divide_up(n, 128), 128>>>(n, device_x, device_y, device_upper);
  reference_upper_product(nullptr, n, x.data(), y.data(), upper.data());
  checks.equal("upper_product", device_upper.host(), upper);
  return checks.done();
}
