// Blocks of the size that the runtime finds best.
#include "check.h"

KERNEL(mixed_calls, int n, const unsigned* in, const float* weights, float* out);
KERNEL(small_median, int n, const unsigned char* in, unsigned char* out);

int main(int argc, char** argv) {
  const int n = 70'003;
  Random random(argc, argv);
  Checks checks;
  int least_grid = 0, block = 0;
  CHECK(cudaOccupancyMaxPotentialBlockSize(&least_grid, &block, mixed_calls, 0, 256));
  const std::vector<unsigned> words = random.words<unsigned>(n);
  const std::vector<float> weights = random.numbers(n, 0, 1);
  std::vector<float> blended(n);
  Buffer<unsigned> device_words(words);
  Buffer<float> device_weights(weights), out(n);
  mixed_calls<<<divide_up(n, block), block>>>(n, device_words, device_weights, out);
  reference_mixed_calls(nullptr, n, words.data(), weights.data(), blended.data());
  // A product up to 255, which a compiler may contract with the sum, is rounded or not.
  checks.near("mixed_calls", out.host(), blended, 2e-5);

  const std::vector<unsigned char> bytes = random.words<unsigned char>(9 * n);
  std::vector<unsigned char> medians(n);
  Buffer<unsigned char> device_bytes(bytes), device_medians(n);
  small_median<<<divide_up(n, 128), 128>>>(n, device_bytes, device_medians);
  reference_small_median(nullptr, n, bytes.data(), medians.data());
  checks.equal("small_median", device_medians.host(), medians);
  return checks.done();
}
