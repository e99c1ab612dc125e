// Jumps, branches, calls, and what leaves the program (unprivileged spec, 4.5 and 4.8).
#include <functional>

#include "frontends/riscv64/opcodes.h"
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);

constexpr unsigned kReturnAddress = 1;

template <Binary kOp, bool kSwap>
Lifted branch(LiftContext& c) {
  const ValueId a = read(c, 0), b = read(c, 1);
  c.branch_if(kSwap ? (c.b.*kOp)(b, a, 1) : (c.b.*kOp)(a, b, 1), 2);
  return Lifted::done();
}

// Where the return address goes decides what a jump is: nowhere, a jump; ra, a call; else a millicode call
// (-msave-restore), which has a convention of its own.
constexpr const char* kMillicode = "a call that keeps its return address in another register than ra";

Lifted jump_and_link(LiftContext& c) {
  switch (register_number(c, 0)) {
    case 0:
      c.jump(1);
      return Lifted::done();
    case kReturnAddress:
      c.call(1);
      return Lifted::done();
    default:
      return Lifted::refused(kMillicode);
  }
}

Lifted jump_and_link_register(LiftContext& c) {
  const unsigned link = register_number(c, 0), base = register_number(c, 1);
  if (c.symbol(2)) return Lifted::refused("a jump through the low part of a symbol's address");
  const int64_t displacement = immediate(c, 2);
  if (link == 0 && base == kReturnAddress && displacement == 0) {
    c.ret();
    return Lifted::done();
  }
  const ValueId target = c.b.add(read(c, 1), c.b.signed_constant(64, displacement));
  if (link == 0) {
    c.jump_indirect(target);
  } else if (link == kReturnAddress) {
    c.call_indirect(target);
  } else {
    return Lifted::refused(kMillicode);
  }
  return Lifted::done();
}

Lifted call(LiftContext& c) {
  c.call(0);
  return Lifted::done();
}
Lifted call_with_link(LiftContext& c) {
  if (register_number(c, 0) != kReturnAddress) return Lifted::refused(kMillicode);
  c.call(1);
  return Lifted::done();
}
Lifted tail(LiftContext& c) {
  c.jump(0);
  return Lifted::done();
}
Lifted far_jump(LiftContext& c) {
  c.jump(1);
  return Lifted::done();
}
template <ir::TrapKind kKind>
Lifted trap(LiftContext& c) {
  c.trap(kKind);
  return Lifted::done();
}

// The instruction `distance` away from this one in its section, or nothing.
const llvm::MCInst* neighbour(const LiftContext& c, ptrdiff_t distance) {
  for (const assembly::Section& section : c.unit().sections) {
    const assembly::Instruction* first = section.instructions.data();
    const ptrdiff_t count = static_cast<ptrdiff_t>(section.instructions.size());
    if (std::less<>()(&c.instruction(), first) || !std::less<>()(&c.instruction(), first + count)) continue;
    const ptrdiff_t index = &c.instruction() - first + distance;
    return index >= 0 && index < count ? &first[index].inst : nullptr;
  }
  return nullptr;
}

// How compilers write a quiet comparison: flt or fle between "frflags r" and "fsflags r", which takes back the flag
// that an unordered comparison raises. The flags are not modelled, so both ends do nothing but leave any value in r.
constexpr int64_t kFflags = 1;
Lifted exception_flags(LiftContext& c) {
  constexpr const char* kRefused = "reads or changes control and status registers";
  const auto reads = [](const llvm::MCInst* i) {
    return i && i->getOpcode() == CSRRS && i->getOperand(1).isImm() && i->getOperand(1).getImm() == kFflags &&
           i->getOperand(2).getReg() == X0;
  };
  const auto restores = [](const llvm::MCInst* i) {
    return i && i->getOpcode() == CSRRW && i->getOperand(1).isImm() && i->getOperand(1).getImm() == kFflags &&
           i->getOperand(0).getReg() == X0;
  };
  const auto compares = [](const llvm::MCInst* i) {
    return i &&
           (i->getOpcode() == FLT_S || i->getOpcode() == FLT_D || i->getOpcode() == FLE_S || i->getOpcode() == FLE_D);
  };
  const ptrdiff_t start = reads(&c.inst()) ? 0 : -2;
  const llvm::MCInst *read = neighbour(c, start), *compare = neighbour(c, start + 1),
                     *restore = neighbour(c, start + 2);
  if (!reads(read) || !compares(compare) || !restores(restore)) return Lifted::refused(kRefused);
  const unsigned saved = read->getOperand(0).getReg();
  if (restore->getOperand(2).getReg() != saved || compare->getOperand(0).getReg() == saved || saved == X0)
    return Lifted::refused(kRefused);
  if (start == 0) write(c, 0, c.b.undef(64));
  return Lifted::done();
}

using B = ir::Builder;
constexpr Row kRows[] = {
    {"BEQ PseudoLongBEQ", "beq", "", branch<&B::eq, false>},
    {"BNE PseudoLongBNE", "bne", "", branch<&B::ne, false>},
    {"BLT PseudoLongBLT", "blt", "", branch<&B::slt, false>},
    {"BGE PseudoLongBGE", "bge", "", branch<&B::sle, true>},
    {"BLTU PseudoLongBLTU", "bltu", "", branch<&B::ult, false>},
    {"BGEU PseudoLongBGEU", "bgeu", "", branch<&B::ule, true>},
    {"JAL", "jal", "", jump_and_link},
    {"JALR", "jalr", "", jump_and_link_register},
    {"PseudoCALL", "call", "", call},
    {"PseudoCALLReg", "call", "", call_with_link},
    {"PseudoTAIL", "tail", "", tail},
    {"PseudoJump", "jump", "", far_jump},
    {"EBREAK", "ebreak", "", trap<ir::TrapKind::breakpoint>},
    {"UNIMP", "unimp", "", trap<ir::TrapKind::illegal>},
    {"ECALL", "ecall", "", nullptr, "a system call"},
    {"CSRRS CSRRW", "frflags", "", exception_flags, "only around a quiet comparison"},
    {"CSRRC CSRR{W,S,C}I", "csrrw", "", nullptr, "reads or changes control and status registers"},
    {"WFI MRET SRET SFENCE_VMA", "wfi", "", nullptr, "privileged"},
};

}  // namespace

RowSpan control_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
