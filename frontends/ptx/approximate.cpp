// Approximations (PTX ISA, 9.7.3): computed in f64 to more than the format holds, then rounded. Any result within the
// documented error is right; ours is nearly the exact one.
#include "frontends/ptx/approximate.h"

#include <cmath>

#include "frontends/kernel/series.h"
#include "frontends/ptx/floats.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

using kernel::circular;
using kernel::kWide;
using kernel::logarithm;
using kernel::power_of_two;
using kernel::Wide;

// (e^2x - 1) / (e^2x + 1), near zero the series.
ValueId hyperbolic_tangent(Builder& b, ValueId x) {
  Wide w{b};
  const ValueId power = power_of_two(b, w.mul(w.bounded(x, 40), w.constant(2 / M_LN2)));
  const ValueId far = w.div(w.sub(power, w.constant(1)), w.add(power, w.constant(1)));
  static constexpr double kSeries[] = {1, -1.0 / 3, 2.0 / 15, -17.0 / 315, 62.0 / 2835};
  const ValueId near = w.mul(x, w.polynomial(w.mul(x, x), kSeries));
  return b.select(w.less(b.fabs(x, FloatFormat::f64), w.constant(0.0625)), near, far);
}

enum class Function { ex2, lg2, sin, cos, tanh, rsqrt };

ValueId compute(Builder& b, Function function, ValueId x, FloatFormat from) {
  Wide w{b};
  switch (function) {
    case Function::ex2:
      return power_of_two(b, x);
    case Function::lg2: {
      const ValueId zero = w.constant(0), infinity = w.constant(INFINITY);
      const ValueId positive = b.select(w.less(x, infinity), logarithm(b, x), infinity);
      const ValueId not_zero = b.select(w.less(x, zero), w.constant(NAN), positive);
      return b.select(b.floating(Op::feq, {x, zero}, kWide), w.constant(-INFINITY), not_zero);
    }
    case Function::sin:
    case Function::cos:
      return circular(b, x, function == Function::cos);
    case Function::tanh:
      return hyperbolic_tangent(b, x);
    case Function::rsqrt:
      if (from != FloatFormat::f64) return kernel::inverse_root(b, x);
      return w.div(w.constant(1), b.floating(Op::fsqrt, {x}, kWide));
  }
  return x;
}

// The inverse root where the operand is infinite, negative, or a zero, whose infinity has its sign.
ValueId root_of_others(Builder& b, ValueId a, ValueId root, FloatFormat format) {
  const FloatMode m = mode(format);
  const ValueId zero = number(b, 0, format), infinity = number(b, INFINITY, format);
  root = b.select(b.floating(Op::flt, {a, infinity}, m), root, zero);
  root = b.select(b.floating(Op::flt, {a, zero}, m), number(b, NAN, format), root);
  const ValueId of_zero = b.concat(b.sign(a), b.truncate(infinity, bits(format) - 1));
  return b.select(b.floating(Op::feq, {a, zero}, m), of_zero, root);
}

template <Function kFunction>
void approximate(Insn& x) {
  const Type t = x.type();
  const FloatFormat format = format_of(t);
  x.write(0, each_lane(x.b, t.lanes, {x.read(1, t)}, [&](std::span<const ValueId> v) {
            const ValueId a = x.has("ftz") ? flush(x.b, v[0], format) : v[0];
            const ValueId exact = compute(x.b, kFunction, to_f64(x.b, a, format), format);
            ValueId result = format == FloatFormat::f64 ? exact : x.b.fconvert(exact, kWide, format);
            if (kFunction == Function::rsqrt && format != FloatFormat::f64)
              result = root_of_others(x.b, a, result, format);
            if (x.has("ftz")) result = flush(x.b, result, format);
            const ValueId nan = x.b.bit_or(is_nan(x.b, a, format), is_nan(x.b, result, format));
            return x.b.select(nan, x.b.constant(APInt::getSignedMaxValue(t.bits)), result);
          }));
}

void reciprocal(Insn& x) {
  const ValueId operands[] = {number(x.b, 1, FloatFormat::f32), x.read(1, 32)};
  const FloatMode m = mode(FloatFormat::f32);
  x.write(0, x.has("ftz") ? flushing(x.b, Op::fdiv, operands, m) : x.b.floating(Op::fdiv, operands, m));
}

void square_root(Insn& x) {
  const ValueId a = x.read(1, 32);
  x.write(0, x.b.floating(Op::fsqrt, {x.has("ftz") ? flush(x.b, a, FloatFormat::f32) : a}, mode(FloatFormat::f32)));
}

// div.approx is a * (1/b), and 0 where 1/b would be subnormal: 2^126 < |b| < 2^128 (NaN for an infinite a).
void divide(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  const ValueId operands[] = {a, c};
  const FloatMode m = mode(FloatFormat::f32);
  const ValueId quotient = x.has("ftz") ? flushing(x.b, Op::fdiv, operands, m) : x.b.floating(Op::fdiv, operands, m);
  if (x.has("full")) return x.write(0, quotient);
  const ValueId size = x.b.fabs(c, FloatFormat::f32);
  const ValueId large =
      x.b.bit_and(x.b.floating(Op::flt, {number(x.b, std::ldexp(1.0, 126), FloatFormat::f32), size}, m),
                  x.b.floating(Op::flt, {size, number(x.b, INFINITY, FloatFormat::f32)}, m));
  const ValueId zero = x.b.shl_by(x.b.zext(x.b.bit_xor(x.b.sign(a), x.b.sign(c)), 32), 31);
  const ValueId times_zero = x.b.floating(Op::fmul, {a, zero}, m);
  const ValueId nan = is_nan(x.b, times_zero, FloatFormat::f32);
  x.write(0, x.b.select(large, x.b.select(nan, times_zero, zero), quotient));
}

