// Rows by number, in pieces of sixteen bytes.
#include "check.h"

struct alignas(16) Four {
  float v[4];
};
KERNEL(embedding, int tokens, int pieces, const int* ids, const Four* table, Four* out);

int main(int argc, char** argv) {
  const int words = 1'009, pieces = 17, tokens = 3'001;
  Random random(argc, argv);
  Checks checks;
  std::vector<Four> table(words * pieces), expected(tokens * pieces);
  for (Four& four : table)
    for (float& v : four.v) v = random.numbers(1, -1, 1)[0];
  const std::vector<int> ids = random.whole(tokens, 0, words - 1);
  Buffer<Four> device_table(table), out(expected.size());
  Buffer<int> device_ids(ids);
  embedding<<<divide_up(tokens * pieces, 256), 256>>>(tokens, pieces, device_ids, device_table, out);
  reference_embedding(nullptr, tokens, pieces, ids.data(), table.data(), expected.data());
  const auto flat = [](const std::vector<Four>& all) {
    std::vector<float> numbers(4 * all.size());
    std::memcpy(numbers.data(), all.data(), 4 * sizeof(float) * all.size());
    return numbers;
  };
  checks.equal("embedding", flat(out.host()), flat(expected));
  return checks.done();
}
