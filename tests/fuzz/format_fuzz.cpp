// printf and scanf format strings, narrow and wide: what they ask for. The first byte chooses the kind.
#include "translate/abi/format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  if (size == 0) return 0;
  const auto kind = static_cast<abi::FormatRole::Kind>(data[0] % 4);
  static_cast<void>(abi::format_arguments(kind, std::string_view(reinterpret_cast<const char*>(data + 1), size - 1)));
  return 0;
}
