// Shared memory whose size the launch gives, for blocks as large as the device and the kernel allow.
#include "check.h"

KERNEL(reduce_dynamic, int n, const int* in, int* out);
KERNEL(reverse_dynamic, const int* in, int* out);

int main(int argc, char** argv) {
  Random random(argc, argv);
  Checks checks;
  cudaFuncAttributes attributes;
  CHECK(cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(reduce_dynamic)));
  const int most = std::min(attributes.maxThreadsPerBlock, 1024);
  CHECK(cudaFuncSetAttribute(reinterpret_cast<const void*>(reduce_dynamic), cudaFuncAttributeMaxDynamicSharedMemorySize,
                             most * int(sizeof(int))));
  for (int block = 32; block <= most; block *= 2) {
    const int blocks = 21, n = blocks * block - 5;
    const std::vector<int> in = random.words<int>(blocks * block);
    std::vector<int> sums(blocks), reversed(in.size());
    Buffer<int> x(in), out(blocks), y(in.size());
    const Launch launch = launch_of(blocks, block);
    reduce_dynamic<<<blocks, block, block * sizeof(int)>>>(n, x, out);
    reverse_dynamic<<<blocks, block, block * sizeof(int)>>>(x, y);
    reference_reduce_dynamic(&launch, n, in.data(), sums.data());
    reference_reverse_dynamic(&launch, in.data(), reversed.data());
    checks.equal("reduce_dynamic", out.host(), sums);
    checks.equal("reverse_dynamic", y.host(), reversed);
  }
  return checks.done();
}
