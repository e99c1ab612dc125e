// Floating point on vectors, and the scalar forms that share its encodings (Arm ARM C7.2).
#include "frontends/aarch64/floating.h"
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

using ir::Op;

template <Op kOp>
ValueId binary(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  return c.b.floating(kOp, {a, b}, float_mode(l.bits), l.count);
}

ValueId square_root(LiftContext& c, ValueId a, Lanes l) {
  return c.b.floating(Op::fsqrt, {a}, float_mode(l.bits), l.count);
}

ValueId negated(LiftContext& c, ValueId a, Lanes l) {
  return c.b.fneg(a, format_of(l.bits), l.count);
}

ValueId absolute(LiftContext& c, ValueId a, Lanes l) {
  return c.b.fabs(a, format_of(l.bits), l.count);
}

ValueId absolute_of_difference(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  return absolute(c, binary<Op::fsub>(c, a, b, l), l);
}

// FRINT<mode>v…
ValueId rounded(LiftContext& c, ValueId a, Lanes l) {
  return c.b.floating(Op::fround, {a}, float_mode(l.bits, *rounding_of(c.opcode_name()[5])), l.count);
}

// d ± a * b, fused. Operand 1 is the old destination.
template <bool kNegate>
Lifted multiply_add(LiftContext& c) {
  const Lanes l = lanes_of(c);
  ValueId a = lanes(c, 2, l);
  if (kNegate) a = negated(c, a, l);
  write_vector(c, 0, c.b.floating(Op::fma, {a, second(c, 3, l), lanes(c, 1, l)}, float_mode(l.bits), l.count));
  return Lifted::done();
}

// d = all ones where a > b, a >= b or a == b; with 0 (…rz), of absolute values (facge, facgt), or reversed (fcmle).
template <Op kOp, bool kReversed = false, bool kAbsolute = false>
Lifted compare(LiftContext& c) {
  const Lanes l = lanes_of(c);
  ValueId a = lanes(c, 1, l), b = c.opcode_name().ends_with("rz") ? splat(c, 0, l) : lanes(c, 2, l);
  if (kAbsolute) a = absolute(c, a, l), b = absolute(c, b, l);
  if (!kReversed) std::swap(a, b);
  const ValueId bits = c.b.floating(kOp, {a, b}, float_mode(l.bits), l.count);
  write_vector(c, 0, c.b.mask_from_bits(bits, l.width(), l.count));
  return Lifted::done();
}

template <Op kOp>
Lifted pairwise(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId a = lanes(c, 1, l), b = lanes(c, 2, l);
  std::vector<int> even, odd;
  for (int i = 0; i < 2 * l.count; i += 2) {
    even.push_back(i);
    odd.push_back(i + 1);
  }
  write_vector(c, 0, binary<kOp>(c, c.b.shuffle(a, b, l.count, even), c.b.shuffle(a, b, l.count, odd), l));
  return Lifted::done();
}

// Halves against each other until one lane is left (Arm ARM, Reduce).
template <Op kOp>
ValueId reduced(LiftContext& c, ValueId a, Lanes l) {
  if (l.count == 1) return a;
  const Lanes half{uint16_t(l.count / 2), l.bits};
  const ValueId low = reduced<kOp>(c, c.b.truncate(a, half.width()), half);
  const ValueId high = reduced<kOp>(c, c.b.extract(a, half.width(), half.width()), half);
  return binary<kOp>(c, low, high, {1, l.bits});
}

// FCVT<rounding>{S,U}v…, and with a number of fraction bits FCVTZ{S,U}v…_shift and FCVTZ{S,U}{h,s,d}.
Lifted to_integer(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  const Lanes l = lanes_of(c);
  const Op op = name[5] == 'S' ? Op::fto_sint : Op::fto_uint;
  ValueId a = lanes(c, 1, l);
  unsigned bits = l.bits;
  if (c.inst().getNumOperands() > 2) {
    // Half precision is scaled in double precision: exact. The others are exact too, or overflow to what saturates.
    if (bits == 16) {
      bits = 64;
      a = c.b.fconvert(a, float_mode(16), ir::FloatFormat::f64, l.count);
    }
    const Lanes work{l.count, uint16_t(bits)};
    a = binary<Op::fmul>(c, a, splat(c, power_of_two(immediate(c, 2), bits), work), work);
  }
  const ir::FloatMode mode = float_mode(bits, *rounding_of(name[4]));
  write_vector(c, 0, c.b.float_to_int(op, a, mode, l.width(), l.count));
  return Lifted::done();
}

