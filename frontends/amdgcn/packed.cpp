// Two halves at a time (VOP3P): op_sel and op_sel_hi say which half of each source goes into the lower and the upper
// half of the result.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

// The part of source n (counted from 0) for one half of the result.
ValueId part(Insn& x, size_t n, bool upper, uint32_t width, bool is_float) {
  const bool high = upper ? x.flag("op_sel_hi", n, true) : x.flag("op_sel", n);
  const Operand& o = x.operand(n + 1);
  ValueId both;
  if (width == 16)
    both = x.read_packed(n + 1, is_float);
  else if (o.kind == Operand::integer || o.kind == Operand::real)
    both = x.b.zext(x.read(n + 1, 32), 64);
  else
    both = x.read(n + 1, 64);
  ValueId v = x.b.extract(both, high ? width : 0, width);
  const bool negative = x.flag(upper ? "neg_hi" : "neg_lo", n);
  if (negative && !is_float) x.refuse("a sign on integers");
  return negative ? x.b.fneg(v, width == 16 ? FloatFormat::f16 : FloatFormat::f32) : v;
}

template <class Compute>
void each_half(Insn& x, uint32_t width, bool is_float, size_t sources, Compute compute) {
  ValueId halves[2];
  for (int upper = 0; upper < 2; ++upper) {
    std::vector<ValueId> v;
    for (size_t n = 0; n < sources; ++n) v.push_back(part(x, n, upper != 0, width, is_float));
    halves[upper] = compute(v);
  }
  x.write(0, x.b.concat(halves[1], halves[0]));
}

template <Op kOp>
void float_binary(Insn& x) {
  const FloatFormat f = x.format();
  each_half(x, bits(f), true, 2,
            [&](const std::vector<ValueId>& v) { return x.clamped(x.b.floating(kOp, {v[0], v[1]}, mode(f)), f); });
}
void float_fused(Insn& x) {
  const FloatFormat f = x.format();
  each_half(x, bits(f), true, 3, [&](const std::vector<ValueId>& v) {
    return x.clamped(x.b.floating(Op::fma, {v[0], v[1], v[2]}, mode(f)), f);
  });
}
void float_accumulate(Insn& x) {
  const ValueId before = x.old(0, 32), a = x.read_packed(1, true), c = x.read_packed(2, true);
  ValueId halves[2];
  for (uint32_t n = 0; n < 2; ++n) {
    auto half = [&](ValueId v) { return x.b.extract(v, 16 * n, 16); };
    halves[n] = x.b.floating(Op::fma, {half(a), half(c), half(before)}, mode(FloatFormat::f16));
  }
  x.write(0, x.b.concat(halves[1], halves[0]));
}

// compute(a, b{, c}) in 64 bits with the type's sign; the result is clamped where the instruction says so.
template <class Compute>
void integers(Insn& x, size_t sources, Compute compute) {
  const bool is_signed = x.type().is_signed();
  each_half(x, 16, false, sources, [&](const std::vector<ValueId>& v) {
    std::vector<ValueId> wide;
    for (ValueId one : v) wide.push_back(is_signed ? x.b.sext(one, 64) : x.b.zext(one, 64));
    ValueId r = compute(wide);
    if (x.has("clamp")) {
      const int64_t least = is_signed ? INT16_MIN : 0, most = is_signed ? INT16_MAX : UINT16_MAX;
      r = x.b.smin(x.b.smax(r, x.b.signed_constant(64, least)), x.b.signed_constant(64, most));
    }
    return x.b.truncate(r, 16);
  });
}
using Values = const std::vector<ValueId>&;
void add(Insn& x) {
  integers(x, 2, [&](Values v) { return x.b.add(v[0], v[1]); });
}
void subtract(Insn& x) {
  integers(x, 2, [&](Values v) { return x.b.sub(v[0], v[1]); });
}
void multiply(Insn& x) {
  integers(x, 2, [&](Values v) { return x.b.mul(v[0], v[1]); });
}
void multiply_add(Insn& x) {
  integers(x, 3, [&](Values v) { return x.b.add(x.b.mul(v[0], v[1]), v[2]); });
}
void least(Insn& x) {
  integers(x, 2, [&](Values v) { return x.b.smin(v[0], v[1]); });
}
void most(Insn& x) {
  integers(x, 2, [&](Values v) { return x.b.smax(v[0], v[1]); });
}
void shift(Insn& x) {
  integers(x, 2, [&](Values v) {
    const ValueId by = x.b.bit_and(v[0], x.b.constant(64, 15));
    return x.has_part("lshlrev") ? x.b.shl(v[1], by) : x.has_part("lshrrev") ? x.b.lshr(v[1], by) : x.b.ashr(v[1], by);
  });
}

