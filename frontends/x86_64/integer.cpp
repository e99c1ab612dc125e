// Two-operand integer arithmetic and logic, with memory destinations, accumulator forms and the lock prefix.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

using ir::RmwKind;

// Destination and source of all forms. ADD32i32 and the like name the accumulator only in the opcode.
struct Binary {
  explicit Binary(Insn& x) : x_(x), accumulator_(x.size() == 1) {
    source = x.read(x.back());
    if (!x.lock) old = accumulator_ ? x.get(x.s.rax, x.width) : x.read(x[0]);
  }
  void write(ValueId result) {
    if (accumulator_)
      x_.set(x_.s.rax, result);
    else
      x_.write(x_[0], result);
  }
  ValueId old = ir::kNoValue;
  ValueId source;

 private:
  Insn& x_;
  bool accumulator_;
};

// The old value of a memory destination that a locked instruction changes in one step.
ValueId locked(Insn& x, RmwKind kind, ValueId operand) {
  return x.b.atomic_rmw(kind, x.address(x[0]), operand, ir::Ordering::sequential);
}

template <RmwKind Kind>
ValueId compute(ir::Builder& b, ValueId old, ValueId source) {
  if constexpr (Kind == RmwKind::add) return b.add(old, source);
  if constexpr (Kind == RmwKind::sub) return b.sub(old, source);
  if constexpr (Kind == RmwKind::bit_and) return b.bit_and(old, source);
  if constexpr (Kind == RmwKind::bit_or) return b.bit_or(old, source);
  if constexpr (Kind == RmwKind::bit_xor) return b.bit_xor(old, source);
}

template <RmwKind Kind>
void arithmetic(Insn& x) {
  Binary v(x);
  if (x.lock) v.old = locked(x, Kind, v.source);
  ValueId result = compute<Kind>(x.b, v.old, v.source);
  if (!x.lock) v.write(result);
  if constexpr (Kind == RmwKind::add)
    set_add_flags(x, v.old, v.source, result);
  else if constexpr (Kind == RmwKind::sub)
    set_sub_flags(x, v.old, v.source, result);
  else
    set_logic_flags(x, result);
}

void adc(Insn& x) {
  Binary v(x);
  ValueId carry = x.flag(x.s.cf);
  ValueId result = x.b.add(x.b.add(v.old, v.source), x.b.zext(carry, x.width));
  v.write(result);
  set_result_flags(x, result);
  set_auxiliary_flag(x, v.old, v.source, result);
  x.set_flag(x.s.cf, x.b.add_carry(v.old, v.source, carry));
  x.set_flag(x.s.of, x.b.add_overflow(v.old, v.source, carry));
}

void sbb(Insn& x) {
  Binary v(x);
  ValueId borrow = x.flag(x.s.cf);
  ValueId result = x.b.sub(x.b.sub(v.old, v.source), x.b.zext(borrow, x.width));
  v.write(result);
  set_result_flags(x, result);
  set_auxiliary_flag(x, v.old, v.source, result);
  x.set_flag(x.s.cf, x.b.sub_borrow(v.old, v.source, borrow));
  x.set_flag(x.s.of, x.b.sub_overflow(v.old, v.source, borrow));
}

void cmp(Insn& x) {
  Binary v(x);
  set_sub_flags(x, v.old, v.source, x.b.sub(v.old, v.source));
}

void test(Insn& x) {
  Binary v(x);
  set_logic_flags(x, x.b.bit_and(v.old, v.source));
}

// inc and dec keep cf.
template <RmwKind Kind>
void step(Insn& x) {
  ValueId one = x.b.constant(x.width, 1);
  ValueId old = x.lock ? locked(x, Kind, one) : x.read(x[0]);
  ValueId result = compute<Kind>(x.b, old, one);
  if (!x.lock) x.write(x[0], result);
  set_result_flags(x, result);
  set_auxiliary_flag(x, old, one, result);
  ValueId zero = x.b.constant(1, 0);
  x.set_flag(x.s.of, Kind == RmwKind::add ? x.b.add_overflow(old, one, zero) : x.b.sub_overflow(old, one, zero));
}

