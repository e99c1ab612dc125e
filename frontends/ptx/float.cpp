// Floating-point arithmetic that is correctly rounded (PTX ISA, 9.7.3 to 9.7.5).
#include "frontends/ptx/floats.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

ValueId compute(Insn& x, Op op, FloatFormat format, std::span<const ValueId> operands) {
  const FloatMode m = mode(format, x.rounding());
  ValueId result = x.has("ftz") ? flushing(x.b, op, operands, m) : x.b.floating(op, operands, m);
  if (x.has("sat")) result = saturate(x.b, result, format);
  if (x.has("relu")) result = relu(x.b, result, format);
  return result;
}

template <Op kOp>
void binary(Insn& x) {
  const Type t = x.type();
  x.write(0, each_lane(x.b, t.lanes, {x.read(1, t), x.read(2, t)},
                       [&](std::span<const ValueId> v) { return compute(x, kOp, format_of(t), v); }));
}

void fused(Insn& x) {
  const Type t = x.type();
  x.write(0, each_lane(x.b, t.lanes, {x.read(1, t), x.read(2, t), x.read(3, t)},
                       [&](std::span<const ValueId> v) { return compute(x, Op::fma, format_of(t), v); }));
}

void reciprocal(Insn& x) {
  const Type t = x.type();
  const ValueId operands[] = {number(x.b, 1, format_of(t)), x.read(1, t)};
  x.write(0, compute(x, Op::fdiv, format_of(t), operands));
}

// A root is never subnormal.
void square_root(Insn& x) {
  const Type t = x.type();
  ValueId a = x.read(1, t);
  if (x.has("ftz")) a = flush(x.b, a, format_of(t));
  x.write(0, x.b.floating(Op::fsqrt, {a}, mode(format_of(t), x.rounding())));
}

// A NaN becomes the canonical one; in f64 it is quieted and keeps its sign (recorded).
template <bool kNegate>
void sign(Insn& x) {
  const Type t = x.type();
  const FloatFormat format = format_of(t);
  x.write(0, each_lane(x.b, t.lanes, {x.read(1, t)}, [&](std::span<const ValueId> v) {
            const ValueId a = x.has("ftz") ? flush(x.b, v[0], format) : v[0];
            const ValueId changed = kNegate ? x.b.fneg(a, format) : x.b.fabs(a, format);
            const ValueId nan = t.bits == 64 ? x.b.bit_or(a, x.b.constant(64, uint64_t{1} << 51))
                                             : x.b.constant(APInt::getSignedMaxValue(t.bits));
            return x.b.select(is_nan(x.b, a, format), nan, changed);
          }));
}

// One NaN gives the other operand, with .NaN a NaN. .xorsign.abs compares magnitudes and gives the product's sign.
template <bool kGreater>
ValueId choose(Insn& x, FloatFormat format, ValueId a, ValueId c) {
  if (x.has("ftz")) a = flush(x.b, a, format), c = flush(x.b, c, format);
  const bool by_magnitude = x.has("xorsign");
  const ValueId sign_bit = x.b.bit_xor(x.b.sign(a), x.b.sign(c));
  if (by_magnitude) a = x.b.fabs(a, format), c = x.b.fabs(c, format);
  const Op number_op = kGreater ? Op::fmaxnum : Op::fminnum, nan_op = kGreater ? Op::fmaximum : Op::fminimum;
  const ValueId result = x.b.floating(x.has("NaN") ? nan_op : number_op, {a, c}, mode(format));
  if (!by_magnitude) return result;
  const ValueId with_sign = x.b.concat(sign_bit, x.b.truncate(result, x.b.width(result) - 1));
  return x.b.select(is_nan(x.b, result, format), result, with_sign);
}
template <bool kGreater>
void min_max(Insn& x) {
  const Type t = x.type();
  x.write(0, each_lane(x.b, t.lanes, {x.read(1, t), x.read(2, t)},
                       [&](std::span<const ValueId> v) { return choose<kGreater>(x, format_of(t), v[0], v[1]); }));
}

constexpr Row kRows[] = {
    {"add{,.rn,.rz,.rm,.rp}{,.ftz}{,.sat}.f32", binary<Op::fadd>},
    {"add{,.rn,.rz,.rm,.rp}.f64", binary<Op::fadd>},
    {"add{,.rn}{,.ftz}{,.sat}.{f16,f16x2}", binary<Op::fadd>},
    {"add{,.rn}.{bf16,bf16x2}", binary<Op::fadd>},
    {"sub{,.rn,.rz,.rm,.rp}{,.ftz}{,.sat}.f32", binary<Op::fsub>},
    {"sub{,.rn,.rz,.rm,.rp}.f64", binary<Op::fsub>},
    {"sub{,.rn}{,.ftz}{,.sat}.{f16,f16x2}", binary<Op::fsub>},
    {"sub{,.rn}.{bf16,bf16x2}", binary<Op::fsub>},
    {"mul{,.rn,.rz,.rm,.rp}{,.ftz}{,.sat}.f32", binary<Op::fmul>},
    {"mul{,.rn,.rz,.rm,.rp}.f64", binary<Op::fmul>},
    {"mul{,.rn}{,.ftz}{,.sat}.{f16,f16x2}", binary<Op::fmul>},
    {"mul{,.rn}.{bf16,bf16x2}", binary<Op::fmul>},
    {"div.{rn,rz,rm,rp}{,.ftz}.f32", binary<Op::fdiv>},
    {"div.{rn,rz,rm,rp}.f64", binary<Op::fdiv>},
    {"fma.{rn,rz,rm,rp}{,.ftz}{,.sat}.f32", fused},
    {"fma.{rn,rz,rm,rp}.f64", fused},
    {"fma.rn{,.ftz}{,.sat,.relu}.{f16,f16x2}", fused},
    {"fma.rn{,.relu}.{bf16,bf16x2}", fused},
    {"fma.rn.oob{,.relu}.{f16,f16x2,bf16,bf16x2}", nullptr, "no manual says which bits the out-of-bounds NaN has"},
    {"mad.{rn,rz,rm,rp}{,.ftz}{,.sat}.f32", fused},
    {"mad.{rn,rz,rm,rp}.f64", fused},
    {"rcp.{rn,rz,rm,rp}{,.ftz}.f32", reciprocal},
    {"rcp.{rn,rz,rm,rp}.f64", reciprocal},
    {"sqrt.{rn,rz,rm,rp}{,.ftz}.f32", square_root},
    {"sqrt.{rn,rz,rm,rp}.f64", square_root},
    {"abs{,.ftz}.{f32,f16,f16x2}", sign<false>},
    {"abs.{f64,bf16,bf16x2}", sign<false>},
    {"neg{,.ftz}.{f32,f16,f16x2}", sign<true>},
    {"neg.{f64,bf16,bf16x2}", sign<true>},
    {"min{,.ftz}{,.NaN}{,.xorsign.abs}.{f32,f16,f16x2}", min_max<false>},
    {"min{,.NaN}{,.xorsign.abs}.{bf16,bf16x2}", min_max<false>},
    {"min.f64", min_max<false>},
    {"max{,.ftz}{,.NaN}{,.xorsign.abs}.{f32,f16,f16x2}", min_max<true>},
    {"max{,.NaN}{,.xorsign.abs}.{bf16,bf16x2}", min_max<true>},
    {"max.f64", min_max<true>},
};

}  // namespace

RowSpan float_rows() {
  return kRows;
}

}  // namespace portolan::ptx
