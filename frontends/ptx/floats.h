// Floating point as PTX has it, from the IR's operations: flushing of subnormal numbers, saturation, one canonical NaN.
#pragma once

#include <array>
#include <utility>

#include "frontends/kernel/series.h"
#include "frontends/ptx/insn.h"

namespace portolan::ptx {

FloatFormat format_of(const Type& type);  // none: no such format in the IR
inline FloatMode mode(FloatFormat format, Rounding rounding = Rounding::nearest_even) {
  return {format, ir::NanRule::ptx, rounding};
}

// Subnormal numbers as zeros of the same sign.
ValueId flush(Builder& b, ValueId v, FloatFormat format);
// [0, 1]; NaN and -0 give +0.
ValueId saturate(Builder& b, ValueId v, FloatFormat format);
// Negative numbers as +0; a NaN is the canonical one.
ValueId relu(Builder& b, ValueId v, FloatFormat format);
ValueId canonical(Builder& b, ValueId v, FloatFormat format);  // a NaN of up to 32 bits as the canonical one
ValueId is_nan(Builder& b, ValueId v, FloatFormat format);
using kernel::convert_bits;
using kernel::number;
ValueId from_small(Builder& b, ValueId a, const Type& t);  // e4m3 or e5m2 to f16
ValueId to_f64(Builder& b, ValueId v, FloatFormat format);

// op (fadd fsub fmul fdiv fma) with .ftz: operands and result are flushed. A result is subnormal if it is when rounded
// as though the exponent had no bound (recorded: 0x00800000 * 0x3f7fffff is flushed although mul.f32 gives 0x00800000).
ValueId flushing(Builder& b, Op op, std::span<const ValueId> operands, FloatMode mode);
// Whether the f64 `exact` (rounded as `truncated_as` says) becomes subnormal or zero in `format` by `rounding`.
ValueId is_tiny(Builder& b, ValueId exact, FloatFormat format, Rounding rounding);
// The rounding of an f64 computation from which is_tiny can tell.
Rounding witness_rounding(Rounding rounding);

// compute(lane values…) for each lane of the operands, results side by side.
template <class Compute>
ValueId each_lane(Builder& b, unsigned lanes, std::initializer_list<ValueId> operands, Compute compute) {
  ValueId all = ir::kNoValue;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    std::vector<ValueId> parts;
    for (ValueId v : operands) parts.push_back(lanes == 1 ? v : b.lane(v, lane, b.width(v) / lanes));
    const ValueId result = compute(std::span<const ValueId>(parts));
    all = lane == 0 ? result : b.concat(result, all);
  }
  return all;
}

}  // namespace portolan::ptx
