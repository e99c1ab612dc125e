// Compare-and-exchange, fetch-and-add, fences. Locked read-modify-write forms of ordinary arithmetic are in integer.cpp
// and bits.cpp. Locked instructions are sequentially consistent (SDM vol. 3, 9.2.3.9).
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

// The accumulator is written on failure only: after a success eax keeps its upper half.
void cmpxchg(Insn& x) {
  ir::Builder& b = x.b;
  ValueId expected = x.get(x.s.rax, x.width), replacement = x.read(x[1]);
  ValueId old = x.lock ? b.atomic_cas(x.address(x[0]), expected, replacement, ir::Ordering::sequential) : x.read(x[0]);
  ValueId equal = b.eq(expected, old);
  if (!x.lock) {
    // Processors differ in whether a failure clears the upper half of a 32-bit register destination.
    if (x.width == 32 && x[0].is_register())
      x.set(x.slot(x[0]), b.select(equal, b.zext(replacement, 64), b.concat(b.undef(32), old)));
    else
      x.write(x[0], b.select(equal, replacement, old));
  }
  ValueId rax = x.get(x.s.rax);  // after the write: the destination may be the accumulator itself
  ValueId failed = x.width == 64 ? old : x.width == 32 ? b.zext(old, 64) : b.insert(rax, old, 0);
  x.set(x.s.rax, b.select(equal, rax, failed));
  set_sub_flags(x, expected, old, b.sub(expected, old));
}

// rdx:rax against 16 bytes, replaced by rcx:rbx; or edx:eax against 8, by ecx:ebx, where only a failure clears the
// upper halves. Only zf changes. 16 bytes must be aligned (SDM vol. 2, CMPXCHG8B/CMPXCHG16B).
void cmpxchg_pair(Insn& x) {
  ir::Builder& b = x.b;
  const unsigned half = x.name == "CMPXCHG8B" ? 32 : 64;
  const uint8_t alignment = half == 64 ? 16 : 1;
  ValueId expected = b.concat(x.get(x.s.rdx, half), x.get(x.s.rax, half));
  ValueId replacement = b.concat(x.get(x.s.rcx, half), x.get(x.s.rbx, half));
  ValueId address = x.address(x[0]), old;
  if (x.lock) {
    old = b.atomic_cas(address, expected, replacement, ir::Ordering::sequential);
  } else {
    old = b.load(address, 2 * half, ir::Ordering::none, alignment);
    b.store(address, b.select(b.eq(expected, old), replacement, old), ir::Ordering::none, alignment);
  }
  ValueId equal = b.eq(expected, old);
  x.set(x.s.rax, b.select(equal, x.get(x.s.rax), b.zext(b.truncate(old, half), 64)));
  x.set(x.s.rdx, b.select(equal, x.get(x.s.rdx), b.zext(b.extract(old, half, half), 64)));
  x.set_flag(x.s.zf, equal);
}

// XADD32rr: [0] is the destination; XADD32rm: LLVM names the register first.
void xadd(Insn& x) {
  ir::Builder& b = x.b;
  const Operand& destination = x[1].is_memory() ? x[1] : x[0];
  const Operand& source = x[1].is_memory() ? x[0] : x[1];
  ValueId addend = x.read(source);
  ValueId old = x.lock ? b.atomic_rmw(ir::RmwKind::add, x.address(destination), addend, ir::Ordering::sequential)
                       : x.read(destination);
  ValueId sum = b.add(old, addend);
  // A memory address uses the source's old value; of two equal registers the sum stays.
  if (!x.lock && destination.is_memory()) x.write(destination, sum);
  x.write(source, old);
  if (destination.is_register()) x.write(destination, sum);
  set_add_flags(x, old, addend, sum);
}

void mfence(Insn& x) {
  x.b.fence(ir::Ordering::sequential);
}
void lfence(Insn& x) {
  x.b.fence(ir::Ordering::acquire);
}
void sfence(Insn& x) {
  x.b.fence(ir::Ordering::release);
}

constexpr Row kRows[] = {
    {"CMPXCHG{8,16,32,64}{rr,rm}", "cmpxchg", kArithmeticFlags, lift<cmpxchg, kLock>},
    {"CMPXCHG16B", "cmpxchg16b", "zf:w", lift<cmpxchg_pair, kLock>, "cx16"},
    {"CMPXCHG8B", "cmpxchg8b", "zf:w", lift<cmpxchg_pair, kLock>},
    {"XADD{8,16,32,64}{rr,rm}", "xadd", kArithmeticFlags, lift<xadd, kLock>},
    {"MFENCE", "mfence", "", lift<mfence>},
    {"LFENCE", "lfence", "", lift<lfence>},
    {"SFENCE", "sfence", "", lift<sfence>},
    {"LOCK_PREFIX", "lock", "", nullptr, "the readers join prefixes with their instruction"},
};

}  // namespace

Rows atomic_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
