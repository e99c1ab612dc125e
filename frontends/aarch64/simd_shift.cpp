// Vector shifts, by immediates and by registers (Arm ARM C7.2).
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

using B = ir::Builder;

// A right shift of all lanes by one count from 1 to the width.
enum class Rounding { none, nearest };
template <bool kSigned, Rounding kRounding>
ValueId shift_right(LiftContext& c, ValueId a, ValueId count, Lanes l) {
  if (kRounding == Rounding::nearest) return rounding_shift_right(c, a, count, l, kSigned);
  return kSigned ? c.b.ashr(a, count, l.count) : c.b.lshr(a, count, l.count);
}

// Left shifts that saturate: where shifting back does not give the operand.
template <bool kSigned>
ValueId saturating_shift_left(LiftContext& c, ValueId a, ValueId count, Lanes l) {
  const uint16_t n = l.count;
  const ValueId result = c.b.shl(a, count, n);
  const ValueId back = kSigned ? c.b.ashr(result, count, n) : c.b.lshr(result, count, n);
  const uint64_t highest = kSigned ? (uint64_t{1} << (l.bits - 1)) - 1 : ~uint64_t{0};
  ValueId limit = splat(c, highest, l);
  // Of a negative number the lowest: the highest with all bits inverted.
  if (kSigned) limit = c.b.bit_xor(limit, c.b.ashr(a, splat(c, l.bits - 1, l), n), n);
  return c.b.select(c.b.eq(back, a, n), result, limit, n);
}

ValueId saturating_shift_left_unsigned(LiftContext& c, ValueId a, ValueId count, Lanes l) {
  const ValueId zero = splat(c, 0, l);
  return c.b.select(c.b.slt(a, zero, l.count), zero, saturating_shift_left<false>(c, a, count, l), l.count);
}

// By an immediate: operand 2, or 3 where the old destination is operand 1.
template <BinaryLanes kF>
Lifted by_immediate(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, kF(c, lanes(c, 1, l), splat(c, immediate(c, 2), l), l));
  return Lifted::done();
}

template <BinaryLanes kF>
Lifted by_immediate_accumulating(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId shifted = kF(c, lanes(c, 2, l), splat(c, immediate(c, 3), l), l);
  write_vector(c, 0, c.b.add(lanes(c, 1, l), shifted, l.count));
  return Lifted::done();
}

// sli and sri keep the destination's bits that the shift would clear.
template <Binary kShift>
Lifted shift_insert(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId count = splat(c, immediate(c, 3), l);
  const ValueId inserted = (c.b.*kShift)(splat(c, ~uint64_t{0}, l), count, l.count);
  const ValueId kept = c.b.bit_and(lanes(c, 1, l), c.b.bit_not(inserted));
  write_vector(c, 0, c.b.bit_or((c.b.*kShift)(lanes(c, 2, l), count, l.count), kept));
  return Lifted::done();
}

// By the signed low byte of each lane of the second register: left, or right where it is negative.
template <BinaryLanes kLeft, BinaryLanes kRight>
ValueId by_register(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  const uint16_t n = l.count;
  const ValueId count = c.b.sext(c.b.truncate(b, 8u * n, n), l.width(), n), zero = splat(c, 0, l);
  const ValueId right = kRight(c, a, c.b.sub(zero, count, n), l);
  return c.b.select(c.b.slt(count, zero, n), right, kLeft(c, a, count, l), n);
}

// sshll, ushll, shll: the lower or upper half, widened and shifted left.
template <bool kSigned>
Lifted widening_left(LiftContext& c) {
  const Lanes l = lanes_of(c), n = half_lanes(l);
  const ValueId wide = widened(c, half(c, 1, l), n, kSigned);
  const bool by_width = c.inst().getNumOperands() == 2;
  const unsigned count = by_width ? l.bits : immediate(c, 2);
  write_vector(c, 0, c.b.shl(wide, splat(c, count, n.doubled()), n.count));
  return Lifted::done();
}

// shrn, rshrn and the saturating ones: shifted right, then narrowed.
enum class Narrow { truncate, signed_to_signed, signed_to_unsigned, unsigned_to_unsigned };
template <Narrow kNarrow, Rounding kRounding>
Lifted narrowing_right(LiftContext& c) {
  const Lanes l = lanes_of(c), wide = half_lanes(l).doubled();
  const unsigned source = narrow_source(l);
  constexpr bool kFromSigned = kNarrow == Narrow::signed_to_signed || kNarrow == Narrow::signed_to_unsigned;
  const ValueId count = splat(c, immediate(c, source + 1), wide);
  const ValueId value = shift_right<kFromSigned, kRounding>(c, lanes(c, source, wide), count, wide);
  write_narrow(c,
               kNarrow == Narrow::truncate
                   ? c.b.truncate(value, wide.width() / 2, wide.count)
                   : narrowed_saturating(c, value, wide, kFromSigned, kNarrow == Narrow::signed_to_signed),
               l);
  return Lifted::done();
}

