#include "frontends/ptx/floats.h"

#include <bit>
#include <cmath>

#include "ir/concrete_domain.h"
#include "ir/float_semantics.h"

namespace portolan::ptx {

using ir::fraction_bits;

FloatFormat format_of(const Type& type) {
  if (type.kind == Type::brain) return FloatFormat::bf16;
  if (type.kind != Type::floating) return FloatFormat::none;
  return type.bits == 16 ? FloatFormat::f16 : type.bits == 32 ? FloatFormat::f32 : FloatFormat::f64;
}

ValueId flush(Builder& b, ValueId v, FloatFormat format) {
  const unsigned width = bits(format), fraction = fraction_bits(format);
  const ValueId subnormal = b.is_zero(b.extract(v, fraction, width - 1 - fraction));
  return b.select(subnormal, b.bit_and(v, b.constant(APInt::getSignMask(width))), v);
}

ValueId is_nan(Builder& b, ValueId v, FloatFormat format) {
  return b.floating(Op::funordered, {v, v}, mode(format));
}

ValueId canonical(Builder& b, ValueId v, FloatFormat format) {
  return b.select(is_nan(b, v, format), b.constant(ir::default_nan(format, ir::NanRule::ptx)), v);
}

ValueId saturate(Builder& b, ValueId v, FloatFormat format) {
  const ValueId zero = b.constant(bits(format), 0), one = number(b, 1, format);
  const ValueId at_most_one = b.select(b.floating(Op::flt, {v, one}, mode(format)), v, one);
  return b.select(b.floating(Op::flt, {zero, v}, mode(format)), at_most_one, zero);
}

ValueId relu(Builder& b, ValueId v, FloatFormat format) {
  return b.floating(Op::fmaximum, {v, b.constant(bits(format), 0)}, mode(format));
}

ValueId to_f64(Builder& b, ValueId v, FloatFormat format) {
  return format == FloatFormat::f64 ? v : b.fconvert(v, mode(format), FloatFormat::f64);
}

Rounding witness_rounding(Rounding rounding) {
  return rounding == Rounding::nearest_even ? Rounding::toward_zero : rounding;
}

// All thresholds are f64 numbers, so that comparing a number that was rounded toward one of them is comparing the exact
// one.
ValueId is_tiny(Builder& b, ValueId exact, FloatFormat format, Rounding rounding) {
  const int precision = static_cast<int>(fraction_bits(format)) + 1;
  const int smallest =
      2 - (1 << (bits(format) - 1 - fraction_bits(format) - 1));  // exponent of the least normal number
  const FloatMode wide = mode(FloatFormat::f64);
  const double normal = std::ldexp(1.0, smallest);
  const ValueId magnitude = b.fabs(exact, FloatFormat::f64);
  // Half a unit below the least normal number is the tie, which goes up to the even one.
  const double from = rounding == Rounding::nearest_even ? normal - std::ldexp(1.0, smallest - precision - 1) : normal;
  const ValueId below = b.floating(Op::flt, {magnitude, number(b, from, FloatFormat::f64)}, wide);
  if (rounding != Rounding::up && rounding != Rounding::down) return below;
  // Away from zero everything above the number before the least normal one becomes normal.
  const double before = normal - std::ldexp(1.0, smallest - precision);
  const ValueId at_most = b.floating(Op::fle, {magnitude, number(b, before, FloatFormat::f64)}, wide);
  const ValueId negative = b.sign(exact);
  return rounding == Rounding::up ? b.select(negative, below, at_most) : b.select(negative, at_most, below);
}

ValueId flushing(Builder& b, Op op, std::span<const ValueId> operands, FloatMode m) {
  std::vector<ValueId> narrow, wide;
  for (ValueId v : operands) {
    narrow.push_back(flush(b, v, m.format));
    wide.push_back(to_f64(b, narrow.back(), m.format));
  }
  const ValueId result = b.floating(op, narrow, m);
  const ValueId witness = b.floating(op, wide, mode(FloatFormat::f64, witness_rounding(m.rounding)));
  const ValueId zero = b.bit_and(result, b.constant(APInt::getSignMask(bits(m.format))));
  return b.select(is_tiny(b, witness, m.format, m.rounding), zero, result);
}

// All numbers are f16 numbers. e4m3 put where f16 has its bits is too small by 2^8.
ValueId from_small(Builder& b, ValueId a, const Type& t) {
  if (t.kind == Type::e5m2) return canonical(b, b.concat(a, b.constant(8, 0)), FloatFormat::f16);
  const ValueId size = b.truncate(a, 7);
  const ValueId placed = b.concat(b.constant(2, 0), b.concat(size, b.constant(7, 0)));
  const ValueId scaled = b.floating(Op::fmul, {placed, number(b, 256, FloatFormat::f16)}, mode(FloatFormat::f16));
  const ValueId with_sign = b.concat(b.sign(a), b.truncate(scaled, 15));
  return b.select(b.eq(size, b.constant(7, 0x7f)), b.constant(16, 0x7fff), with_sign);
}
}  // namespace portolan::ptx
