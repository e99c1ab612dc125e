// To four bits and back, one kernel after the other in a stream.
#include "check.h"

KERNEL(quantise_int4, int groups, const float* in, unsigned* out, float* scales);
KERNEL(dequantise_int4, int groups, const unsigned* in, const float* scales, float* out);

int main(int argc, char** argv) {
  const int groups = 5'003;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> in = random.numbers(8 * groups, -3, 3), scales(groups), back(8 * groups);
  std::fill(in.begin(), in.begin() + 8, 0.0f);
  std::vector<unsigned> words(groups);
  Buffer<float> x(in), device_scales(groups), y(8 * groups);
  Buffer<unsigned> device_words(groups);
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  quantise_int4<<<divide_up(groups, 64), 64, 0, stream>>>(groups, x, device_words, device_scales);
  dequantise_int4<<<divide_up(8 * groups, 64), 64, 0, stream>>>(groups, device_words, device_scales, y);
  CHECK(cudaStreamSynchronize(stream));
  reference_quantise_int4(nullptr, groups, in.data(), words.data(), scales.data());
  reference_dequantise_int4(nullptr, groups, words.data(), scales.data(), back.data());
  checks.equal("quantise_int4: words", device_words.host(), words);
  checks.equal("quantise_int4: scales", device_scales.host(), scales);
  checks.equal("dequantise_int4", y.host(), back);
  CHECK(cudaStreamDestroy(stream));
  return checks.done();
}
