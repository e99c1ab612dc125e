// Scalar arithmetic, logic and comparison (RDNA3 ISA 16.1 to 16.4; CDNA3 ISA 12.1 to 12.4), computed by every lane of
// the wave alike.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

ValueId not_zero(Builder& b, ValueId v) {
  return b.bit_not(b.is_zero(v));
}

void write_and_test(Insn& x, ValueId v) {
  x.write(0, v);
  x.set_scc(not_zero(x.b, v));
}

uint32_t width(Insn& x) {
  return x.type().bits;
}

void move(Insn& x) {
  x.write(0, x.read(1, width(x)));
}

// The 16 bits of SOPK, extended.
ValueId immediate16(Insn& x, size_t n, bool is_signed) {
  const ValueId low = x.b.truncate(x.read(n, 32), 16);
  return is_signed ? x.b.sext(low, 32) : x.b.zext(low, 32);
}

void move_immediate(Insn& x) {
  x.write(0, immediate16(x, 1, true));
}
void conditional_move(Insn& x) {
  const uint32_t w = width(x);
  x.write(0, x.b.select(x.scc(), x.read(1, w), x.old(0, w)));
}
void conditional_move_immediate(Insn& x) {
  x.write(0, x.b.select(x.scc(), immediate16(x, 1, true), x.old(0, 32)));
}

void bit_not(Insn& x) {
  write_and_test(x, x.b.bit_not(x.read(1, width(x))));
}
void bit_reverse(Insn& x) {
  x.write(0, x.b.bit_reverse(x.read(1, width(x))));
}
template <bool kOnes>
void bit_count(Insn& x) {
  const ValueId a = x.read(1, width(x));
  write_and_test(x, x.b.zext_or_truncate(x.b.popcount(kOnes ? a : x.b.bit_not(a)), 32));
}

// All ones where no bit is found.
ValueId found(Builder& b, ValueId place, ValueId none) {
  return b.select(none, b.constant(APInt::getAllOnes(32)), b.zext_or_truncate(place, 32));
}
template <bool kZero>
void find_first(Insn& x) {
  ValueId a = x.read(1, width(x));
  if (kZero) a = x.b.bit_not(a);
  x.write(0, found(x.b, x.b.ctz(a), x.b.is_zero(a)));
}
void leading_zeros(Insn& x) {
  const ValueId a = x.read(1, width(x));
  x.write(0, found(x.b, x.b.clz(a), x.b.is_zero(a)));
}
// Leading bits that equal the sign; all ones if all do.
void leading_signs(Insn& x) {
  const ValueId a = x.read(1, width(x), true);
  const ValueId flipped = x.b.bit_xor(a, x.b.sext(x.b.sign(a), x.b.width(a)));
  x.write(0, found(x.b, x.b.clz(flipped), x.b.is_zero(flipped)));
}

void sign_extend(Insn& x) {
  x.write(0, x.b.sext(x.b.truncate(x.read(1, 32), width(x)), 32));
}
template <bool kOne>
void set_bit(Insn& x) {
  const uint32_t w = width(x);
  const ValueId place = x.b.bit_and(x.read(1, 32), x.b.constant(32, w - 1));
  const ValueId bit = x.b.shl(x.b.constant(w, 1), x.b.zext_or_truncate(place, w)), before = x.old(0, w);
  x.write(0, kOne ? x.b.bit_or(before, bit) : x.b.bit_and(before, x.b.bit_not(bit)));
}
void absolute(Insn& x) {
  write_and_test(x, x.b.abs(x.read(1, 32)));
}
void absolute_difference(Insn& x) {
  write_and_test(x, x.b.abs(x.b.sub(x.read(1, 32), x.read(2, 32))));
}

template <bool kSubtract>
void add_unsigned(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32),
                in = x.has_part("addc") || x.has_part("subb") ? x.scc() : x.b.constant(1, 0);
  const ValueId wide_in = x.b.zext(in, 32);
  const ValueId out = kSubtract ? x.b.sub_borrow(a, c, in) : x.b.add_carry(a, c, in);
  x.write(0, kSubtract ? x.b.sub(x.b.sub(a, c), wide_in) : x.b.add(x.b.add(a, c), wide_in));
  x.set_scc(out);
}
template <bool kSubtract>
void add_signed(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32), none = x.b.constant(1, 0);
  const ValueId out = kSubtract ? x.b.sub_overflow(a, c, none) : x.b.add_overflow(a, c, none);
  x.write(0, kSubtract ? x.b.sub(a, c) : x.b.add(a, c));
  x.set_scc(out);
}
void add_immediate(Insn& x) {
  const ValueId a = x.old(0, 32), c = immediate16(x, 1, true);
  const ValueId out = x.b.add_overflow(a, c, x.b.constant(1, 0));
  x.write(0, x.b.add(a, c));
  x.set_scc(out);
}
void multiply_immediate(Insn& x) {
  x.write(0, x.b.mul(x.old(0, 32), immediate16(x, 1, true)));
}

