// What comes in any order is sorted before it is compared.
#include "check.h"

KERNEL(sum_floats, int n, const float* in, float* out);
KERNEL(hash_insert, int n, int places, const int* keys, int* table);
KERNEL(append_even, int n, const int* in, int* out, unsigned* count);
KERNEL(extremes, int n, const int* in, int* least, int* most, unsigned* bits);

template <class T>
std::vector<T> sorted(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  return all;
}

int main(int argc, char** argv) {
  const int n = 20'021, places = 40'009, blocks = divide_up(n, 128);
  Random random(argc, argv);
  Checks checks;

  const std::vector<float> numbers = random.numbers(n, -1, 1);
  std::vector<float> sum = {2.5f};
  Buffer<float> in(numbers), total(sum);
  sum_floats<<<blocks, 128>>>(n, in, total);
  reference_sum_floats(nullptr, n, numbers.data(), sum.data());
  checks.near("sum_floats", total.host(), sum, 5e-4);

  const std::vector<int> keys = random.whole(n, 1, 30'000);
  std::vector<int> set(places);
  Buffer<int> device_keys(keys), table(places);
  CHECK(cudaMemset(table, 0, table.bytes()));
  hash_insert<<<blocks, 128>>>(n, places, device_keys, table);
  reference_hash_insert(nullptr, n, places, keys.data(), set.data());
  checks.equal("hash_insert", sorted(table.host()), sorted(set));

  const std::vector<int> whole = random.words<int>(n);
  std::vector<int> even(n);
  std::vector<unsigned> count = {0};
  Buffer<int> words(whole), kept(even);
  Buffer<unsigned> kept_count(count);
  append_even<<<blocks, 128>>>(n, words, kept, kept_count);
  reference_append_even(nullptr, n, whole.data(), even.data(), count.data());
  checks.equal("append_even: how many", kept_count.host(), count);
  checks.equal("append_even: which", sorted(kept.host()), sorted(even));

  std::vector<int> least = {2147483647}, most = {-2147483647 - 1};
  std::vector<unsigned> bits = {0};
  const std::vector<int> small = random.whole(n, -1'000'000, 0x00f0'0000);
  Buffer<int> device_least(least), device_most(most);
  Buffer<unsigned> device_bits(bits);
  words.set(small);
  extremes<<<blocks, 128>>>(n, words, device_least, device_most, device_bits);
  reference_extremes(nullptr, n, small.data(), least.data(), most.data(), bits.data());
  checks.equal("extremes: least", device_least.host(), least);
  checks.equal("extremes: most", device_most.host(), most);
  checks.equal("extremes: bits", device_bits.host(), bits);
  return checks.done();
}
