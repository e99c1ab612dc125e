// Integer arithmetic of vector registers: 16, 24, 32 and 64 bits, sums with carry, minima, sums of differences.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

ValueId widened(Insn& x, ValueId v, bool is_signed) {
  return is_signed ? x.b.sext(v, 128) : x.b.zext(v, 128);
}

// The operands of a type, widened so far that nothing overflows.
ValueId wide(Insn& x, size_t n, const Type& t) {
  return widened(x, x.read(n, t.bits, t.is_signed()), t.is_signed());
}

template <bool kSubtract, bool kReversed = false>
void add(Insn& x) {
  const Type t = x.type();
  const ValueId a = wide(x, 1, t), c = wide(x, 2, t);
  const ValueId first = kReversed ? c : a, second = kReversed ? a : c;
  x.write_integer(0, kSubtract ? x.b.sub(first, second) : x.b.add(first, second), t.bits, t.is_signed());
}

// d, carry out, a, b{, carry in}
template <bool kSubtract, bool kReversed = false>
void add_with_carry(Insn& x) {
  const ValueId a = x.b.zext(x.read(2, 32), 64), c = x.b.zext(x.read(3, 32), 64);
  const ValueId in = x.count() > 4 ? x.b.zext(x.read_bit(4), 64) : x.b.constant(64, 0);
  const ValueId first = kReversed ? c : a, second = kReversed ? a : c;
  const ValueId sum = kSubtract ? x.b.sub(x.b.sub(first, second), in) : x.b.add(x.b.add(first, second), in);
  const ValueId out = x.b.extract(sum, 32, 1);
  x.write_integer(0, x.b.sext(sum, 128), 32, false);
  x.write_mask(1, out);
}

// a * b + c, the widths of the factors in the name's last type, of the sum in the one before where there are two.
void multiply_add(Insn& x) {
  const Type factor = x.type();
  const bool widens = x.name() == "v_mad_u32_u16" || x.name() == "v_mad_i32_i16";
  const uint32_t out = widens ? 32 : factor.bits;
  const ValueId product = x.b.mul(wide(x, 1, factor), wide(x, 2, factor));
  x.write_integer(0, x.b.add(product, widened(x, x.read(3, out), factor.is_signed())), out, factor.is_signed());
}

ValueId factor24(Insn& x, size_t n, bool is_signed) {
  return widened(x, x.b.truncate(x.read(n, 32), 24), is_signed);
}
template <bool kHigh, bool kAdd>
void multiply24(Insn& x) {
  const bool is_signed = x.type().is_signed();
  ValueId v = x.b.mul(factor24(x, 1, is_signed), factor24(x, 2, is_signed));
  if (kHigh) v = is_signed ? x.b.ashr_by(v, 32) : x.b.lshr_by(v, 32);
  if (!kAdd) return x.write(0, x.b.truncate(v, 32));
  x.write_integer(0, x.b.add(v, widened(x, x.read(3, 32), is_signed)), 32, is_signed);
}

void multiply_low(Insn& x) {
  const uint32_t w = x.type().bits;
  x.write(0, x.b.mul(x.read(1, w), x.read(2, w)));
}
void multiply_high(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  x.write(0, x.type().is_signed() ? x.b.smulh(a, c) : x.b.umulh(a, c));
}

// d (64 bits), carry out, a, b (32 bits), c (64 bits)
void multiply_add_64(Insn& x) {
  const bool is_signed = x.type().is_signed();
  const ValueId product = x.b.mul(widened(x, x.read(2, 32), is_signed), widened(x, x.read(3, 32), is_signed));
  const ValueId sum = x.b.add(product, widened(x, x.read(4, 64, is_signed), is_signed));
  x.write(0, x.b.truncate(sum, 64));
  x.write_mask(1, x.b.extract(sum, 64, 1));
}