// The upper half of the operand and of the result alone: the lower 32 bits are taken for zero, so that some signalling
// NaNs are infinities (recorded).
template <bool kRoot>
void gross(Insn& x) {
  Wide w{x.b};
  const ValueId half = x.b.constant(64, 0xffffffff00000000);
  const ValueId a = flush(x.b, x.b.bit_and(x.read(1, 64), half), FloatFormat::f64);
  const ValueId exact = w.div(w.constant(1), kRoot ? x.b.floating(Op::fsqrt, {a}, kWide) : a);
  const ValueId upper = x.b.bit_and(flush(x.b, exact, FloatFormat::f64), half);
  x.write(0, upper);
}

constexpr Row kRows[] = {
    {"rcp.approx{,.ftz}.f32", reciprocal},
    {"sqrt.approx{,.ftz}.f32", square_root},
    {"rsqrt.approx{,.ftz}.f32", approximate<Function::rsqrt>},
    {"rsqrt.approx.f64", approximate<Function::rsqrt>},
    {"rcp.approx.ftz.f64", gross<false>},
    {"rsqrt.approx.ftz.f64", gross<true>},
    {"div.{full,approx}{,.ftz}.f32", divide},
    {"ex2.approx{,.ftz}.f32", approximate<Function::ex2>},
    {"ex2.approx.{f16,f16x2}", approximate<Function::ex2>},
    {"ex2.approx.ftz.{bf16,bf16x2}", approximate<Function::ex2>},
    {"lg2.approx{,.ftz}.f32", approximate<Function::lg2>},
    {"sin.approx{,.ftz}.f32", approximate<Function::sin>},
    {"cos.approx{,.ftz}.f32", approximate<Function::cos>},
    {"tanh.approx.{f32,f16,f16x2,bf16,bf16x2}", approximate<Function::tanh>},
};

struct BoundRow {
  std::string_view pattern;
  Bound bound;
};

// PTX ISA 9.0, 9.7.3.8 to 9.7.3.23 and 9.7.4.9 to 9.7.4.11. The manual gives no error for rsqrt.approx.f64; it and the
// two f64 approximations of 32 bits have what their resolution allows.
const BoundRow kBounds[] = {
    {"rcp.approx{,.ftz}.f32", {.ulp = 1}},
    {"sqrt.approx{,.ftz}.f32", {.relative = 0x1p-23}},
    {"rsqrt.approx{,.ftz}.f32", {.relative = 0x1.79ap-23}},  // 2^-22.4
    {"rsqrt.approx.f64", {.ulp = 2}},
    {"{rcp,rsqrt}.approx.ftz.f64", {.relative = 0x1p-20}},
    {"div.{full,approx}{,.ftz}.f32", {.ulp = 2}},
    {"ex2.approx{,.ftz}.f32", {.ulp = 2}},
    {"ex2.approx.{f16,f16x2}", {.relative = 0x1.13p-10}},  // 2^-9.9
    {"ex2.approx.ftz.{bf16,bf16x2}", {.relative = 0x1p-7}},
    {"lg2.approx{,.ftz}.f32", {.relative = 0x1.51p-23, .absolute = 0x1.51p-23, .near_one = true}},  // 2^-22.6
    {"{sin,cos}.approx{,.ftz}.f32", {.absolute = 0x1.6ap-21, .limited_range = true}},               // 2^-20.5
    {"tanh.approx.f32", {.relative = 0x1p-11}},
    {"tanh.approx.{f16,f16x2}", {.absolute = 0x1.02p-11}},  // 2^-10.987
    {"tanh.approx.{bf16,bf16x2}", {.absolute = 0x1p-8}},
};

double as_double(const APInt& value, FloatFormat format) {
  return convert_bits(value, format, FloatFormat::f64).bitsToDouble();
}

}  // namespace

RowSpan approximate_rows() {
  return kRows;
}

std::optional<Bound> approximation(std::string_view mnemonic) {
  for (const BoundRow& row : kBounds)
    if (matches(row.pattern, mnemonic)) return row.bound;
  return std::nullopt;
}

bool within(const Bound& bound, FloatFormat format, const APInt& input, const APInt& a, const APInt& b) {
  if (a == b) return true;
  const double x = as_double(a, format), y = as_double(b, format), from = as_double(input, format);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (std::isinf(x) || std::isinf(y)) {
    // The largest number and infinity are neighbours.
    return bound.ulp != 0 && std::signbit(x) == std::signbit(y) && (a - b).abs().ule(2);
  }
  if (bound.limited_range && std::fabs(from) > 100 * M_PI) return std::fabs(x) <= 1 && std::fabs(y) <= 1;
  const double difference = std::fabs(x - y), size = std::max(std::fabs(x), std::fabs(y));
  // Each may err on its own side, and each is rounded to the format.
  const int fraction = format == FloatFormat::f16    ? 10
                       : format == FloatFormat::bf16 ? 7
                       : format == FloatFormat::f32  ? 23
                                                     : 52;
  const int lowest = format == FloatFormat::f16 ? -14 : format == FloatFormat::f64 ? -1022 : -126;
  const double ulp = std::ldexp(1.0, std::max(size == 0 ? lowest : std::ilogb(size), lowest) - fraction);
  const bool relative_only = bound.near_one && !(from > 0.5 && from < 2);
  double allowed = ulp / 2 + bound.ulp * ulp;
  if (bound.relative != 0 && !(bound.near_one && !relative_only)) allowed += bound.relative * size;
  if (bound.absolute != 0 && !relative_only)
    allowed += bound.limited_range && std::fabs(from) > 2 * M_PI ? 0x1.3bp-15 : bound.absolute;  // 2^-14.7
  return difference <= allowed;
}

}  // namespace portolan::ptx
