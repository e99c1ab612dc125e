// Integer arithmetic, logic and comparison on lanes of equal size (Arm ARM C7.2).
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

using B = ir::Builder;

ValueId negated(LiftContext& c, ValueId a, Lanes l) {
  return c.b.sub(splat(c, 0, l), a, l.count);
}

ValueId count_sign_bits(LiftContext& c, ValueId a, Lanes l) {
  const ValueId folded = c.b.bit_xor(a, c.b.ashr(a, splat(c, l.bits - 1, l), l.count), l.count);
  return c.b.sub(c.b.clz(folded, l.count), splat(c, 1, l), l.count);
}

ValueId saturating_absolute(LiftContext& c, ValueId a, Lanes l) {
  return c.b.smax(a, c.b.ssub_saturate(splat(c, 0, l), a, l.count), l.count);
}

ValueId saturating_negated(LiftContext& c, ValueId a, Lanes l) {
  return c.b.ssub_saturate(splat(c, 0, l), a, l.count);
}

template <bool kSigned>
ValueId difference(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  return absolute_difference(c, a, b, l, kSigned);
}

// (a ± b) >> 1 with the bit that falls out of the top.
template <bool kSigned>
ValueId halving_add(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const ValueId one = splat(c, 1, l), half = c.b.bit_xor(a, b, l.count);
  return c.b.add(c.b.bit_and(a, b, l.count), kSigned ? c.b.ashr(half, one, l.count) : c.b.lshr(half, one, l.count),
                 l.count);
}

template <bool kSigned>
ValueId halving_subtract(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const ValueId wide = c.b.sub(widened(c, a, l, kSigned), widened(c, b, l, kSigned), l.count);
  return c.b.extract(c.b.lshr(wide, splat(c, 1, l.doubled()), l.count), 0, l.width(), l.count);
}

ValueId rounding_halving_add(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const ValueId half = c.b.ashr(c.b.bit_xor(a, b, l.count), splat(c, 1, l), l.count);
  return c.b.sub(c.b.bit_or(a, b, l.count), half, l.count);
}

// A signed and an unsigned number: the destination's old value is the one that is like the result.
template <bool kSigned>
ValueId mixed_saturating_add(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const ValueId sum = c.b.add(widened(c, a, l, kSigned), widened(c, b, l, !kSigned), l.count);
  return narrowed_saturating(c, sum, l.doubled(), true, kSigned);
}

// The upper half of 2ab, rounded or not. Only min * min is too large.
template <bool kRounding>
ValueId doubling_multiply_high(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const Lanes w = l.doubled();
  ValueId product = c.b.mul(widened(c, a, l, true), widened(c, b, l, true), l.count);
  if (kRounding) product = c.b.add(product, splat(c, uint64_t{1} << (l.bits - 2), w), l.count);
  return narrowed_saturating(c, c.b.ashr(product, splat(c, l.bits - 1, w), l.count), w, true, true);
}

// All ones where the comparison holds. Zero forms (…rz) compare with 0; kSwap: cmle, cmlt.
template <Binary kCompare, bool kSwap = false>
Lifted compare(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId a = lanes(c, 1, l), b = c.opcode_name().ends_with("rz") ? splat(c, 0, l) : lanes(c, 2, l);
  const ValueId bits = kSwap ? (c.b.*kCompare)(a, b, l.count) : (c.b.*kCompare)(b, a, l.count);
  write_vector(c, 0, c.b.mask_from_bits(bits, l.width(), l.count));
  return Lifted::done();
}

Lifted test_bits(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId both = c.b.bit_and(lanes(c, 1, l), lanes(c, 2, l), l.count);
  write_vector(c, 0, c.b.mask_from_bits(c.b.ne(both, splat(c, 0, l), l.count), l.width(), l.count));
  return Lifted::done();
}

// Bitwise, whatever the lanes.
template <Binary kOp, bool kInvert>
Lifted bitwise(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId b = lanes(c, 2, l);
  write_vector(c, 0, (c.b.*kOp)(lanes(c, 1, l), kInvert ? c.b.bit_not(b) : b, 1));
  return Lifted::done();
}

Lifted bitwise_not(LiftContext& c) {
  write_vector(c, 0, c.b.bit_not(lanes(c, 1, lanes_of(c))));
  return Lifted::done();
}

