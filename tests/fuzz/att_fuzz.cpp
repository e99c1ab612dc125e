// x86-64 assembler text in AT&T syntax: read, lifted, checked.
#include "tests/fuzz/read_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  portolan::read_text(portolan::Isa::x86_64, std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
