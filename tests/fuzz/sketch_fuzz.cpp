// Any bytes as a sketch of any target: located errors or a sketch that is printed and read back the same.
#include <cstdlib>
#include <string_view>

#include "translate/sketch/sketch.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  if (size == 0) return 0;
  const Isa isa = kIsas[data[0] % 3];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto sketch = sketch::parse(text, "fuzz", isa);
  if (!sketch) {
    if (sketch.error().message.empty()) std::abort();
    return 0;
  }
  const std::string printed = sketch::print(*sketch);
  const auto again = sketch::parse(printed, "fuzz", isa);
  if (!again || sketch::print(*again) != printed || again->holes.size() != sketch->holes.size()) std::abort();
  return 0;
}
