// Moves, logic, shifts and bit fields of vector registers.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

void move(Insn& x) {
  const uint32_t w = x.type().bits;
  x.write(0, x.read(1, w));
}
void swap(Insn& x) {
  const ValueId a = x.old(0, 32), c = x.read(1, 32);
  x.write(0, c);
  x.write(1, a);
}

void bit_not(Insn& x) {
  x.write(0, x.b.bit_not(x.read(1, x.type().bits)));
}
void logic(Insn& x) {
  const uint32_t w = x.type().bits;
  const ValueId a = x.read(1, w), c = x.read(2, w);
  x.write(0, x.has_part("and")   ? x.b.bit_and(a, c)
             : x.has_part("or")  ? x.b.bit_or(a, c)
             : x.has_part("xor") ? x.b.bit_xor(a, c)
                                 : x.b.bit_not(x.b.bit_xor(a, c)));
}
void or3(Insn& x) {
  x.write(0, x.b.bit_or(x.b.bit_or(x.read(1, 32), x.read(2, 32)), x.read(3, 32)));
}
void xor3(Insn& x) {
  x.write(0, x.b.bit_xor(x.b.bit_xor(x.read(1, 32), x.read(2, 32)), x.read(3, 32)));
}
void and_or(Insn& x) {
  x.write(0, x.b.bit_or(x.b.bit_and(x.read(1, 32), x.read(2, 32)), x.read(3, 32)));
}

ValueId count_of(Insn& x, size_t n, uint32_t width) {
  const uint32_t from = width == 16 ? 16 : 32;
  return x.b.zext_or_truncate(x.b.bit_and(x.read(n, from), x.b.constant(from, width - 1)), width);
}
// The count comes first.
void shift(Insn& x) {
  const Type t = x.type();
  const ValueId by = count_of(x, 1, t.bits), v = x.read(2, t.bits, t.is_signed());
  x.write(0, x.has_part("lshlrev") ? x.b.shl(v, by) : x.has_part("lshrrev") ? x.b.lshr(v, by) : x.b.ashr(v, by));
}
void shift_or(Insn& x) {
  x.write(0, x.b.bit_or(x.b.shl(x.read(1, 32), count_of(x, 2, 32)), x.read(3, 32)));
}

void bit_reverse(Insn& x) {
  x.write(0, x.b.bit_reverse(x.read(1, 32)));
}
ValueId found(Insn& x, ValueId place, ValueId none) {
  return x.b.select(none, x.b.constant(APInt::getAllOnes(32)), place);
}
void trailing_zeros(Insn& x) {
  const ValueId a = x.read(1, 32);
  x.write(0, found(x, x.b.ctz(a), x.b.is_zero(a)));
}
void leading_zeros(Insn& x) {
  const ValueId a = x.read(1, 32);
  x.write(0, found(x, x.b.clz(a), x.b.is_zero(a)));
}
void leading_signs(Insn& x) {
  const ValueId a = x.read(1, 32);
  const ValueId flipped = x.b.bit_xor(a, x.b.sext(x.b.sign(a), 32));
  x.write(0, found(x, x.b.clz(flipped), x.b.is_zero(flipped)));
}
void count_and_add(Insn& x) {
  x.write(0, x.b.add(x.b.popcount(x.read(1, 32)), x.read(2, 32)));
}

void bit_field_extract(Insn& x) {
  const bool is_signed = x.type().is_signed();
  const ValueId a = x.read(1, 32), offset = count_of(x, 2, 32), size = count_of(x, 3, 32);
  const ValueId unused = x.b.sub(x.b.constant(32, 32), size);
  const ValueId field = x.b.shl(is_signed ? x.b.ashr(a, offset) : x.b.lshr(a, offset), unused);
  // Nothing of a field of no bits is left, whichever way it is shifted.
  x.write(0, x.b.select(x.b.is_zero(size), x.b.constant(32, 0),
                        is_signed ? x.b.ashr(field, unused) : x.b.lshr(field, unused)));
}
void bit_field_insert(Insn& x) {
  const ValueId mask = x.read(1, 32);
  x.write(0, x.b.bit_or(x.b.bit_and(mask, x.read(2, 32)), x.b.bit_and(x.b.bit_not(mask), x.read(3, 32))));
}
void bit_field_mask(Insn& x) {
  const ValueId one = x.b.constant(32, 1);
  x.write(0, x.b.shl(x.b.sub(x.b.shl(one, count_of(x, 1, 32)), one), count_of(x, 2, 32)));
}
template <uint32_t kUnit>
void align(Insn& x) {
  const ValueId both = x.b.concat(x.read(1, 32), x.read(2, 32));
  const ValueId by = x.b.zext(count_of(x, 3, 32 / kUnit == 4 ? 4 : 32), 64);
  x.write(0, x.b.truncate(x.b.lshr(both, x.b.mul(by, x.b.constant(64, kUnit))), 32));
}

