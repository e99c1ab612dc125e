// Jumps, calls, returns, traps, and instructions without an effect that a program can see. Calls push nothing and
// returns pop nothing: see frontends/asm/lift.h's conventions. A rep (bnd, notrack) prefix on these means nothing.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

constexpr unsigned kIgnored = kRep | kRepne;

bool has_target(const Insn& x) {
  return x.c.instruction().symbolic_operand(0) != nullptr;
}
Lifted no_target() {
  return Lifted::refused("target is a number, not a symbol");
}

Lifted jmp(Insn& x) {
  if (!has_target(x)) return no_target();
  x.c.jump(0);
  return Lifted::done();
}

Lifted jcc(Insn& x) {
  if (!has_target(x)) return no_target();
  x.c.branch_if(condition(x, static_cast<unsigned>(x.immediate(x.back()))), 0);
  return Lifted::done();
}

Lifted jrcxz(Insn& x) {
  if (!has_target(x)) return no_target();
  x.c.branch_if(x.b.is_zero(x.get(x.s.rcx, x.name == "JRCXZ" ? 64 : 32)), 0);
  return Lifted::done();
}

// loop: jumps while --rcx is not 0; loope and loopne also want zf.
Lifted loop(Insn& x) {
  // LLVM has one opcode for both sizes; the prefix is in its flags (IP_HAS_AD_SIZE).
  constexpr unsigned kAddressSize = 2;
  if (x.prefix & kAddressSize) return Lifted::refused("with an address-size prefix it counts in ecx");
  if (!has_target(x)) return no_target();
  ValueId count = x.b.sub(x.get(x.s.rcx), x.b.constant(64, 1));
  x.set(x.s.rcx, count);
  ValueId again = x.b.ne(count, x.b.constant(64, 0));
  if (x.name == "LOOPE") again = x.b.bit_and(again, x.flag(x.s.zf));
  if (x.name == "LOOPNE") again = x.b.bit_and(again, x.b.bit_not(x.flag(x.s.zf)));
  x.c.branch_if(again, 0);
  return Lifted::done();
}

Lifted call(Insn& x) {
  if (!has_target(x)) return no_target();
  x.c.call(0);
  return Lifted::done();
}

void jmp_indirect(Insn& x) {
  x.c.jump_indirect(x.read(x[0], 64));
}
void call_indirect(Insn& x) {
  x.c.call_indirect(x.read(x[0], 64));
}
void ret(Insn& x) {
  x.c.ret();
}

template <ir::TrapKind Kind>
void trap(Insn& x) {
  x.c.trap(Kind);
}

Lifted nothing(LiftContext&) {
  return Lifted::done();
}

constexpr std::string_view kConditionFlags = "cf:r pf:r zf:r sf:r of:r";

constexpr Row kRows[] = {
    {"JMP_1 JMP_4", "jmp", "", lift<jmp, kIgnored>},
    {"JCC_1 JCC_4", "jcc", kConditionFlags, lift<jcc, kIgnored>},
    // SDM vol. 2, JMP: the prefix is ignored in 64-bit mode. APM vol. 3, 1.2.4: it makes the displacement 16 bits and
    // cuts the address.
    {"JMP_2 JCC_2 JMP16{r,m,r_NT,m_NT}", "jmpw", "", nullptr,
     "with an operand-size prefix processors of different makers differ"},
    {"CALLpcrel16 CALL16{r,m,r_NT,m_NT}", "callw", "", nullptr,
     "with an operand-size prefix processors of different makers differ"},
    {"JRCXZ JECXZ", "jrcxz", "", lift<jrcxz>},
    {"LOOP", "loop", "", lift<loop>},
    {"LOOPE LOOPNE", "loope", "zf:r", lift<loop>},
    {"JMP64{r,m,r_NT,m_NT,r_REX,m_REX}", "jmp", "", lift<jmp_indirect, kIgnored>},
    {"CALL64pcrel32", "call", "", lift<call, kIgnored>},
    {"CALL64{r,m,r_NT,m_NT}", "call", "", lift<call_indirect, kIgnored>},
    {"RET64", "ret", "", lift<ret, kIgnored>},
    {"RETI64", "ret", "", nullptr, "a return that pops arguments is no System V function"},
    {"TRAP UD1Wr UD1Lr UD1Qr UD1Wm UD1Lm UD1Qm", "ud2", "", lift<trap<ir::TrapKind::illegal>>},
    {"INT3", "int3", "", lift<trap<ir::TrapKind::breakpoint>>},
    {"HLT", "hlt", "", lift<trap<ir::TrapKind::abort>>},
    {"NOOP NOOP{W,L,Q} NOOP{W,L,Q}r ENDBR64 ENDBR32", "nop", "", nothing},
    {"DATA16_PREFIX REX64_PREFIX", "data16", "", nullptr, "the readers join prefixes with their instruction"},
    {"PAUSE", "pause", "", nothing},
    {"PREFETCH PREFETCHW PREFETCHWT1 PREFETCHNTA PREFETCHT{0,1,2}", "prefetch", "", nothing},
    {"CPUID", "cpuid", "", nullptr, "asks which processor this is"},
    {"RDTSC RDTSCP", "rdtsc", "", nullptr, "reads the processor's clock"},
    {"SYSCALL INT", "syscall", "", nullptr, "system calls differ between the ISAs"},
    {"XGETBV", "xgetbv", "", nullptr, "asks which processor state is enabled"},
    {"RDRAND{16,32,64}r RDSEED{16,32,64}r", "rdrand", "", nullptr, "random numbers of the processor"},
    {"LDMXCSR STMXCSR VLDMXCSR VSTMXCSR", "ldmxcsr", "", nullptr, "the floating-point mode is not modelled"},
    {"IN{8,16,32}{ri,rr} OUT{8,16,32}{ir,rr} CLI STI WRMSR RDMSR SYSRET SYSRET64 INVLPG", "in", "", nullptr,
     "privileged"},
};

}  // namespace

Rows control_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
