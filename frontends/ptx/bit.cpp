// Bits: logic and shifts (PTX ISA, 9.7.8), fields and counts (9.7.1), permutation of bytes (9.7.9).
#include "frontends/ptx/insn.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

template <Op kOp>
void logic(Insn& x) {
  const Type t = x.type();
  ir::Instruction i;
  i.op = kOp;
  i.width = t.width();
  if (t.kind == Type::predicate)
    i.operands = {x.read_predicate(1), x.read_predicate(2)};
  else
    i.operands = {x.read(1, t.width()), x.read(2, t.width())};
  x.write(0, x.b.emit(std::move(i)));
}

void complement(Insn& x) {
  const Type t = x.type();
  x.write(0, x.b.bit_not(t.kind == Type::predicate ? x.read_predicate(1) : x.read(1, t.width())));
}

void logical_not(Insn& x) {
  const uint32_t width = x.type().width();
  x.write(0, x.b.zext(x.b.is_zero(x.read(1, width)), width));
}

// Amounts are 32 bits wide and clamp: from the width on the result is 0 or the sign.
ValueId clamped_amount(Insn& x, size_t n, uint32_t width) {
  const ValueId amount = x.b.umin(x.read(n, 32), x.b.constant(32, width));
  return x.b.zext_or_truncate(amount, width);
}
void shift_left(Insn& x) {
  const uint32_t width = x.type().width();
  x.write(0, x.b.shl(x.read(1, width), clamped_amount(x, 2, width)));
}
void shift_right(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t.bits), amount = clamped_amount(x, 2, t.bits);
  x.write(0, t.kind == Type::is_signed ? x.b.ashr(a, amount) : x.b.lshr(a, amount));
}

// 32 bits of b:a shifted by c.
void funnel(Insn& x) {
  const ValueId both = x.b.concat(x.read(2, 32), x.read(1, 32)), c = x.read(3, 32);
  const ValueId count = x.has("wrap") ? x.b.bit_and(c, x.b.constant(32, 31)) : x.b.umin(c, x.b.constant(32, 32));
  const ValueId wide = x.b.zext(count, 64);
  x.write(0, x.has("l") ? x.b.extract(x.b.shl(both, wide), 32, 32) : x.b.truncate(x.b.lshr(both, wide), 32));
}

void population(Insn& x) {
  x.write(0, x.b.zext_or_truncate(x.b.popcount(x.read(1, x.type().width())), 32));
}
void leading_zeros(Insn& x) {
  x.write(0, x.b.zext_or_truncate(x.b.clz(x.read(1, x.type().width())), 32));
}
void reverse(Insn& x) {
  x.write(0, x.b.bit_reverse(x.read(1, x.type().width())));
}

// The highest bit that differs from the sign; none: all ones.
void find_leading(Insn& x) {
  const Type t = x.type();
  ValueId a = x.read(1, t.bits);
  if (t.kind == Type::is_signed) a = x.b.bit_xor(a, x.b.ashr_by(a, t.bits - 1));
  const ValueId zeros = x.b.zext_or_truncate(x.b.clz(a), 32);
  const ValueId found = x.has("shiftamt") ? zeros : x.b.sub(x.b.constant(32, t.bits - 1), zeros);
  x.write(0, x.b.select(x.b.is_zero(a), x.b.constant(APInt::getAllOnes(32)), found));
}

// Position and length count modulo 256 at 32 bits; at 64 bits larger ones act as very large (recorded: there it is a
// sequence of instructions. PTX ISA restricts both to 0..255).
ValueId field_amount(Insn& x, size_t n, uint32_t width) {
  const ValueId amount = x.read(n, 32);
  if (width == 32) return x.b.bit_and(amount, x.b.constant(32, 255));
  return x.b.umin(amount, x.b.constant(32, 255));
}

void extract_field(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t.bits);
  const ValueId position = x.b.zext(field_amount(x, 2, t.bits), 64), length = x.b.zext(field_amount(x, 3, t.bits), 64);
  const ValueId wide = x.b.zext(a, 64);
  const ValueId top = x.b.constant(64, t.bits - 1);
  const ValueId moved = x.b.lshr(wide, position);
  const ValueId mask = x.b.sub(x.b.shl(x.b.constant(64, 1), length), x.b.constant(64, 1));
  const ValueId field = x.b.bit_and(moved, mask);
  if (t.kind != Type::is_signed) return x.write(0, x.b.truncate(field, t.bits));
  // The sign is bit position + length - 1, at most the highest; without bits the result is 0.
  const ValueId last = x.b.umin(x.b.sub(x.b.add(position, length), x.b.constant(64, 1)), top);
  const ValueId sign = x.b.truncate(x.b.lshr(wide, last), 1);
  // Bits of the field that lie outside a are signs too.
  const ValueId inside = x.b.select(x.b.ult(position, x.b.constant(64, t.bits)),
                                    x.b.sub(x.b.constant(64, t.bits), position), x.b.constant(64, 0));
  const ValueId own = x.b.umin(length, inside);
  const ValueId upper = x.b.shl(x.b.constant(APInt::getAllOnes(64)), own);
  const ValueId extended = x.b.select(sign, x.b.bit_or(field, upper), x.b.bit_and(field, x.b.bit_not(upper)));
  x.write(0, x.b.truncate(x.b.select(x.b.is_zero(length), x.b.constant(64, 0), extended), t.bits));
}

