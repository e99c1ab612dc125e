// Functions that machines approximate, computed in f64 to more than f32 holds, from the IR's operations.
#pragma once

#include <span>

#include "ir/builder.h"

namespace portolan::kernel {

using ir::APInt;
using ir::Builder;
using ir::FloatFormat;
using ir::FloatMode;
using ir::Op;
using ir::ValueId;

// To nearest; NaNs keep their payload.
APInt convert_bits(const APInt& value, FloatFormat from, FloatFormat to);
ValueId number(Builder& b, double value, FloatFormat format);

// With the one NaN that PTX gives in f64, so that results do not depend on the host.
inline constexpr FloatMode kWide = {FloatFormat::f64, ir::NanRule::ptx, ir::Rounding::nearest_even};

// f64 arithmetic, written as formulas.
struct Wide {
  Builder& b;
  ValueId constant(double v) { return number(b, v, FloatFormat::f64); }
  ValueId add(ValueId x, ValueId y) { return b.floating(Op::fadd, {x, y}, kWide); }
  ValueId sub(ValueId x, ValueId y) { return b.floating(Op::fsub, {x, y}, kWide); }
  ValueId mul(ValueId x, ValueId y) { return b.floating(Op::fmul, {x, y}, kWide); }
  ValueId div(ValueId x, ValueId y) { return b.floating(Op::fdiv, {x, y}, kWide); }
  ValueId fma(ValueId x, ValueId y, ValueId z) { return b.floating(Op::fma, {x, y, z}, kWide); }
  ValueId less(ValueId x, ValueId y) { return b.floating(Op::flt, {x, y}, kWide); }
  ValueId bounded(ValueId x, double limit) {
    return b.floating(Op::fminnum, {b.floating(Op::fmaxnum, {x, constant(-limit)}, kWide), constant(limit)}, kWide);
  }
  // c[0] + c[1] x + …
  ValueId polynomial(ValueId x, std::span<const double> c) {
    ValueId result = constant(c.back());
    for (size_t n = c.size() - 1; n-- > 0;) result = fma(result, x, constant(c[n]));
    return result;
  }
};

ValueId power_of_two(Builder& b, ValueId x);           // 2^x
ValueId inverse_root(Builder& b, ValueId x);           // 1 / sqrt(x) of a positive single
ValueId logarithm(Builder& b, ValueId x);              // log2 of a positive normal number
ValueId circular(Builder& b, ValueId x, bool cosine);  // sin or cos

}  // namespace portolan::kernel
