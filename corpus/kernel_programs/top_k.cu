// The four greatest of rows in which numbers come more than once.
#include "check.h"

KERNEL(top_k, int columns, const int* in, int* values, int* places);

int main(int argc, char** argv) {
  const int blocks = 23, block = 128, rows = blocks * block / 32, columns = 201;
  Random random(argc, argv);
  Checks checks;
  const std::vector<int> in = random.whole(rows * columns, -70, 70);
  std::vector<int> values(4 * rows), places(4 * rows);
  Buffer<int> x(in), device_values(4 * rows), device_places(4 * rows);
  top_k<<<blocks, block>>>(columns, x, device_values, device_places);
  const Launch launch = launch_of(blocks, block);
  reference_top_k(&launch, columns, in.data(), values.data(), places.data());
  checks.equal("top_k: values", device_values.host(), values);
  checks.equal("top_k: places", device_places.host(), places);
  return checks.done();
}
