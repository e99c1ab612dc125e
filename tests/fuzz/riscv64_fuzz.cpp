// RISC-V assembler text: read, lifted, checked.
#include "tests/fuzz/read_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  portolan::read_text(portolan::Isa::riscv64, std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
