#include "frontends/asm/pc_relative.h"

#include "frontends/aarch64/opcodes.h"
#include "frontends/riscv64/opcodes.h"
#include "frontends/x86_64/opcodes.h"

namespace portolan::assembly {

bool names_page(Isa isa, const llvm::MCInst& inst) {
  return (isa == Isa::aarch64 && inst.getOpcode() == aarch64::ADRP) ||
         (isa == Isa::riscv64 && inst.getOpcode() == riscv64::AUIPC);
}

bool is_pc_relative(const McTarget& target, const llvm::MCInst& inst, unsigned operand) {
  const llvm::MCInstrDesc& description = target.instructions().get(inst.getOpcode());
  if (operand >= description.getNumOperands() || !inst.getOperand(operand).isImm()) return false;
  if (description.operands()[operand].OperandType == llvm::MCOI::OPERAND_PCREL) return true;
  if (names_page(target.isa(), inst)) return operand == 1;
  // x86-64 memory operands are base, scale, index, displacement, segment.
  return target.isa() == Isa::x86_64 && operand >= 3 && inst.getOperand(operand - 3).isReg() &&
         inst.getOperand(operand - 3).getReg() == x86_64::RIP;
}

uint64_t named_place(const McTarget& target, const llvm::MCInst& inst, unsigned operand, uint64_t pc, unsigned size) {
  const uint64_t value = static_cast<uint64_t>(inst.getOperand(operand).getImm());
  switch (target.isa()) {
    case Isa::x86_64:
      return pc + size + value;
    case Isa::aarch64:
      if (names_page(target.isa(), inst)) return (pc & ~uint64_t{0xfff}) + (value << 12);
      return pc + (inst.getOpcode() == aarch64::ADR ? value : value * 4);
    case Isa::riscv64:
      break;
  }
  if (!names_page(target.isa(), inst)) return pc + value;
  // 20 bits, shifted to 32 and sign-extended.
  return pc + static_cast<uint64_t>(int64_t{static_cast<int32_t>(static_cast<uint32_t>(value) << 12)});
}

}  // namespace portolan::assembly
