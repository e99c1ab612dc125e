// An image with an odd number of rows and columns.
#include "check.h"

KERNEL(max_pool, int width, int height, const float* in, float* out, int* places);

int main(int argc, char** argv) {
  const int width = 205, height = 117, left = (width / 2) * (height / 2);
  Random random(argc, argv);
  Checks checks;
  const std::vector<float> in = random.numbers(width * height, -4, 4);
  std::vector<float> expected(left);
  std::vector<int> expected_places(left);
  Buffer<float> x(in), y(left);
  Buffer<int> places(left);
  const dim3 block(16, 4), grid(divide_up(width / 2, 16), divide_up(height / 2, 4));
  max_pool<<<grid, block>>>(width, height, x, y, places);
  reference_max_pool(nullptr, width, height, in.data(), expected.data(), expected_places.data());
  checks.equal("max_pool: numbers", y.host(), expected);
  checks.equal("max_pool: places", places.host(), expected_places);
  return checks.done();
}
