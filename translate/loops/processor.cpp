#include "translate/loops/processor.h"

namespace portolan::loops {

std::optional<Processor> processor_named(std::string_view name) {
  const Processor all[] = {
      {"riscv64", "RV64 with M, F and D; no vectors", "+m,+f,+d", true, 1, false},
      // RVV 1.0, chapter 18.2: elements of at most 32 bits and no floating point in vectors.
      {"riscv64:zve32x", "RV64 with M, F and Zve32x, vector registers of 128 bits; no D, no real numbers in vectors",
       "+m,+f,+zve32x,+zvl128b", false, 16, false},
      {"riscv64:v", "RV64 with M, F, D and V, vector registers of 128 bits", "+m,+f,+d,+v,+zvl128b", true, 16, true},
  };
  for (const Processor& one : all)
    if (one.name == name) return one;
  return std::nullopt;
}

}  // namespace portolan::loops
