// Sums of whole blocks and the place of the greatest number, of which there are several.
#include "check.h"

KERNEL(scan_warps, const int* in, int* out);
KERNEL(argmax, int n, const int* in, int* place);

int main(int argc, char** argv) {
  const int blocks = 33, block = 416, n = blocks * block;
  Random random(argc, argv);
  Checks checks;
  const Launch launch = launch_of(blocks, block);
  const std::vector<int> in = random.whole(n, -50, 50);
  std::vector<int> sums(n), place(1);
  Buffer<int> x(in), y(n), device_place(1);
  scan_warps<<<blocks, block>>>(x, y);
  reference_scan_warps(&launch, in.data(), sums.data());
  checks.equal("scan_warps", y.host(), sums);
  for (int length : {1, 33, 1'000, n}) {
    argmax<<<1, 32>>>(length, x, device_place);
    reference_argmax(nullptr, length, in.data(), place.data());
    checks.equal("argmax", device_place.host(), place);
  }
  return checks.done();
}