// SCC: whether the first operand was chosen.
template <bool kGreater>
void choose(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  const bool is_signed = x.type().is_signed();
  auto less = [&](ValueId p, ValueId q) { return is_signed ? x.b.slt(p, q) : x.b.ult(p, q); };
  // Which of two equal operands counts as chosen: the second in min, the first in max.
  const ValueId first = kGreater ? x.b.bit_not(less(a, c)) : less(a, c);
  x.write(0, x.b.select(first, a, c));
  x.set_scc(first);
}
void select(Insn& x) {
  const uint32_t w = width(x);
  x.write(0, x.b.select(x.scc(), x.read(1, w), x.read(2, w)));
}

void logic(Insn& x) {
  const uint32_t w = width(x);
  const ValueId a = x.read(1, w);
  ValueId c = x.read(2, w);
  if (x.has_part("not1") || x.has_part("andn2") || x.has_part("orn2")) c = x.b.bit_not(c);
  const bool inverted = x.has_part("nand") || x.has_part("nor") || x.has_part("xnor");
  ValueId v;
  if (x.has_part("and") || x.has_part("nand") || x.has_part("andn2"))
    v = x.b.bit_and(a, c);
  else if (x.has_part("or") || x.has_part("nor") || x.has_part("orn2"))
    v = x.b.bit_or(a, c);
  else
    v = x.b.bit_xor(a, c);
  write_and_test(x, inverted ? x.b.bit_not(v) : v);
}

void shift(Insn& x) {
  const uint32_t w = width(x);
  const ValueId a = x.read(1, w, x.type().is_signed());
  const ValueId by = x.b.zext_or_truncate(x.b.bit_and(x.read(2, 32), x.b.constant(32, w - 1)), w);
  write_and_test(x, x.has_part("lshl") ? x.b.shl(a, by) : x.has_part("lshr") ? x.b.lshr(a, by) : x.b.ashr(a, by));
}
void bit_field_mask(Insn& x) {
  const uint32_t w = width(x);
  auto amount = [&](size_t n) { return x.b.zext_or_truncate(x.b.bit_and(x.read(n, 32), x.b.constant(32, w - 1)), w); };
  const ValueId ones = x.b.sub(x.b.shl(x.b.constant(w, 1), amount(1)), x.b.constant(w, 1));
  x.write(0, x.b.shl(ones, amount(2)));
}
// Offset in the low bits of the second operand, width in bits 22 to 16.
void bit_field_extract(Insn& x) {
  const uint32_t w = width(x);
  const bool is_signed = x.type().is_signed();
  const ValueId a = x.read(1, w, is_signed), control = x.read(2, 32);
  const ValueId offset = x.b.zext_or_truncate(x.b.bit_and(control, x.b.constant(32, w - 1)), w);
  const ValueId size =
      x.b.zext_or_truncate(x.b.umin(x.b.zext(x.b.extract(control, 16, 7), 32), x.b.constant(32, w)), w);
  const ValueId unused = x.b.sub(x.b.constant(w, w), size);
  // Shifted up, so that the field's highest bit is the sign, and down again.
  const ValueId field = x.b.shl(is_signed ? x.b.ashr(a, offset) : x.b.lshr(a, offset), unused);
  write_and_test(x, is_signed ? x.b.select(x.b.is_zero(size), x.b.constant(w, 0), x.b.ashr(field, unused))
                              : x.b.lshr(field, unused));
}

void multiply(Insn& x) {
  x.write(0, x.b.mul(x.read(1, 32), x.read(2, 32)));
}
void multiply_high(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  x.write(0, x.type().is_signed() ? x.b.smulh(a, c) : x.b.umulh(a, c));
}
template <unsigned kBits>
void shift_and_add(Insn& x) {
  const ValueId sum = x.b.add(x.b.shl_by(x.b.zext(x.read(1, 32), 64), kBits), x.b.zext(x.read(2, 32), 64));
  x.write(0, x.b.truncate(sum, 32));
  x.set_scc(not_zero(x.b, x.b.extract(sum, 32, 32)));
}
void pack(Insn& x) {
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  const bool first = x.has_part("hh") || x.has_part("hl"), second = x.has_part("hh") || x.has_part("lh");
  x.write(0, x.b.concat(x.b.extract(c, second ? 16 : 0, 16), x.b.extract(a, first ? 16 : 0, 16)));
}