constexpr Rounding kNone = Rounding::none, kNearest = Rounding::nearest;

constexpr Row kRows[] = {
    {"SHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SHLd", "shl", "", by_immediate<plain<&B::shl>>},
    {"SSHRv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SSHRd", "sshr", "", by_immediate<shift_right<true, kNone>>},
    {"USHRv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift USHRd", "ushr", "", by_immediate<shift_right<false, kNone>>},
    {"SRSHRv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SRSHRd", "srshr", "", by_immediate<shift_right<true, kNearest>>},
    {"URSHRv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift URSHRd", "urshr", "", by_immediate<shift_right<false, kNearest>>},
    {"SSRAv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SSRAd", "ssra", "",
     by_immediate_accumulating<shift_right<true, kNone>>},
    {"USRAv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift USRAd", "usra", "",
     by_immediate_accumulating<shift_right<false, kNone>>},
    {"SRSRAv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SRSRAd", "srsra", "",
     by_immediate_accumulating<shift_right<true, kNearest>>},
    {"URSRAv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift URSRAd", "ursra", "",
     by_immediate_accumulating<shift_right<false, kNearest>>},
    {"SLIv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SLId", "sli", "", shift_insert<&B::shl>},
    {"SRIv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SRId", "sri", "", shift_insert<&B::lshr>},
    {"SQSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SQSHL{b,h,s,d}", "sqshl", "",
     by_immediate<saturating_shift_left<true>>},
    {"UQSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift UQSHL{b,h,s,d}", "uqshl", "",
     by_immediate<saturating_shift_left<false>>},
    {"SQSHLUv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}_shift SQSHLU{b,h,s,d}", "sqshlu", "",
     by_immediate<saturating_shift_left_unsigned>},
    {"SSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "sshl", "",
     binary_lanes<by_register<plain<&B::shl>, shift_right<true, kNone>>>},
    {"USHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "ushl", "",
     binary_lanes<by_register<plain<&B::shl>, shift_right<false, kNone>>>},
    {"SRSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "srshl", "",
     binary_lanes<by_register<plain<&B::shl>, shift_right<true, kNearest>>>},
    {"URSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i64}", "urshl", "",
     binary_lanes<by_register<plain<&B::shl>, shift_right<false, kNearest>>>},
    {"SQSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqshl", "",
     binary_lanes<by_register<saturating_shift_left<true>, shift_right<true, kNone>>>},
    {"UQSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "uqshl", "",
     binary_lanes<by_register<saturating_shift_left<false>, shift_right<false, kNone>>>},
    {"SQRSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "sqrshl", "",
     binary_lanes<by_register<saturating_shift_left<true>, shift_right<true, kNearest>>>},
    {"UQRSHLv{8i8,16i8,4i16,8i16,2i32,4i32,2i64,1i8,1i16,1i32,1i64}", "uqrshl", "",
     binary_lanes<by_register<saturating_shift_left<false>, shift_right<false, kNearest>>>},
    {"SSHLLv{8i8,16i8,4i16,8i16,2i32,4i32}_shift", "sshll", "", widening_left<true>},
    {"USHLLv{8i8,16i8,4i16,8i16,2i32,4i32}_shift", "ushll", "", widening_left<false>},
    {"SHLLv{8i8,16i8,4i16,8i16,2i32,4i32}", "shll", "", widening_left<false>},
    {"SHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift", "shrn", "", narrowing_right<Narrow::truncate, kNone>},
    {"RSHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift", "rshrn", "", narrowing_right<Narrow::truncate, kNearest>},
    {"SQSHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift SQSHRN{b,h,s}", "sqshrn", "",
     narrowing_right<Narrow::signed_to_signed, kNone>},
    {"SQRSHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift SQRSHRN{b,h,s}", "sqrshrn", "",
     narrowing_right<Narrow::signed_to_signed, kNearest>},
    {"SQSHRUNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift SQSHRUN{b,h,s}", "sqshrun", "",
     narrowing_right<Narrow::signed_to_unsigned, kNone>},
    {"SQRSHRUNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift SQRSHRUN{b,h,s}", "sqrshrun", "",
     narrowing_right<Narrow::signed_to_unsigned, kNearest>},
    {"UQSHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift UQSHRN{b,h,s}", "uqshrn", "",
     narrowing_right<Narrow::unsigned_to_unsigned, kNone>},
    {"UQRSHRNv{8i8,16i8,4i16,8i16,2i32,4i32}_shift UQRSHRN{b,h,s}", "uqrshrn", "",
     narrowing_right<Narrow::unsigned_to_unsigned, kNearest>},
};

}  // namespace

RowSpan simd_shift_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
