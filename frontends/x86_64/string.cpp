// String instructions. The ABI promises df = 0 at function entry and `std` is refused, so within what is lifted the
// direction is always up (System V ABI, AMD64 supplement, 3.2.1).
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

// MOVSB, MOVSW, MOVSL, MOVSQ
unsigned element_bytes(const Insn& x) {
  switch (x.name.back()) {
    case 'B':
      return 1;
    case 'W':
      return 2;
    case 'L':
      return 4;
    default:
      return 8;
  }
}

ValueId element(Insn& x, Slot pointer) {
  return x.b.load(x.get(pointer), 8 * element_bytes(x));
}
void advance(Insn& x, Slot pointer) {
  x.set(pointer, x.b.add(x.get(pointer), x.b.constant(64, element_bytes(x))));
}

// Repeated forms move the pointers by the whole length and end with rcx = 0.
ValueId take_count(Insn& x) {
  ValueId count = x.get(x.s.rcx);
  x.set(x.s.rcx, x.b.constant(64, 0));
  return count;
}
void advance(Insn& x, Slot pointer, ValueId count) {
  ValueId elements = x.b.mul(count, x.b.constant(64, element_bytes(x)));
  x.set(pointer, x.b.add(x.get(pointer), elements));
}

bool repeated(const Insn& x) {
  return x.prefix & (kRep | kRepne);
}

Lifted movs(Insn& x) {
  if (!repeated(x)) {
    x.b.store(x.get(x.s.rdi), element(x, x.s.rsi));
    advance(x, x.s.rsi);
    advance(x, x.s.rdi);
    return Lifted::done();
  }
  ValueId count = take_count(x);
  x.b.memory_copy(x.get(x.s.rdi), x.get(x.s.rsi), count, element_bytes(x));
  advance(x, x.s.rsi, count);
  advance(x, x.s.rdi, count);
  return Lifted::done();
}

Lifted stos(Insn& x) {
  ValueId value = x.get(x.s.rax, 8 * element_bytes(x));
  if (!repeated(x)) {
    x.b.store(x.get(x.s.rdi), value);
    advance(x, x.s.rdi);
    return Lifted::done();
  }
  ValueId count = take_count(x);
  x.b.memory_set(x.get(x.s.rdi), value, count);
  advance(x, x.s.rdi, count);
  return Lifted::done();
}

Lifted lods(Insn& x) {
  if (repeated(x)) return Lifted::refused("rep lods");
  x.set(x.s.rax, element(x, x.s.rsi));
  advance(x, x.s.rsi);
  return Lifted::done();
}

Lifted scas(Insn& x) {
  if (repeated(x)) return Lifted::refused("repeated scas: a loop within one instruction");
  ValueId a = x.get(x.s.rax, 8 * element_bytes(x)), b = element(x, x.s.rdi);
  advance(x, x.s.rdi);
  set_sub_flags(x, a, b, x.b.sub(a, b));
  return Lifted::done();
}

Lifted cmps(Insn& x) {
  if (repeated(x)) return Lifted::refused("repeated cmps: a loop within one instruction");
  ValueId a = element(x, x.s.rsi), b = element(x, x.s.rdi);
  advance(x, x.s.rsi);
  advance(x, x.s.rdi);
  set_sub_flags(x, a, b, x.b.sub(a, b));
  return Lifted::done();
}

// The registers are operands (edi with an address-size prefix), and so is the source's segment.
template <auto F>
Lifted lift_string(LiftContext& c) {
  for (const llvm::MCOperand& operand : c.inst()) {
    if (!operand.isReg() || operand.getReg() == 0) continue;
    std::string_view name = c.target().register_name(operand.getReg());
    if (name != "RSI" && name != "RDI" && name != "rsi" && name != "rdi")
      return Lifted::refused("string instruction with register " + std::string(name));
  }
  Insn x(c);
  if (x.lock) return Lifted::refused("lock prefix on this instruction");
  return F(x);
}

constexpr std::string_view kNote = "with df = 0";
constexpr Row kRows[] = {
    {"MOVS{B,W,L,Q}", "movs", "df:r", lift_string<movs>, kNote},
    {"STOS{B,W,L,Q}", "stos", "df:r", lift_string<stos>, kNote},
    {"LODS{B,W,L,Q}", "lods", "df:r", lift_string<lods>, kNote},
    {"SCAS{B,W,L,Q}", "scas", "df:r cf:w pf:w af:w zf:w sf:w of:w", lift_string<scas>, kNote},
    {"CMPS{B,W,L,Q}", "cmps", "df:r cf:w pf:w af:w zf:w sf:w of:w", lift_string<cmps>, kNote},
    {"CLD", "cld", "df:w", lift<[](Insn& x) { x.set_flag(x.s.df, x.b.constant(1, 0)); }>},
    {"STD", "std", "df:w", nullptr, "string instructions that go down are not lifted"},
    {"REP_PREFIX REPNE_PREFIX", "rep", "", nullptr, "the readers join prefixes with their instruction"},
};

}  // namespace

Rows string_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
