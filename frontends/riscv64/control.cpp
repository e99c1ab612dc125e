// Jumps, branches, calls, and what leaves the program (unprivileged spec, 4.5 and 4.8).
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

// Compilers save the exception flags before a quiet comparison and put them back after it. The flags' own changes are
// not modelled, so only that pair means something: a read gives what the last write put there, and what either finds at
// entry or after a call is undefined.
constexpr int64_t kExceptionFlags = 1;  // fflags, unprivileged spec, table 3 of chapter 11

Lifted read_flags(LiftContext& c) {
  if (immediate(c, 1) != kExceptionFlags || register_number(c, 2) != 0)
    return Lifted::refused("reads or changes control and status registers");
  write(c, 0, c.b.get_slot(slots().exception_flags, 64));
  return Lifted::done();
}
Lifted write_flags(LiftContext& c) {
  if (immediate(c, 1) != kExceptionFlags || register_number(c, 0) != 0)
    return Lifted::refused("reads or changes control and status registers");
  c.b.set_slot(slots().exception_flags, read(c, 2));
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
    {"CSRRS", "csrrs", "", read_flags, "fflags only; its value is not compared by the gate"},
    {"CSRRW", "csrrw", "", write_flags, "fflags only; its value is not compared by the gate"},
    {"CSRRC CSRR{W,S,C}I", "csrrc", "", nullptr, "reads or changes control and status registers"},
    {"WFI MRET SRET SFENCE_VMA", "wfi", "", nullptr, "privileged"},
};

}  // namespace

RowSpan control_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
