#include "frontends/x86_64/lifter.h"

#include "frontends/x86_64/families.h"
#include "frontends/x86_64/opcodes.h"

namespace portolan::x86_64 {
namespace {

using assembly::Flow;

class X86Lifter final : public assembly::Lifter {
 public:
  const assembly::RowTable& rows() const override { return rows_; }

  Flow flow(const llvm::MCInst& inst) const override {
    switch (inst.getOpcode()) {
      case JMP_1:
      case JMP_2:
      case JMP_4:
        return {Flow::Kind::jump, 0};
      case JCC_1:
      case JCC_2:
      case JCC_4:
      case JRCXZ:
      case JECXZ:
      case LOOP:
      case LOOPE:
      case LOOPNE:
        return {Flow::Kind::branch, 0};
      case JMP64r:
      case JMP64m:
      case JMP64r_NT:
      case JMP64m_NT:
      case JMP64r_REX:
      case JMP64m_REX:
      case JMP16r:
      case JMP16m:
      case JMP16r_NT:
      case JMP16m_NT:
        return {Flow::Kind::jump_indirect, 0};
      case CALL64pcrel32:
      case CALLpcrel16:
        return {Flow::Kind::call, 0};
      case CALL64r:
      case CALL64m:
      case CALL64r_NT:
      case CALL64m_NT:
      case CALL16r:
      case CALL16m:
      case CALL16r_NT:
      case CALL16m_NT:
        return {Flow::Kind::call_indirect, 0};
      case RET64:
      case RETI64:
        return {Flow::Kind::ret, 0};
      case TRAP:
      case INT3:
      case HLT:
      case UD1Wr:
      case UD1Lr:
      case UD1Qr:
      case UD1Wm:
      case UD1Lm:
      case UD1Qm:
        return {Flow::Kind::stop, 0};
      default:
        return {};
    }
  }

 private:
  assembly::RowTable rows_{Isa::x86_64,
                           {move_rows(), integer_rows(), multiply_rows(), shift_rows(), bit_rows(), atomic_rows(),
                            string_rows(), control_rows(), float_rows(), convert_rows(), vector_move_rows(),
                            vector_integer_rows(), shuffle_rows(), unlifted_rows()}};
};

}  // namespace

const assembly::Lifter& lifter() {
  static const X86Lifter lifter;
  return lifter;
}

}  // namespace portolan::x86_64
