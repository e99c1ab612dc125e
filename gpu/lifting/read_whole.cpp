// Whole numbers, bits of them, and conditions, as expressions.
#include <cmath>

#include "gpu/lifting/recorder.h"

namespace portolan::lifting {

using ir::FloatFormat;
using ir::Op;
using simt::kPlain;

// Bits of an input that stand in a value from `left` on, with zeros or the sign above and zeros below.
std::optional<Recorder::Field> Recorder::field_of(Mark mark) const {
  if (mark == kPlain) return std::nullopt;
  const Node& n = at(mark);
  if (n.kind == Node::input)
    return n.format == FloatFormat::none ? std::optional(Field{mark, 0, n.width, 0, n.width, n.is_signed})
                                         : std::nullopt;
  const auto cut = [](std::optional<Field> f, unsigned low, unsigned width) -> std::optional<Field> {
    if (!f || f->left != 0 || low >= f->width) return std::nullopt;
    f->low += low;
    if (width < f->width - low) f->is_signed = false;
    f->width = std::min(width, f->width - low);
    f->total = width;
    return f;
  };
  if (n.kind == Node::byte) return cut(field_of(n.operands[0].mark), n.low, 8);
  if (n.kind == Node::joined && n.operands.size() == 1) return field_of(n.operands[0].mark);
  if (n.kind != Node::computed || n.inst.lanes != 1 || n.operands.empty()) return std::nullopt;
  const Op op = n.inst.op;
  if (op == Op::extract) return cut(field_of(n.operands[0].mark), n.inst.index, n.inst.width);
  if (op != Op::zext && op != Op::sext && op != Op::shl && op != Op::lshr && op != Op::ashr && op != Op::bit_and)
    return std::nullopt;
  std::optional<Field> f = field_of(n.operands[0].mark);
  if (!f) return std::nullopt;
  const bool fills = f->left + f->width == f->total;  // nothing is above it
  if (op == Op::zext || op == Op::sext) {
    if (op == Op::zext && f->is_signed && !fills) return std::nullopt;
    if (fills) f->is_signed = op == Op::sext;
    f->total = n.inst.width;
    return f;
  }
  if (n.operands[1].mark != kPlain || n.operands[1].value.getActiveBits() > 32) return std::nullopt;
  const auto by = static_cast<unsigned>(n.operands[1].value.getZExtValue());
  if (op == Op::bit_and) {
    const unsigned kept = n.operands[1].value.countr_one();
    if (f->left != 0 || kept == 0 || !n.operands[1].value.isMask()) return std::nullopt;
    if (f->is_signed && kept > f->width) return std::nullopt;
    f->is_signed &= kept == f->total;
    f->width = std::min(f->width, kept);
    return f;
  }
  if (by >= f->total) return std::nullopt;
  if (op == Op::shl) {
    if (f->left + by >= f->total) return std::nullopt;
    f->left += by;
    if (f->left + f->width >= f->total) f->is_signed = false;
    f->width = std::min(f->width, f->total - f->left);
    return f;
  }
  if (op == Op::lshr && f->is_signed && !fills) return std::nullopt;
  if (by < f->left) {
    f->left -= by;
  } else {
    const unsigned gone = by - f->left;
    if (gone >= f->width) return std::nullopt;
    f->low += gone, f->width -= gone, f->left = 0;
  }
  if (fills) f->is_signed = op == Op::ashr;
  return f;
}

ExpressionPtr Recorder::read_field(const Field& f) {
  const Node& n = at(f.source);
  ExpressionPtr x = input_element(n);
  const bool all = f.low == 0 && f.width == n.width && f.is_signed == n.is_signed;
  if (!all) x = field(std::move(x), f.low, static_cast<int>(f.width), f.is_signed);
  return f.left == 0 ? x : product({x, number(static_cast<double>(uint64_t{1} << f.left))});
}

// The number that a value is with or without a sign.
ExpressionPtr Recorder::extended(Mark mark, bool is_signed) {
  if (mark == kPlain) return nullptr;
  if (auto f = field_of(mark)) {
    if (f->left + f->width == f->total)
      f->is_signed = is_signed;
    else if (f->is_signed && !is_signed)
      return nullptr;
    return read_field(*f);
  }
  ExpressionPtr x = read(mark, FloatFormat::none);
  return x ? settled(std::move(x), at(mark).width, is_signed) : nullptr;
}

// Arithmetic modulo a power of two.
ExpressionPtr Recorder::whole(Mark mark) {
  const Node& n = at(mark);
  if (const auto f = field_of(mark)) return read_field(*f);
  std::vector<ExpressionPtr> x;
  const Op op = n.inst.op;
  switch (op) {
    case Op::popcount:
      return counted(n.operands[0].mark);
    case Op::zext:
      if (n.operands[0].value.getBitWidth() != 1) return extended(n.operands[0].mark, false);
      if (ExpressionPtr is = condition(n.operands[0])) return choice(std::move(is), place(1), place(0));
      return nullptr;
    case Op::extract:  // the lower part of what was computed in a wider register
      return n.inst.index == 0 && n.inst.lanes == 1 && n.operands[0].mark != kPlain ? read_low(n.operands[0].mark)
                                                                                    : nullptr;
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::shl:
      if (op == Op::shl && n.operands[1].mark != kPlain) return nullptr;
      for (const Operand& o : n.operands)
        x.push_back(op == Op::mul ? factor(o, FloatFormat::none) : operand(o, FloatFormat::none));
      break;
    case Op::sext: {
      if (n.operands[0].mark == kPlain) return nullptr;
      ExpressionPtr word = read_low(n.operands[0].mark);
      return word ? settled(std::move(word), n.operands[0].value.getBitWidth()) : nullptr;
    }
    case Op::sdiv:
    case Op::srem: {
      const Operand& by = n.operands[1];
      if (by.mark != kPlain || !by.value.isStrictlyPositive()) return nullptr;
      ExpressionPtr of =
          n.operands[0].mark == kPlain ? operand(n.operands[0], FloatFormat::none) : extended(n.operands[0].mark, true);
      if (!of) return nullptr;
      const double divisor = static_cast<double>(by.value.getZExtValue());
      ExpressionPtr times = quotient(of, divisor);
      return op == Op::sdiv ? times : sum({of, product({number(-divisor), times})});
    }
    case Op::fto_sint:
    case Op::fto_uint: {
      if (ExpressionPtr x = rounded(mark)) return x;  // with what is added before
      ExpressionPtr x = made_whole(n, operand(n.operands[0], n.inst.format));
      return x ? saturated(std::move(x), n.inst.width, op == Op::fto_sint) : nullptr;
    }
    case Op::lshr:
    case Op::ashr: {
      if (ExpressionPtr quotient = divided(mark)) return quotient;
      // The upper bits of what was computed, which the sum and its wrapped value have in common.
      const APInt& by = n.operands[1].value;
      if (n.operands[1].mark != kPlain || by.isZero() || by.uge(n.inst.width)) return nullptr;
      // Shifted up before: what is left of it.
      if (const Node& up = at(n.operands[0].mark); up.kind == Node::computed && up.inst.op == Op::shl &&
                                                   up.inst.lanes == 1 && up.operands[0].mark != kPlain &&
                                                   up.operands[1].mark == kPlain && up.operands[1].value.ule(by)) {
        ExpressionPtr word = read_low(up.operands[0].mark);
        if (!word) return nullptr;
        const auto left = static_cast<unsigned>(up.operands[1].value.getZExtValue()),
                   low = static_cast<unsigned>(by.getZExtValue()) - left;
        const unsigned width = n.inst.width - left - low;
        return low == 0 ? settled(std::move(word), width, op == Op::ashr)
                        : field(std::move(word), low, static_cast<int>(width), op == Op::ashr);
      }
      ExpressionPtr word = operand(n.operands[0], FloatFormat::none);
      const auto low = static_cast<unsigned>(by.getZExtValue());
      const double half = std::ldexp(1.0, static_cast<int>(n.inst.width) - 1);
      const bool is_signed = op == Op::ashr || (word && word->lowest >= 0 && word->highest < half);
      return word ? field(std::move(word), low, static_cast<int>(n.inst.width - low), is_signed) : nullptr;
    }
    case Op::smin:
    case Op::smax:
    case Op::umin:
    case Op::umax:
      for (const Operand& o : n.operands)
        x.push_back(o.mark == kPlain ? operand(o, FloatFormat::none)
                                     : extended(o.mark, op == Op::smin || op == Op::smax));
      break;
    default:
      return nullptr;
  }
  for (const ExpressionPtr& one : x)
    if (!one) return nullptr;
  switch (op) {
    case Op::add:
      return sum(x);
    case Op::sub:
      return sum({x[0], product({number(-1), x[1]})});
    case Op::mul:
      return product(x);
    case Op::shl: {
      const uint64_t by = n.operands[1].value.getZExtValue();
      return by < 31 ? product({x[0], number(static_cast<double>(uint64_t{1} << by))}) : nullptr;
    }
    default:
      return extreme(op == Op::smax || op == Op::umax, x);
  }
}

// The bits of a mask, the lowest first: conditions that lanes voted by, or zeros and ones.
std::vector<Recorder::Operand> Recorder::bits_of_mask(const Operand& o) const {
  std::vector<Operand> bits;
  if (o.mark == kPlain) {
    for (unsigned b = 0; b < o.value.getBitWidth(); ++b) bits.push_back({kPlain, o.value.extractBits(1, b)});
    return bits;
  }
  const Node& n = at(o.mark);
  if (n.kind == Node::joined) {
    for (const Operand& piece : n.operands)
      if (piece.value.getBitWidth() == 1)
        bits.push_back(piece);
      else
        return {};
    return bits;
  }
  if (n.kind != Node::computed || n.inst.lanes != 1) return {};
  const Op op = n.inst.op;
  const auto zeros = [](size_t count) { return std::vector<Operand>(count, Operand{kPlain, APInt(1, 0)}); };
  if (op == Op::bit_and) {
    const std::vector<Operand> a = bits_of_mask(n.operands[0]), b = bits_of_mask(n.operands[1]);
    if (a.size() != b.size()) return {};
    for (size_t k = 0; k < a.size(); ++k) {
      const Operand &plain = a[k].mark == kPlain ? a[k] : b[k], &other = a[k].mark == kPlain ? b[k] : a[k];
      if (plain.mark != kPlain) return {};
      bits.push_back(plain.value.isZero() ? plain : other);
    }
    return bits;
  }
  if (op == Op::zext || op == Op::extract || op == Op::lshr || op == Op::shl) {
    bits = bits_of_mask(n.operands[0]);
    if (bits.empty()) return {};
    const bool shifts = op == Op::lshr || op == Op::shl;
    if (shifts && n.operands[1].mark != kPlain) return {};
    const size_t by = shifts ? n.operands[1].value.getLimitedValue(bits.size()) : op == Op::extract ? n.inst.index : 0;
    if (op == Op::shl) {
      const std::vector<Operand> below = zeros(by);
      bits.insert(bits.begin(), below.begin(), below.end());
    } else {
      bits.erase(bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(std::min(by, bits.size())));
    }
    while (bits.size() < n.inst.width) bits.push_back({kPlain, APInt(1, 0)});
    bits.resize(n.inst.width);
    return bits;
  }
  return {};
}

// How many bits of a mask are set.
ExpressionPtr Recorder::counted(Mark mask) {
  std::vector<ExpressionPtr> parts;
  for (const Operand& bit : bits_of_mask({mask, APInt(1, 0)})) {
    const ExpressionPtr is = condition(bit);
    if (!is) return nullptr;
    if (is->parts.empty())
      parts.push_back(number(is->name == "true" ? 1 : 0));
    else
      parts.push_back(choice(is, number(1), number(0)));
  }
  return parts.empty() ? nullptr : sum(std::move(parts));
}

ExpressionPtr Recorder::condition(const Operand& o) {
  if (o.mark == kPlain) return truth(o.value.getBoolValue());
  if (const auto found = conditions_.find(o.mark); found != conditions_.end()) return found->second;
  ExpressionPtr made = new_condition(at(o.mark));
  if (made && made->length > kMostParts) made = fail("a condition is too long");
  conditions_.emplace(o.mark, made);
  return made;
}

ExpressionPtr Recorder::new_condition(const Node& n) {
  if (n.kind == Node::joined && n.operands.size() == 1) return condition(n.operands[0]);
  if (n.kind != Node::computed || n.inst.lanes != 1) return nullptr;
  const auto ask = [&](size_t k) { return condition(n.operands[k]); };
  switch (n.inst.op) {
    case Op::flt:
    case Op::fle:
    case Op::feq: {
      const ExpressionPtr a = operand(n.operands[0], n.inst.format),
                          b = a ? operand(n.operands[1], n.inst.format) : nullptr;
      return b ? compare(n.inst.op == Op::flt ? "<" : n.inst.op == Op::fle ? "<=" : "==", true, a, b) : nullptr;
    }
    case Op::funordered:
      return truth(false);
    case Op::bit_and:
    case Op::bit_or: {
      ExpressionPtr a = ask(0), b = a ? ask(1) : nullptr;
      return b ? both(n.inst.op == Op::bit_and, {a, b}) : nullptr;
    }
    case Op::bit_not: {
      ExpressionPtr a = ask(0);
      return a ? negation(a) : nullptr;
    }
    case Op::bit_xor: {
      if (ExpressionPtr less = by_flags(n)) return less;
      ExpressionPtr a = ask(0), b = a ? ask(1) : nullptr;
      return b ? both(false, {both(true, {a, negation(b)}), both(true, {negation(a), b})}) : nullptr;
    }
    case Op::select: {
      ExpressionPtr c = ask(0), a = c ? ask(1) : nullptr, b = a ? ask(2) : nullptr;
      return b ? both(false, {both(true, {c, a}), both(true, {negation(c), b})}) : nullptr;
    }
    case Op::eq:
    case Op::ne: {
      if (ExpressionPtr less = by_flags(n)) return n.inst.op == Op::ne ? less : negation(less);
      ExpressionPtr same = equal(n.operands[0], n.operands[1]);
      return !same || n.inst.op == Op::eq ? same : negation(same);
    }
    case Op::slt:
    case Op::sle: {
      const auto side = [&](const Operand& x) {
        return x.mark == kPlain ? place(x.value.getSExtValue()) : extended(x.mark, true);
      };
      ExpressionPtr a = side(n.operands[0]), b = a ? side(n.operands[1]) : nullptr;
      return b ? compare(n.inst.op == Op::slt ? "<" : "<=", false, a, b) : nullptr;
    }
    default:
      return nullptr;
  }
}

// Processors' "less": the sign of a difference is not whether it overflows. A constant may have been added with its
// sign turned round.
ExpressionPtr Recorder::by_flags(const Node& n) {
  const auto same = [](const Operand& x, const Operand& y) {
    return x.mark == y.mark && x.value.getBitWidth() == y.value.getBitWidth() &&
           (x.mark != kPlain || x.value == y.value);
  };
  for (const size_t which : {0, 1}) {
    if (n.operands[0].mark == kPlain || n.operands[1].mark == kPlain) return nullptr;
    const Node &sign = at(n.operands[which].mark), &over = at(n.operands[1 - which].mark);
    const bool adds = over.kind == Node::computed && over.inst.op == Op::add_overflow;
    if (over.kind != Node::computed || (!adds && over.inst.op != Op::sub_overflow) || sign.kind != Node::computed)
      continue;
    if (adds && (over.operands[1].mark != kPlain || over.operands[1].value.isMinSignedValue())) continue;
    if (over.operands.size() > 2 && (over.operands[2].mark != kPlain || !over.operands[2].value.isZero())) continue;
    const bool below_zero =
        sign.inst.op == Op::slt && sign.operands[1].mark == kPlain && sign.operands[1].value.isZero();
    const bool highest_bit = sign.inst.op == Op::extract && sign.operands[0].mark != kPlain &&
                             sign.inst.index + 1 == at(sign.operands[0].mark).width && sign.width == 1;
    if ((!below_zero && !highest_bit) || sign.operands[0].mark == kPlain) continue;
    const Node& difference = at(sign.operands[0].mark);
    // What is taken off: a constant is often added as its negative.
    Operand off = over.operands[1];
    if (adds) off.value = -off.value;
    if (difference.kind != Node::computed || difference.operands.size() != 2 ||
        !same(difference.operands[0], over.operands[0]))
      continue;
    Operand taken = difference.operands[1];
    if (difference.inst.op == Op::add && taken.mark == kPlain)
      taken.value = -taken.value;
    else if (difference.inst.op != Op::sub)
      continue;
    if (!same(taken, off)) continue;
    const auto side = [&](const Operand& x) {
      return x.mark == kPlain ? place(x.value.getSExtValue()) : extended(x.mark, true);
    };
    const ExpressionPtr a = side(over.operands[0]), b = a ? side(off) : nullptr;
    return b ? compare("<", false, a, b) : nullptr;
  }
  return nullptr;
}

ExpressionPtr Recorder::equal(const Operand& a, const Operand& b) {
  // A difference that is nothing.
  if (a.mark != kPlain && b.mark == kPlain && b.value.isZero())
    if (const Node& n = at(a.mark); n.kind == Node::computed && n.inst.op == Op::sub && n.inst.lanes == 1)
      return equal(n.operands[0], n.operands[1]);
  if (a.mark != kPlain && b.mark == kPlain && b.value.isZero())
    if (const Node& n = at(a.mark);
        n.kind == Node::computed && n.inst.op == Op::add && n.inst.lanes == 1 && n.operands[1].mark == kPlain)
      return equal(n.operands[0], {kPlain, -n.operands[1].value});
  if (a.mark == kPlain) return b.mark == kPlain ? truth(a.value == b.value) : equal(b, a);
  if (a.value.getBitWidth() == 1) {
    const ExpressionPtr x = condition(a), y = x ? condition(b) : nullptr;
    return y ? both(false, {both(true, {x, y}), both(true, {negation(x), negation(y)})}) : nullptr;
  }
  if (b.mark != kPlain) {
    const ExpressionPtr x = extended(a.mark, true), y = x ? extended(b.mark, true) : nullptr;
    return y ? compare("==", false, x, y) : nullptr;
  }
  const Node& n = at(a.mark);
  if (n.kind == Node::computed && n.inst.op == Op::select && n.inst.lanes == 1) {
    const ExpressionPtr limited = n.width > 8 ? extended(a.mark, true) : nullptr;
    if (limited && (limited->kind == Expression::Kind::maximum || limited->kind == Expression::Kind::minimum))
      return compare("==", false, limited, place(b.value.getSExtValue()));
    const ExpressionPtr c = condition(n.operands[0]);
    const ExpressionPtr yes = c ? equal(n.operands[1], b) : nullptr, no = yes ? equal(n.operands[2], b) : nullptr;
    return no ? both(false, {both(true, {c, yes}), both(true, {negation(c), no})}) : nullptr;
  }
  if (n.kind == Node::computed && n.inst.op == Op::zext && n.operands[0].value.getBitWidth() == 1) {
    const ExpressionPtr c = condition(n.operands[0]);
    return !c || b.value == 1 ? c : b.value.isZero() ? negation(c) : truth(false);
  }
  if (const std::vector<Operand> bits = bits_of_mask(a); !bits.empty() && bits.size() == b.value.getBitWidth()) {
    std::vector<ExpressionPtr> all;
    for (size_t k = 0; k < bits.size(); ++k) {
      const ExpressionPtr one = condition(bits[k]);
      if (!one) return nullptr;
      all.push_back(b.value[static_cast<unsigned>(k)] ? one : negation(one));
    }
    // All zero: none of them holds.
    if (!b.value.isZero()) return both(true, std::move(all));
    for (ExpressionPtr& one : all) one = negation(one);
    return negation(both(false, std::move(all)));
  }
  const ExpressionPtr x = extended(a.mark, true);
  return x ? compare("==", false, x, place(b.value.getSExtValue())) : nullptr;
}

}  // namespace portolan::lifting
