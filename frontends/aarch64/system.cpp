// Hints, barriers, traps, and the few system registers that programs see.
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

// op0:op1:CRn:CRm:op2 as LLVM packs them.
constexpr unsigned system_register(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
  return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
}
constexpr unsigned kNzcv = system_register(3, 3, 4, 2, 0);
constexpr unsigned kTpidrEl0 = system_register(3, 3, 13, 0, 2);

// Hints do nothing that a program without pointer authentication or guarded pages sees: yield, bti, paciasp, autiasp.
// The exceptions sign or check registers as data, and are refused.
Lifted hint(LiftContext& c) {
  switch (immediate(c, 0)) {
    case 7:  // xpaclri
    case 8:
    case 10:
    case 12:
    case 14:  // pacia1716 … autib1716
      return Lifted::refused("pointer authentication of x17");
    default:
      return Lifted::done();
  }
}

Lifted nothing(LiftContext&) {
  return Lifted::done();
}

Lifted trap_breakpoint(LiftContext& c) {
  c.trap(ir::TrapKind::breakpoint);
  return Lifted::done();
}

Lifted trap_illegal(LiftContext& c) {
  c.trap(ir::TrapKind::illegal);
  return Lifted::done();
}

// CRm: bits 0..1 are 1 for loads, 2 for stores, 3 for both; which observers (bits 2..3) makes no difference here.
Lifted data_barrier(LiftContext& c) {
  c.b.fence((immediate(c, 0) & 3) == 1 ? ir::Ordering::acquire : ir::Ordering::sequential);
  return Lifted::done();
}

Lifted read_system(LiftContext& c) {
  switch (immediate(c, 1)) {
    case kTpidrEl0:
      write(c, 0, c.b.thread_pointer());
      return Lifted::done();
    case kNzcv: {
      const Slots& s = slots();
      ValueId value = c.b.get_slot(s.n, 1);
      for (const Slot slot : {s.z, s.c, s.v}) value = c.b.concat(value, c.b.get_slot(slot, 1));
      write(c, 0, c.b.shl(c.b.zext(value, 64), c.b.constant(64, 28)));
      return Lifted::done();
    }
    default:
      return Lifted::refused("a system register that is not modelled");
  }
}

Lifted write_system(LiftContext& c) {
  if (immediate(c, 0) != kNzcv) return Lifted::refused("a system register that is not modelled");
  const ValueId value = read(c, 1);
  const auto bit = [&](unsigned index) { return c.b.extract(value, index, 1); };
  write_flags(c, {bit(31), bit(30), bit(29), bit(28)});
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"HINT", "hint", "", hint},
    {"PACIASP PACIBSP AUTIASP AUTIBSP PACIAZ PACIBZ AUTIAZ AUTIBZ", "paciasp", "", nothing, "pauth"},
    {"PAC{IA,IB,DA,DB} PACI{A,B}1716 AUTI{A,B}1716 AUT{IA,IB,DA,DB} XPAC{D,I} XPACLRI PACGA", "pacia", "", nullptr,
     "pointer authentication"},
    {"BRK", "brk", "", trap_breakpoint},
    {"UDF", "udf", "", trap_illegal},
    {"HLT SVC HVC SMC", "svc", "", nullptr, "leaves the program"},
    {"DMB DSB", "dmb", "", data_barrier},
    {"ISB", "isb", "", nothing},
    {"MRS", "mrs", "n:r z:r c:r v:r", read_system},
    {"MSR", "msr", "n:w z:w c:w v:w", write_system},
    {"SYSxt SYSLxt MSRpstateImm1 MSRpstateImm4", "sys", "", nullptr, "a system instruction"},
};

}  // namespace

RowSpan system_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