// {S,U}CVTFv…, …_shift, {S,U}CVTF{h,s,d}.
Lifted from_integer(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const Op op = c.opcode_name()[0] == 'S' ? Op::sint_to_f : Op::uint_to_f;
  const bool fixed_point = c.inst().getNumOperands() > 2, by_double = fixed_point && l.bits == 16;
  const Lanes work{l.count, uint16_t(by_double ? 64 : l.bits)};
  ValueId result = c.b.int_to_float(op, lanes(c, 1, l), float_mode(work.bits), l.count);
  if (fixed_point)
    result = binary<Op::fmul>(c, result, splat(c, power_of_two(-immediate(c, 2), work.bits), work), work);
  if (by_double) result = c.b.fconvert(result, float_mode(64), ir::FloatFormat::f16, l.count);
  write_vector(c, 0, result);
  return Lifted::done();
}

// fcvtl, fcvtl2: a half widened. The names give the narrow arrangement.
Lifted lengthen(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l);
  write_vector(c, 0, c.b.fconvert(half(c, 1, l), float_mode(n.bits), format_of(2 * n.bits), n.count));
  return Lifted::done();
}

Lifted shorten(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l), wide = n.doubled();
  const ValueId value = lanes(c, narrow_source(l), wide);
  write_narrow(c, c.b.fconvert(value, float_mode(wide.bits), format_of(n.bits), n.count), l);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"FADDv{4f16,8f16,2f32,4f32,2f64}", "fadd", "", binary_lanes<binary<Op::fadd>>},
    {"FSUBv{4f16,8f16,2f32,4f32,2f64}", "fsub", "", binary_lanes<binary<Op::fsub>>},
    {"FMULv{4f16,8f16,2f32,4f32,2f64} FMULv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}_indexed", "fmul", "",
     binary_lanes<binary<Op::fmul>>},
    {"FDIVv{4f16,8f16,2f32,4f32,2f64}", "fdiv", "", binary_lanes<binary<Op::fdiv>>},
    {"FMAXv{4f16,8f16,2f32,4f32,2f64}", "fmax", "", binary_lanes<binary<Op::fmaximum>>},
    {"FMINv{4f16,8f16,2f32,4f32,2f64}", "fmin", "", binary_lanes<binary<Op::fminimum>>},
    {"FMAXNMv{4f16,8f16,2f32,4f32,2f64}", "fmaxnm", "", binary_lanes<binary<Op::fmaxnum>>},
    {"FMINNMv{4f16,8f16,2f32,4f32,2f64}", "fminnm", "", binary_lanes<binary<Op::fminnum>>},
    {"FABDv{4f16,8f16,2f32,4f32,2f64}", "fabd", "", binary_lanes<absolute_of_difference>},
    {"FMLAv{4f16,8f16,2f32,4f32,2f64} FMLAv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}_indexed", "fmla", "",
     multiply_add<false>},
    {"FMLSv{4f16,8f16,2f32,4f32,2f64} FMLSv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}_indexed", "fmls", "",
     multiply_add<true>},
    {"FSQRTv{4f16,8f16,2f32,4f32,2f64}", "fsqrt", "", unary_lanes<square_root>},
    {"FNEGv{4f16,8f16,2f32,4f32,2f64}", "fneg", "", unary_lanes<negated>},
    {"FABSv{4f16,8f16,2f32,4f32,2f64}", "fabs", "", unary_lanes<absolute>},
    {"FRINT{N,P,M,Z,A,X,I}v{4f16,8f16,2f32,4f32,2f64}", "frint", "", unary_lanes<rounded>},
    {"FCMEQv{4f16,8f16,2f32,4f32,2f64} FCMEQ{16,32,64} FCMEQv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}rz", "fcmeq", "",
     compare<Op::feq>},
    {"FCMGEv{4f16,8f16,2f32,4f32,2f64} FCMGE{16,32,64} FCMGEv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}rz", "fcmge", "",
     compare<Op::fle>},
    {"FCMGTv{4f16,8f16,2f32,4f32,2f64} FCMGT{16,32,64} FCMGTv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}rz", "fcmgt", "",
     compare<Op::flt>},
    {"FCMLEv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}rz", "fcmle", "", compare<Op::fle, true>},
    {"FCMLTv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}rz", "fcmlt", "", compare<Op::flt, true>},
    {"FACGEv{4f16,8f16,2f32,4f32,2f64} FACGE{16,32,64}", "facge", "", compare<Op::fle, false, true>},
    {"FACGTv{4f16,8f16,2f32,4f32,2f64} FACGT{16,32,64}", "facgt", "", compare<Op::flt, false, true>},
    {"FADDPv{4f16,8f16,2f32,4f32,2f64}", "faddp", "", pairwise<Op::fadd>},
    {"FMAXPv{4f16,8f16,2f32,4f32,2f64}", "fmaxp", "", pairwise<Op::fmaximum>},
    {"FMINPv{4f16,8f16,2f32,4f32,2f64}", "fminp", "", pairwise<Op::fminimum>},
    {"FMAXNMPv{4f16,8f16,2f32,4f32,2f64}", "fmaxnmp", "", pairwise<Op::fmaxnum>},
    {"FMINNMPv{4f16,8f16,2f32,4f32,2f64}", "fminnmp", "", pairwise<Op::fminnum>},
    {"FADDPv{2i16,2i32,2i64}p", "faddp", "", unary_lanes<reduced<Op::fadd>>},
    {"FMAXPv{2i16,2i32,2i64}p FMAXVv{4i16,8i16,4i32}v", "fmaxv", "", unary_lanes<reduced<Op::fmaximum>>},
    {"FMINPv{2i16,2i32,2i64}p FMINVv{4i16,8i16,4i32}v", "fminv", "", unary_lanes<reduced<Op::fminimum>>},
    {"FMAXNMPv{2i16,2i32,2i64}p FMAXNMVv{4i16,8i16,4i32}v", "fmaxnmv", "", unary_lanes<reduced<Op::fmaxnum>>},
    {"FMINNMPv{2i16,2i32,2i64}p FMINNMVv{4i16,8i16,4i32}v", "fminnmv", "", unary_lanes<reduced<Op::fminnum>>},
    {"FCVT{N,P,M,A,Z}{S,U}v{4f16,8f16,2f32,4f32,2f64,1f16,1i32,1i64}", "fcvtzs", "", to_integer},
    {"FCVTZ{S,U}v{4i16,8i16,2i32,4i32,2i64}_shift FCVTZ{S,U}{h,s,d}", "fcvtzs", "", to_integer},
    {"{S,U}CVTFv{4f16,8f16,2f32,4f32,2f64,1i16,1i32,1i64}", "scvtf", "", from_integer},
    {"{S,U}CVTFv{4i16,8i16,2i32,4i32,2i64}_shift {S,U}CVTF{h,s,d}", "scvtf", "", from_integer},
    {"FCVTLv{4i16,8i16,2i32,4i32}", "fcvtl", "", lengthen},
    {"FCVTNv{4i16,8i16,2i32,4i32}", "fcvtn", "", shorten},
    {"FCVTXNv{1i64,2f32,4f32}", "fcvtxn", "", nullptr, "rounds to odd"},
    {"FMULXv{4f16,8f16,2f32,4f32,2f64} FMULXv{4i16,8i16,2i32,4i32,2i64,1i16,1i32,1i64}_indexed", "fmulx", "", nullptr},
    {"FRECPSv{4f16,8f16,2f32,4f32,2f64} FRSQRTSv{4f16,8f16,2f32,4f32,2f64}", "frecps", "", nullptr},
    {"FRECPEv{4f16,8f16,2f32,4f32,2f64} FRSQRTEv{4f16,8f16,2f32,4f32,2f64} URECPEv{2i32,4i32} URSQRTEv{2i32,4i32}",
     "frecpe", "", nullptr, "an estimate from a table"},
    {"FCADDv{4f16,8f16,2f32,4f32,2f64} FCMLAv{4f16,8f16,2f32,4f32,2f64} FCMLAv{4f16,8f16,4f32}_indexed", "fcadd", "",
     nullptr, "complex numbers"},
};

}  // namespace

RowSpan simd_float_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
