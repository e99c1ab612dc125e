#include "frontends/ptx/dot.h"

#include <cmath>

#include "ir/float_semantics.h"

namespace portolan::ptx {
namespace {

constexpr FloatMode kWide = {FloatFormat::f64, ir::NanRule::ptx, Rounding::nearest_even};

ValueId integers(Builder& b, const Products& p, std::span<const ValueId> left, std::span<const ValueId> right,
                 ValueId c) {
  auto widen = [&](ValueId v, std::string_view format) {
    return format.starts_with('s') ? b.sext(v, 64) : b.zext(v, 64);
  };
  ValueId sum = b.sext(c, 64);
  for (size_t k = 0; k < left.size(); ++k) {
    if (p.a == "b1") {
      const ValueId bits = p.is_and ? b.bit_and(left[k], right[k]) : b.bit_xor(left[k], right[k]);
      sum = b.add(sum, b.zext(b.popcount(bits), 64));
    } else {
      sum = b.add(sum, b.mul(widen(left[k], p.a), widen(right[k], p.b)));
    }
  }
  if (p.saturates) sum = b.smin(b.smax(sum, b.signed_constant(64, INT32_MIN)), b.signed_constant(64, INT32_MAX));
  return b.truncate(sum, 32);
}

// A number as mantissa * 2^(exponent - fraction bits), not normalised.
struct Number {
  ValueId negative, mantissa, exponent;  // 1, 64 and 32 bits
};
Number parts(Builder& b, ValueId v, unsigned fraction, unsigned exponent_bits) {
  const ValueId field = b.zext(b.extract(v, fraction, exponent_bits), 32);
  const ValueId normal = b.bit_not(b.is_zero(field));
  const ValueId mantissa = b.concat(normal, b.extract(v, 0, fraction));
  const ValueId exponent = b.sub(b.umax(field, b.constant(32, 1)), b.constant(32, (1u << (exponent_bits - 1)) - 1));
  return {b.sign(v), b.zext(mantissa, 64), exponent};
}

struct Format {
  unsigned width, fraction, exponent_bits;
  FloatFormat as;  // with zeros below: tf32 is the upper part of f32
};
Format format_named(std::string_view name) {
  if (name == "bf16") return {16, 7, 8, FloatFormat::bf16};
  if (name == "tf32") return {19, 10, 8, FloatFormat::f32};
  if (name == "f32") return {32, 23, 8, FloatFormat::f32};
  return {16, 10, 5, FloatFormat::f16};
}

struct Term {
  ValueId negative, mantissa, exponent;
  unsigned fraction;  // value: mantissa * 2^(exponent - fraction)
};

ValueId f64_of(Builder& b, ValueId v, const Format& f) {
  const unsigned width = bits(f.as);
  return to_f64(b, f.width == width ? v : b.concat(v, b.constant(width - f.width, 0)), f.as);
}

// All products and c, and beside them their sum in f64, which tells whether it is a NaN or infinite.
std::vector<Term> terms(Builder& b, const Format& in, const Format& out, std::span<const ValueId> left,
                        std::span<const ValueId> right, ValueId c, ValueId& witness) {
  std::vector<Term> all;
  const Number addend = parts(b, c, out.fraction, out.exponent_bits);
  all.push_back({addend.negative, addend.mantissa, addend.exponent, out.fraction});
  witness = f64_of(b, c, out);
  for (size_t k = 0; k < left.size(); ++k) {
    const Number p = parts(b, left[k], in.fraction, in.exponent_bits),
                 q = parts(b, right[k], in.fraction, in.exponent_bits);
    all.push_back({b.bit_xor(p.negative, q.negative), b.mul(p.mantissa, q.mantissa), b.add(p.exponent, q.exponent),
                   2 * in.fraction});
    witness = b.floating(Op::fma, {f64_of(b, left[k], in), f64_of(b, right[k], in), witness}, kWide);
  }
  return all;
}

ValueId add_signed(Builder& b, ValueId sum, ValueId size, ValueId negative) {
  return b.select(negative, b.sub(sum, size), b.add(sum, size));
}

ValueId or_special(Builder& b, ValueId result, ValueId witness, FloatFormat format) {
  const ValueId infinite =
      b.floating(Op::feq, {b.fabs(witness, FloatFormat::f64), number(b, INFINITY, FloatFormat::f64)}, kWide);
  const ValueId infinity = b.concat(b.sign(witness), b.extract(number(b, INFINITY, format), 0, bits(format) - 1));
  result = b.select(infinite, infinity, result);
  return b.select(is_nan(b, witness, FloatFormat::f64), b.constant(ir::default_nan(format, ir::NanRule::ptx)), result);
}

// The upper `digits` bits of a number without sign, the rest zeros, but at least `drop` bits are dropped.
ValueId upper_bits(Builder& b, ValueId v, unsigned digits, ValueId drop) {
  const unsigned width = 64;
  const ValueId all = b.sub(b.constant(32, width), b.truncate(b.clz(v), 32));
  const ValueId too_many = b.smax(b.sub(all, b.constant(32, digits)), drop);
  const ValueId by = b.zext(b.umin(b.smax(too_many, b.constant(32, 0)), b.constant(32, width - 1)), width);
  return b.shl(b.lshr(v, by), by);
}

// Every term is cut toward zero to a multiple of 2^(most-25), `most` being the largest exponent of a term that is not
// zero, and these are added exactly. (Recorded; only the format of the terms is in the manual.) The terms have less
// than 28 bits then, and there are at most some hundred.
constexpr int kBelow = 25;
struct CutSum {
  ValueId sum, most, witness;  // 64 bits with sign, 32 bits, and their sum in f64, which tells what is special
};
CutSum cut_sum(Builder& b, const Format& in, const Format& addend, std::span<const ValueId> left,
               std::span<const ValueId> right, ValueId c) {
  CutSum made{ir::kNoValue, b.signed_constant(32, -300), ir::kNoValue};
  const std::vector<Term> all = terms(b, in, addend, left, right, c, made.witness);
  const ValueId lowest = made.most;
  for (const Term& t : all) made.most = b.smax(made.most, b.select(b.is_zero(t.mantissa), lowest, t.exponent));
  made.sum = b.constant(64, 0);
  for (const Term& t : all) {
    const ValueId distance = b.umin(b.sub(made.most, t.exponent), b.constant(32, 63));
    const ValueId size = b.lshr(b.shl_by(t.mantissa, kBelow - t.fraction), b.zext(distance, 64));
    made.sum = add_signed(b, made.sum, size, t.negative);
  }
  return made;
}

// An integer of few bits times 2^(most-25), exactly.
ValueId scaled(Builder& b, ValueId whole, ValueId most) {
  const ValueId scale = b.shl_by(b.zext(b.add(most, b.constant(32, 1023 - kBelow)), 64), 52);
  return b.floating(Op::fmul, {b.int_to_float(Op::sint_to_f, whole, kWide), scale}, kWide);
}

// To f32: the sum is cut to f32.
ValueId truncated(Builder& b, const Format& in, std::span<const ValueId> left, std::span<const ValueId> right,
                  ValueId c) {
  constexpr int kLowest = -149;  // of f32: its last bit
  const auto [sum, most, witness] = cut_sum(b, in, format_named("f32"), left, right, c);
  // What is left of the sum is a number of f32, so that no conversion rounds.
  const ValueId subnormal = b.sub(b.signed_constant(32, kLowest + kBelow), most);
  const ValueId size = upper_bits(b, b.abs(sum), 24, subnormal);
  const ValueId exact = scaled(b, b.select(b.sign(sum), b.sub(b.constant(64, 0), size), size), most);
  // What is too large is infinite, although all else is cut.
  const ValueId large =
      b.floating(Op::fle, {number(b, 0x1p128, FloatFormat::f64), b.fabs(exact, FloatFormat::f64)}, kWide);
  const ValueId infinity = b.concat(b.sign(exact), b.constant(31, 0x7f800000));
  const ValueId cut = b.fconvert(exact, kWide, FloatFormat::f32);
  return or_special(b, b.select(large, infinity, cut), witness, FloatFormat::f32);
}

// To f16: the sum is rounded to nearest, once.
ValueId rounded_f16(Builder& b, std::span<const ValueId> left, std::span<const ValueId> right, ValueId c) {
  const Format f16 = format_named("f16");
  const auto [sum, most, witness] = cut_sum(b, f16, f16, left, right, c);
  const ValueId exact = scaled(b, sum, most);
  return or_special(b, b.fconvert(exact, kWide, FloatFormat::f16), witness, FloatFormat::f16);
}

// 8-bit formats: the elements with k mod 4 in {0, 1}, then the others, then c is added with rounding (recorded: on this
// machine it is a sequence of f16 products).
ValueId eight_bits(Builder& b, const Products& p, std::span<const ValueId> left, std::span<const ValueId> right,
                   ValueId c) {
  const Format f16 = format_named("f16");
  ValueId sum = b.constant(32, 0);
  for (unsigned step = 0; step < 2; ++step) {
    std::vector<ValueId> l, r;
    for (size_t k = 0; k < left.size(); ++k) {
      if (k % 4 / 2 != step) continue;
      l.push_back(from_small(b, left[k], *type_from_name(p.a)));
      r.push_back(from_small(b, right[k], *type_from_name(p.b)));
    }
    sum = truncated(b, f16, l, r, sum);
  }
  if (p.accumulator == "f32") return b.floating(Op::fadd, {sum, c}, mode(FloatFormat::f32));
  const ValueId wide =
      b.floating(Op::fadd, {sum, b.fconvert(c, mode(FloatFormat::f16), FloatFormat::f32)}, mode(FloatFormat::f32));
  return b.fconvert(wide, mode(FloatFormat::f32), FloatFormat::f16);
}

}  // namespace

ValueId sum_of_products(Builder& b, const Products& p, std::span<const ValueId> left, std::span<const ValueId> right,
                        ValueId c) {
  if (p.accumulator == "s32") return integers(b, p, left, right, c);
  if (p.a == "f64") {
    for (size_t k = 0; k < left.size(); ++k) c = b.floating(Op::fma, {left[k], right[k], c}, kWide);
    return c;
  }
  if (p.a == "e4m3" || p.a == "e5m2") return eight_bits(b, p, left, right, c);
  if (p.accumulator == "f16") return rounded_f16(b, left, right, c);
  if (p.a != "tf32") return truncated(b, format_named(p.a), left, right, c);
  std::vector<ValueId> l, r;
  for (size_t k = 0; k < left.size(); ++k)
    l.push_back(b.extract(left[k], 13, 19)), r.push_back(b.extract(right[k], 13, 19));
  return truncated(b, format_named("tf32"), l, r, c);
}

}  // namespace portolan::ptx
