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

// The nearest integer, by a sum whose last place is one: as a number, and in two's complement in the lower bits. |x| is
// less than 2^51. Conversions are several instructions on some processors, and this is two on all.
struct Rounded {
  ValueId number, bits;
};
Rounded rounded(Builder& b, ValueId x) {
  Wide w{b};
  const ValueId large = w.constant(0x1.8p52), sum = w.add(x, large);
  return {w.sub(sum, large), sum};
}

// 2^x: the power of the nearest integer times the series of e^(r ln 2), |r| <= 1/2.
ValueId power_of_two(Builder& b, ValueId x) {
  Wide w{b};
  x = w.bounded(x, 1000);
  const auto [whole, whole_bits] = rounded(b, x);
  std::array<double, 12> c = {1};
  for (size_t n = 1; n < c.size(); ++n) c[n] = c[n - 1] * 0.69314718055994530942 / static_cast<double>(n);
  const ValueId part = w.polynomial(w.sub(x, whole), c);
  return w.mul(part, b.shl_by(b.add(whole_bits, b.constant(64, 1023)), 52));
}

// log2 of a positive normal number: the exponent plus the series of artanh, argument in [1/sqrt 2, sqrt 2].
ValueId logarithm(Builder& b, ValueId x) {
  Wide w{b};
  const ValueId mantissa = b.bit_or(b.zext(b.truncate(x, 52), 64), w.constant(1));
  const ValueId large = w.less(w.constant(std::sqrt(2.0)), mantissa);
  const ValueId m = b.select(large, w.mul(mantissa, w.constant(0.5)), mantissa);
  ValueId exponent = b.sub(b.zext(b.extract(x, 52, 11), 32), b.constant(32, 1023));
  exponent = b.add(exponent, b.zext(large, 32));
  const ValueId s = w.div(w.sub(m, w.constant(1)), w.add(m, w.constant(1)));
  std::array<double, 9> c;
  for (size_t n = 0; n < c.size(); ++n) c[n] = 2 / std::log(2.0) / static_cast<double>(2 * n + 1);
  const ValueId whole = b.int_to_float(Op::sint_to_f, exponent, kWide);
  return w.fma(s, w.polynomial(w.mul(s, s), c), whole);
}

// 1 / sqrt(x) of a positive single in f64, by Newton's steps from an estimate that halves the exponent (its error of
// 1/29 is squared by each of them). Square roots and quotients of f64 are dozens of instructions on some processors.
ValueId inverse_root(Builder& b, ValueId x) {
  Wide w{b};
  // Beyond all singles; no NaN.
  const ValueId size = w.bounded(x, 0x1p200);
  const ValueId upper = b.sub(b.constant(32, 0x5fe6eb50), b.lshr(b.extract(size, 32, 32), b.constant(32, 1)));
  ValueId root = b.concat(upper, b.constant(32, 0));
  const ValueId half = w.mul(size, w.constant(-0.5));
  for (int n = 0; n < 4; ++n) root = w.mul(root, w.fma(w.mul(half, root), root, w.constant(1.5)));
  return root;
}

// sin or cos: reduced by multiples of pi/2 in two parts, then a series.
ValueId circular(Builder& b, ValueId x, bool cosine) {
  Wide w{b};
  // Beyond what f64 can reduce nothing is promised: as at 0.
  const ValueId size = b.fabs(x, FloatFormat::f64);
  const ValueId finite = w.less(size, w.constant(INFINITY));
  x = w.bounded(b.select(w.less(w.constant(0x1p40), size), w.constant(0), x), 0x1p41);
  const auto [quarter, quarter_bits] = rounded(b, w.mul(x, w.constant(2 / M_PI)));
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
  ValueId turn = b.truncate(quarter_bits, 2);
  if (cosine) turn = b.add(turn, b.constant(2, 1));
  const ValueId value = b.select(b.extract(turn, 0, 1), c, s);
  return b.select(finite, b.select(b.extract(turn, 1, 1), b.fneg(value, FloatFormat::f64), value), w.constant(NAN));
}

}  // namespace portolan::kernel
