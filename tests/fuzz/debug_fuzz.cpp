// DWARF in an object, whole or broken, to prototypes; what is found prints and is read as the same again.
#include <cstdlib>

#include "translate/abi/prototypes.h"
#include "translate/abi/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  const std::string_view object(reinterpret_cast<const char*>(data), size);
  Expected<abi::Prototypes> found = abi::prototypes_from_dwarf(object, "input");
  if (!found) return 0;
  Expected<abi::Prototypes> again = abi::parse_prototypes(abi::to_string(*found), "printed");
  if (!again) std::abort();
  return 0;
}