void neg(Insn& x) {
  ValueId zero = x.b.constant(x.width, 0), old = x.read(x[0]);
  ValueId result = x.b.sub(zero, old);
  x.write(x[0], result);
  set_sub_flags(x, zero, old, result);
}

void bit_not(Insn& x) {
  if (x.lock) {
    locked(x, RmwKind::bit_xor, x.b.signed_constant(x.width, -1));
    return;
  }
  x.write(x[0], x.b.bit_not(x.read(x[0])));
}

// adcx and adox touch one flag each, so that two carry chains interleave (SDM vol. 2).
template <bool UsesCarry>
void add_with_one_flag(Insn& x) {
  Slot flag = UsesCarry ? x.s.cf : x.s.of;
  ValueId a = x.read(x[0]), source = x.read(x[1]), carry = x.flag(flag);
  x.write(x[0], x.b.add(x.b.add(a, source), x.b.zext(carry, x.width)));
  x.set_flag(flag, x.b.add_carry(a, source, carry));
}

template <bool Value>
void put_carry(Insn& x) {
  x.set_flag(x.s.cf, x.b.constant(1, Value));
}

constexpr std::string_view kCarryFlags = "cf:m pf:w af:w zf:w sf:w of:w";
constexpr std::string_view kStepFlags = "pf:w af:w zf:w sf:w of:w";

// Every form of a two-operand instruction.
#define ALU_FORMS(NAME)                                                                  \
  NAME "8{rr,rr_REV,rm,mr,ri,mi,i8} " NAME "16{rr,rr_REV,rm,mr,ri,ri8,mi,mi8,i16} " NAME \
       "32{rr,rr_REV,rm,mr,ri,ri8,mi,mi8,i32} " NAME "64{rr,rr_REV,rm,mr,ri32,ri8,mi32,mi8,i32}"

constexpr Row kRows[] = {
    {ALU_FORMS("ADD"), "add", kArithmeticFlags, lift<arithmetic<RmwKind::add>, kLock>},
    {ALU_FORMS("SUB"), "sub", kArithmeticFlags, lift<arithmetic<RmwKind::sub>, kLock>},
    {ALU_FORMS("AND"), "and", kLogicFlags, lift<arithmetic<RmwKind::bit_and>, kLock>},
    {ALU_FORMS("OR"), "or", kLogicFlags, lift<arithmetic<RmwKind::bit_or>, kLock>},
    {ALU_FORMS("XOR"), "xor", kLogicFlags, lift<arithmetic<RmwKind::bit_xor>, kLock>},
    {ALU_FORMS("ADC"), "adc", kCarryFlags, lift<adc>},
    {ALU_FORMS("SBB"), "sbb", kCarryFlags, lift<sbb>},
    {ALU_FORMS("CMP"), "cmp", kArithmeticFlags, lift<cmp>},
    {"TEST8{rr,mr,ri,mi,i8} TEST16{rr,mr,ri,mi,i16} TEST32{rr,mr,ri,mi,i32} TEST64{rr,mr,ri32,mi32,i32}", "test",
     kLogicFlags, lift<test>},
    {"INC{8,16,32,64}{r,m}", "inc", kStepFlags, lift<step<RmwKind::add>, kLock>},
    {"DEC{8,16,32,64}{r,m}", "dec", kStepFlags, lift<step<RmwKind::sub>, kLock>},
    {"NEG{8,16,32,64}{r,m}", "neg", kArithmeticFlags, lift<neg>},
    {"NOT{8,16,32,64}{r,m}", "not", "", lift<bit_not, kLock>},
    {"ADCX{32,64}{rr,rm}", "adcx", "cf:m", lift<add_with_one_flag<true>>, "adx"},
    {"ADOX{32,64}{rr,rm}", "adox", "of:m", lift<add_with_one_flag<false>>, "adx"},
    {"CLC", "clc", "cf:w", lift<put_carry<false>>},
    {"STC", "stc", "cf:w", lift<put_carry<true>>},
    {"CMC", "cmc", "cf:m", lift<[](Insn& x) { x.set_flag(x.s.cf, x.b.bit_not(x.flag(x.s.cf))); }>},
};

}  // namespace

Rows integer_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
