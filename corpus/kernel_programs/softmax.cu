// Blocks as large as the device's properties allow.
#include "check.h"

KERNEL(softmax, int columns, const float* in, float* out);

int main(int argc, char** argv) {
  const int rows = 45, columns = 1'537;
  Random random(argc, argv);
  Checks checks;
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  const int block = std::min(512, properties.maxThreadsPerBlock);
  std::printf("%s, blocks of %d\n", properties.name, block);
  const std::vector<float> in = random.numbers(rows * columns, -10, 10);
  std::vector<float> expected(in.size());
  Buffer<float> x(in), y(in.size());
  softmax<<<rows, block>>>(columns, x, y);
  const Launch launch = launch_of(rows, block);
  reference_softmax(&launch, columns, in.data(), expected.data());
  checks.near("softmax", y.host(), expected, 1e-7);
  std::vector<float> sums(rows), ones(rows, 1);
  const std::vector<float> got = y.host();
  for (int i = 0; i < rows * columns; ++i) sums[i / columns] += got[i];
  checks.near("sums of rows", sums, ones, 1e-4);
  return checks.done();
}
