// Kernels that speak of cooperative groups; one is launched cooperatively, with pointers to its arguments.
#include "check.h"

KERNEL(group_sum, int n, const int* in, int* out);
KERNEL(tile_facts, const int* in, int* greatest, int* below, int* steps);

int main(int argc, char** argv) {
  const int blocks = 41, block = 96, threads = blocks * block;
  int n = threads - 11;
  Random random(argc, argv);
  Checks checks;
  const Launch launch = launch_of(blocks, block);
  const std::vector<int> in = random.whole(threads, -30, 30);
  std::vector<int> sums(blocks), greatest(threads / 8), below(threads / 8), steps(threads);
  Buffer<int> x(in), out(blocks), device_greatest(threads / 8), device_below(threads / 8), device_steps(threads);

  int together = 0;
  CHECK(cudaDeviceGetAttribute(&together, cudaDevAttrCooperativeLaunch, 0));
  const int* from = x;
  int* to = out;
  void* arguments[] = {&n, &from, &to};
  if (together)
    CHECK(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(group_sum), dim3(blocks), dim3(block), arguments, 0,
                                      0));
  else
    group_sum<<<blocks, block>>>(n, x, out);
  reference_group_sum(&launch, n, in.data(), sums.data());
  checks.equal("group_sum", out.host(), sums);

  tile_facts<<<blocks, block>>>(x, device_greatest, device_below, device_steps);
  reference_tile_facts(&launch, in.data(), greatest.data(), below.data(), steps.data());
  checks.equal("tile_facts: greatest", device_greatest.host(), greatest);
  checks.equal("tile_facts: below", device_below.host(), below);
  checks.equal("tile_facts: steps", device_steps.host(), steps);
  return checks.done();
}
