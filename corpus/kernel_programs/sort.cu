// Blocks sorted at once; 64 numbers by sixteen passes over two buffers.
#include "check.h"

KERNEL(bitonic, int* data);
KERNEL(radix_pass, int shift, const unsigned* in, unsigned* out);

int main(int argc, char** argv) {
  const int blocks = 77;
  Random random(argc, argv);
  Checks checks;
  std::vector<int> data = random.whole(128 * blocks, -40'000, 40'000);
  Buffer<int> device_data(data);
  bitonic<<<blocks, 64>>>(device_data);
  const Launch launch = launch_of(blocks, 64);
  reference_bitonic(&launch, data.data());
  checks.equal("bitonic", device_data.host(), data);

  std::vector<unsigned> in = random.words<unsigned>(64), pass(64);
  Buffer<unsigned> from(in), to(64);
  radix_pass<<<1, 64>>>(6, from, to);
  reference_radix_pass(nullptr, 6, in.data(), pass.data());
  checks.equal("radix_pass", to.host(), pass);
  for (int shift = 0; shift < 32; shift += 2) {
    radix_pass<<<1, 64>>>(shift, from, to);
    CHECK(cudaMemcpyAsync(from, to, from.bytes(), cudaMemcpyDeviceToDevice, 0));
  }
  std::sort(in.begin(), in.end());
  checks.equal("sixteen passes", from.host(), in);
  return checks.done();
}