void insert_field(Insn& x) {
  const uint32_t width = x.type().bits;
  const ValueId a = x.read(1, width), into = x.read(2, width);
  const ValueId position = x.b.zext(field_amount(x, 3, width), width),
                length = x.b.zext(field_amount(x, 4, width), width);
  const ValueId ones = x.b.sub(x.b.shl(x.b.constant(width, 1), length), x.b.constant(width, 1));
  const ValueId mask = x.b.shl(ones, position);
  const ValueId moved = x.b.bit_and(x.b.shl(a, position), mask);
  x.write(0, x.b.bit_or(moved, x.b.bit_and(into, x.b.bit_not(mask))));
}

// The number of a's bits that count, sign-extended or zero-extended from bit b - 1.
void extend(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, 32), amount = x.read(2, 32);
  const ValueId width =
      x.has("wrap") ? x.b.bit_and(amount, x.b.constant(32, 31)) : x.b.umin(amount, x.b.constant(32, 32));
  const ValueId count = x.b.sub(x.b.constant(32, 32), width);
  const ValueId up = x.b.shl(a, count);
  const ValueId down = t.kind == Type::is_signed ? x.b.ashr(up, count) : x.b.lshr(up, count);
  x.write(0, x.b.select(x.b.is_zero(width), x.b.constant(32, 0), down));
}

// b ones from bit a on.
void mask(Insn& x) {
  const ValueId at = x.read(1, 32), count = x.read(2, 32);
  auto bounded = [&](ValueId v) {
    return x.has("wrap") ? x.b.bit_and(v, x.b.constant(32, 31)) : x.b.umin(v, x.b.constant(32, 32));
  };
  const ValueId ones = x.b.sub(x.b.shl(x.b.constant(32, 1), bounded(count)), x.b.constant(32, 1));
  x.write(0, x.b.shl(ones, bounded(at)));
}

// Bit i of the table says what three bits that read i give.
void lookup(Insn& x) {
  const std::optional<uint64_t> table = x.immediate(4);
  if (!table) return;
  const ValueId in[] = {x.read(1, 32), x.read(2, 32), x.read(3, 32)};
  ValueId result = x.b.constant(32, 0);
  for (unsigned i = 0; i < 8; ++i) {
    if (!(*table >> i & 1)) continue;
    ValueId term = x.b.constant(APInt::getAllOnes(32));
    for (unsigned n = 0; n < 3; ++n) term = x.b.bit_and(term, i >> (2 - n) & 1 ? in[n] : x.b.bit_not(in[n]));
    result = x.b.bit_or(result, term);
  }
  if (!x.has("or") && !x.has("and")) return x.write(0, result);
  const Operand& pair = x.operand(0);
  if (pair.kind != Operand::pair) return x.refuse("expected d|p");
  x.write(pair.elements[0], result);
  const ValueId some = x.b.bit_not(x.b.is_zero(result)), q = x.read_predicate(5);
  x.write(pair.elements[1], x.has("or") ? x.b.bit_or(some, q) : x.b.bit_and(some, q));
}

// Each nibble of the selector chooses a byte of b:a, or its sign.
ValueId byte_of(Insn& x, ValueId both, ValueId selector) {
  const ValueId index = x.b.zext(x.b.truncate(selector, 3), 64);
  const ValueId byte = x.b.truncate(x.b.lshr(both, x.b.shl_by(index, 3)), 8);
  return x.b.select(x.b.extract(selector, 3, 1), x.b.ashr_by(byte, 7), byte);
}
void permute(Insn& x) {
  const ValueId both = x.b.concat(x.read(2, 32), x.read(1, 32)), c = x.read(3, 32);
  ValueId result = ir::kNoValue;
  for (unsigned n = 0; n < 4; ++n) {
    const ValueId byte = byte_of(x, both, x.b.extract(c, 4 * n, 4));
    result = n == 0 ? byte : x.b.concat(byte, result);
  }
  x.write(0, result);
}