ValueId relation(Insn& x, ValueId a, ValueId c, bool is_signed) {
  auto less = [&](ValueId p, ValueId q) { return is_signed ? x.b.slt(p, q) : x.b.ult(p, q); };
  if (x.has_part("eq")) return x.b.eq(a, c);
  if (x.has_part("lg")) return x.b.ne(a, c);
  if (x.has_part("lt")) return less(a, c);
  if (x.has_part("gt")) return less(c, a);
  return x.b.bit_not(x.has_part("ge") ? less(a, c) : less(c, a));
}
void compare(Insn& x) {
  const uint32_t w = width(x);
  x.set_scc(relation(x, x.read(0, w), x.read(1, w), x.type().is_signed()));
}
void compare_immediate(Insn& x) {
  const bool is_signed = x.type().is_signed();
  x.set_scc(relation(x, x.old(0, 32), immediate16(x, 1, is_signed), is_signed));
}
template <bool kOne>
void test_bit(Insn& x) {
  const uint32_t w = width(x);
  const ValueId place = x.b.bit_and(x.read(1, 32), x.b.constant(32, w - 1));
  const ValueId bit = x.bit_of(x.read(0, w), place);
  x.set_scc(kOne ? bit : x.b.bit_not(bit));
}

// Where flat addresses find scratch memory: a kernel's first instructions put there what they are given, and here every
// lane's lies in a window of its own.
void set_hardware_register(Insn& x) {
  const std::string& name = x.operand(0).text;
  if (name != "hwreg(HW_REG_FLAT_SCR_LO)" && name != "hwreg(HW_REG_FLAT_SCR_HI)")
    x.refuse("registers of the hardware other than flat_scratch");
}

constexpr Row kRows[] = {
    {"s_mov_{b32,b64}", move},
    {"s_movk_i32", move_immediate},
    {"s_cmov_{b32,b64}", conditional_move},
    {"s_cmovk_i32", conditional_move_immediate},
    {"s_not_{b32,b64}", bit_not},
    {"s_brev_{b32,b64}", bit_reverse},
    {"s_bcnt0_i32_{b32,b64}", bit_count<false>},
    {"s_bcnt1_i32_{b32,b64}", bit_count<true>},
    {"s_{ff0_i32_b32,ff0_i32_b64}", find_first<true>},
    {"s_{ff1_i32_b32,ff1_i32_b64,ctz_i32_b32,ctz_i32_b64}", find_first<false>},
    {"s_{flbit_i32_b32,flbit_i32_b64,clz_i32_u32,clz_i32_u64}", leading_zeros},
    {"s_{flbit_i32,flbit_i32_i64,cls_i32,cls_i32_i64}", leading_signs},
    {"s_sext_i32_{i8,i16}", sign_extend},
    {"s_bitset0_{b32,b64}", set_bit<false>},
    {"s_bitset1_{b32,b64}", set_bit<true>},
    {"s_abs_i32", absolute},
    {"s_absdiff_i32", absolute_difference},
    {"s_{add,addc}_u32", add_unsigned<false>},
    {"s_{sub,subb}_u32", add_unsigned<true>},
    {"s_add_i32", add_signed<false>},
    {"s_sub_i32", add_signed<true>},
    {"s_addk_i32", add_immediate},
    {"s_mulk_i32", multiply_immediate},
    {"s_min_{i32,u32}", choose<false>},
    {"s_max_{i32,u32}", choose<true>},
    {"s_cselect_{b32,b64}", select},
    {"s_{and,or,xor,nand,nor,xnor}_{b32,b64}", logic},
    {"s_{and_not1,or_not1,andn2,orn2}_{b32,b64}", logic},
    {"s_{lshl,lshr}_{b32,b64}", shift},
    {"s_ashr_{i32,i64}", shift},
    {"s_bfm_{b32,b64}", bit_field_mask},
    {"s_bfe_{u32,u64,i32,i64}", bit_field_extract},
    {"s_mul_i32", multiply},
    {"s_mul_hi_{u32,i32}", multiply_high},
    {"s_lshl1_add_u32", shift_and_add<1>},
    {"s_lshl2_add_u32", shift_and_add<2>},
    {"s_lshl3_add_u32", shift_and_add<3>},
    {"s_lshl4_add_u32", shift_and_add<4>},
    {"s_pack_{ll,lh,hl,hh}_b32_b16", pack},
    {"s_cmp_{eq,lg,gt,ge,lt,le}_{i32,u32}", compare},
    {"s_cmp_{eq,lg}_u64", compare},
    {"s_cmpk_{eq,lg,gt,ge,lt,le}_{i32,u32}", compare_immediate},
    {"s_bitcmp0_{b32,b64}", test_bit<false>},
    {"s_bitcmp1_{b32,b64}", test_bit<true>},
    {"s_bitreplicate_b64_b32", nullptr, "not done"},
    {"s_{movrels,movreld}_{b32,b64}", nullptr, "registers by number at run time"},
    {"s_setreg_b32", set_hardware_register},
    {"s_{getreg,setreg}*", nullptr, "registers of the hardware"},
};

}  // namespace

RowSpan scalar_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
