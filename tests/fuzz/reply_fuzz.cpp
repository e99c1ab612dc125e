// What a solver printed: an answer, and values of the widths that the first bytes ask for.
#include <algorithm>
#include <cstdlib>

#include "verify/solve/reply.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  const size_t count = size == 0 ? 0 : std::min<size_t>(data[0] % 8, size - 1);
  std::vector<unsigned> widths;
  for (size_t n = 0; n < count; ++n) widths.push_back(1u + data[1 + n]);
  const size_t begin = size == 0 ? 0 : 1 + count;
  const std::string_view reply(reinterpret_cast<const char*>(data + begin), size - begin);
  solve::read_answer(reply);
  solve::read_remains(reply);
  const auto values = solve::read_values(reply, widths);
  if (!values) return 0;
  if (values->size() != widths.size()) std::abort();
  for (size_t n = 0; n < count; ++n)
    if ((*values)[n].getBitWidth() != widths[n]) std::abort();
  return 0;
}
