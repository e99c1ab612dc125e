// Lanes that ask each other.
#include "check.h"

KERNEL(same_keys, const int* keys, int* counts, int* ranks);
KERNEL(some_lanes, int limit, const int* in, int* out);
KERNEL(half_warps, const int* in, int* out);
KERNEL(any_and_all, const int* in, int* out);
KERNEL(count_block, const int* in, int* out);

int main(int argc, char** argv) {
  const int blocks = 53, block = 96, n = blocks * block;
  Random random(argc, argv);
  Checks checks;
  const Launch launch = launch_of(blocks, block);
  const std::vector<int> keys = random.whole(n, 0, 11);
  std::vector<int> in = random.whole(n, -3, 3), expected(n), ranks(n);
  for (int i = 0; i < n / 200; ++i)
    in[random.whole(1, 0, n - 1)[0]] = i % 2 == 0 ? 7 : -4;  // few: warps with and without
  Buffer<int> device_keys(keys), x(in), y(n), device_ranks(n);

  same_keys<<<blocks, block>>>(device_keys, y, device_ranks);
  reference_same_keys(&launch, keys.data(), expected.data(), ranks.data());
  checks.equal("same_keys: counts", y.host(), expected);
  checks.equal("same_keys: ranks", device_ranks.host(), ranks);

  for (int limit : {1, 7, 31, 32}) {
    some_lanes<<<blocks, block>>>(limit, x, y);
    reference_some_lanes(&launch, limit, in.data(), expected.data());
    checks.equal("some_lanes", y.host(), expected);
  }
  half_warps<<<blocks, block>>>(x, y);
  reference_half_warps(&launch, in.data(), expected.data());
  checks.equal("half_warps", y.host(), expected);

  any_and_all<<<blocks, block>>>(x, y);
  reference_any_and_all(&launch, in.data(), expected.data());
  checks.equal("any_and_all", y.host(), expected);

  count_block<<<blocks, block>>>(x, y);
  reference_count_block(&launch, in.data(), expected.data());
  checks.equal("count_block", y.host(), expected);
  return checks.done();
}
