// Shifts and rotates. Counts are masked to 5 bits (6 for 64-bit operands); a masked count of 0 changes no flag; of is
// defined for a count of 1 only (SDM vol. 2, SAL/SAR/SHL/SHR and RCL/RCR/ROL/ROR).
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

// The masked count: known for SHL32ri and SHL32r1, else from cl.
struct Count {
  explicit Count(Insn& x) {
    unsigned mask = x.width == 64 ? 63 : 31;
    if (x.has_immediate()) known = x.immediate_byte() & mask;
    if (x.name.ends_with("1")) known = 1;
    value = known ? x.b.constant(x.width, *known)
                  : x.b.zext(x.b.bit_and(x.get(x.s.rcx, 8), x.b.constant(8, mask)), x.width);
  }
  std::optional<unsigned> known;
  ValueId value;
};

// Writes flags as far as the count lets them change.
class ShiftFlags {
 public:
  ShiftFlags(Insn& x, const Count& count) : x_(x), count_(count) {
    if (!count.known) zero_ = x.b.is_zero(count.value);
  }
  void set(Slot flag, ValueId bit) {
    if (count_.known == 0) return;
    if (defined != ir::kNoValue) bit = x_.b.select(defined, bit, x_.b.undef(1));
    x_.set_flag(flag, count_.known ? bit : x_.b.select(zero_, x_.flag(flag), bit));
  }
  void set_overflow(ValueId for_one) {
    if (count_.known)
      set(x_.s.of, *count_.known == 1 ? for_one : x_.b.undef(1));
    else
      set(x_.s.of, x_.b.select(x_.b.eq(count_.value, x_.b.constant(x_.width, 1)), for_one, x_.b.undef(1)));
  }
  void set_result(ValueId result) {
    set(x_.s.zf, x_.b.is_zero(result));
    set(x_.s.sf, x_.b.slt(result, x_.b.constant(x_.width, 0)));
    set(x_.s.pf, parity(x_, result));
    set(x_.s.af, x_.b.undef(1));
  }

  ValueId defined = ir::kNoValue;  // if set: when the flags are defined at all

 private:
  Insn& x_;
  const Count& count_;
  ValueId zero_ = ir::kNoValue;
};

enum class Shift { left, right, arithmetic };

// The last bit shifted out. Undefined for counts of the width and more, which only 8 and 16 bits can see; sar defines
// it.
template <Shift Kind>
ValueId last_bit_out(Insn& x, ValueId a, const Count& count) {
  ir::Builder& b = x.b;
  ValueId width = b.constant(x.width, x.width), one = b.constant(x.width, 1);
  if constexpr (Kind == Shift::arithmetic) return b.truncate(b.ashr(a, b.sub(count.value, one)), 1);
  ValueId distance = Kind == Shift::left ? b.sub(width, count.value) : b.sub(count.value, one);
  ValueId bit = b.truncate(b.lshr(a, distance), 1);
  return x.width >= 32 ? bit : b.select(b.ult(count.value, width), bit, b.undef(1));
}

template <Shift Kind>
void shift(Insn& x) {
  ir::Builder& b = x.b;
  Count count(x);
  ValueId a = x.read(x[0]);
  ValueId result = Kind == Shift::left    ? b.shl(a, count.value)
                   : Kind == Shift::right ? b.lshr(a, count.value)
                                          : b.ashr(a, count.value);
  ValueId carry = last_bit_out<Kind>(x, a, count);
  x.write(x[0], result);
  ShiftFlags flags(x, count);
  flags.set_result(result);
  flags.set_overflow(Kind == Shift::left    ? b.bit_xor(b.sign(result), carry)
                     : Kind == Shift::right ? b.sign(a)
                                            : b.constant(1, 0));
  flags.set(x.s.cf, carry);
}

template <bool Left>
void rotate(Insn& x) {
  ir::Builder& b = x.b;
  Count count(x);
  ValueId a = x.read(x[0]);
  ValueId result = Left ? b.rotl(a, count.value) : b.rotr(a, count.value);
  x.write(x[0], result);
  ShiftFlags flags(x, count);
  ValueId carry = Left ? b.truncate(result, 1) : b.sign(result);
  flags.set_overflow(b.bit_xor(b.sign(result), Left ? carry : b.extract(result, x.width - 2, 1)));
  flags.set(x.s.cf, carry);
}

