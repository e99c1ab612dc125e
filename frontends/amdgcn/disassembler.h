// Machine code to the lines that LLVM MC prints, one instruction at a time: the lifter reads the documented assembly
// syntax (instruction.h) and not the operand lists of LLVM's opcodes, whose order its headers do not tell.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "frontends/amdgcn/processor.h"

namespace portolan::amdgcn {

class Disassembler {
 public:
  explicit Disassembler(Processor processor);
  ~Disassembler();
  Disassembler(const Disassembler&) = delete;
  Disassembler& operator=(const Disassembler&) = delete;

  struct Line {
    unsigned size = 0;  // bytes; 0: there is no instruction
    std::string text;
  };
  Line read(std::span<const uint8_t> bytes);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace portolan::amdgcn
