// Vector instructions whose result lanes are wider or narrower than their sources', pairwise and across (Arm ARM C7.2).
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

using B = ir::Builder;
using Reduce = ValueId (ir::Builder::*)(ValueId, uint16_t);

// The second narrow source of a widening instruction, as half() gives the first.
ValueId second_half(LiftContext& c, unsigned operand, Lanes l) {
  return c.opcode_name().ends_with("_indexed") ? second(c, operand, half_lanes(l)) : half(c, operand, l);
}

// f on widened halves: saddl, usubl, smull, uabdl.
template <bool kSigned, BinaryLanes kF>
Lifted widening(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l);
  const ValueId a = widened(c, half(c, 1, l), n, kSigned), b = widened(c, second_half(c, 2, l), n, kSigned);
  write_vector(c, 0, kF(c, a, b, n.doubled()));
  return Lifted::done();
}

// d ± f on widened halves: smlal, umlsl, sabal, sqdmlal.
template <bool kSigned, BinaryLanes kF, Binary kAccumulate>
Lifted widening_accumulate(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l), wide = n.doubled();
  const ValueId a = widened(c, half(c, 2, l), n, kSigned), b = widened(c, second_half(c, 3, l), n, kSigned);
  write_vector(c, 0, (c.b.*kAccumulate)(lanes(c, 1, wide), kF(c, a, b, wide), wide.count));
  return Lifted::done();
}

// A wide and a widened operand: saddw, usubw.
template <bool kSigned, Binary kOp>
Lifted widening_second(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l);
  write_vector(c, 0, (c.b.*kOp)(lanes(c, 1, n.doubled()), widened(c, half(c, 2, l), n, kSigned), n.count));
  return Lifted::done();
}

template <bool kSigned>
ValueId difference(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  return absolute_difference(c, a, b, l, kSigned);
}

ValueId doubled_product(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const ValueId product = c.b.mul(a, b, l.count);
  return c.b.sadd_saturate(product, product, l.count);
}

enum class Narrow { truncate, signed_to_signed, signed_to_unsigned, unsigned_to_unsigned };
template <Narrow kNarrow>
Lifted narrow(LiftContext& c) {
  const Lanes l = lanes_of(c), wide = half_lanes(l).doubled();
  const ValueId value = lanes(c, narrow_source(l), wide);
  constexpr bool kFromSigned = kNarrow != Narrow::unsigned_to_unsigned;
  write_narrow(c,
               kNarrow == Narrow::truncate
                   ? c.b.truncate(value, wide.width() / 2, wide.count)
                   : narrowed_saturating(c, value, wide, kFromSigned, kNarrow == Narrow::signed_to_signed),
               l);
  return Lifted::done();
}

// addhn and its like: the upper half of each lane of a ± b. Names have the wide arrangement first, then the narrow.
template <Binary kOp, bool kRounding>
Lifted narrow_high(LiftContext& c) {
  const Lanes wide = lanes_of(c);
  const std::string_view name = c.opcode_name();
  const Lanes l = first_arrangement(name.substr(name.find('_')));
  const unsigned source = narrow_source(l);
  ValueId value = (c.b.*kOp)(lanes(c, source, wide), lanes(c, source + 1, wide), wide.count);
  if (kRounding) value = c.b.add(value, splat(c, uint64_t{1} << (wide.bits / 2 - 1), wide), wide.count);
  write_narrow(c, c.b.extract(value, wide.bits / 2, wide.width() / 2, wide.count), l);
  return Lifted::done();
}

// f of neighbours, those of the first operand in the lower half.
template <BinaryLanes kF>
Lifted pairwise(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId a = lanes(c, 1, l), b = lanes(c, 2, l);
  std::vector<int> even, odd;
  for (int i = 0; i < 2 * l.count; i += 2) {
    even.push_back(i);
    odd.push_back(i + 1);
  }
  write_vector(c, 0, kF(c, c.b.shuffle(a, b, l.count, even), c.b.shuffle(a, b, l.count, odd), l));
  return Lifted::done();
}