// A rotation of cf:operand, one bit wider than the operand.
template <bool Left>
void rotate_through_carry(Insn& x) {
  ir::Builder& b = x.b;
  Count count(x);
  ValueId whole = b.concat(x.flag(x.s.cf), x.read(x[0]));
  ValueId distance = b.zext(count.value, x.width + 1);
  ValueId rotated = Left ? b.rotl(whole, distance) : b.rotr(whole, distance);
  ValueId result = b.truncate(rotated, x.width), carry = b.sign(rotated);
  x.write(x[0], result);
  ShiftFlags flags(x, count);
  flags.set_overflow(b.bit_xor(b.sign(result), Left ? carry : b.extract(result, x.width - 2, 1)));
  x.set_flag(x.s.cf, carry);
}

// SHLD32rri8: bits of the second operand enter as the first's leave. For 16 bits, counts above 16 are undefined.
template <bool Left>
void double_shift(Insn& x) {
  ir::Builder& b = x.b;
  Count count(x);
  ValueId a = x.read(x[0]), fill = x.read(x[1]);
  ValueId width = b.constant(x.width, x.width), rest = b.sub(width, count.value);
  ValueId result =
      Left ? b.bit_or(b.shl(a, count.value), b.lshr(fill, rest)) : b.bit_or(b.lshr(a, count.value), b.shl(fill, rest));
  ValueId distance = Left ? rest : b.sub(count.value, b.constant(x.width, 1));
  ValueId carry = b.truncate(b.lshr(a, distance), 1);
  ShiftFlags flags(x, count);
  if (x.width == 16) {
    flags.defined = b.ule(count.value, width);
    result = b.select(flags.defined, result, b.undef(16));
  }
  x.write(x[0], result);
  flags.set_result(result);
  flags.set_overflow(b.bit_xor(b.sign(result), b.sign(a)));
  flags.set(x.s.cf, carry);
}

// shlx and the like: dst, src, count register; no flags.
template <Shift Kind>
void shift_by_register(Insn& x) {
  ValueId a = x.read(x[1]);
  ValueId count = x.b.bit_and(x.read(x[2]), x.b.constant(x.width, x.width - 1));
  x.write(x[0], Kind == Shift::left    ? x.b.shl(a, count)
                : Kind == Shift::right ? x.b.lshr(a, count)
                                       : x.b.ashr(a, count));
}

void rorx(Insn& x) {
  x.write(x[0], x.b.rotr(x.read(x[1]), x.b.constant(x.width, x.immediate_byte() & (x.width - 1))));
}

constexpr std::string_view kShiftFlags = "cf:m pf:m af:u zf:m sf:m of:m";
constexpr std::string_view kRotateFlags = "cf:m of:m";

constexpr Row kRows[] = {
    {"SHL{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "shl", kShiftFlags, lift<shift<Shift::left>>},
    {"SHR{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "shr", kShiftFlags, lift<shift<Shift::right>>},
    {"SAR{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "sar", kShiftFlags, lift<shift<Shift::arithmetic>>},
    {"ROL{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "rol", kRotateFlags, lift<rotate<true>>},
    {"ROR{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "ror", kRotateFlags, lift<rotate<false>>},
    {"RCL{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "rcl", kRotateFlags, lift<rotate_through_carry<true>>},
    {"RCR{8,16,32,64}{r1,rCL,ri,m1,mCL,mi}", "rcr", kRotateFlags, lift<rotate_through_carry<false>>},
    {"SHLD{16,32,64}{rrCL,rri8,mrCL,mri8}", "shld", kShiftFlags, lift<double_shift<true>>},
    {"SHRD{16,32,64}{rrCL,rri8,mrCL,mri8}", "shrd", kShiftFlags, lift<double_shift<false>>},
    {"SHLX{32,64}{rr,rm}", "shlx", "", lift<shift_by_register<Shift::left>>, "bmi2"},
    {"SHRX{32,64}{rr,rm}", "shrx", "", lift<shift_by_register<Shift::right>>, "bmi2"},
    {"SARX{32,64}{rr,rm}", "sarx", "", lift<shift_by_register<Shift::arithmetic>>, "bmi2"},
    {"RORX{32,64}{ri,mi}", "rorx", "", lift<rorx>, "bmi2"},
};

}  // namespace

Rows shift_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
