// Scalar floating-point arithmetic, comparison and selection (Arm ARM C7.2).
#include "frontends/aarch64/floating.h"
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using ir::Op;

template <Op kOp, bool kNegateResult = false>
Lifted binary(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2);
  const unsigned width = c.b.width(a);
  const ValueId result = c.b.floating(kOp, {a, b}, float_mode(width));
  write(c, 0, kNegateResult ? c.b.fneg(result, format_of(width)) : result);
  return Lifted::done();
}

// ±(a * b) ± addend; the signs are changed before anything else, on NaNs too (Arm ARM, FPNeg).
template <bool kNegateProduct, bool kNegateAddend>
Lifted multiply_add(LiftContext& c) {
  ValueId a = read(c, 1), addend = read(c, 3);
  const ValueId b = read(c, 2);
  const unsigned width = c.b.width(a);
  if (kNegateProduct) a = c.b.fneg(a, format_of(width));
  if (kNegateAddend) addend = c.b.fneg(addend, format_of(width));
  write(c, 0, c.b.floating(Op::fma, {a, b, addend}, float_mode(width)));
  return Lifted::done();
}

Lifted square_root(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, c.b.floating(Op::fsqrt, {a}, float_mode(c.b.width(a))));
  return Lifted::done();
}

Lifted negate(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, c.b.fneg(a, format_of(c.b.width(a))));
  return Lifted::done();
}

Lifted absolute(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, c.b.fabs(a, format_of(c.b.width(a))));
  return Lifted::done();
}

Lifted absolute_difference(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2);
  const unsigned width = c.b.width(a);
  write(c, 0, c.b.fabs(c.b.floating(Op::fsub, {a, b}, float_mode(width)), format_of(width)));
  return Lifted::done();
}

// FRINT<mode>{D,S,H}r
Lifted round_to_integral(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, c.b.floating(Op::fround, {a}, float_mode(c.b.width(a), *rounding_of(c.opcode_name()[5]))));
  return Lifted::done();
}

// Less sets n; equal z and c; greater c; unordered c and v (Arm ARM, FPCompare).
Flags flags_of_compare(LiftContext& c, ValueId a, ValueId b) {
  const ir::FloatMode mode = float_mode(c.b.width(a));
  const ValueId less = c.b.floating(Op::flt, {a, b}, mode);
  return {less, c.b.floating(Op::feq, {a, b}, mode), c.b.bit_not(less), c.b.floating(Op::funordered, {a, b}, mode)};
}

Lifted compare(LiftContext& c) {
  const ValueId a = read(c, 0);
  const ValueId b = c.opcode_name().ends_with("ri") ? c.b.constant(c.b.width(a), 0) : read(c, 1);
  write_flags(c, flags_of_compare(c, a, b));
  return Lifted::done();
}

Lifted conditional_compare(LiftContext& c) {
  const Flags yes = flags_of_compare(c, read(c, 0), read(c, 1));
  const Flags no = flags_of_immediate(c, immediate(c, 2));
  const ValueId holds = condition(c, immediate(c, 3));
  const auto pick = [&](ValueId if_one, ValueId if_zero) { return c.b.select(holds, if_one, if_zero); };
  write_flags(c, {pick(yes.n, no.n), pick(yes.z, no.z), pick(yes.c, no.c), pick(yes.v, no.v)});
  return Lifted::done();
}

Lifted conditional_select(LiftContext& c) {
  const ValueId yes = read(c, 1), no = read(c, 2);
  write(c, 0, c.b.select(condition(c, immediate(c, 3)), yes, no));
  return Lifted::done();
}

// Between registers of one width: FMOVDr, FMOVWSr, FMOVXDr, FMOVSWr, FMOVDXr; half precision fits the wider one.
Lifted move(LiftContext& c) {
  write(c, 0, c.b.zext_or_truncate(read(c, 1), operand_width(c, 0)));
  return Lifted::done();
}

Lifted move_immediate(LiftContext& c) {
  const unsigned width = operand_width(c, 0);
  write(c, 0, c.b.constant(width, expand_float_immediate(immediate(c, 1), width)));
  return Lifted::done();
}

Lifted move_from_high(LiftContext& c) {
  write(c, 0, c.b.extract(read(c, 1), 64, 64));
  return Lifted::done();
}

Lifted move_to_high(LiftContext& c) {
  write(c, 0, c.b.insert(read(c, 0), read(c, 1), 64));
  return Lifted::done();
}

constexpr const char* kNzcv = "n:w z:w c:w v:w";

constexpr Row kRows[] = {
    {"FADD{D,S,H}rr", "fadd", "", binary<Op::fadd>},
    {"FSUB{D,S,H}rr", "fsub", "", binary<Op::fsub>},
    {"FMUL{D,S,H}rr", "fmul", "", binary<Op::fmul>},
    {"FNMUL{D,S,H}rr", "fnmul", "", binary<Op::fmul, true>},
    {"FDIV{D,S,H}rr", "fdiv", "", binary<Op::fdiv>},
    {"FMIN{D,S,H}rr", "fmin", "", binary<Op::fminimum>},
    {"FMAX{D,S,H}rr", "fmax", "", binary<Op::fmaximum>},
    {"FMINNM{D,S,H}rr", "fminnm", "", binary<Op::fminnum>},
    {"FMAXNM{D,S,H}rr", "fmaxnm", "", binary<Op::fmaxnum>},
    {"FMADD{D,S,H}rrr", "fmadd", "", multiply_add<false, false>},
    {"FMSUB{D,S,H}rrr", "fmsub", "", multiply_add<true, false>},
    {"FNMADD{D,S,H}rrr", "fnmadd", "", multiply_add<true, true>},
    {"FNMSUB{D,S,H}rrr", "fnmsub", "", multiply_add<false, true>},
    {"FSQRT{D,S,H}r", "fsqrt", "", square_root},
    {"FNEG{D,S,H}r", "fneg", "", negate},
    {"FABS{D,S,H}r", "fabs", "", absolute},
    {"FABD{16,32,64}", "fabd", "", absolute_difference},
    {"FRINT{N,P,M,Z,A,X,I}{D,S,H}r", "frint", "", round_to_integral},
    {"FCMP{D,S,H}{rr,ri} FCMPE{D,S,H}{rr,ri}", "fcmp", kNzcv, compare},
    {"FCCMP{D,S,H}rr FCCMPE{D,S,H}rr", "fccmp", "n:m z:m c:m v:m", conditional_compare},
    {"FCSEL{D,S,H}rrr", "fcsel", "n:r z:r c:r v:r", conditional_select},
    {"FMOV{D,S,H,WS,SW,XD,DX,WH,HW,XH,HX}r", "fmov", "", move},
    {"FMOV{D,S,H}i", "fmov", "", move_immediate},
    {"FMOVDXHighr", "fmov", "", move_from_high},
    {"FMOVXDHighr", "fmov", "", move_to_high},
    {"FMULX{16,32,64} FRECPS{16,32,64} FRSQRTS{16,32,64}", "fmulx", "", nullptr},
    {"FRECPE{v1f16,v1i32,v1i64} FRECPX{v1f16,v1i32,v1i64} FRSQRTE{v1f16,v1i32,v1i64}", "frecpe", "", nullptr,
     "an estimate from a table"},
};

}  // namespace

RowSpan float_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