// if_one where a bit of the mask is 1. Operand 1 is the old destination; the masks are it (bsl) or the last (bit, bif).
enum class Insert { select, if_true, if_false };
template <Insert kKind>
Lifted bitwise_select(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId d = lanes(c, 1, l), n = lanes(c, 2, l), m = lanes(c, 3, l);
  const ValueId mask = kKind == Insert::select ? d : m;
  const ValueId if_one = kKind == Insert::if_false ? d : n;
  const ValueId if_zero = kKind == Insert::select ? m : kKind == Insert::if_true ? d : n;
  write_vector(c, 0, c.b.bit_or(c.b.bit_and(mask, if_one), c.b.bit_and(c.b.bit_not(mask), if_zero)));
  return Lifted::done();
}

// d += four products each; by extracting every fourth byte.
template <bool kSigned, bool kSignedSecond = kSigned>
Lifted dot_product(LiftContext& c) {
  const bool by_lane = c.opcode_name().find("lane") != std::string_view::npos;
  const unsigned width = operand_width(c, 0);
  const uint16_t n = width / 32;
  const ValueId a = read_vector(c, 2, width);
  const ValueId b =
      by_lane ? c.b.splat(c.b.lane(read_vector(c, 3, 128), immediate(c, 4), 32), n) : read_vector(c, 3, width);
  ValueId sum = read_vector(c, 1, width);
  for (unsigned byte = 0; byte < 4; ++byte) {
    const ValueId x = c.b.extract(a, 8 * byte, 8 * n, n), y = c.b.extract(b, 8 * byte, 8 * n, n);
    const ValueId wide_x = kSigned ? c.b.sext(x, width, n) : c.b.zext(x, width, n);
    const ValueId wide_y = kSignedSecond ? c.b.sext(y, width, n) : c.b.zext(y, width, n);
    sum = c.b.add(sum, c.b.mul(wide_x, wide_y, n), n);
  }
  write_vector(c, 0, sum);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"ADDv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "add", "", binary_lanes<plain<&B::add>>},
    {"SUBv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "sub", "", binary_lanes<plain<&B::sub>>},
    {"MULv{8i8,16i8,4i16,8i16,2i32,4i32} MULv{4i16,8i16,2i32,4i32}_indexed", "mul", "", binary_lanes<plain<&B::mul>>},
    {"MLAv{8i8,16i8,4i16,8i16,2i32,4i32} MLAv{4i16,8i16,2i32,4i32}_indexed", "mla", "",
     accumulate_lanes<plain<&B::mul>, &B::add>},
    {"MLSv{8i8,16i8,4i16,8i16,2i32,4i32} MLSv{4i16,8i16,2i32,4i32}_indexed", "mls", "",
     accumulate_lanes<plain<&B::mul>, &B::sub>},
    {"SMAXv{8i8,16i8,4i16,8i16,2i32,4i32}", "smax", "", binary_lanes<plain<&B::smax>>},
    {"SMINv{8i8,16i8,4i16,8i16,2i32,4i32}", "smin", "", binary_lanes<plain<&B::smin>>},
    {"UMAXv{8i8,16i8,4i16,8i16,2i32,4i32}", "umax", "", binary_lanes<plain<&B::umax>>},
    {"UMINv{8i8,16i8,4i16,8i16,2i32,4i32}", "umin", "", binary_lanes<plain<&B::umin>>},
    {"SQADDv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqadd", "",
     binary_lanes<plain<&B::sadd_saturate>>},
    {"UQADDv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "uqadd", "",
     binary_lanes<plain<&B::uadd_saturate>>},
    {"SQSUBv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqsub", "",
     binary_lanes<plain<&B::ssub_saturate>>},
    {"UQSUBv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "uqsub", "",
     binary_lanes<plain<&B::usub_saturate>>},
    {"SUQADDv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "suqadd", "",
     binary_lanes<mixed_saturating_add<true>>},
    {"USQADDv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "usqadd", "",
     binary_lanes<mixed_saturating_add<false>>},
    {"SHADDv{8i8,16i8,4i16,8i16,2i32,4i32}", "shadd", "", binary_lanes<halving_add<true>>},
    {"UHADDv{8i8,16i8,4i16,8i16,2i32,4i32}", "uhadd", "", binary_lanes<halving_add<false>>},
    {"SHSUBv{8i8,16i8,4i16,8i16,2i32,4i32}", "shsub", "", binary_lanes<halving_subtract<true>>},
    {"UHSUBv{8i8,16i8,4i16,8i16,2i32,4i32}", "uhsub", "", binary_lanes<halving_subtract<false>>},
    {"SRHADDv{8i8,16i8,4i16,8i16,2i32,4i32}", "srhadd", "", binary_lanes<rounding_halving_add>},
    {"URHADDv{8i8,16i8,4i16,8i16,2i32,4i32}", "urhadd", "", binary_lanes<plain<&B::uaverage_up>>},
    {"SABDv{8i8,16i8,4i16,8i16,2i32,4i32}", "sabd", "", binary_lanes<difference<true>>},
    {"UABDv{8i8,16i8,4i16,8i16,2i32,4i32}", "uabd", "", binary_lanes<difference<false>>},
    {"SABAv{8i8,16i8,4i16,8i16,2i32,4i32}", "saba", "", accumulate_lanes<difference<true>, &B::add>},
    {"UABAv{8i8,16i8,4i16,8i16,2i32,4i32}", "uaba", "", accumulate_lanes<difference<false>, &B::add>},
    {"SQDMULHv{4i16,8i16,2i32,4i32,1i16,1i32} SQDMULHv{4i16,8i16,2i32,4i32,1i16,1i32}_indexed", "sqdmulh", "",
     binary_lanes<doubling_multiply_high<false>>},
    {"SQRDMULHv{4i16,8i16,2i32,4i32,1i16,1i32} SQRDMULHv{4i16,8i16,2i32,4i32,1i16,1i32}_indexed", "sqrdmulh", "",
     binary_lanes<doubling_multiply_high<true>>},
    {"SQRDMLAHv{4i16,8i16,2i32,4i32,1i16,1i32} SQRDMLAHv{4i16,8i16,2i32,4i32,1i16,1i32}_indexed", "sqrdmlah", "",
     nullptr, "rdm"},
    {"SQRDMLSHv{4i16,8i16,2i32,4i32,1i16,1i32} SQRDMLSHv{4i16,8i16,2i32,4i32,1i16,1i32}_indexed", "sqrdmlsh", "",
     nullptr, "rdm"},
    {"PMULv{8i8,16i8} PMULLv{8i8,16i8,1i64,2i64}", "pmul", "", nullptr, "polynomials"},
    {"NEGv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "neg", "", unary_lanes<negated>},
    {"ABSv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "abs", "", unary_lanes<plain1<&B::abs>>},
    {"SQABSv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqabs", "", unary_lanes<saturating_absolute>},
    {"SQNEGv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqneg", "", unary_lanes<saturating_negated>},
    {"CLZv{8i8,16i8,4i16,8i16,2i32,4i32}", "clz", "", unary_lanes<plain1<&B::clz>>},
    {"CLSv{8i8,16i8,4i16,8i16,2i32,4i32}", "cls", "", unary_lanes<count_sign_bits>},
    {"CNTv{8i8,16i8}", "cnt", "", unary_lanes<plain1<&B::popcount>>},
    {"RBITv{8i8,16i8}", "rbit", "", unary_lanes<plain1<&B::bit_reverse>>},
    {"CMEQv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}{,rz}", "cmeq", "", compare<&B::eq>},
    {"CMGTv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}{,rz}", "cmgt", "", compare<&B::slt>},
    {"CMGEv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}{,rz}", "cmge", "", compare<&B::sle>},
    {"CMHIv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "cmhi", "", compare<&B::ult>},
    {"CMHSv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "cmhs", "", compare<&B::ule>},
    {"CMLTv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}rz", "cmlt", "", compare<&B::slt, true>},
    {"CMLEv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}rz", "cmle", "", compare<&B::sle, true>},
    {"CMTSTv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "cmtst", "", test_bits},
    {"ANDv{8i8,16i8}", "and", "", bitwise<&B::bit_and, false>},
    {"BICv{8i8,16i8}", "bic", "", bitwise<&B::bit_and, true>},
    {"ORRv{8i8,16i8}", "orr", "", bitwise<&B::bit_or, false>},
    {"ORNv{8i8,16i8}", "orn", "", bitwise<&B::bit_or, true>},
    {"EORv{8i8,16i8}", "eor", "", bitwise<&B::bit_xor, false>},
    {"NOTv{8i8,16i8}", "not", "", bitwise_not},
    {"BSLv{8i8,16i8}", "bsl", "", bitwise_select<Insert::select>},
    {"BITv{8i8,16i8}", "bit", "", bitwise_select<Insert::if_true>},
    {"BIFv{8i8,16i8}", "bif", "", bitwise_select<Insert::if_false>},
    {"SDOTv{8i8,16i8} SDOTlanev{8i8,16i8}", "sdot", "", dot_product<true>, "dotprod"},
    {"UDOTv{8i8,16i8} UDOTlanev{8i8,16i8}", "udot", "", dot_product<false>, "dotprod"},
    {"USDOTv{8i8,16i8} USDOTlanev{8i8,16i8}", "usdot", "", dot_product<false, true>, "i8mm"},
    {"SUDOTlanev{8i8,16i8}", "sudot", "", dot_product<true, false>, "i8mm"},
};

}  // namespace

RowSpan simd_arithmetic_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
