// Variables of the module, read by their names between launches: the counter must be back at zero.
#include "check.h"

extern __device__ unsigned finished;
extern __device__ int partial[64];
KERNEL(sum_last_block, int n, const int* in, int* out);

int main(int argc, char** argv) {
  Random random(argc, argv);
  Checks checks;
  for (int blocks : {1, 7, 64}) {
    const int n = 10'000 + blocks;
    const std::vector<int> in = random.words<int>(n);
    std::vector<int> expected(1);
    Buffer<int> x(in), out(1);
    sum_last_block<<<blocks, 64>>>(n, x, out);
    reference_sum_last_block(nullptr, n, in.data(), expected.data());
    checks.equal("sum_last_block", out.host(), expected);

    unsigned left = 1;
    CHECK(cudaMemcpyFromSymbol(&left, finished, sizeof left));
    checks.equal("finished", std::vector<unsigned>{left}, std::vector<unsigned>{0});
    void* place = nullptr;
    std::vector<int> parts(blocks);
    CHECK(cudaGetSymbolAddress(&place, partial));
    CHECK(cudaMemcpy(parts.data(), place, blocks * sizeof(int), cudaMemcpyDeviceToHost));
    unsigned sum = 0;
    for (int part : parts) sum += unsigned(part);
    checks.equal("partial", std::vector<int>{int(sum)}, expected);
  }
  return checks.done();
}
