// The three steps that make an approximate quotient exact: scale, fused multiply-add, fix up (CDNA3 ISA 12.10,
// V_DIV_SCALE, V_DIV_FMAS, V_DIV_FIXUP).
#include "frontends/amdgcn/divide.h"

#include <cmath>

#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"
#include "ir/float_semantics.h"

namespace portolan::amdgcn {
namespace {

struct Width {
  FloatFormat format;
  uint32_t bits, fraction, exponents;
  int up;     // what scaling multiplies by, a power of two
  int apart;  // exponents of numerator and denominator that are too far apart
  int far_apart;
  int tiny;  // exponent field of a numerator that is too small
};
Width width_of(FloatFormat format) {
  return format == FloatFormat::f32 ? Width{FloatFormat::f32, 32, 23, 8, 64, 96, 150, 23}
                                    : Width{FloatFormat::f64, 64, 52, 11, 128, 768, 1075, 53};
}

ValueId exponent(Builder& b, const Width& w, ValueId v) {
  return b.zext(b.extract(v, w.fraction, w.exponents), 32);
}
ValueId is_zero(Builder& b, const Width& w, ValueId v) {
  return b.is_zero(b.truncate(v, w.bits - 1));
}
ValueId is_subnormal(Builder& b, const Width& w, ValueId v) {
  return b.bit_and(b.is_zero(exponent(b, w, v)), b.bit_not(is_zero(b, w, v)));
}
ValueId times_power(Builder& b, const Width& w, ValueId v, int power) {
  return b.floating(Op::fmul, {v, number(b, std::ldexp(1.0, power), w.format)}, mode(w.format));
}

// What is scaled, denominator, numerator. `back`: the result must be scaled back.
struct Scaled {
  ValueId value, back;
};
Scaled scaled(Builder& b, const Width& w, ValueId s0, ValueId s1, ValueId s2) {
  const FloatMode m = mode(w.format);
  const ValueId is_denominator = b.eq(s0, s1), is_numerator = b.eq(s0, s2);
  const ValueId up = times_power(b, w, s0, w.up), down = times_power(b, w, s0, -w.up);
  const ValueId inverse = b.floating(Op::fdiv, {number(b, 1, w.format), s1}, m);
  const ValueId quotient = b.floating(Op::fdiv, {s2, s1}, m);
  // RDNA3's manual compares the f32 form's inverse as a double, so that it never is subnormal. (As a float it would
  // have denominators above 2^126 scaled up to infinity, and their quotients lost.)
  const ValueId inverse_small = w.format == FloatFormat::f32 ? b.constant(1, 0) : is_subnormal(b, w, inverse);
  const ValueId quotient_small = is_subnormal(b, w, quotient);
  const ValueId distance = b.sub(exponent(b, w, s2), exponent(b, w, s1));
  const ValueId zero = b.constant(1, 0), one = b.constant(1, 1);
  // The first condition that holds decides.
  struct Case {
    ValueId holds, value, mask;
  };
  const ValueId nan = b.constant(ir::default_nan(w.format, ir::NanRule::riscv));
  const Case cases[] = {
      {b.bit_or(is_zero(b, w, s1), is_zero(b, w, s2)), nan, zero},
      {b.sle(b.signed_constant(32, w.apart), distance), b.select(is_denominator, up, s0), one},
      {is_subnormal(b, w, s1), up, zero},
      // The manuals print `up` here too, which would make every such denominator infinite and lose the quotient.
      {b.bit_and(inverse_small, quotient_small), b.select(is_denominator, down, s0), one},
      {inverse_small, down, zero},
      {quotient_small, b.select(is_numerator, up, s0), one},
      {b.sle(exponent(b, w, s2), b.constant(32, static_cast<uint64_t>(w.tiny))), up, zero},
  };
  ValueId value = s0, mask = zero;
  for (size_t n = std::size(cases); n-- > 0;) {
    value = b.select(cases[n].holds, cases[n].value, value);
    mask = b.select(cases[n].holds, cases[n].mask, mask);
  }
  return {value, mask};
}
void scale(Insn& x) {
  const Width w = width_of(x.format());
  const ValueId s0 = x.read_float(2, w.format), s1 = x.read_float(3, w.format), s2 = x.read_float(4, w.format);
  const Scaled made = scaled(x.b, w, s0, s1, s2);
  x.write(0, made.value);
  x.write_mask(1, made.back);
}

// a * b + c toward zero, its last bit 1 if that is not exact: whatever rounds it once more knows that something
// follows.
ValueId odd_fused(Builder& b, const Width& w, ValueId a, ValueId m, ValueId c) {
  auto rounded = [&](ir::Rounding r) { return b.floating(Op::fma, {a, m, c}, mode(w.format, r)); };
  const ValueId inexact = b.bit_not(b.eq(rounded(ir::Rounding::down), rounded(ir::Rounding::up)));
  return b.bit_or(rounded(ir::Rounding::toward_zero), b.zext(inexact, w.bits));
}

// (a * b + c) / 2^up where that is subnormal, rounded once; |c| is less than the power of two beside which the last
// place of a sum is that of the result. c is split there: what is left of it and the product together decide the place.
ValueId scaled_down(Builder& b, const Width& w, ValueId a, ValueId m, ValueId c) {
  const int least_normal = 2 - (1 << (w.exponents - 1));
  auto plain = [&](Op op, ValueId p, ValueId q) { return b.floating(op, {p, q}, mode(w.format)); };
  const ValueId power = number(b, std::ldexp(1.0, least_normal + w.up), w.format);
  const ValueId beside = b.concat(b.sign(c), b.truncate(power, w.bits - 1));
  const ValueId sum = plain(Op::fadd, c, beside), upper = plain(Op::fsub, sum, beside);
  const ValueId rest = odd_fused(b, w, a, m, plain(Op::fsub, c, upper));
  const ValueId settled = plain(Op::fsub, plain(Op::fadd, sum, rest), beside);
  return b.concat(b.sign(c), b.truncate(times_power(b, w, settled, -w.up), w.bits - 1));
}

// a * b + c, scaled back where `scaled` says so: down where the numerator was scaled up, up where the denominator was.
// (The manuals print one factor for both, 2^32 and 2^64, which no scaling above has; the vectors follow the machine.)
// It is rounded once: were it rounded before it is scaled, quotients that are subnormal would not be the nearest ones,
// and the sequence of these instructions is what LLVM takes for an exact division.
ValueId fused(Builder& b, const Width& w, ValueId s0, ValueId s1, ValueId s2, ValueId scale_back) {
  const ValueId sum = b.floating(Op::fma, {s0, s1, s2}, mode(w.format));
  const int bias = w.format == FloatFormat::f32 ? 127 : 1023;
  const ValueId large = b.slt(b.constant(32, static_cast<uint64_t>(bias)), exponent(b, w, s2));
  // An exponent field of `up` becomes zero. Both the sum and what it is added to must be there, not be zero, and have
  // one sign.
  const ValueId limit = b.constant(32, static_cast<uint64_t>(w.up) + 1);
  auto small = [&](ValueId v) { return b.bit_and(b.ult(exponent(b, w, v), limit), b.bit_not(is_zero(b, w, v))); };
  const ValueId subnormal = b.bit_and(b.bit_and(small(sum), small(s2)), b.eq(b.sign(sum), b.sign(s2)));
  const ValueId down = b.select(subnormal, scaled_down(b, w, s0, s1, s2), times_power(b, w, sum, -w.up));
  const ValueId back = b.select(large, times_power(b, w, sum, w.up), down);
  return b.select(scale_back, back, sum);
}
void multiply_add(Insn& x) {
  const Width w = width_of(x.format());
  const ValueId s0 = x.read_float(1, w.format), s1 = x.read_float(2, w.format), s2 = x.read_float(3, w.format);
  x.write_float(0, fused(x.b, w, s0, s1, s2, x.vcc_bit()), w.format);
}

// Quotient, denominator, numerator: special operands and results out of range.
ValueId fixed_up(Builder& b, const Width& w, ValueId s0, ValueId s1, ValueId s2) {
  const ValueId negative = b.bit_xor(b.sign(s1), b.sign(s2));
  auto with_sign = [&](ValueId v) { return b.concat(negative, b.truncate(v, w.bits - 1)); };
  const ValueId infinity = number(b, INFINITY, w.format), zero = b.constant(w.bits, 0);
  auto infinite = [&](ValueId v) { return b.eq(b.fabs(v, w.format), infinity); };
  const ValueId invalid = b.constant(ir::default_nan(w.format, ir::NanRule::x86));
  auto quiet = [&](ValueId v) { return b.bit_or(v, b.constant(APInt::getOneBitSet(w.bits, w.fraction - 1))); };
  const ValueId distance = b.sub(exponent(b, w, s2), exponent(b, w, s1));
  struct Case {
    ValueId holds, value;
  };
  const Case cases[] = {
      {is_nan(b, s2, w.format), quiet(s2)},
      {is_nan(b, s1, w.format), quiet(s1)},
      {b.bit_and(is_zero(b, w, s1), is_zero(b, w, s2)), invalid},
      {b.bit_and(infinite(s1), infinite(s2)), invalid},
      {b.bit_or(is_zero(b, w, s1), infinite(s2)), with_sign(infinity)},
      {b.bit_or(infinite(s1), is_zero(b, w, s2)), with_sign(zero)},
      {b.slt(distance, b.signed_constant(32, -w.far_apart)), with_sign(zero)},
      {b.eq(exponent(b, w, s1), b.constant(32, (1u << w.exponents) - 1)), with_sign(infinity)},
  };
  // An approximation that is no number came from a quotient out of range.
  ValueId value = b.select(is_nan(b, s0, w.format), with_sign(infinity), with_sign(s0));
  for (size_t n = std::size(cases); n-- > 0;) value = b.select(cases[n].holds, cases[n].value, value);
  return value;
}
void fix_up(Insn& x) {
  const Width w = width_of(x.format());
  const ValueId s0 = x.read_float(1, w.format), s1 = x.read_float(2, w.format), s2 = x.read_float(3, w.format);
  x.write_float(0, fixed_up(x.b, w, s0, s1, s2), w.format);
}

constexpr Row kRows[] = {
    {"v_div_scale_{f32,f64}", scale},
    {"v_div_fmas_{f32,f64}", multiply_add},
    {"v_div_fixup_{f32,f64}", fix_up},
    {"v_div_fixup_f16", nullptr, "no oracle"},
};

}  // namespace

RowSpan divide_rows() {
  return kRows;
}

ir::Function quotient_sequence(FloatFormat format) {
  ir::Function f;
  const Width w = width_of(format);
  Builder b(f, f.add_block());
  const ValueId numerator = f.add_parameter(0, w.bits), denominator = f.add_parameter(0, w.bits);
  const FloatMode m = mode(format);
  auto multiplied = [&](ValueId p, ValueId q, ValueId r) { return b.floating(Op::fma, {p, q, r}, m); };
  const Scaled d = scaled(b, w, denominator, denominator, numerator);
  const Scaled n = scaled(b, w, numerator, denominator, numerator);
  const ValueId one = number(b, 1, format), less = b.fneg(d.value, format);
  ValueId inverse = reciprocal(b, d.value, format);
  // Newton's steps: one for a single, two for a double.
  inverse = multiplied(multiplied(less, inverse, one), inverse, inverse);
  if (format == FloatFormat::f64) inverse = multiplied(inverse, multiplied(less, inverse, one), inverse);
  ValueId quotient = b.floating(Op::fmul, {n.value, inverse}, m);
  ValueId rest = multiplied(less, quotient, n.value);
  if (format == FloatFormat::f32) {
    quotient = multiplied(rest, inverse, quotient);
    rest = multiplied(less, quotient, n.value);
  }
  const ValueId near = fused(b, w, rest, inverse, quotient, n.back);
  const ValueId made = fixed_up(b, w, near, denominator, numerator);
  ir::Terminator end;
  end.op = Op::ret;
  end.operands = {made};
  f.blocks[0].terminator = end;
  return f;
}

}  // namespace portolan::amdgcn
