// AMDGCN machine code to machine-level IR of one lane: insn.h says how a wave is made of lanes.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "frontends/amdgcn/processor.h"
#include "ir/diagnostic.h"
#include "ir/function.h"

namespace portolan::amdgcn {

struct LiftedCode {
  ir::Function code;
  std::vector<uint32_t> slots;  // widths
  size_t instructions = 0;
  bool uses_scratch = false;
  std::vector<bool> arithmetic;  // of vectors: by offset in words of four bytes
};

// The code that is reached from `entry`, until s_endpgm. `address` is where `code` lies when it runs; lines of the IR
// are offsets into it.
struct Entry {
  std::span<const uint8_t> code;
  uint64_t offset = 0;
  uint64_t address = 0;
};
Expected<LiftedCode> lift(Processor processor, const Entry& entry, const std::string& name, const std::string& file);

// One instruction alone: it ends with the slot kPc (insn.h) saying where it goes on.
Expected<LiftedCode> lift_instruction(Processor processor, std::span<const uint8_t> bytes);

}  // namespace portolan::amdgcn
