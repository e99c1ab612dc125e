// Matrix products of a wave. Which lane holds which element: RDNA3 ISA 7.9 (WMMA), CDNA3 ISA 7.1 (MFMA). The manuals do
// not say in which order the products are summed: here each sum is a chain of fused operations, k ascending.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

ValueId to_f32(Insn& x, ValueId v, FloatFormat f) {
  return f == FloatFormat::f32 ? v : x.b.fconvert(v, mode(f), FloatFormat::f32);
}

// ---- WMMA, 16x16x16: lane l has row l mod 16 of A, column l mod 16 of B; register v of C and D row 2 v + l / 16. ----

template <class Sum>
void wmma(Insn& x, uint32_t operand_bits, uint32_t result_bits, bool packed_halves, Sum sum) {
  if (x.is_gfx11() == false) return x.refuse("not an instruction of this processor");
  const ValueId a = x.read(1, operand_bits), c = x.read(2, operand_bits), addend = x.read(3, 256);
  const ValueId upper = x.b.lshr_by(x.lane(), 4);
  ValueId all = ir::kNoValue;
  for (uint32_t v = 0; v < 8; ++v) {
    const ValueId row = x.of_lane(a, x.b.add(x.b.constant(32, 2 * v), upper));
    ValueId r = sum(row, c, x.b.extract(addend, 32 * v, result_bits));
    if (packed_halves) r = x.b.concat(x.b.undef(16), r);  // LLVM: "undefined" in the form without tied operands
    all = v == 0 ? r : x.b.concat(r, all);
  }
  x.write(0, all);
}
void wmma_float(Insn& x) {
  const FloatFormat in = x.format(), out = x.format(1);
  // An element of bf16 in the result, or the upper halves, would need their own layout.
  if (out == FloatFormat::bf16) return x.refuse("no oracle for results of bfloat16");
  if (x.text.has("op_sel")) return x.refuse("results in upper halves");
  wmma(x, 256, bits(out), out == FloatFormat::f16, [&](ValueId row, ValueId column, ValueId addend) {
    ValueId sum = to_f32(x, addend, out);
    for (uint32_t k = 0; k < 16; ++k)
      sum = x.b.floating(
          Op::fma, {to_f32(x, x.b.extract(row, 16 * k, 16), in), to_f32(x, x.b.extract(column, 16 * k, 16), in), sum},
          mode(FloatFormat::f32));
    return out == FloatFormat::f16 ? x.b.fconvert(sum, mode(FloatFormat::f32), out) : sum;
  });
}
void wmma_integer(Insn& x) {
  const bool first = x.flag("neg_lo", 0), second = x.flag("neg_lo", 1);
  if (x.text.has("clamp")) return x.refuse("no oracle for clamped results");
  wmma(x, 128, 32, false, [&](ValueId row, ValueId column, ValueId addend) {
    ValueId sum = addend;
    auto element = [&](ValueId v, uint32_t k, bool is_signed) {
      const ValueId e = x.b.extract(v, 8 * k, 8);
      return is_signed ? x.b.sext(e, 32) : x.b.zext(e, 32);
    };
    for (uint32_t k = 0; k < 16; ++k) sum = x.b.add(sum, x.b.mul(element(row, k, first), element(column, k, second)));
    return sum;
  });
}

// ---- MFMA: one 16x16 block, or sixteen of 4x4. Lane l has, of block l / 4 (or of the one), row l mod n of A and
// column l mod n of B for `depth` values of k; register v of C and D is row v (of 16x16: 4 (l / 16) + v), column l mod
// n. ----

template <uint32_t kSize>
void mfma(Insn& x) {
  const FloatFormat in = x.name().ends_with("f32")    ? FloatFormat::f32
                         : x.name().ends_with("bf16") ? FloatFormat::bf16
                                                      : FloatFormat::f16;
  for (std::string_view name : {"cbsz", "abid", "blgp"})
    if (x.text.has(name)) return x.refuse("moving of blocks");
  const uint32_t width = bits(in), depth = in == FloatFormat::f32 ? 1 : 4, groups = kSize == 16 ? 4 : 1;
  const ValueId a = x.read(1, width * depth), c = x.read(2, width * depth), addend = x.read(3, 128);
  const ValueId lane = x.lane(), mine = x.b.bit_and(lane, x.b.constant(32, kSize - 1));
  const ValueId base = x.b.sub(lane, mine);  // of the block of 4x4, or of the group of k
  ValueId all = ir::kNoValue;
  for (uint32_t v = 0; v < 4; ++v) {
    ValueId sum = x.b.extract(addend, 32 * v, 32);
    for (uint32_t group = 0; group < groups; ++group) {
      const ValueId row = kSize == 16 ? x.b.add(x.b.shl_by(x.b.lshr_by(lane, 4), 2), x.b.constant(32, v + 16 * group))
                                      : x.b.add(base, x.b.constant(32, v));
      const ValueId p = x.of_lane(a, row);
      const ValueId q = kSize == 16 ? x.of_lane(c, x.b.add(mine, x.b.constant(32, 16 * group))) : c;
      for (uint32_t k = 0; k < depth; ++k)
        sum = x.b.floating(
            Op::fma,
            {to_f32(x, x.b.extract(p, width * k, width), in), to_f32(x, x.b.extract(q, width * k, width), in), sum},
            mode(FloatFormat::f32));
    }
    all = v == 0 ? sum : x.b.concat(sum, all);
  }
  x.write(0, all);
}

constexpr Row kRows[] = {
    {"v_wmma_f32_16x16x16_{f16,bf16}", wmma_float},
    {"v_wmma_f16_16x16x16_f16", wmma_float},
    {"v_wmma_i32_16x16x16_iu8", wmma_integer},
    {"v_wmma_{bf16_16x16x16_bf16,i32_16x16x16_iu4}", nullptr, "no oracle"},
    {"v_mfma_f32_{16x16x4_f32,16x16x16_f16,16x16x16_bf16}", mfma<16>},
    {"v_mfma_f32_{4x4x1_16b_f32,4x4x4_16b_f16,4x4x4_16b_bf16}", mfma<4>},
    {"v_mfma*", nullptr, "no oracle for this shape"},
    {"v_smfmac*", nullptr, "sparse matrices"},
};

}  // namespace

RowSpan matrix_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
