// Grids by what the device has: its multiprocessors, and the blocks that fit on one.
#include "check.h"

KERNEL(reduce, int n, const int* in, int* out);
KERNEL(warp_scan, const int* in, int* out);
KERNEL(block_scan, const int* in, int* out);
KERNEL(histogram, int n, const unsigned char* in, unsigned* counts);
KERNEL(compact, const int* in, int* out, unsigned* counts);
KERNEL(greatest, int n, const int* in, int* out);

int main(int argc, char** argv) {
  const int block = 192, blocks = 101, n = block * blocks - 37;
  Random random(argc, argv);
  Checks checks;
  const Launch launch = launch_of(blocks, block);
  const std::vector<int> in = random.whole(block * blocks, -1000, 1000);
  std::vector<int> expected(block * blocks), sums(blocks);
  Buffer<int> x(in), y(block * blocks), device_sums(blocks);

  reduce<<<blocks, block>>>(n, x, device_sums);
  reference_reduce(&launch, n, in.data(), sums.data());
  checks.equal("reduce", device_sums.host(), sums);

  warp_scan<<<blocks, block>>>(x, y);
  reference_warp_scan(&launch, in.data(), expected.data());
  checks.equal("warp_scan", y.host(), expected);

  const int pieces = block * blocks / 64;
  const Launch by_64 = launch_of(pieces, 64);
  block_scan<<<pieces, 64>>>(x, y);
  reference_block_scan(&by_64, in.data(), expected.data());
  checks.equal("block_scan", y.host(), expected);

  int processors = 0, resident = 0;
  CHECK(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0));
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, histogram, 256, 0));
  std::printf("histogram: %d blocks fit on the device\n", processors * resident);
  const std::vector<unsigned char> bytes = random.whole<unsigned char>(300'007, 0, 200);
  std::vector<unsigned> counts(16, 5);
  Buffer<unsigned char> device_bytes(bytes);
  Buffer<unsigned> device_counts(counts);
  histogram<<<processors * resident, 256>>>(int(bytes.size()), device_bytes, device_counts);
  reference_histogram(nullptr, int(bytes.size()), bytes.data(), counts.data());
  checks.equal("histogram", device_counts.host(), counts);

  // What compact leaves alone keeps its value.
  std::vector<unsigned> kept(block * blocks / 32);
  std::fill(expected.begin(), expected.end(), -7);
  y.set(expected);
  Buffer<unsigned> device_kept(kept.size());
  compact<<<blocks, block>>>(x, y, device_kept);
  reference_compact(&launch, in.data(), expected.data(), kept.data());
  checks.equal("compact: numbers", y.host(), expected);
  checks.equal("compact: counts", device_kept.host(), kept);

  std::vector<int> most = {-2000};
  Buffer<int> device_most(most);
  greatest<<<blocks, block>>>(n, x, device_most);
  reference_greatest(nullptr, n, in.data(), most.data());
  checks.equal("greatest", device_most.host(), most);
  return checks.done();
}
