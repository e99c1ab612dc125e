// Scalar instructions on masks of lanes: EXEC saved and narrowed, quads.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

ValueId combine(Insn& x, ValueId a, ValueId exec) {
  const bool not_first = x.has_part("not0") || x.has_part("andn1") || x.has_part("orn1");
  const bool not_second = x.has_part("not1") || x.has_part("andn2") || x.has_part("orn2");
  if (not_first) a = x.b.bit_not(a);
  if (not_second) exec = x.b.bit_not(exec);
  const bool inverted = x.has_part("nand") || x.has_part("nor") || x.has_part("xnor");
  ValueId v;
  if (x.has_part("and") || x.has_part("nand") || x.has_part("andn1") || x.has_part("andn2"))
    v = x.b.bit_and(a, exec);
  else if (x.has_part("xor") || x.has_part("xnor"))
    v = x.b.bit_xor(a, exec);
  else
    v = x.b.bit_or(a, exec);
  return inverted ? x.b.bit_not(v) : v;
}

template <bool kGiveNew>
void exec_operation(Insn& x) {
  const uint32_t w = x.type().bits;
  const ValueId before = x.exec(w), after = combine(x, x.read(1, w), before);
  x.set_exec(after);
  x.set_scc(x.b.bit_not(x.b.is_zero(after)));
  x.write(0, kGiveNew ? after : before);
}

// The lowest bit of each group of four says whether the group has any.
ValueId quads(Insn& x, ValueId a) {
  const uint32_t w = x.b.width(a);
  const ValueId pairs = x.b.bit_or(a, x.b.lshr_by(a, 1)), all = x.b.bit_or(pairs, x.b.lshr_by(pairs, 2));
  return x.b.bit_and(all, x.b.constant(APInt::getSplat(w, APInt(4, 1))));
}
void whole_quads(Insn& x) {
  const uint32_t w = x.type().bits;
  const ValueId v = x.b.mul(quads(x, x.read(1, w)), x.b.constant(w, 15));
  x.write(0, v);
  x.set_scc(x.b.bit_not(x.b.is_zero(v)));
}
void quad_mask(Insn& x) {
  const uint32_t w = x.type().bits;
  const ValueId lowest = quads(x, x.read(1, w));
  ValueId v = x.b.constant(w, 0);
  for (uint32_t n = 0; n < w / 4; ++n) v = x.b.bit_or(v, x.b.shl_by(x.b.zext(x.b.extract(lowest, 4 * n, 1), w), n));
  x.write(0, v);
  x.set_scc(x.b.bit_not(x.b.is_zero(v)));
}

constexpr Row kRows[] = {
    {"s_{and,or,xor,nand,nor,xnor}_saveexec_{b32,b64}", exec_operation<false>},
    {"s_{and_not0,and_not1,or_not0,or_not1}_saveexec_{b32,b64}", exec_operation<false>},
    {"s_{andn1,andn2,orn1,orn2}_saveexec_{b32,b64}", exec_operation<false>},
    {"s_{and_not0,and_not1}_wrexec_{b32,b64}", exec_operation<true>},
    {"s_{andn1,andn2}_wrexec_b64", exec_operation<true>},
    {"s_wqm_{b32,b64}", whole_quads},
    {"s_quadmask_{b32,b64}", quad_mask},
};

}  // namespace

RowSpan scalar_mask_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
