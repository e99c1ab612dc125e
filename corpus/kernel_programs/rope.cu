// Angles as large as long texts have them.
#include "check.h"

KERNEL(rope, int positions, int half, const float* frequencies, float* x);

int main(int argc, char** argv) {
  const int positions = 501, half = 33;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> frequencies(half), x = random.numbers(positions * 2 * half, -2, 2);
  for (int i = 0; i < half; ++i) frequencies[i] = std::pow(10'000.0f, -float(i) / half);
  Buffer<float> device_frequencies(frequencies), device_x(x);
  rope<<<divide_up(positions * half, 128), 128>>>(positions, half, device_frequencies, device_x);
  reference_rope(nullptr, positions, half, frequencies.data(), x.data());
  checks.near("rope", device_x.host(), x, 1e-4);
  return checks.done();
}
