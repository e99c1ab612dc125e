// Sums of products of small elements within one register.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

// v_dot4_i32_i8: the addend; v_dot4c_i32_i8 adds to the destination.
bool accumulates(Insn& x) {
  return x.count() == 3;
}

void integers(Insn& x) {
  const Type element = x.type();
  const bool by_operand = x.name().find("_iu") != std::string_view::npos;
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  const bool signed_result = x.type(1).is_signed();
  ValueId sum = accumulates(x) ? x.old(0, 32) : x.read(3, 32);
  sum = signed_result ? x.b.sext(sum, 64) : x.b.zext(sum, 64);
  auto term = [&](ValueId v, uint32_t low, bool is_signed) {
    const ValueId e = x.b.extract(v, low, element.bits);
    return is_signed ? x.b.sext(e, 64) : x.b.zext(e, 64);
  };
  // neg_lo says of each source of the mixed form whether it has signs.
  const bool first = by_operand ? x.flag("neg_lo", 0) : element.is_signed();
  const bool second = by_operand ? x.flag("neg_lo", 1) : element.is_signed();
  for (uint32_t low = 0; low < 32; low += element.bits)
    sum = x.b.add(sum, x.b.mul(term(a, low, first), term(c, low, second)));
  if (x.has("clamp")) {
    const int64_t least = signed_result ? INT32_MIN : 0, most = signed_result ? INT32_MAX : int64_t{UINT32_MAX};
    sum = x.b.smin(x.b.smax(sum, x.b.signed_constant(64, least)), x.b.signed_constant(64, most));
  }
  x.write(0, x.b.truncate(sum, 32));
}

// Half n of a source.
ValueId half(Insn& x, size_t source, uint32_t n, FloatFormat f) {
  const bool high = n == 0 ? x.flag("op_sel", source - 1) : x.flag("op_sel_hi", source - 1, true);
  ValueId v = x.b.extract(x.read_packed(source, true), high ? 16 : 0, 16);
  return x.flag(n == 0 ? "neg_lo" : "neg_hi", source - 1) ? x.b.fneg(v, f) : v;
}
// To f32: fused, the second product first.
void floats(Insn& x) {
  const FloatFormat f = x.type().kind == 'h' ? FloatFormat::bf16 : FloatFormat::f16;
  ValueId sum = accumulates(x) ? x.old(0, 32) : x.read_float(3, FloatFormat::f32);
  if (!accumulates(x) && x.flag("neg_lo", 2)) sum = x.b.fneg(sum, FloatFormat::f32);
  for (uint32_t n : {0u, 1u}) {
    auto wide = [&](size_t source) { return x.b.fconvert(half(x, source, n, f), mode(f), FloatFormat::f32); };
    const ValueId a = wide(1), c = wide(2);
    sum = x.b.floating(Op::fma, {a, c, sum}, mode(FloatFormat::f32));
  }
  x.write_float(0, sum, FloatFormat::f32);
}
// Everything in the elements' own format.
void narrow_floats(Insn& x) {
  const FloatFormat f = x.type().kind == 'h' ? FloatFormat::bf16 : FloatFormat::f16;
  ValueId sum = x.read_float(3, f);
  for (size_t n : {0u, 1u}) {
    auto part = [&](size_t source) {
      return x.b.extract(x.read_packed(source, true), 16 * static_cast<uint32_t>(n), 16);
    };
    const ValueId a = part(1), c = part(2);
    sum = x.b.floating(Op::fma, {a, c, sum}, mode(f));
  }
  x.write(0, sum);
}

constexpr Row kRows[] = {
    {"v_dot4_i32_{i8,iu8}", integers},
    {"v_dot4_u32_u8", integers},
    {"v_dot8_i32_{i4,iu4}", integers},
    {"v_dot8_u32_u4", integers},
    {"v_dot2_i32_i16", integers},
    {"v_dot2_u32_u16", integers},
    {"v_{dot2c_i32_i16,dot4c_i32_i8,dot8c_i32_i4}", integers},
    {"v_dot2_f32_{f16,bf16}", floats},
    {"v_{dot2acc,dot2c}_f32_f16", floats},
    {"v_dot2_{f16_f16,bf16_bf16}", narrow_floats},
};

}  // namespace

RowSpan dot_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
