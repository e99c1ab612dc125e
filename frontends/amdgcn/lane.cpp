// What lanes give each other: one lane's value to all, permutations, counts of lanes below.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

// The lowest active lane; lane 0 if none is.
ValueId first_lane(Insn& x) {
  const ValueId exec = x.exec(x.lanes());
  return x.b.select(x.b.is_zero(exec), x.b.constant(32, 0), x.b.zext_or_truncate(x.b.ctz(exec), 32));
}
ValueId lane_number(Insn& x, size_t n) {
  return x.b.bit_and(x.read(n, 32), x.b.constant(32, x.lanes() - 1));
}

void read_first_lane(Insn& x) {
  const ValueId from = first_lane(x);
  x.write(0, x.of_lane(x.read(1, 32), from));
}
void read_lane(Insn& x) {
  const ValueId from = lane_number(x, 2);
  x.write(0, x.of_lane(x.read(1, 32), from));
}
// Whether the lane is active or not.
void write_lane(Insn& x) {
  const Operand& o = x.operand(0);
  if (o.kind != Operand::vector || o.count != 1) return x.refuse("expected a vector register");
  const ValueId mine = x.b.eq(x.lane(), lane_number(x, 2));
  x.b.set_slot(kVector + o.first, x.b.select(mine, x.read(1, 32), x.old(0, 32)));
}

template <uint32_t kFirst>
void count_below(Insn& x) {
  const ValueId lane = x.b.zext(x.lane(), 64), one = x.b.constant(64, 1);
  const ValueId below = x.b.extract(x.b.sub(x.b.shl(one, lane), one), kFirst, 32);
  x.write(0, x.b.add(x.b.popcount(x.b.bit_and(x.read(1, 32), below)), x.read(2, 32)));
}

// Lanes that are not active give 0.
ValueId data_of_active(Insn& x, ValueId v) {
  return x.b.select(x.active(), v, x.b.constant(32, 0));
}
// The byte address of a lane's word in an array of the wave's words.
ValueId lane_of_address(Insn& x, ValueId address) {
  const ValueId at = x.b.add(address, x.b.constant(32, static_cast<uint64_t>(x.number_of("offset"))));
  return x.b.bit_and(x.b.lshr_by(at, 2), x.b.constant(32, x.lanes() - 1));
}
void pull(Insn& x) {
  const ValueId from = lane_of_address(x, x.read(1, 32));
  x.write(0, x.of_lane(data_of_active(x, x.read(2, 32)), from));
}
// The highest of the lanes that push to this one counts.
void push(Insn& x) {
  const ValueId to = lane_of_address(x, x.read(1, 32)), value = x.read(2, 32);
  const ValueId packet = x.b.concat(x.b.concat(x.active(), to), value);
  ValueId result = x.b.constant(32, 0);
  for (uint32_t n = 0; n < x.lanes(); ++n) {
    const ValueId got = x.of_lane(packet, x.b.constant(32, n));
    const ValueId mine = x.b.bit_and(x.b.extract(got, 64, 1), x.b.eq(x.b.extract(got, 32, 32), x.lane()));
    result = x.b.select(mine, x.b.truncate(got, 32), result);
  }
  x.write(0, result);
}

// A lane of the row (permlanex16: of the other row of the pair), by four bits of two scalar registers. OP_SEL's first
// bit fetches from inactive lanes too, its second gives 0 for them (RDNA3 ISA 16.9).
template <bool kOtherRow>
void permute_row(Insn& x) {
  if (x.flag("op_sel", 0)) return x.refuse("fetching from inactive lanes");
  const bool zero = x.flag("op_sel", 1);
  const ValueId selectors = x.b.concat(x.read(3, 32), x.read(2, 32));
  const ValueId in_row = x.b.bit_and(x.lane(), x.b.constant(32, 15));
  const ValueId choice = x.b.truncate(x.b.lshr(selectors, x.b.shl_by(x.b.zext(in_row, 64), 2)), 4);
  ValueId from = x.b.add(x.b.sub(x.lane(), in_row), x.b.zext(choice, 32));
  if (kOtherRow) from = x.b.bit_xor(from, x.b.constant(32, 16));
  const ValueId value = x.read(1, 32);
  const ValueId got = x.of_lane(x.b.concat(x.active(), value), from);
  // A lane that is not active has nothing to give.
  x.write(0, x.b.select(x.b.extract(got, 32, 1), x.b.truncate(got, 32), zero ? x.b.constant(32, 0) : x.old(0, 32)));
}
// The other half of 64 lanes; with 32 there is none.
void swap_halves(Insn& x) {
  const ValueId value = x.read(1, 32);
  if (x.lanes() == 32) return;
  const ValueId got = x.of_lane(x.b.concat(x.active(), value), x.b.bit_xor(x.lane(), x.b.constant(32, 32)));
  x.write(0, x.b.truncate(got, 32));
}

// The pattern's upper bit chooses between quads and the masks of 32 lanes (RDNA3 ISA 12.12, DS_SWIZZLE_B32).
void swizzle(Insn& x) {
  const std::string* offset = x.modifier("offset");
  const uint64_t pattern = static_cast<uint64_t>(x.number_of("offset", -1));
  if (!offset || pattern > 0xffff) return x.refuse("this pattern is not supported");
  const ValueId lane = x.lane();
  ValueId from;
  if (pattern & 0x8000) {
    const ValueId quad = x.b.constant(32, 3), place = x.b.shl_by(x.b.bit_and(lane, quad), 1);
    const ValueId choice = x.b.bit_and(x.b.lshr(x.b.constant(32, pattern & 0xff), place), quad);
    from = x.b.add(x.b.bit_and(lane, x.b.bit_not(quad)), choice);
  } else {
    const ValueId inner = x.b.bit_and(lane, x.b.constant(32, pattern & 31));
    const ValueId with_or = x.b.bit_or(inner, x.b.constant(32, pattern >> 5 & 31));
    const ValueId within = x.b.bit_xor(with_or, x.b.constant(32, pattern >> 10 & 31));
    from = x.b.add(x.b.bit_and(lane, x.b.bit_not(x.b.constant(32, 31))), within);
  }
  x.write(0, x.of_lane(data_of_active(x, x.read(1, 32)), from));
}

constexpr Row kRows[] = {
    {"v_readfirstlane_b32", read_first_lane},
    {"v_readlane_b32", read_lane},
    {"v_writelane_b32", write_lane},
    {"v_mbcnt_lo_u32_b32", count_below<0>},
    {"v_mbcnt_hi_u32_b32", count_below<32>},
    {"ds_bpermute_b32", pull},
    {"ds_permute_b32", push},
    {"ds_swizzle_b32", swizzle},
    {"v_permlane16_b32", permute_row<false>},
    {"v_permlanex16_b32", permute_row<true>},
    {"v_permlane64_b32", swap_halves},
};

}  // namespace

RowSpan lane_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
