// Local simplification: what lifters write mechanically (parts of registers, flags, split addresses) is put together
// again as it is built. Every rule here holds for all inputs, but for two that state what an assembler's user relies
// on: the parts of an address belong together (address_parts.h), and the frame base is aligned.
#include <optional>

#include "ir/address_parts.h"
#include "ir/builder.h"
#include "ir/concrete_domain.h"

namespace portolan::ir {
namespace {

// A rule sees the instruction that would be made and gives the value that replaces it, or kNoValue.
struct Fold {
  Builder& b;
  Function& f;
  const Instruction& i;

  const Instruction& def(ValueId v) const { return f.values[v]; }
  ValueId operand(unsigned n) const { return i.operands[n]; }
  const APInt* constant(unsigned n) const { return f.constant(i.operands[n]); }
  bool is(ValueId v, Op op) const { return def(v).op == op; }
  // Of one value, not lane by lane.
  bool is_sext(ValueId v) const { return is(v, Op::sext) && def(v).lanes == 1; }
  bool is_zero(ValueId v) const {
    const APInt* c = f.constant(v);
    return c && c->isZero();
  }
  bool is_ones(ValueId v) const {
    const APInt* c = f.constant(v);
    return c && c->isAllOnes();
  }
  // The same value, also when it was computed twice (a register read twice gives two extracts).
  bool same(ValueId x, ValueId y, unsigned depth = 0) const {
    if (x == y) return true;
    const Instruction &ix = def(x), &iy = def(y);
    if (ix.op != iy.op || ix.width != iy.width || depth > 3) return false;
    if (ix.op == Op::constant) return f.constants[ix.index] == f.constants[iy.index];
    if (ix.op != Op::extract && ix.op != Op::zext && ix.op != Op::sext && ix.op != Op::concat) return false;
    if (ix.index != iy.index || ix.lanes != iy.lanes) return false;
    for (unsigned n = 0; n < ix.operands.size(); ++n)
      if (!same(ix.operands[n], iy.operands[n], depth + 1)) return false;
    return true;
  }

  ValueId run();
  ValueId frame_address(ValueId v, int64_t distance);
  ValueId add();
  ValueId sub();
  ValueId address_sum(ValueId x, ValueId y);
  ValueId bitwise();
  ValueId shift();
  ValueId multiply();
  ValueId extract();
  ValueId extend();
  ValueId concat();
  ValueId select();
  ValueId compare();
  ValueId compare_not(ValueId v);
  ValueId compare_xor(ValueId x, ValueId y);
  ValueId compare_or(ValueId x, ValueId y);
  ValueId compare_and(ValueId x, ValueId y);
  ValueId carry();
  ValueId load();
  ValueId permute();

