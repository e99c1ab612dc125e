// The text form of prototypes: never crashes, and what parses prints and parses to the same again.
#include <cstdlib>

#include "translate/abi/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  Expected<abi::Prototypes> first =
      abi::parse_prototypes(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  if (!first) return 0;
  Expected<abi::Prototypes> again = abi::parse_prototypes(abi::to_string(*first), "printed");
  if (!again || !(*again == *first)) std::abort();
  return 0;
}
