// Object files, whole or broken: read, lifted, checked.
#include "tests/fuzz/lift_all.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  std::string contents(reinterpret_cast<const char*>(data), size);
  // Without the magic number this is the text reader's business.
  if (!contents.starts_with("\177ELF")) return 0;
  if (Expected<assembly::Unit> unit = assembly::read_unit(contents, "input", {})) lift_all(*unit);
  return 0;
}
