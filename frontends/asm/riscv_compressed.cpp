#include "frontends/asm/riscv_compressed.h"

#include <algorithm>
#include <iterator>

#include "frontends/riscv64/opcodes.h"

namespace portolan::assembly {
namespace {

using namespace riscv64;

// How the operands of the full instruction come from those of the compressed one.
enum class Shape {
  same,       // (rd, rs1, imm), (rs2, rs1, imm), (rd, rs1, rs2), (rd, imm)
  nothing,    // no operands on either side
  nop,        // addi zero, zero, 0
  from_zero,  // (rd, x) -> (rd, zero, x)
  move,       // (rd, rs) -> (rd, rs, 0)
  jump,       // (offset) -> (zero, offset)
  branch,     // (rs1, offset) -> (rs1, zero, offset)
  jump_register,
  call_register,
};

struct Expansion {
  unsigned compressed;
  unsigned full;
  Shape shape;
};

constexpr Expansion kExpansions[] = {
    {C_ADDI4SPN, ADDI, Shape::same},
    {C_FLD, FLD, Shape::same},
    {C_LW, LW, Shape::same},
    {C_LD, LD, Shape::same},
    {C_FSD, FSD, Shape::same},
    {C_SW, SW, Shape::same},
    {C_SD, SD, Shape::same},
    {C_NOP, ADDI, Shape::nop},
    {C_NOP_HINT, ADDI, Shape::nop},
    {C_ADDI, ADDI, Shape::same},
    {C_ADDI_NOP, ADDI, Shape::nop},
    {C_ADDIW, ADDIW, Shape::same},
    {C_LI, ADDI, Shape::from_zero},
    {C_ADDI16SP, ADDI, Shape::same},
    {C_LUI, LUI, Shape::same},
    {C_SRLI, SRLI, Shape::same},
    {C_SRAI, SRAI, Shape::same},
    {C_ANDI, ANDI, Shape::same},
    {C_SUB, SUB, Shape::same},
    {C_XOR, XOR, Shape::same},
    {C_OR, OR, Shape::same},
    {C_AND, AND, Shape::same},
    {C_SUBW, SUBW, Shape::same},
    {C_ADDW, ADDW, Shape::same},
    {C_J, JAL, Shape::jump},
    {C_BEQZ, BEQ, Shape::branch},
    {C_BNEZ, BNE, Shape::branch},
    {C_SLLI, SLLI, Shape::same},
    {C_FLDSP, FLD, Shape::same},
    {C_LWSP, LW, Shape::same},
    {C_LDSP, LD, Shape::same},
    {C_JR, JALR, Shape::jump_register},
    {C_MV, ADDI, Shape::move},  // the manual says add rd, zero, rs; assemblers read `mv` as addi rd, rs, 0
    {C_EBREAK, EBREAK, Shape::nothing},
    {C_JALR, JALR, Shape::call_register},
    {C_ADD, ADD, Shape::same},
    {C_FSDSP, FSD, Shape::same},
    {C_SWSP, SW, Shape::same},
    {C_SDSP, SD, Shape::same},
    {C_UNIMP, UNIMP, Shape::nothing},
};

llvm::MCOperand reg(unsigned number) {
  return llvm::MCOperand::createReg(number);
}
llvm::MCOperand imm(int64_t value) {
  return llvm::MCOperand::createImm(value);
}

}  // namespace

bool expand_compressed(llvm::MCInst& inst) {
  unsigned opcode = inst.getOpcode();
  if (opcode < C_ADD || opcode > C_ZEXT_W) return true;
  const Expansion* found = std::find_if(std::begin(kExpansions), std::end(kExpansions),
                                        [&](const Expansion& e) { return e.compressed == opcode; });
  if (found == std::end(kExpansions)) return false;
  llvm::MCInst full;
  full.setOpcode(found->full);
  full.setLoc(inst.getLoc());
  auto add = [&full](std::initializer_list<llvm::MCOperand> operands) {
    for (const llvm::MCOperand& operand : operands) full.addOperand(operand);
  };
  switch (found->shape) {
    case Shape::same:
      for (const llvm::MCOperand& operand : inst) full.addOperand(operand);
      break;
    case Shape::nothing:
      break;
    case Shape::nop:
      add({reg(X0), reg(X0), imm(0)});
      break;
    case Shape::from_zero:
      add({inst.getOperand(0), reg(X0), inst.getOperand(1)});
      break;
    case Shape::move:
      add({inst.getOperand(0), inst.getOperand(1), imm(0)});
      break;
    case Shape::jump:
      add({reg(X0), inst.getOperand(0)});
      break;
    case Shape::branch:
      add({inst.getOperand(0), reg(X0), inst.getOperand(1)});
      break;
    case Shape::jump_register:
      add({reg(X0), inst.getOperand(0), imm(0)});
      break;
    case Shape::call_register:
      add({reg(X1), inst.getOperand(0), imm(0)});
      break;
  }
  inst = full;
  return true;
}

}  // namespace portolan::assembly