template <bool kGreater>
ValueId chosen(Insn& x, ValueId a, ValueId c) {
  if (x.type().is_signed()) return kGreater ? x.b.smax(a, c) : x.b.smin(a, c);
  return kGreater ? x.b.umax(a, c) : x.b.umin(a, c);
}
template <bool kGreater>
void choose(Insn& x) {
  const uint32_t w = x.type().bits;
  x.write(0, chosen<kGreater>(x, x.read(1, w), x.read(2, w)));
}
template <bool kGreater>
void choose3(Insn& x) {
  const uint32_t w = x.type().bits;
  x.write(0, chosen<kGreater>(x, chosen<kGreater>(x, x.read(1, w), x.read(2, w)), x.read(3, w)));
}
// maxmin: the lesser of c and the greater of a and b.
template <bool kGreaterFirst>
void choose_both(Insn& x) {
  const ValueId first = chosen<kGreaterFirst>(x, x.read(1, 32), x.read(2, 32));
  x.write(0, chosen<!kGreaterFirst>(x, first, x.read(3, 32)));
}
void median(Insn& x) {
  const uint32_t w = x.type().bits;
  const ValueId a = x.read(1, w), c = x.read(2, w), d = x.read(3, w);
  const ValueId least = chosen<false>(x, a, c), most = chosen<true>(x, a, c);
  x.write(0, chosen<true>(x, least, chosen<false>(x, most, d)));
}

void add3(Insn& x) {
  x.write(0, x.b.add(x.b.add(x.read(1, 32), x.read(2, 32)), x.read(3, 32)));
}
void xor_add(Insn& x) {
  x.write(0, x.b.add(x.b.bit_xor(x.read(1, 32), x.read(2, 32)), x.read(3, 32)));
}
ValueId shift_count(Insn& x, size_t n, uint32_t width) {
  return x.b.zext_or_truncate(x.b.bit_and(x.read(n, 32), x.b.constant(32, width - 1)), width);
}
void add_shift(Insn& x) {
  x.write(0, x.b.shl(x.b.add(x.read(1, 32), x.read(2, 32)), shift_count(x, 3, 32)));
}
void shift_add(Insn& x) {
  const uint32_t w = x.type().bits;
  // The 64-bit form shifts by at most 4.
  const ValueId by = w == 64 ? x.b.zext(x.b.bit_and(x.read(2, 32), x.b.constant(32, 7)), 64) : shift_count(x, 2, 32);
  x.write(0, x.b.add(x.b.shl(x.read(1, w), by), x.read(3, w)));
}

// Sums of absolute differences.
ValueId difference(Insn& x, ValueId a, ValueId c) {
  return x.b.sub(x.b.umax(a, c), x.b.umin(a, c));
}
ValueId byte_differences(Insn& x, ValueId a, ValueId c, bool masked, uint32_t width) {
  ValueId sum = x.b.constant(width, 0);
  for (uint32_t n = 0; n < 4; ++n) {
    const ValueId p = x.b.extract(a, 8 * n, 8), q = x.b.extract(c, 8 * n, 8);
    ValueId d = x.b.zext(difference(x, p, q), width);
    // A zero in the reference hides its byte.
    if (masked) d = x.b.select(x.b.is_zero(q), x.b.constant(width, 0), d);
    sum = x.b.add(sum, d);
  }
  return sum;
}
template <bool kMasked, unsigned kShift>
void sum_of_bytes(Insn& x) {
  const ValueId sum = x.b.shl_by(byte_differences(x, x.read(1, 32), x.read(2, 32), kMasked, 32), kShift);
  x.write_integer(0, x.b.add(x.b.zext(sum, 128), x.b.zext(x.read(3, 32), 128)), 32, false);
}
template <uint32_t kBits>
void sum_of_words(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  ValueId sum = x.b.zext(x.read(3, 32), 128);
  for (uint32_t low = 0; low < 32; low += kBits)
    sum = x.b.add(sum, x.b.zext(difference(x, x.b.extract(a, low, kBits), x.b.extract(c, low, kBits)), 128));
  x.write_integer(0, sum, 32, false);
}
// Four sums, of the bytes from each of four places on.
template <bool kMasked, uint32_t kResultBits>
void four_sums(Insn& x) {
  const ValueId a = x.read(1, 64), c = x.read(2, 32), start = x.read(3, 4 * kResultBits);
  ValueId all = ir::kNoValue;
  for (uint32_t n = 0; n < 4; ++n) {
    const ValueId sum = byte_differences(x, x.b.extract(a, 8 * n, 32), c, kMasked, kResultBits);
    ValueId part = x.b.add(x.b.zext(sum, 64), x.b.zext(x.b.extract(start, kResultBits * n, kResultBits), 64));
    if (x.has("clamp")) part = x.b.umin(part, x.b.zext(x.b.constant(APInt::getMaxValue(kResultBits)), 64));
    part = x.b.truncate(part, kResultBits);
    all = n == 0 ? part : x.b.concat(part, all);
  }
  x.write(0, all);
}
// (a + b + round) / 2, byte by byte; round is the lowest bit of each byte of c.
void average(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32), round = x.read(3, 32);
  ValueId all = ir::kNoValue;
  for (uint32_t n = 0; n < 4; ++n) {
    auto part = [&](ValueId v, uint32_t width) { return x.b.zext(x.b.extract(v, 8 * n, width), 9); };
    const ValueId sum = x.b.add(x.b.add(part(a, 8), part(c, 8)), part(round, 1));
    const ValueId half = x.b.extract(sum, 1, 8);
    all = n == 0 ? half : x.b.concat(half, all);
  }
  x.write(0, all);
}