// The lower word of the result is a word of the first source, the upper one of the second.
void move(Insn& x) {
  const ValueId a = x.read(1, 64), c = x.read(2, 64);
  const ValueId low = x.b.extract(a, x.flag("op_sel", 0) ? 32 : 0, 32);
  const ValueId high = x.b.extract(c, x.flag("op_sel", 1) ? 32 : 0, 32);
  x.flag("op_sel_hi", 0);
  x.write(0, x.b.concat(high, low));
}

// Sources are f32, or (op_sel_hi) the half that op_sel names, as f32.
ValueId mixed(Insn& x) {
  ValueId v[3];
  for (size_t n = 0; n < 3; ++n) {
    const Operand& o = x.operand(n + 1);
    if (!x.flag("op_sel_hi", n)) {
      v[n] = x.read_float(n + 1, FloatFormat::f32);
      continue;
    }
    ValueId half = x.b.extract(x.read_packed(n + 1, true), x.flag("op_sel", n) ? 16 : 0, 16);
    x.use_signs(n + 1);
    if (o.absolute) half = x.b.fabs(half, FloatFormat::f16);
    if (o.negated) half = x.b.fneg(half, FloatFormat::f16);
    v[n] = x.b.fconvert(half, mode(FloatFormat::f16), FloatFormat::f32);
  }
  x.flag("op_sel", 0);
  return x.b.floating(Op::fma, {v[0], v[1], v[2]}, mode(FloatFormat::f32));
}
void mix(Insn& x) {
  x.write_float(0, mixed(x), FloatFormat::f32);
}
template <bool kUpper>
void mix_to_half(Insn& x) {
  const ValueId half = x.b.fconvert(mixed(x), mode(FloatFormat::f32), FloatFormat::f16);
  x.write_half(0, x.clamped(half, FloatFormat::f16), kUpper);
}

constexpr Row kRows[] = {
    {"v_pk_add_{f16,f32}", float_binary<Op::fadd>},
    {"v_pk_mul_{f16,f32}", float_binary<Op::fmul>},
    {"v_pk_min_f16", float_binary<Op::fminnum>},
    {"v_pk_max_f16", float_binary<Op::fmaxnum>},
    {"v_pk_fma_{f16,f32}", float_fused},
    {"v_pk_fmac_f16", float_accumulate},
    {"v_pk_add_{i16,u16}", add},
    {"v_pk_sub_{i16,u16}", subtract},
    {"v_pk_mul_lo_u16", multiply},
    {"v_pk_mad_{i16,u16}", multiply_add},
    {"v_pk_min_{i16,u16}", least},
    {"v_pk_max_{i16,u16}", most},
    {"v_pk_{lshlrev_b16,lshrrev_b16,ashrrev_i16}", shift},
    {"v_pk_mov_b32", move},
    {"v_fma_mix_f32", mix},
    {"v_fma_mixlo_f16", mix_to_half<false>},
    {"v_fma_mixhi_f16", mix_to_half<true>},
};

}  // namespace

RowSpan packed_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