// The modes choose four bytes by the low two bits of c (PTX ISA, 9.7.9.7, table of modes), first byte lowest.
void permute_by_mode(Insn& x) {
  struct Mode {
    std::string_view name;
    uint8_t bytes[4][4];
  };
  static constexpr Mode kModes[] = {
      {"f4e", {{0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}, {3, 4, 5, 6}}},
      {"b4e", {{0, 7, 6, 5}, {1, 0, 7, 6}, {2, 1, 0, 7}, {3, 2, 1, 0}}},
      {"rc8", {{0, 0, 0, 0}, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}}},
      {"ecl", {{0, 1, 2, 3}, {1, 1, 2, 3}, {2, 2, 2, 3}, {3, 3, 3, 3}}},
      {"ecr", {{0, 0, 0, 0}, {0, 1, 1, 1}, {0, 1, 2, 2}, {0, 1, 2, 3}}},
      {"rc16", {{0, 1, 0, 1}, {2, 3, 2, 3}, {0, 1, 0, 1}, {2, 3, 2, 3}}},
  };
  const ValueId both = x.b.concat(x.read(2, 32), x.read(1, 32)), c = x.b.truncate(x.read(3, 32), 2);
  for (const Mode& m : kModes) {
    if (!x.has(m.name)) continue;
    ValueId result = ir::kNoValue;
    for (unsigned which = 0; which < 4; ++which) {
      ValueId made = ir::kNoValue;
      for (unsigned n = 0; n < 4; ++n) {
        const ValueId byte = x.b.extract(both, 8 * m.bytes[which][n], 8);
        made = n == 0 ? byte : x.b.concat(byte, made);
      }
      result = which == 0 ? made : x.b.select(x.b.eq(c, x.b.constant(2, which)), made, result);
    }
    x.write(0, result);
  }
}

// The n-th set bit of a mask from a base on, upwards (offset > 0), downwards (< 0) or the base itself if it is set.
// From a base above 31, where PTX defines nothing, nothing is found, and the lowest offset gives 0 (recorded).
void find_nth(Insn& x) {
  const ValueId a = x.read(1, 32), base = x.read(2, 32), offset = x.read(3, 32);
  const ValueId zero = x.b.constant(32, 0), none = x.b.constant(APInt::getAllOnes(32));
  const ValueId downwards = x.b.slt(offset, zero), wanted = x.b.abs(offset);
  ValueId up = none, down = none, seen_up = zero, seen_down = zero;
  const ValueId least = x.b.umax(wanted, x.b.constant(32, 1));
  for (unsigned n = 0; n < 32; ++n) {
    auto step = [&](unsigned bit, ValueId in_range, ValueId& seen, ValueId& result) {
      const ValueId hit = x.b.bit_and(x.b.extract(a, bit, 1), in_range);
      seen = x.b.add(seen, x.b.zext(hit, 32));
      result = x.b.select(x.b.bit_and(hit, x.b.eq(seen, least)), x.b.constant(32, bit), result);
    };
    step(n, x.b.ule(base, x.b.constant(32, n)), seen_up, up);
    step(31 - n, x.b.ule(x.b.constant(32, 31 - n), base), seen_down, down);
  }
  const ValueId at_base = x.b.truncate(x.b.lshr(a, base), 1);
  const ValueId itself = x.b.select(at_base, base, none);
  ValueId found = x.b.select(x.b.is_zero(offset), itself, x.b.select(downwards, down, up));
  found = x.b.select(x.b.ult(base, x.b.constant(32, 32)), found, none);
  x.write(0, x.b.select(x.b.eq(offset, x.b.constant(APInt::getSignMask(32))), zero, found));
}

constexpr Row kRows[] = {
    {"and.{pred,b16,b32,b64}", logic<Op::bit_and>},
    {"or.{pred,b16,b32,b64}", logic<Op::bit_or>},
    {"xor.{pred,b16,b32,b64}", logic<Op::bit_xor>},
    {"not.{pred,b16,b32,b64}", complement},
    {"cnot.{b16,b32,b64}", logical_not},
    {"shl.{b16,b32,b64}", shift_left},
    {"shr.{b16,b32,b64,u16,u32,u64,s16,s32,s64}", shift_right},
    {"shf.{l,r}.{clamp,wrap}.b32", funnel},
    {"popc.{b32,b64}", population},
    {"clz.{b32,b64}", leading_zeros},
    {"brev.{b32,b64}", reverse},
    {"bfind{,.shiftamt}.{u32,s32,u64,s64}", find_leading},
    {"bfe.{u32,s32,u64,s64}", extract_field},
    {"bfi.{b32,b64}", insert_field},
    {"szext.{clamp,wrap}.{u32,s32}", extend},
    {"bmsk.{clamp,wrap}.b32", mask},
    {"lop3{,.or,.and}.b32", lookup},
    {"prmt.b32", permute},
    {"prmt.b32.{f4e,b4e,rc8,ecl,ecr,rc16}", permute_by_mode},
    {"fns.b32", find_nth},
};

}  // namespace

RowSpan bit_rows() {
  return kRows;
}

}  // namespace portolan::ptx