constexpr Row kRows[] = {
    {"v_add_{u16,u32,i32,i16,nc_u32,nc_u16,nc_i32,nc_i16}", add<false>},
    {"v_sub_{u16,u32,i32,i16,nc_u32,nc_u16,nc_i32,nc_i16}", add<true>},
    {"v_subrev_{u16,u32,nc_u32}", add<true, true>},
    {"v_{add_co,addc_co,add_co_ci}_u32", add_with_carry<false>},
    {"v_{sub_co,subb_co,sub_co_ci}_u32", add_with_carry<true>},
    {"v_{subrev_co,subbrev_co,subrev_co_ci}_u32", add_with_carry<true, true>},
    {"v_mad_{u16,i16,u32_u16,i32_i16}", multiply_add},
    {"v_mad_legacy_{u16,i16}", multiply_add},
    {"v_mul_{u32_u24,i32_i24}", multiply24<false, false>},
    {"v_mul_hi_{u32_u24,i32_i24}", multiply24<true, false>},
    {"v_mad_{u32_u24,i32_i24}", multiply24<false, true>},
    {"v_mul_lo_{u16,u32}", multiply_low},
    {"v_mul_hi_{u32,i32}", multiply_high},
    {"v_mad_{u64_u32,i64_i32}", multiply_add_64},
    {"v_min_{i16,u16,i32,u32}", choose<false>},
    {"v_max_{i16,u16,i32,u32}", choose<true>},
    {"v_min3_{i16,u16,i32,u32}", choose3<false>},
    {"v_max3_{i16,u16,i32,u32}", choose3<true>},
    {"v_med3_{i16,u16,i32,u32}", median},
    {"v_maxmin_{i32,u32}", choose_both<true>},
    {"v_minmax_{i32,u32}", choose_both<false>},
    {"v_add3_u32", add3},
    {"v_xad_u32", xor_add},
    {"v_add_lshl_u32", add_shift},
    {"v_lshl_add_{u32,u64}", shift_add},
    {"v_sad_u8", sum_of_bytes<false, 0>},
    {"v_sad_hi_u8", sum_of_bytes<false, 16>},
    {"v_msad_u8", sum_of_bytes<true, 0>},
    {"v_sad_u16", sum_of_words<16>},
    {"v_sad_u32", sum_of_words<32>},
    {"v_qsad_pk_u16_u8", four_sums<false, 16>},
    {"v_mqsad_pk_u16_u8", four_sums<true, 16>},
    {"v_mqsad_u32_u8", four_sums<true, 32>},
    {"v_lerp_u8", average},
};

}  // namespace

RowSpan vector_integer_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
