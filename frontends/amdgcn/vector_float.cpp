// Floating-point arithmetic: correctly rounded, subnormal numbers kept (the mode that the loader asks of a code
// object), and the approximations, which are computed to nearly the exact value.
#include <cmath>

#include "frontends/amdgcn/divide.h"
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"
#include "ir/float_semantics.h"
#include "llvm/ADT/StringRef.h"

namespace portolan::amdgcn {
namespace {

constexpr FloatFormat kF64 = FloatFormat::f64;

template <Op kOp, bool kReversed = false>
void binary(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = x.read_float(1, f), c = x.read_float(2, f);
  const ValueId v = kReversed ? x.b.floating(kOp, {c, a}, mode(f)) : x.b.floating(kOp, {a, c}, mode(f));
  x.write_float(0, v, f);
}

void fused(Insn& x) {
  const FloatFormat f = x.format();
  x.write_float(0, x.b.floating(Op::fma, {x.read_float(1, f), x.read_float(2, f), x.read_float(3, f)}, mode(f)), f);
}
// The destination is the addend, of halves the one that op_sel's third element names.
ValueId accumulated(Insn& x, FloatFormat f) {
  if (f != FloatFormat::f16) return x.old(0, bits(f));
  return x.b.extract(x.old(0, 32), x.flag("op_sel", 2) ? 16 : 0, 16);
}
void accumulate(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId c = accumulated(x, f);
  x.write_float(0, x.b.floating(Op::fma, {x.read_float(1, f), x.read_float(2, f), c}, mode(f)), f);
}

// Zero times anything is zero, as in DirectX 9.
ValueId either_zero(Insn& x, ValueId a, ValueId c) {
  auto zero = [&](ValueId v) { return x.b.is_zero(x.b.truncate(v, 31)); };
  return x.b.bit_or(zero(a), zero(c));
}
void multiply_legacy(Insn& x) {
  const FloatFormat f = FloatFormat::f32;
  const ValueId a = x.read_float(1, f), c = x.read_float(2, f);
  const ValueId product = x.b.floating(Op::fmul, {a, c}, mode(f));
  x.write_float(0, x.b.select(either_zero(x, a, c), x.b.constant(32, 0), product), f);
}
template <bool kAccumulate>
void fused_legacy(Insn& x) {
  const FloatFormat f = FloatFormat::f32;
  const ValueId a = x.read_float(1, f), c = x.read_float(2, f);
  const ValueId addend = kAccumulate ? x.old(0, 32) : x.read_float(3, f);
  const ValueId sum = x.b.floating(Op::fma, {a, c, addend}, mode(f));
  x.write_float(0, x.b.select(either_zero(x, a, c), addend, sum), f);
}
// The product, or -(largest number) where lighting has no light: RDNA3 ISA, V_MULLIT_F32.
void multiply_lit(Insn& x) {
  const FloatFormat f = FloatFormat::f32;
  const ValueId a = x.read_float(1, f), c = x.read_float(2, f), d = x.read_float(3, f);
  const ValueId least = x.b.constant(32, 0xff7fffff), zero = x.b.constant(32, 0);
  const ValueId product = x.b.select(either_zero(x, a, c), zero, x.b.floating(Op::fmul, {a, c}, mode(f)));
  ValueId dark = x.b.bit_or(x.b.floating(Op::fle, {c, least}, mode(f)), is_nan(x.b, c, f));
  dark = x.b.bit_or(dark, x.b.floating(Op::fle, {d, zero}, mode(f)));
  x.write_float(0, x.b.select(x.b.bit_or(dark, is_nan(x.b, d, f)), least, product), f);
}

template <bool kGreater>
ValueId chosen(Insn& x, FloatFormat f, ValueId a, ValueId c) {
  return x.b.floating(kGreater ? Op::fmaxnum : Op::fminnum, {a, c}, mode(f));
}
template <bool kGreater>
void choose(Insn& x) {
  const FloatFormat f = x.format();
  x.write_float(0, chosen<kGreater>(x, f, x.read_float(1, f), x.read_float(2, f)), f);
}
template <bool kFirst, bool kSecond>
void choose_twice(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId first = chosen<kFirst>(x, f, x.read_float(1, f), x.read_float(2, f));
  x.write_float(0, chosen<kSecond>(x, f, first, x.read_float(3, f)), f);
}
// With a NaN among the three, the least of the others.
void median(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = x.read_float(1, f), c = x.read_float(2, f), d = x.read_float(3, f);
  const ValueId least = chosen<false>(x, f, a, c), most = chosen<true>(x, f, a, c);
  const ValueId middle = chosen<true>(x, f, least, chosen<false>(x, f, most, d));
  const ValueId nan = x.b.bit_or(x.b.bit_or(is_nan(x.b, a, f), is_nan(x.b, c, f)), is_nan(x.b, d, f));
  x.write_float(0, x.b.select(nan, chosen<false>(x, f, least, d), middle), f);
}

template <ir::Rounding kRounding>
void round(Insn& x) {
  const FloatFormat f = x.format();
  x.write_float(0, x.b.floating(Op::fround, {x.read_float(1, f)}, mode(f, kRounding)), f);
}
// Below one: the largest number that is, where the difference rounds to one.
void fraction(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = x.read_float(1, f), floor = x.b.floating(Op::fround, {a}, mode(f, ir::Rounding::down));
  const ValueId part = x.b.floating(Op::fsub, {a, floor}, mode(f));
  APInt below = kernel::convert_bits(APInt(64, 0x3ff0000000000000), kF64, f);
  const ValueId limit = x.b.constant(below - 1);
  x.write_float(0, x.b.select(x.b.floating(Op::flt, {limit, part}, mode(f)), limit, part), f);
}

// ---- Exponents ----

struct Parts {
  ValueId field, exponent;  // as stored; of the number as m * 2^exponent, 1/2 <= |m| < 1, 32 bits
  ValueId mantissa;         // that m
  ValueId special, zero;    // infinity or NaN
};
Parts split(Insn& x, ValueId a, FloatFormat f) {
  const uint32_t width = bits(f), fraction_size = ir::fraction_bits(f), exponents = width - 1 - fraction_size;
  const uint32_t bias = (1u << (exponents - 1)) - 1;
  Builder& b = x.b;
  auto exponent_field = [&](ValueId v) { return b.extract(v, fraction_size, exponents); };
  Parts p;
  p.special = b.eq(exponent_field(a), b.constant(APInt::getAllOnes(exponents)));
  p.zero = b.is_zero(b.truncate(a, width - 1));
  // A subnormal number is first made normal.
  const ValueId subnormal = b.is_zero(exponent_field(a));
  const uint32_t up = fraction_size + 1;
  const ValueId scaled = b.floating(Op::fmul, {a, number(b, std::ldexp(1.0, static_cast<int>(up)), f)}, mode(f));
  const ValueId normal = b.select(subnormal, scaled, a);
  p.field = b.zext(exponent_field(normal), 32);
  const ValueId correction = b.select(subnormal, b.constant(32, up), b.constant(32, 0));
  p.exponent = b.sub(b.sub(p.field, b.constant(32, bias - 1)), correction);
  p.mantissa = b.insert(normal, b.constant(exponents, bias - 1), fraction_size);
  return p;
}
void mantissa(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = x.read_float(1, f);
  const Parts p = split(x, a, f);
  const ValueId v = x.b.select(x.b.bit_or(p.special, p.zero), a, p.mantissa);
  x.write_float(0, v, f);
}
void exponent(Insn& x) {
  const FloatFormat f = x.format();
  const Parts p = split(x, x.read_float(1, f), f);
  const ValueId v = x.b.select(x.b.bit_or(p.special, p.zero), x.b.constant(32, 0), p.exponent);
  x.write(0, f == FloatFormat::f16 ? x.b.truncate(v, 16) : v);
}

// a * 2^n, rounded once: the mantissa times two powers, of which only the second can round.
ValueId scaled(Insn& x, ValueId a, ValueId n, FloatFormat f) {
  Builder& b = x.b;
  const ValueId wide = f == kF64 ? a : b.fconvert(a, mode(f), kF64);
  const Parts p = split(x, wide, kF64);
  auto bounded = [&](ValueId v, int64_t least, int64_t most) {
    return b.smin(b.smax(v, b.signed_constant(32, least)), b.signed_constant(32, most));
  };
  const ValueId total = b.add(p.exponent, bounded(n, -5000, 5000));
  const ValueId first = bounded(total, -1020, 1020), second = bounded(b.sub(total, first), -1000, 1000);
  auto power = [&](ValueId e) { return b.shl_by(b.zext(b.add(e, b.constant(32, 1023)), 64), 52); };
  ValueId v = b.floating(Op::fmul, {p.mantissa, power(first)}, mode(kF64));
  v = b.floating(Op::fmul, {v, power(second)}, mode(kF64));
  v = b.select(b.bit_or(p.special, p.zero), wide, v);
  return f == kF64 ? v : b.fconvert(v, mode(kF64), f);
}
void scale(Insn& x) {
  const FloatFormat f = x.format();
  const bool half = f == FloatFormat::f16;
  // By a constant: a product that is rounded once, if the power is a normal number.
  const int64_t most = half ? 14 : f == FloatFormat::f32 ? 126 : 1022;
  if (const Operand& o = x.operand(2); o.kind == Operand::integer && o.value >= -most && o.value <= most) {
    const ValueId power = number(x.b, std::ldexp(1.0, static_cast<int>(o.value)), f);
    return x.write_float(0, x.b.floating(Op::fmul, {x.read_float(1, f), power}, mode(f)), f);
  }
  const ValueId n = half ? x.b.sext(x.read(2, 16), 32) : x.read(2, 32);
  x.write_float(0, scaled(x, x.read_float(1, f), n, f), f);
}

// ---- Approximations ----

ValueId to_f64(Builder& b, ValueId a, FloatFormat f) {
  return f == kF64 ? a : b.fconvert(a, mode(f), kF64);
}
ValueId from_f64(Builder& b, ValueId v, FloatFormat f) {
  return f == kF64 ? v : b.fconvert(v, mode(kF64), f);
}
void write_from_f64(Insn& x, ValueId v, FloatFormat f) {
  x.write_float(0, from_f64(x.b, v, f), f);
}
ValueId inverse(Builder& b, ValueId v) {
  return b.floating(Op::fdiv, {number(b, 1, kF64), v}, mode(kF64));
}
template <bool kReciprocal, bool kRoot>
void root_or_reciprocal(Insn& x) {
  const FloatFormat f = x.format();
  ValueId v = to_f64(x.b, x.read_float(1, f), f);
  if (kRoot) v = x.b.floating(Op::fsqrt, {v}, mode(kF64));
  if (kReciprocal) v = inverse(x.b, v);
  write_from_f64(x, v, f);
}
void power(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = to_f64(x.b, x.read_float(1, f), f);
  const ValueId v = kernel::power_of_two(x.b, a);
  write_from_f64(x, x.b.select(is_nan(x.b, a, kF64), a, v), f);
}
void logarithm(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = to_f64(x.b, x.read_float(1, f), f);
  kernel::Wide w{x.b};
  const ValueId zero = w.constant(0), infinity = w.constant(INFINITY);
  ValueId v = x.b.select(w.less(a, infinity), kernel::logarithm(x.b, a), infinity);
  v = x.b.select(x.b.bit_or(w.less(a, zero), is_nan(x.b, a, kF64)), w.constant(NAN), v);
  write_from_f64(x, x.b.select(x.b.floating(Op::feq, {a, zero}, mode(kF64)), w.constant(-INFINITY), v), f);
}
// The operand counts turns.
template <bool kCosine>
void circular(Insn& x) {
  const FloatFormat f = x.format();
  const ValueId a = to_f64(x.b, x.read_float(1, f), f);
  const ValueId turns = x.b.floating(Op::fround, {a}, mode(kF64));
  const ValueId part = x.b.floating(Op::fsub, {a, turns}, mode(kF64));
  const ValueId angle = x.b.floating(Op::fmul, {part, number(x.b, 2 * M_PI, kF64)}, mode(kF64));
  write_from_f64(x, kernel::circular(x.b, angle, kCosine), f);
}

// 1201 digits of 2/pi behind the point: what a large number's quarter turns are counted with.
constexpr const char* kQuarterTurns =
    "145f306dc9c882a53f84eafa3ea69bb81b6c52b3278872083fca2c757bd778ac36e48dc74849ba5c00c925dd413a32439fc3"
    "bd63962534e7dd1046bea5d768909d338e04d68befc827323ac7306a673e93908bf177bf250763ff12fffbc0b301fde5e231"
    "6b414da3eda6cfd9e4f96136e9e8c7ecd3cbfd45aea4f758fd7cbe2f67a0e73ef14a525d4d7f6bf623f1aba10ac06608df8f"
    "6";
// 53 of these digits, from the segment that the second operand names, further on for numbers whose product with the
// first digits makes whole turns only (RDNA3 ISA 16.11, V_TRIG_PREOP_F64).
void quarter_turns(Insn& x) {
  Builder& b = x.b;
  const auto word = [&](int64_t v) { return b.signed_constant(32, v); };
  const auto at_least = [&](ValueId v, int64_t least) { return b.select(b.slt(v, word(least)), word(least), v); };
  const ValueId power = b.zext(b.extract(x.read_float(1, kF64), 52, 11), 32);
  const ValueId segment = b.mul(b.bit_and(x.read(2, 32), word(31)), word(53));
  const ValueId shift = b.add(segment, b.sub(at_least(power, 1077), word(1077)));
  const ValueId digits = b.shl(b.constant(APInt(1201, llvm::StringRef(kQuarterTurns), 16)), b.zext(shift, 1201));
  ValueId left = b.sub(word(-53), shift);
  left = b.select(b.slt(power, word(1968)), left, b.add(left, word(128)));
  // Two powers of two, since one may lie below the format.
  ValueId v = b.int_to_float(Op::uint_to_f, b.zext(b.extract(digits, 1148, 53), 64), mode(kF64));
  const ValueId first = at_least(left, -1000), second = at_least(b.sub(left, first), -1022);
  for (const ValueId by : {first, second})
    v = b.floating(Op::fmul, {v, b.shl_by(b.zext(b.add(by, word(1023)), 64), 52)}, mode(kF64));
  x.write_float(0, v, kF64);
}

constexpr Row kRows[] = {
    {"v_add_{f16,f32,f64}", binary<Op::fadd>},
    {"v_sub_{f16,f32}", binary<Op::fsub>},
    {"v_subrev_{f16,f32}", binary<Op::fsub, true>},
    {"v_mul_{f16,f32,f64}", binary<Op::fmul>},
    {"v_fma_{f16,f32,f64}", fused},
    {"v_{fmaak,fmamk}_{f16,f32}", fused},
    {"v_fmac_{f16,f32,f64}", accumulate},
    {"v_{mul_dx9_zero,mul_legacy}_f32", multiply_legacy},
    {"v_fma_dx9_zero_f32", fused_legacy<false>},
    {"v_fmac_dx9_zero_f32", fused_legacy<true>},
    {"v_mullit_f32", multiply_lit},
    {"v_min_{f16,f32,f64}", choose<false>},
    {"v_max_{f16,f32,f64}", choose<true>},
    {"v_min3_{f16,f32}", choose_twice<false, false>},
    {"v_max3_{f16,f32}", choose_twice<true, true>},
    {"v_maxmin_{f16,f32}", choose_twice<true, false>},
    {"v_minmax_{f16,f32}", choose_twice<false, true>},
    {"v_med3_{f16,f32}", median},
    {"v_trunc_{f16,f32,f64}", round<ir::Rounding::toward_zero>},
    {"v_ceil_{f16,f32,f64}", round<ir::Rounding::up>},
    {"v_floor_{f16,f32,f64}", round<ir::Rounding::down>},
    {"v_rndne_{f16,f32,f64}", round<ir::Rounding::nearest_even>},
    {"v_fract_{f16,f32,f64}", fraction},
    {"v_frexp_mant_{f16,f32,f64}", mantissa},
    {"v_frexp_exp_{i16_f16,i32_f32,i32_f64}", exponent},
    {"v_ldexp_{f16,f32,f64}", scale},
    {"v_rcp_{f16,f32,f64,iflag_f32}", root_or_reciprocal<true, false>},
    {"v_sqrt_{f16,f32,f64}", root_or_reciprocal<false, true>},
    {"v_rsq_{f16,f32,f64}", root_or_reciprocal<true, true>},
    {"v_exp_{f16,f32}", power},
    {"v_log_{f16,f32}", logarithm},
    {"v_sin_{f16,f32}", circular<false>},
    {"v_cos_{f16,f32}", circular<true>},
    {"v_trig_preop_f64", quarter_turns},
    {"v_{exp,log}_legacy_f32", nullptr, "not done"},
    {"v_{mad,mac}_{f16,f32}", nullptr, "products that are rounded before the addition"},
    {"v_cube*", nullptr, "images"},
};

}  // namespace

RowSpan vector_float_rows() {
  return kRows;
}

ValueId reciprocal(Builder& b, ValueId v, FloatFormat f) {
  return from_f64(b, inverse(b, to_f64(b, v, f)), f);
}

}  // namespace portolan::amdgcn
