// Processors that tensor specifications are compiled for as loops: what LLVM's RISC-V backend may use, and what the
// code made here counts on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portolan::loops {

struct Processor {
  std::string name;         // as --to takes it
  std::string text;         // what it has, in words
  std::string features;     // LLVM's, without a compressed or atomic extension that nothing here needs
  bool doubles = false;     // the D extension: real numbers are held in 64 bits, else in 32
  unsigned lanes = 1;       // integers of 32 bits worked on at once: four vector registers of 128 bits, or one number
  bool real_lanes = false;  // lanes may be real numbers too
};

// No value: another target.
inline constexpr const char* kProcessorNames = "riscv64, riscv64:zve32x or riscv64:v";
std::optional<Processor> processor_named(std::string_view name);

}  // namespace portolan::loops