// Bytes 0 to 3 are those of the second operand, 4 to 7 of the first; 8 to 11 the signs of the four halves; 12 is zero,
// everything above all ones.
void permute_bytes(Insn& x) {
  const ValueId both = x.b.concat(x.read(1, 32), x.read(2, 32)), selectors = x.read(3, 32);
  ValueId all = ir::kNoValue;
  for (uint32_t n = 0; n < 4; ++n) {
    const ValueId s = x.b.extract(selectors, 8 * n, 8);
    const ValueId at = x.b.zext(x.b.shl_by(x.b.bit_and(s, x.b.constant(8, 7)), 3), 64);
    ValueId byte = x.b.truncate(x.b.lshr(both, at), 8);
    for (uint32_t half = 0; half < 4; ++half)
      byte = x.b.select(x.b.eq(s, x.b.constant(8, 8 + half)), x.b.sext(x.b.extract(both, 16 * half + 15, 1), 8), byte);
    byte = x.b.select(x.b.eq(s, x.b.constant(8, 12)), x.b.constant(8, 0), byte);
    byte = x.b.select(x.b.ult(x.b.constant(8, 12), s), x.b.constant(8, 0xff), byte);
    all = n == 0 ? byte : x.b.concat(byte, all);
  }
  x.write(0, all);
}
void pack_halves(Insn& x) {
  const ValueId a = x.read_float(1, FloatFormat::f16), c = x.read_float(2, FloatFormat::f16);
  x.write(0, x.b.concat(c, a));
}
// The lane's bit of the mask chooses the second operand.
void conditional(Insn& x) {
  const uint32_t w = x.type().bits;
  const FloatFormat as = w == 16 ? FloatFormat::f16 : FloatFormat::f32;
  const ValueId bit = x.count() > 3 ? x.read_bit(3) : x.vcc_bit();
  x.write(0, x.b.select(bit, x.read_float(2, as), x.read_float(1, as)));
}

constexpr Row kRows[] = {
    {"v_mov_{b16,b32,b64}", move},
    {"v_swap_b32", swap},
    {"v_accvgpr_{read,write,mov}_b32", move},
    {"v_not_{b16,b32}", bit_not},
    {"v_{and,or,xor}_{b16,b32}", logic},
    {"v_xnor_b32", logic},
    {"v_or3_b32", or3},
    {"v_xor3_b32", xor3},
    {"v_and_or_b32", and_or},
    {"v_{lshlrev,lshrrev}_{b16,b32,b64}", shift},
    {"v_ashrrev_{i16,i32,i64}", shift},
    {"v_lshl_or_b32", shift_or},
    {"v_bfrev_b32", bit_reverse},
    {"v_{ffbl_b32,ctz_i32_b32}", trailing_zeros},
    {"v_{ffbh_u32,clz_i32_u32}", leading_zeros},
    {"v_{ffbh_i32,cls_i32}", leading_signs},
    {"v_bcnt_u32_b32", count_and_add},
    {"v_bfe_{u32,i32}", bit_field_extract},
    {"v_bfi_b32", bit_field_insert},
    {"v_bfm_b32", bit_field_mask},
    {"v_alignbit_b32", align<1>},
    {"v_alignbyte_b32", align<8>},
    {"v_perm_b32", permute_bytes},
    {"v_pack_b32_f16", pack_halves},
    {"v_cndmask_{b16,b32}", conditional},
    {"v_{movrels,movreld,movrelsd}_b32", nullptr, "registers by number at run time"},
    {"v_swaprel_b32", nullptr, "registers by number at run time"},
};

}  // namespace

RowSpan vector_bit_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
