// Assembler text of any kind: read, lifted, checked; as the CPU it seems to be for, else as one its size picks.
#include "tests/fuzz/lift_all.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Expected<assembly::Unit> unit = assembly::read_unit(text, "input", {});
  if (!unit) {
    assembly::ReadOptions options;
    options.isa = kIsas[size % std::size(kIsas)];
    unit = assembly::read_unit(text, "input", options);
  }
  if (unit) lift_all(*unit);
  return 0;
}
