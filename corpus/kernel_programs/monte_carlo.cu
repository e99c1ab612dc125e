// The host is told by the stream when the points are drawn, and works pi out of them.
#include "check.h"

KERNEL(monte_carlo, int rounds, unsigned seed, unsigned* hits);

static void CUDART_CB tell(void* flag) {
  *static_cast<bool*>(flag) = true;
}

int main(int argc, char** argv) {
  const int rounds = 1'000, blocks = 16, block = 128;
  const unsigned seed = argc > 1 ? unsigned(std::atoi(argv[1])) : 12'345;
  Checks checks;
  const Launch launch = launch_of(blocks, block);
  std::vector<unsigned> expected = {0};
  Buffer<unsigned> hits(expected);
  bool told = false;
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  monte_carlo<<<blocks, block, 0, stream>>>(rounds, seed, hits);
  CHECK(cudaLaunchHostFunc(stream, tell, &told));
  CHECK(cudaStreamSynchronize(stream));
  reference_monte_carlo(&launch, rounds, seed, expected.data());
  checks.equal("monte_carlo", hits.host(), expected);
  checks.equal("the stream's call", std::vector<int>{told}, std::vector<int>{1});
  checks.near("pi", std::vector<double>{4.0 * hits.host()[0] / (double(rounds) * blocks * block)},
              std::vector<double>{3.14159265}, 1e-2);
  CHECK(cudaStreamDestroy(stream));
  return checks.done();
}
