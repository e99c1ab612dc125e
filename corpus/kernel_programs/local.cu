// A few turns of Jacobi's method between two buffers; a matrix whose rows lie apart on the host.
#include "check.h"

KERNEL(jacobi, int n, const double* in, double* out);
KERNEL(transpose, int rows, int columns, const int* in, int* out);
KERNEL(collatz, int n, const unsigned* in, unsigned* steps);
KERNEL(quantise, int columns, float scale, const float* in, signed char* out, float* back);
KERNEL(mix64, int n, const unsigned long long* in, unsigned long long* out);

int main(int argc, char** argv) {
  const int side = 67, rows = 45, columns = 83, pitch = 96, n = 20'005;
  Random random(argc, argv);
  Checks checks;

  std::vector<double> grid = random.numbers<double>(side * side, -4, 4), next(side * side);
  Buffer<double> device_grid(grid), device_next(side * side);
  double *from = device_grid, *to = device_next;
  for (int turn = 0; turn < 8; ++turn) {
    jacobi<<<dim3(divide_up(side, 16), divide_up(side, 8)), dim3(16, 8)>>>(side, from, to);
    reference_jacobi(nullptr, side, grid.data(), next.data());
    std::swap(from, to), std::swap(grid, next);
  }
  checks.equal("jacobi", device_grid.host(), grid);

  const std::vector<int> wide = random.words<int>(rows * pitch);
  std::vector<int> close(rows * columns), turned(rows * columns);
  for (int i = 0; i < rows * columns; ++i) close[i] = wide[i / columns * pitch + i % columns];
  Buffer<int> matrix(rows * columns), device_turned(rows * columns);
  CHECK(cudaMemcpy2D(matrix, columns * sizeof(int), wide.data(), pitch * sizeof(int), columns * sizeof(int), rows,
                     cudaMemcpyHostToDevice));
  transpose<<<dim3(divide_up(columns, 8), divide_up(rows, 8)), dim3(8, 8)>>>(rows, columns, matrix, device_turned);
  reference_transpose(nullptr, rows, columns, close.data(), turned.data());
  checks.equal("transpose", device_turned.host(), turned);

  const std::vector<unsigned> starts = random.whole<unsigned>(n, 0, 100'000);
  std::vector<unsigned> steps(n);
  Buffer<unsigned> device_starts(starts), device_steps(n);
  collatz<<<divide_up(n, 64), 64>>>(n, device_starts, device_steps);
  reference_collatz(nullptr, n, starts.data(), steps.data());
  checks.equal("collatz", device_steps.host(), steps);

  const Launch launch = launch_of(rows, columns);
  const std::vector<float> numbers = random.numbers(rows * columns, -5, 5);
  std::vector<signed char> codes(rows * columns);
  std::vector<float> back(rows * columns);
  Buffer<float> device_numbers(numbers), device_back(rows * columns);
  Buffer<signed char> device_codes(rows * columns);
  quantise<<<rows, columns>>>(columns, 0.03125f, device_numbers, device_codes, device_back);
  reference_quantise(&launch, columns, 0.03125f, numbers.data(), codes.data(), back.data());
  checks.equal("quantise: codes", device_codes.host(), codes);
  checks.equal("quantise: back", device_back.host(), back);

  const std::vector<unsigned long long> words = random.words<unsigned long long>(n);
  std::vector<unsigned long long> mixed(n);
  Buffer<unsigned long long> device_words(words), device_mixed(n);
  mix64<<<divide_up(n, 64), 64>>>(n, device_words, device_mixed);
  reference_mix64(nullptr, n, words.data(), mixed.data());
  checks.equal("mix64", device_mixed.host(), mixed);
  return checks.done();
}
