// Arithmetic of the F and D extensions (unprivileged spec, chapters 12 and 13). NaN results are canonical; the dynamic
// rounding mode is taken to be the ABI's, nearest even, because instructions that change it are refused.
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using ir::Op;

constexpr const char* kReservedRounding = "reserved rounding mode";

template <Op kOp>
Lifted arithmetic(LiftContext& c) {
  const std::optional<FloatMode> m = mode(c, format_of(c, 0), 3);
  if (!m) return Lifted::refused(kReservedRounding);
  write_float(c, 0, c.b.floating(kOp, {read_float(c, 1), read_float(c, 2)}, *m));
  return Lifted::done();
}

Lifted square_root(LiftContext& c) {
  const std::optional<FloatMode> m = mode(c, format_of(c, 0), 2);
  if (!m) return Lifted::refused(kReservedRounding);
  write_float(c, 0, c.b.floating(Op::fsqrt, {read_float(c, 1)}, *m));
  return Lifted::done();
}

// ±(rs1 * rs2) ± rs3, rounded once.
template <bool kNegateProduct, bool kNegateAddend>
Lifted multiply_add(LiftContext& c) {
  const FloatFormat format = format_of(c, 0);
  const std::optional<FloatMode> m = mode(c, format, 4);
  if (!m) return Lifted::refused(kReservedRounding);
  ValueId a = read_float(c, 1), b = read_float(c, 2), addend = read_float(c, 3);
  if (kNegateProduct) a = c.b.fneg(a, format);
  if (kNegateAddend) addend = c.b.fneg(addend, format);
  write_float(c, 0, c.b.floating(Op::fma, {a, b, addend}, *m));
  return Lifted::done();
}

template <Op kOp>
Lifted min_max(LiftContext& c) {
  write_float(c, 0, c.b.floating(kOp, {read_float(c, 1), read_float(c, 2)}, mode(format_of(c, 0))));
  return Lifted::done();
}

template <Op kOp>
Lifted compare(LiftContext& c) {
  write_bit(c, 0, c.b.floating(kOp, {read_float(c, 1), read_float(c, 2)}, mode(format_of(c, 1))));
  return Lifted::done();
}

// rs1 with a sign made from both; fmv, fneg and fabs are these with equal sources.
enum class Sign { copy, inverted, product };
template <Sign kSign>
Lifted inject_sign(LiftContext& c) {
  const FloatFormat format = format_of(c, 0);
  const ValueId a = read_float(c, 1);
  if (c.inst().getOperand(1).getReg() == c.inst().getOperand(2).getReg()) {
    write_float(c, 0, kSign == Sign::copy ? a : kSign == Sign::inverted ? c.b.fneg(a, format) : c.b.fabs(a, format));
    return Lifted::done();
  }
  ValueId sign = c.b.sign(read_float(c, 2));
  if (kSign == Sign::inverted) sign = c.b.bit_not(sign);
  if (kSign == Sign::product) sign = c.b.bit_xor(sign, c.b.sign(a));
  write_float(c, 0, c.b.concat(sign, c.b.truncate(a, c.b.width(a) - 1)));
  return Lifted::done();
}

// One bit of ten says what kind of number it is (spec 12.9, table 24).
Lifted classify(LiftContext& c) {
  const ValueId a = read_float(c, 1);
  const unsigned width = c.b.width(a), fraction_bits = width == 32 ? 23 : 52;
  const ValueId fraction = c.b.truncate(a, fraction_bits), negative = c.b.sign(a), positive = c.b.bit_not(negative);
  const ValueId exponent = c.b.extract(a, fraction_bits, width - 1 - fraction_bits);
  const ValueId low = c.b.is_zero(exponent), high = c.b.is_zero(c.b.bit_not(exponent));
  const ValueId empty = c.b.is_zero(fraction), filled = c.b.bit_not(empty);
  const ValueId normal = c.b.bit_not(c.b.bit_or(low, high)), quiet = c.b.sign(fraction);
  const ValueId infinite = c.b.bit_and(high, empty), nan = c.b.bit_and(high, filled);
  const ValueId subnormal = c.b.bit_and(low, filled), zero = c.b.bit_and(low, empty);
  const ValueId bits[] = {
      c.b.bit_and(negative, infinite), c.b.bit_and(negative, normal),   c.b.bit_and(negative, subnormal),
      c.b.bit_and(negative, zero),     c.b.bit_and(positive, zero),     c.b.bit_and(positive, subnormal),
      c.b.bit_and(positive, normal),   c.b.bit_and(positive, infinite), c.b.bit_and(nan, c.b.bit_not(quiet)),
      c.b.bit_and(nan, quiet),
  };
  ValueId result = bits[0];
  for (unsigned i = 1; i < std::size(bits); ++i) result = c.b.concat(bits[i], result);
  write(c, 0, c.b.zext(result, 64));
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"FADD_{S,D}", "fadd", "", arithmetic<Op::fadd>},
    {"FSUB_{S,D}", "fsub", "", arithmetic<Op::fsub>},
    {"FMUL_{S,D}", "fmul", "", arithmetic<Op::fmul>},
    {"FDIV_{S,D}", "fdiv", "", arithmetic<Op::fdiv>},
    {"FSQRT_{S,D}", "fsqrt", "", square_root},
    {"FMADD_{S,D}", "fmadd", "", multiply_add<false, false>},
    {"FMSUB_{S,D}", "fmsub", "", multiply_add<false, true>},
    {"FNMSUB_{S,D}", "fnmsub", "", multiply_add<true, false>},
    {"FNMADD_{S,D}", "fnmadd", "", multiply_add<true, true>},
    {"FMIN_{S,D}", "fmin", "", min_max<Op::fminnum>},
    {"FMAX_{S,D}", "fmax", "", min_max<Op::fmaxnum>},
    {"FMINM_{S,D}", "fminm", "", min_max<Op::fminimum>, "zfa"},
    {"FMAXM_{S,D}", "fmaxm", "", min_max<Op::fmaximum>, "zfa"},
    {"FEQ_{S,D}", "feq", "", compare<Op::feq>},
    {"FLT_{S,D}", "flt", "", compare<Op::flt>},
    {"FLE_{S,D}", "fle", "", compare<Op::fle>},
    {"FLTQ_{S,D}", "fltq", "", compare<Op::flt>, "zfa"},
    {"FLEQ_{S,D}", "fleq", "", compare<Op::fle>, "zfa"},
    {"FSGNJ_{S,D}", "fsgnj", "", inject_sign<Sign::copy>},
    {"FSGNJN_{S,D}", "fsgnjn", "", inject_sign<Sign::inverted>},
    {"FSGNJX_{S,D}", "fsgnjx", "", inject_sign<Sign::product>},
    {"FCLASS_{S,D}", "fclass", "", classify},
    {"FADD_H FSUB_H FMUL_H FDIV_H FSQRT_H FMADD_H FMSUB_H FNMSUB_H FNMADD_H FMIN_H FMAX_H FEQ_H FLT_H FLE_H FSGNJ_H "
     "FSGNJN_H FSGNJX_H FCLASS_H",
     "fadd.h", "", nullptr, "zfh"},
};

}  // namespace

RowSpan float_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
