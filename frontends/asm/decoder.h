// Machine code to MCInst, one instruction at a time, with the place of each immediate within an x86-64 instruction.
#pragma once

#include <memory>
#include <vector>

#include "frontends/asm/mc_target.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"

namespace portolan::assembly {

class Decoder {
 public:
  // Where in the instruction's bytes an operand's value stands.
  struct Field {
    uint8_t operand;
    uint8_t offset;
    uint8_t size;
  };

  explicit Decoder(const McTarget& target);

  // The size in bytes of the instruction at the start of `bytes`, 0 if there is none. Compressed RISC-V instructions
  // come expanded, x86-64 ones in the form that the assembler would choose (JMP_1 for a jump, not JMP_4).
  unsigned decode(llvm::ArrayRef<uint8_t> bytes, llvm::MCInst& inst);
  const std::vector<Field>& fields() const { return fields_; }  // x86-64, of the last instruction

 private:
  unsigned decode_behind_prefix(llvm::ArrayRef<uint8_t> bytes, llvm::MCInst& inst, unsigned flag);

  const McTarget& target_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  std::vector<Field> fields_;
  std::vector<uint16_t> normal_;  // x86-64: opcode to the opcode that the parser gives
};

}  // namespace portolan::assembly
