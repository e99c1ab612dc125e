#include "frontends/riscv64/lifter.h"

#include "frontends/riscv64/opcodes.h"
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using assembly::Flow;

bool takes_symbol(unsigned opcode) {
  switch (opcode) {
    case LUI:
    case AUIPC:
    case ADDI:
    case PseudoAddTPRel:
    case LB:
    case LH:
    case LW:
    case LD:
    case LBU:
    case LHU:
    case LWU:
    case FLW:
    case FLD:
    case SB:
    case SH:
    case SW:
    case SD:
    case FSW:
    case FSD:
    case PREFETCH_I:
    case PREFETCH_R:
    case PREFETCH_W:
      return true;
    default:
      return false;
  }
}

Flow::Kind link_kind(const llvm::MCInst& inst, Flow::Kind jump, Flow::Kind call) {
  return inst.getOperand(0).getReg() == X0 ? jump : call;
}

class Riscv64Lifter final : public assembly::Lifter {
 public:
  Riscv64Lifter()
      : rows_(Isa::riscv64, {integer_rows(), bit_rows(), memory_rows(), atomic_rows(), float_rows(),
                             float_convert_rows(), control_rows()}) {}

  const assembly::RowTable& rows() const override { return rows_; }

  Flow flow(const llvm::MCInst& inst) const override {
    switch (inst.getOpcode()) {
      case BEQ:
      case BNE:
      case BLT:
      case BGE:
      case BLTU:
      case BGEU:
      case PseudoLongBEQ:
      case PseudoLongBNE:
      case PseudoLongBLT:
      case PseudoLongBGE:
      case PseudoLongBLTU:
      case PseudoLongBGEU:
        return {Flow::Kind::branch, 2};
      case JAL:
        return {link_kind(inst, Flow::Kind::jump, Flow::Kind::call), 1};
      case JALR: {
        const bool is_return =
            inst.getOperand(1).getReg() == X1 && inst.getOperand(2).isImm() && inst.getOperand(2).getImm() == 0;
        return {link_kind(inst, is_return ? Flow::Kind::ret : Flow::Kind::jump_indirect, Flow::Kind::call_indirect), 1};
      }
      case PseudoCALL:
        return {Flow::Kind::call, 0};
      case PseudoCALLReg:
        return {Flow::Kind::call, 1};
      case PseudoTAIL:
        return {Flow::Kind::jump, 0};
      case PseudoJump:
        return {Flow::Kind::jump, 1};
      case EBREAK:
      case UNIMP:
        return {Flow::Kind::stop, 0};
      default:
        return {};
    }
  }

  Lifted lift(LiftContext& c) const override {
    const llvm::MCInst& inst = c.inst();
    const Flow leaves = flow(inst);
    const bool direct =
        leaves.kind == Flow::Kind::jump || leaves.kind == Flow::Kind::branch || leaves.kind == Flow::Kind::call;
    for (const auto& symbolic : c.instruction().symbolic) {
      const bool is_target = direct && symbolic.operand == leaves.target_operand;
      if (!is_target && !takes_symbol(inst.getOpcode()))
        return Lifted::refused("a symbol as operand of this instruction is not supported");
    }
    if (direct && !c.instruction().symbolic_operand(leaves.target_operand))
      return Lifted::refused("a branch to a number instead of a label");
    const llvm::MCInstrDesc& description = c.target().instructions().get(inst.getOpcode());
    for (unsigned i = 0; i < description.getNumDefs() && i < inst.getNumOperands(); ++i)
      if (inst.getOperand(i).isReg() && inst.getOperand(i).getReg() == X4)
        return Lifted::refused("changes the thread pointer");
    return Lifter::lift(c);
  }

 private:
  assembly::RowTable rows_;
};

}  // namespace

const assembly::Lifter& lifter() {
  static const Riscv64Lifter instance;
  return instance;
}

}  // namespace portolan::riscv64
