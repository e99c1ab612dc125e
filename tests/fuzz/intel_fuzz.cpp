// x86-64 assembler text in Intel syntax: read, lifted, checked.
#include "tests/fuzz/read_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  portolan::read_text(portolan::Isa::x86_64, ".intel_syntax noprefix\n" + std::string(text));
  return 0;
}