// The sum of each pair of neighbours in a lane of twice the size: the pair is that lane's lower and upper half.
template <bool kSigned>
ValueId long_pairs(LiftContext& c, ValueId a, Lanes l) {
  const Lanes wide = l.wide();
  const auto part = [&](unsigned low) {
    const ValueId bits = c.b.extract(a, low, l.width() / 2, wide.count);
    return kSigned ? c.b.sext(bits, l.width(), wide.count) : c.b.zext(bits, l.width(), wide.count);
  };
  return c.b.add(part(0), part(l.bits), wide.count);
}

template <bool kSigned>
Lifted long_pairs_accumulate(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId sums = long_pairs<kSigned>(c, lanes(c, 2, l), l);
  write_vector(c, 0, c.b.add(lanes(c, 1, l), sums, l.wide().count));
  return Lifted::done();
}

template <Reduce kReduce>
Lifted across(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, (c.b.*kReduce)(lanes(c, 1, l), l.count));
  return Lifted::done();
}

template <bool kSigned>
Lifted across_long(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, c.b.reduce_add(widened(c, lanes(c, 1, l), l, kSigned), l.count));
  return Lifted::done();
}

constexpr const char* kRdm = "saturating doubling";

constexpr Row kRows[] = {
    {"SADDLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "saddl", "",
     widening<true, plain<&B::add>>},
    {"UADDLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "uaddl", "",
     widening<false, plain<&B::add>>},
    {"SSUBLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "ssubl", "",
     widening<true, plain<&B::sub>>},
    {"USUBLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "usubl", "",
     widening<false, plain<&B::sub>>},
    {"SADDWv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "saddw", "",
     widening_second<true, &B::add>},
    {"UADDWv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "uaddw", "",
     widening_second<false, &B::add>},
    {"SSUBWv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "ssubw", "",
     widening_second<true, &B::sub>},
    {"USUBWv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "usubw", "",
     widening_second<false, &B::sub>},
    {"SMULLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SMULLv{4i16,8i16,2i32,4i32}_indexed",
     "smull", "", widening<true, plain<&B::mul>>},
    {"UMULLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} UMULLv{4i16,8i16,2i32,4i32}_indexed",
     "umull", "", widening<false, plain<&B::mul>>},
    {"SMLALv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SMLALv{4i16,8i16,2i32,4i32}_indexed",
     "smlal", "", widening_accumulate<true, plain<&B::mul>, &B::add>},
    {"UMLALv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} UMLALv{4i16,8i16,2i32,4i32}_indexed",
     "umlal", "", widening_accumulate<false, plain<&B::mul>, &B::add>},
    {"SMLSLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SMLSLv{4i16,8i16,2i32,4i32}_indexed",
     "smlsl", "", widening_accumulate<true, plain<&B::mul>, &B::sub>},
    {"UMLSLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} UMLSLv{4i16,8i16,2i32,4i32}_indexed",
     "umlsl", "", widening_accumulate<false, plain<&B::mul>, &B::sub>},
    {"SABDLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "sabdl", "",
     widening<true, difference<true>>},
    {"UABDLv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "uabdl", "",
     widening<false, difference<false>>},
    {"SABALv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "sabal", "",
     widening_accumulate<true, difference<true>, &B::add>},
    {"UABALv{8i8_v8i16,16i8_v8i16,4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64}", "uabal", "",
     widening_accumulate<false, difference<false>, &B::add>},
    {"SQDMULLv{4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SQDMULLv{4i16,8i16,2i32,4i32}_indexed", "sqdmull", "",
     widening<true, doubled_product>},
    {"SQDMLALv{4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SQDMLALv{4i16,8i16,2i32,4i32}_indexed", "sqdmlal", "",
     widening_accumulate<true, doubled_product, &B::sadd_saturate>},
    {"SQDMLSLv{4i16_v4i32,8i16_v4i32,2i32_v2i64,4i32_v2i64} SQDMLSLv{4i16,8i16,2i32,4i32}_indexed", "sqdmlsl", "",
     widening_accumulate<true, doubled_product, &B::ssub_saturate>},
    {"SQDMULL{i16,i32} SQDMULLv{1i32,1i64}_indexed SQDMLAL{i16,i32} SQDMLALv{1i32,1i64}_indexed", "sqdmull", "",
     nullptr, kRdm},
    {"SQDMLSL{i16,i32} SQDMLSLv{1i32,1i64}_indexed", "sqdmlsl", "", nullptr, kRdm},
    {"XTNv{8i8,16i8,4i16,8i16,2i32,4i32}", "xtn", "", narrow<Narrow::truncate>},
    {"SQXTNv{8i8,16i8,4i16,8i16,2i32,4i32,1i8,1i16,1i32}", "sqxtn", "", narrow<Narrow::signed_to_signed>},
    {"SQXTUNv{8i8,16i8,4i16,8i16,2i32,4i32,1i8,1i16,1i32}", "sqxtun", "", narrow<Narrow::signed_to_unsigned>},
    {"UQXTNv{8i8,16i8,4i16,8i16,2i32,4i32,1i8,1i16,1i32}", "uqxtn", "", narrow<Narrow::unsigned_to_unsigned>},
    {"ADDHNv{8i16_v8i8,8i16_v16i8,4i32_v4i16,4i32_v8i16,2i64_v2i32,2i64_v4i32}", "addhn", "",
     narrow_high<&B::add, false>},
    {"RADDHNv{8i16_v8i8,8i16_v16i8,4i32_v4i16,4i32_v8i16,2i64_v2i32,2i64_v4i32}", "raddhn", "",
     narrow_high<&B::add, true>},
    {"SUBHNv{8i16_v8i8,8i16_v16i8,4i32_v4i16,4i32_v8i16,2i64_v2i32,2i64_v4i32}", "subhn", "",
     narrow_high<&B::sub, false>},
    {"RSUBHNv{8i16_v8i8,8i16_v16i8,4i32_v4i16,4i32_v8i16,2i64_v2i32,2i64_v4i32}", "rsubhn", "",
     narrow_high<&B::sub, true>},
    {"ADDPv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "addp", "", pairwise<plain<&B::add>>},
    {"SMAXPv{8i8,16i8,4i16,8i16,2i32,4i32}", "smaxp", "", pairwise<plain<&B::smax>>},
    {"SMINPv{8i8,16i8,4i16,8i16,2i32,4i32}", "sminp", "", pairwise<plain<&B::smin>>},
    {"UMAXPv{8i8,16i8,4i16,8i16,2i32,4i32}", "umaxp", "", pairwise<plain<&B::umax>>},
    {"UMINPv{8i8,16i8,4i16,8i16,2i32,4i32}", "uminp", "", pairwise<plain<&B::umin>>},
    {"SADDLPv{8i8_v4i16,16i8_v8i16,4i16_v2i32,8i16_v4i32,2i32_v1i64,4i32_v2i64}", "saddlp", "",
     unary_lanes<long_pairs<true>>},
    {"UADDLPv{8i8_v4i16,16i8_v8i16,4i16_v2i32,8i16_v4i32,2i32_v1i64,4i32_v2i64}", "uaddlp", "",
     unary_lanes<long_pairs<false>>},
    {"SADALPv{8i8_v4i16,16i8_v8i16,4i16_v2i32,8i16_v4i32,2i32_v1i64,4i32_v2i64}", "sadalp", "",
     long_pairs_accumulate<true>},
    {"UADALPv{8i8_v4i16,16i8_v8i16,4i16_v2i32,8i16_v4i32,2i32_v1i64,4i32_v2i64}", "uadalp", "",
     long_pairs_accumulate<false>},
    {"ADDVv{8i8,16i8,4i16,8i16,4i32}v ADDPv2i64p", "addv", "", across<&B::reduce_add>},
    {"SMAXVv{8i8,16i8,4i16,8i16,4i32}v", "smaxv", "", across<&B::reduce_smax>},
    {"SMINVv{8i8,16i8,4i16,8i16,4i32}v", "sminv", "", across<&B::reduce_smin>},
    {"UMAXVv{8i8,16i8,4i16,8i16,4i32}v", "umaxv", "", across<&B::reduce_umax>},
    {"UMINVv{8i8,16i8,4i16,8i16,4i32}v", "uminv", "", across<&B::reduce_umin>},
    {"SADDLVv{8i8,16i8,4i16,8i16,4i32}v", "saddlv", "", across_long<true>},
    {"UADDLVv{8i8,16i8,4i16,8i16,4i32}v", "uaddlv", "", across_long<false>},
};

}  // namespace

RowSpan simd_width_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
