#include "frontends/kernel/series.h"

#include <array>
#include <bit>
#include <cmath>

#include "ir/concrete_domain.h"

namespace portolan::kernel {

APInt convert_bits(const APInt& value, FloatFormat from, FloatFormat to) {
  if (from == to) return value;
  ir::Instruction convert;
  convert.op = Op::fconvert;
  convert.format = from;
  convert.to_format = to;
  convert.nan = ir::NanRule::x86;
  convert.width = bits(to);
  const APInt operands[] = {value};
  return evaluate_concrete(ir::Function(), convert, operands);
}

ValueId number(Builder& b, double value, FloatFormat format) {
  return b.constant(convert_bits(APInt(64, std::bit_cast<uint64_t>(value)), FloatFormat::f64, format));
}

// 2^x: the power of the nearest integer times the series of e^(r ln 2), |r| <= 1/2.
ValueId power_of_two(Builder& b, ValueId x) {
  Wide w{b};
  x = w.bounded(x, 1000);
  const ValueId whole = b.floating(Op::fround, {x}, kWide);
  std::array<double, 12> c = {1};
  for (size_t n = 1; n < c.size(); ++n) c[n] = c[n - 1] * 0.69314718055994530942 / static_cast<double>(n);
  const ValueId part = w.polynomial(w.sub(x, whole), c);
  const ValueId exponent = b.float_to_int(Op::fto_sint, whole, kWide, 64);
  return w.mul(part, b.shl_by(b.add(exponent, b.constant(64, 1023)), 52));
}

// log2 of a positive normal number: the exponent plus the series of artanh, argument in [1/sqrt 2, sqrt 2].
ValueId logarithm(Builder& b, ValueId x) {
  Wide w{b};
  const ValueId mantissa = b.bit_or(b.zext(b.truncate(x, 52), 64), w.constant(1));
  const ValueId large = w.less(w.constant(std::sqrt(2.0)), mantissa);
  const ValueId m = b.select(large, w.mul(mantissa, w.constant(0.5)), mantissa);
  ValueId exponent = b.sub(b.zext(b.extract(x, 52, 11), 64), b.constant(64, 1023));
  exponent = b.add(exponent, b.zext(large, 64));
  const ValueId s = w.div(w.sub(m, w.constant(1)), w.add(m, w.constant(1)));
  std::array<double, 9> c;
  for (size_t n = 0; n < c.size(); ++n) c[n] = 2 / std::log(2.0) / static_cast<double>(2 * n + 1);
  const ValueId whole = b.int_to_float(Op::sint_to_f, exponent, kWide);
  return w.fma(s, w.polynomial(w.mul(s, s), c), whole);
}

// sin or cos: reduced by multiples of pi/2 in two parts, then a series.
ValueId circular(Builder& b, ValueId x, bool cosine) {
  Wide w{b};
  // Beyond what f64 can reduce nothing is promised: as at 0.
  const ValueId size = b.fabs(x, FloatFormat::f64);
  const ValueId huge = b.bit_and(w.less(w.constant(0x1p40), size), w.less(size, w.constant(INFINITY)));
  x = b.select(huge, w.constant(0), x);
  const ValueId quarter = b.floating(Op::fround, {w.mul(x, w.constant(2 / M_PI))}, kWide);
  ValueId r = w.fma(quarter, w.constant(-M_PI_2), x);
  r = w.fma(quarter, w.constant(-6.123233995736766e-17), r);
  const ValueId r2 = w.mul(r, r);
  std::array<double, 9> cosine_series = {1}, sine_series = {1};
  for (size_t n = 1; n < 9; ++n) {
    const double k = static_cast<double>(2 * n);
    cosine_series[n] = -cosine_series[n - 1] / (k * (k - 1));
    sine_series[n] = -sine_series[n - 1] / (k * (k + 1));
  }
  const ValueId c = w.polynomial(r2, cosine_series), s = w.mul(r, w.polynomial(r2, sine_series));
  ValueId turn = b.truncate(b.float_to_int(Op::fto_sint, quarter, kWide, 64), 2);
  if (cosine) turn = b.add(turn, b.constant(2, 1));
  const ValueId value = b.select(b.extract(turn, 0, 1), c, s);
  return b.select(b.extract(turn, 1, 1), b.fneg(value, FloatFormat::f64), value);
}

}  // namespace portolan::kernel