  struct Compared {
    ValueId a, b;
  };
  // The a, b of a - b whose sign is v, if v is slt(a - b, 0).
  bool is_sign_of_difference(ValueId v, ValueId a, ValueId b) const;
};

bool Fold::is_sign_of_difference(ValueId v, ValueId x, ValueId y) const {
  const Instruction& sign = def(v);
  if (sign.op != Op::slt || sign.lanes != 1 || !is_zero(sign.operands[1])) return false;
  const Instruction& difference = def(sign.operands[0]);
  if (difference.lanes != 1) return false;
  if (difference.op == Op::sub) return same(difference.operands[0], x) && same(difference.operands[1], y);
  const APInt *c = f.constant(y), *minus = nullptr;
  if (difference.op == Op::add) minus = f.constant(difference.operands[1]);
  return c && minus && *minus == -*c && same(difference.operands[0], x);
}

ValueId Fold::address_sum(ValueId x, ValueId y) {
  // high + low, either order, also (high + index) + low: the whole address again.
  auto symbol = [&](ValueId v) -> const SymbolRef* {
    return def(v).op == Op::symbol_address ? &f.symbols[def(v).index] : nullptr;
  };
  const SymbolRef *sx = symbol(x), *sy = symbol(y);
  if (sx && !sy) return address_sum(y, x);
  if (!sy) return kNoValue;
  if (sy->part == AddressPart::whole) {
    bool named = sy->kind == AddressKind::address || sy->kind == AddressKind::tls_offset;  // not a linker's slot
    if (const APInt* c = f.constant(x); c && named) {
      SymbolRef moved = *sy;
      moved.addend += c->getSExtValue();
      return b.symbol_address(moved);
    }
    return kNoValue;
  }
  auto joined = [&](const SymbolRef* s) -> std::optional<SymbolRef> {
    if (!s) return std::nullopt;
    return s->part == AddressPart::high ? join_parts(*s, *sy) : join_parts(*sy, *s);
  };
  if (auto address = joined(sx)) return b.symbol_address(*address);
  const Instruction& sum = def(x);
  if (sum.op == Op::add && sum.lanes == 1)
    for (unsigned n = 0; n < 2; ++n)
      if (auto address = joined(symbol(sum.operands[n]))) {
        ValueId index = sum.operands[1 - n];
        return b.add(index, b.symbol_address(*address));
      }
  return kNoValue;
}

// An address in the frame, moved by a constant.
ValueId Fold::frame_address(ValueId v, int64_t distance) {
  Instruction moved = def(v);
  moved.offset += distance;
  return f.append(b.block(), std::move(moved));
}

ValueId Fold::add() {
  ValueId x = operand(0), y = operand(1);
  if (const APInt* c = constant(1); c && i.lanes == 1 && is(x, Op::frame_address))
    return frame_address(x, c->getSExtValue());
  if (f.constant(x) && !f.constant(y)) return b.add(y, x, i.lanes);
  if (is_zero(y)) return x;
  if (i.lanes != 1) return kNoValue;
  if (const APInt* c = f.constant(y); c && is(x, Op::add) && def(x).lanes == 1)
    if (const APInt* inner = f.constant(def(x).operands[1])) return b.add(def(x).operands[0], b.constant(*c + *inner));
  // An index into the frame: the constants belong to the place, which tells what is indexed.
  if (const APInt* c = f.constant(y); c && is(x, Op::add) && def(x).lanes == 1)
    for (unsigned n = 0; n < 2; ++n)
      if (ValueId base = def(x).operands[n]; is(base, Op::frame_address))
        return b.add(frame_address(base, c->getSExtValue()), def(x).operands[1 - n]);
  if (is(x, Op::sub) && def(x).lanes == 1 && same(def(x).operands[1], y)) return def(x).operands[0];
  for (unsigned n = 0; n < 2; ++n, std::swap(x, y))
    if (is(y, Op::sub) && def(y).lanes == 1 && is_zero(def(y).operands[0])) return b.sub(x, def(y).operands[1]);
  return i.width == 64 ? address_sum(x, y) : kNoValue;
}

ValueId Fold::sub() {
  ValueId x = operand(0), y = operand(1);
  if (i.lanes == 1 && is(x, Op::frame_address) && def(x).op == def(y).op)
    return b.signed_constant(64, def(x).offset - def(y).offset);
  if (same(x, y)) return b.constant(i.width, 0);
  if (const APInt* c = constant(1); c && i.lanes == 1) return b.add(x, b.constant(-*c));
  if (is_zero(y)) return x;
  if (i.lanes == 1 && is(x, Op::add) && def(x).lanes == 1) {
    if (same(def(x).operands[0], y)) return def(x).operands[1];
    if (same(def(x).operands[1], y)) return def(x).operands[0];
  }
  return kNoValue;
}

ValueId Fold::multiply() {
  ValueId x = operand(0), y = operand(1);
  if (f.constant(x) && !f.constant(y)) return b.mul(y, x, i.lanes);
  if (is_zero(y)) return y;
  if (const APInt* c = constant(1); c && i.lanes == 1 && c->isOne()) return x;
  return kNoValue;
}

ValueId Fold::bitwise() {
  ValueId x = operand(0), y = i.op == Op::bit_not ? kNoValue : operand(1);
  if (i.op == Op::bit_not) {
    if (is(x, Op::bit_not)) return def(x).operands[0];
    return i.width == 1 ? compare_not(x) : kNoValue;
  }
  if (f.constant(x) && !f.constant(y)) std::swap(x, y);
  switch (i.op) {
    case Op::bit_and:
      // The frame's base is aligned to 64 bytes.
      if (const APInt* c = f.constant(y); c && is(x, Op::frame_address) && (-*c).isPowerOf2() && (-*c).ule(64))
        return frame_address(x, (def(x).offset & c->getSExtValue()) - def(x).offset);
      if (same(x, y) || is_ones(y)) return x;
      if (is_zero(y)) return y;
      if (i.width == 1) return compare_and(x, y);
      break;
    case Op::bit_or:
      if (same(x, y) || is_zero(y)) return x;
      if (is_ones(y)) return y;
      if (i.width == 1) return compare_or(x, y);
      break;
    default:
      if (same(x, y)) return b.constant(i.width, 0);
      if (is_zero(y)) return x;
      if (is_ones(y)) return b.bit_not(x);
      if (i.width == 1) return compare_xor(x, y);
  }
  // (x op c1) op c2, for masks.
  if (const APInt* c = f.constant(y); c && def(x).op == i.op && i.op == Op::bit_and)
    if (const APInt* inner = f.constant(def(x).operands[1]))
      return b.bit_and(def(x).operands[0], b.constant(*c & *inner));
  return kNoValue;
}

ValueId Fold::shift() {
  return is_zero(operand(1)) ? operand(0) : kNoValue;
}

ValueId Fold::compare_not(ValueId v) {
  const Instruction& c = def(v);
  if (c.lanes != 1 || c.operands.size() != 2) return kNoValue;
  ValueId x = c.operands[0], y = c.operands[1];
  switch (c.op) {
    case Op::eq:
      return b.ne(x, y);
    case Op::ne:
      return b.eq(x, y);
    case Op::ult:
      return b.ule(y, x);
    case Op::ule:
      return b.ult(y, x);
    case Op::slt:
      return b.sle(y, x);
    case Op::sle:
      return b.slt(y, x);
    default:
      return kNoValue;
  }
}

ValueId Fold::compare_xor(ValueId x, ValueId y) {
  // sign(a - b) xor overflow(a - b): signed less (and with either negated: its opposite).
  for (unsigned n = 0; n < 2; ++n, std::swap(x, y)) {
    const Instruction& overflow = def(y);
    if (overflow.op == Op::sub_overflow && is_zero(overflow.operands[2])) {
      ValueId p = overflow.operands[0], q = overflow.operands[1];
      if (is_sign_of_difference(x, p, q)) return b.slt(p, q);
    }
  }
  return kNoValue;
}

ValueId Fold::compare_or(ValueId x, ValueId y) {
  // less or equal, from its halves
  for (unsigned n = 0; n < 2; ++n, std::swap(x, y)) {
    const Instruction &less = def(x), &equal = def(y);
    if (less.lanes != 1 || equal.lanes != 1 || equal.op != Op::eq || (less.op != Op::ult && less.op != Op::slt))
      continue;
    ValueId p = less.operands[0], q = less.operands[1];
    bool matches = (same(p, equal.operands[0]) && same(q, equal.operands[1])) ||
                   (same(p, equal.operands[1]) && same(q, equal.operands[0]));
    if (matches) return less.op == Op::ult ? b.ule(p, q) : b.sle(p, q);
  }
  return kNoValue;
}

ValueId Fold::compare_and(ValueId x, ValueId y) {
  for (unsigned n = 0; n < 2; ++n, std::swap(x, y)) {
    const Instruction &less = def(x), &unequal = def(y);
    if (less.lanes != 1 || unequal.lanes != 1 || unequal.op != Op::ne) continue;
    if (less.op != Op::ule && less.op != Op::sle) continue;
    ValueId p = less.operands[0], q = less.operands[1];
    bool matches = (same(p, unequal.operands[0]) && same(q, unequal.operands[1])) ||
                   (same(p, unequal.operands[1]) && same(q, unequal.operands[0]));
    if (matches) return less.op == Op::ule ? b.ult(p, q) : b.slt(p, q);
  }
  return kNoValue;
}

ValueId Fold::compare() {
  ValueId x = operand(0), y = operand(1);
  if (i.lanes != 1 || info(i.op).effects != Effects::Pure) return kNoValue;
  if (same(x, y) && i.format == FloatFormat::none)
    return b.constant(1, i.op == Op::eq || i.op == Op::ule || i.op == Op::sle);
  if (i.op == Op::ult && is_zero(y)) return b.constant(1, 0);
  if (i.op == Op::ule && is_zero(x)) return b.constant(1, 1);
  if (i.op != Op::eq && i.op != Op::ne) return kNoValue;
  if (f.constant(x) && !f.constant(y)) return i.op == Op::eq ? b.eq(y, x) : b.ne(y, x);
  if (f.width(x) == 1) {
    ValueId different = b.bit_xor(x, y);
    return i.op == Op::ne ? different : b.bit_not(different);
  }
  if (is_zero(y)) {
    const Instruction& d = def(x);
    if (d.op == Op::sub && d.lanes == 1)
      return i.op == Op::eq ? b.eq(d.operands[0], d.operands[1]) : b.ne(d.operands[0], d.operands[1]);
    if ((d.op == Op::zext || d.op == Op::sext) && d.lanes == 1) {
      ValueId inner = d.operands[0], zero = b.constant(f.width(inner), 0);
      return i.op == Op::eq ? b.eq(inner, zero) : b.ne(inner, zero);
    }
  }
  // The quotient of sign-extended values is out of range in one case only: x86 idiv's overflow check.
  for (unsigned n = 0; n < 2; ++n, std::swap(x, y)) {
    const Instruction &back = def(y), &wide = def(x);
    if (!is_sext(y) || wide.op != Op::sdiv || def(back.operands[0]).op != Op::sdiv) continue;
    const Instruction &narrow = def(back.operands[0]), &dividend = def(wide.operands[0]),
                      &divisor = def(wide.operands[1]);
    if (!is_sext(wide.operands[0]) || !is_sext(wide.operands[1])) continue;
    if (dividend.operands[0] != narrow.operands[0] || divisor.operands[0] != narrow.operands[1]) continue;
    ValueId least = b.constant(APInt::getSignedMinValue(narrow.width)),
            minus_one = b.constant(APInt::getAllOnes(narrow.width));
    ValueId is_least = b.eq(dividend.operands[0], least), is_minus_one = b.eq(divisor.operands[0], minus_one);
    ValueId overflow = b.bit_and(is_least, is_minus_one);
    return i.op == Op::ne ? overflow : b.bit_not(overflow);
  }
  return kNoValue;
}

ValueId Fold::carry() {
  if (!is_zero(operand(2))) return kNoValue;
  if (is_zero(operand(1))) return b.constant(1, 0);
  if (i.op == Op::sub_borrow) return b.ult(operand(0), operand(1));
  return kNoValue;
}

ValueId Fold::extract() {
  ValueId x = operand(0);
  uint32_t low = i.index, width = i.width;
  const Instruction& d = def(x);
  if (width == d.width) return x;
  if (i.lanes != 1) return kNoValue;
  if (d.lanes != 1 && d.op != Op::splat && d.op != Op::bit_and && d.op != Op::bit_or && d.op != Op::bit_xor)
    return kNoValue;
  switch (d.op) {
    case Op::extract:
      return b.extract(d.operands[0], d.index + low, width);
    case Op::concat: {
      ValueId high = d.operands[0], lower = d.operands[1];
      uint32_t split = f.width(lower);
      if (low + width <= split) return b.extract(lower, low, width);
      if (low >= split) return b.extract(high, low - split, width);
      return b.concat(b.extract(high, 0, low + width - split), b.extract(lower, low, split - low));
    }
    case Op::zext: {
      uint32_t inner = f.width(d.operands[0]);
      if (low >= inner) return b.constant(width, 0);
      if (low + width <= inner) return b.extract(d.operands[0], low, width);
      return b.zext(b.extract(d.operands[0], low, inner - low), width);
    }
    case Op::sext: {
      uint32_t inner = f.width(d.operands[0]);
      if (low + width <= inner) return b.extract(d.operands[0], low, width);
      if (low < inner) return b.sext(b.extract(d.operands[0], low, inner - low), width);
      return kNoValue;
    }
    case Op::splat:
      if (uint32_t lane = f.width(d.operands[0]); low / lane == (low + width - 1) / lane)
        return b.extract(d.operands[0], low % lane, width);
      return kNoValue;
    // Low parts of arithmetic do not see the high parts.
    case Op::add:
    case Op::sub:
    case Op::mul:
      if (low != 0 || (width != 32 && width != 64 && width != 8 && width != 16)) return kNoValue;
      if (d.width > 64 && d.op == Op::mul) return kNoValue;
      {
        ValueId p = b.extract(d.operands[0], 0, width), q = b.extract(d.operands[1], 0, width);
        if (is(p, Op::extract) && is(q, Op::extract)) return kNoValue;
        return d.op == Op::add ? b.add(p, q) : d.op == Op::sub ? b.sub(p, q) : b.mul(p, q);
      }
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor: {
      // Worth it only if a side gets simpler by it.
      ValueId p = b.extract(d.operands[0], low, width), q = b.extract(d.operands[1], low, width);
      if (is(p, Op::extract) && is(q, Op::extract)) return kNoValue;
      return d.op == Op::bit_and ? b.bit_and(p, q) : d.op == Op::bit_or ? b.bit_or(p, q) : b.bit_xor(p, q);
    }
    case Op::select: {
      ValueId p = b.extract(d.operands[1], low, width), q = b.extract(d.operands[2], low, width);
      if (is(p, Op::extract) && is(q, Op::extract)) return kNoValue;
      return b.select(d.operands[0], p, q);
    }
    case Op::sdiv:
    case Op::srem:
      // In the narrow width there is one more case, INT_MIN / -1, whose low bits are the same.
      if (low == 0 && is_sext(d.operands[0]) && is_sext(d.operands[1])) {
        ValueId p = def(d.operands[0]).operands[0], q = def(d.operands[1]).operands[0];
        if (f.width(p) == width && f.width(q) == width) return d.op == Op::sdiv ? b.sdiv(p, q) : b.srem(p, q);
      }
      return kNoValue;
    default:
      return kNoValue;
  }
}

ValueId Fold::extend() {
  ValueId x = operand(0);
  const Instruction& d = def(x);
  if (i.width == d.width) return x;
  if (d.lanes != i.lanes) return kNoValue;
  if (d.op == Op::zext) return b.zext(d.operands[0], i.width, i.lanes);
  if (d.op == Op::sext && i.op == Op::sext) return b.sext(d.operands[0], i.width, i.lanes);
  return kNoValue;
}

ValueId Fold::concat() {
  ValueId high = operand(0), low = operand(1);
  if (i.lanes != 1) return kNoValue;
  if (is_zero(high)) return b.zext(low, i.width);
  const Instruction &h = def(high), &l = def(low);
  auto source = [&](ValueId v) { return is(v, Op::extract) && def(v).lanes == 1 ? def(v).operands[0] : v; };
  auto begin = [&](ValueId v) { return is(v, Op::extract) && def(v).lanes == 1 ? def(v).index : 0; };
  if (source(high) == source(low) && begin(high) == begin(low) + l.width && is(high, Op::extract))
    return b.extract(source(high), begin(low), i.width);
  // concat(h, concat(m, l)) where h and m are neighbours
  if (l.op == Op::concat && l.lanes == 1) {
    ValueId middle = l.operands[0];
    if (is(high, Op::extract) && source(high) == source(middle) && begin(high) == begin(middle) + def(middle).width)
      return b.concat(b.extract(source(high), begin(middle), h.width + def(middle).width), l.operands[1]);
    if (const APInt *c = f.constant(high), *m = f.constant(middle); c && m)
      return b.concat(b.constant(c->concat(*m)), l.operands[1]);
  }
  if (h.op == Op::zext && h.lanes == 1) return b.zext(b.concat(h.operands[0], low), i.width);
  // The sign, smeared over the high half: a sign extension (x86 cdq, cqo).
  if (h.op == Op::ashr && h.lanes == 1 && h.width == l.width && h.operands[0] == low)
    if (const APInt* count = f.constant(h.operands[1]); count && *count == h.width - 1) return b.sext(low, i.width);
  if (const Instruction& smeared = def(high); smeared.op == Op::sext && f.width(smeared.operands[0]) == 1)
    if (const Instruction& bit = def(smeared.operands[0]);
        bit.op == Op::extract && bit.operands[0] == low && bit.index == l.width - 1)
      return b.sext(low, i.width);
  return kNoValue;
}

ValueId Fold::select() {
  if (same(operand(1), operand(2))) return operand(1);
  if (i.lanes != 1) return kNoValue;
  if (const APInt* c = constant(0)) return c->isOne() ? operand(1) : operand(2);
  if (is(operand(0), Op::bit_not)) return b.select(def(operand(0)).operands[0], operand(2), operand(1));
  if (i.width == 1 && is_ones(operand(1)) && is_zero(operand(2))) return operand(0);
  if (i.width == 1 && is_zero(operand(1)) && is_ones(operand(2))) return b.bit_not(operand(0));
  return kNoValue;
}

ValueId Fold::load() {
  const Instruction& d = def(operand(0));
  if (d.op != Op::symbol_address || i.width != 64) return kNoValue;
  SymbolRef s = f.symbols[d.index];
  if (s.part != AddressPart::whole) return kNoValue;
  if (s.kind == AddressKind::got)
    s.kind = AddressKind::address;
  else if (s.kind == AddressKind::tls_got)
    s.kind = AddressKind::tls_offset;
  else
    return kNoValue;
  return b.symbol_address(s);
}

// With known indices it is a shuffle of the table and a zero.
ValueId Fold::permute() {
  const APInt* indices = constant(1);
  if (!indices) return kNoValue;
  unsigned lane = i.width / i.lanes, entries = f.width(operand(0)) / lane;
  std::vector<int> mask;
  for (unsigned n = 0; n < i.lanes; ++n) {
    APInt index = indices->extractBits(lane, n * lane);
    mask.push_back(static_cast<int>(index.ult(entries) ? index.getZExtValue() : entries));
  }
  return b.shuffle(operand(0), b.constant(f.width(operand(0)), 0), static_cast<uint16_t>(entries), std::move(mask));
}

ValueId Fold::run() {
  switch (i.op) {
    case Op::add:
      return add();
    case Op::sub:
      return sub();
    case Op::mul:
      return multiply();
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
    case Op::bit_not:
      return bitwise();
    case Op::shl:
    case Op::lshr:
    case Op::ashr:
    case Op::rotl:
    case Op::rotr:
      return shift();
    case Op::eq:
    case Op::ne:
    case Op::ult:
    case Op::ule:
    case Op::slt:
    case Op::sle:
      return compare();
    case Op::sub_borrow:
    case Op::add_overflow:
    case Op::sub_overflow:
      return carry();
    case Op::extract:
      return extract();
    case Op::zext:
    case Op::sext:
      return extend();
    case Op::concat:
      return concat();
    case Op::select:
      return select();
    case Op::load:
      return load();
    case Op::permute:
      return permute();
    case Op::udiv:
    case Op::urem: {
      const Instruction &x = def(operand(0)), &y = def(operand(1));
      if (x.op != Op::zext || y.op != Op::zext || f.width(x.operands[0]) != f.width(y.operands[0])) return kNoValue;
      // Division by zero differs between the widths, so the divisor must be known to be something else; lifters trap
      // first, and the quotient's low half (all ones either way) is what is used.
      return kNoValue;
    }
    default:
      return kNoValue;
  }
}

// Constants in, constant out.
std::optional<APInt> fold_constant(Function& f, const Instruction& i) {
  if (i.operands.empty() || info(i.op).effects != Effects::Pure) return std::nullopt;
  llvm::SmallVector<APInt, 3> operands;
  for (ValueId v : i.operands) {
    const APInt* c = f.constant(v);
    if (!c) return std::nullopt;
    operands.push_back(*c);
  }
  return evaluate_concrete(f, i, operands);
}

}  // namespace

ValueId fold(Builder& builder, const Instruction& instruction) {
  Function& f = builder.function();
  if (std::optional<APInt> c = fold_constant(f, instruction)) return builder.constant(*c);
  return Fold{builder, f, instruction}.run();
}

}  // namespace portolan::ir
