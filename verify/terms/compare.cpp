// Comparisons. Equations compare the two halves of a difference, constants stand on the right, `not` is outermost:
// a <= b is not (b < a). An unsigned comparison that a carry or a borrow can be read from has one of six equal forms;
// the simplest is taken.
#include <algorithm>

#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

Term raw(Pool& pool, Kind kind, Term a, Term b) {
  const Term pair[] = {a, b};
  return pool.state().make({kind, 1, pair, 0, {}, {}});
}

// Leading bits that are the same in both because they are zero, or copies of a sign: how far both can be cut.
std::optional<unsigned> common_zext(const Pool& pool, Term a, Term b) {
  const unsigned zeros = std::min(pool.known_bits(a).first.countl_one(), pool.known_bits(b).first.countl_one());
  if (zeros == 0) return std::nullopt;
  return std::max(pool.width(a) - zeros, 1u);
}

// The least width at which both, read as signed numbers, keep their value.
std::optional<unsigned> common_sext(const Pool& pool, Term a, Term b) {
  const unsigned n = std::max(significant_bits(pool, a), significant_bits(pool, b));
  return n < pool.width(a) ? std::optional(n) : std::nullopt;
}

bool conflict(const Pool& pool, Term a, Term b) {
  const Node &x = pool.state()[a], &y = pool.state()[b];
  return x.one.intersects(y.zero) || x.zero.intersects(y.one);
}

// a == b where both end or begin in the same piece.
std::optional<Term> equal_pieces(Pool& pool, Term a, Term b) {
  if (pool.kind(a) != Kind::concat && pool.kind(b) != Kind::concat) return std::nullopt;
  const unsigned w = pool.width(a);
  auto top = [&](Term t) { return pool.kind(t) == Kind::concat ? pool.operands(t).front() : t; };
  auto bottom = [&](Term t) { return pool.kind(t) == Kind::concat ? pool.operands(t).back() : t; };
  const unsigned high = std::min(pool.width(top(a)), pool.width(top(b)));
  if (high < w && pool.extract(a, w - high, high) == pool.extract(b, w - high, high))
    return pool.eq(pool.extract(a, 0, w - high), pool.extract(b, 0, w - high));
  const unsigned low = std::min(pool.width(bottom(a)), pool.width(bottom(b)));
  if (low < w && pool.extract(a, 0, low) == pool.extract(b, 0, low))
    return pool.eq(pool.extract(a, low, w - low), pool.extract(b, low, w - low));
  return std::nullopt;
}

Term eq_bits(Pool& pool, Term a, Term b) {
  return pool.bit_not(pool.bit_xor(a, b));
}

// a == b through a - b: what is added on one side is subtracted on the other.
Term eq_difference(Pool& pool, Term a, Term b) {
  const unsigned w = pool.width(a);
  Linear difference = decompose(pool, pool.sub(a, b));
  if (difference.parts.empty()) return pool.bit(difference.constant.isZero());
  const bool turn = difference.parts[0].coefficient.isNegative();
  Linear left{APInt(w, 0), {}}, right{turn ? difference.constant : -difference.constant, {}};
  for (Linear::Part part : difference.parts) {
    if (turn) part.coefficient.negate();
    if (part.coefficient.isNegative() && !part.coefficient.isMinSignedValue()) {
      part.coefficient.negate();
      right.parts.push_back(std::move(part));
    } else {
      left.parts.push_back(std::move(part));
    }
  }
  const Term x = pool.from_linear(left), y = pool.from_linear(right);
  if (conflict(pool, x, y)) return pool.bit(false);
  if (x == a && y == b) return raw(pool, Kind::eq, x, y);
  if (auto narrower = common_zext(pool, x, y); narrower && *narrower < w)
    return pool.eq(pool.extract(x, 0, *narrower), pool.extract(y, 0, *narrower));
  if (auto narrower = common_sext(pool, x, y))
    return pool.eq(pool.extract(x, 0, *narrower), pool.extract(y, 0, *narrower));
  if (auto rest = equal_pieces(pool, x, y)) return *rest;
  return raw(pool, Kind::eq, x, y);
}

// How simple a term is as the side of a comparison; less is simpler.
unsigned cost(Pool& pool, Term t) {
  const Linear form = decompose(pool, t);
  unsigned sum = form.constant.isZero() ? 0 : 1;
  for (const Linear::Part& part : form.parts) sum += part.coefficient.isNegative() ? 5 : 4;
  return sum;
}

Term ult_constant(Pool& pool, Term a, const APInt& limit) {
  if (limit.isZero()) return pool.bit(false);
  if (limit.isOne()) return pool.eq(a, pool.constant(limit.getBitWidth(), 0));
  if (limit.isAllOnes()) return pool.bit_not(pool.eq(a, pool.constant(limit)));
  const Node& node = pool.state()[a];
  if ((~node.zero).ult(limit)) return pool.bit(true);
  if (!node.one.ult(limit)) return pool.bit(false);
  return raw(pool, Kind::ult, a, pool.constant(limit));
}

// The carry of y + (x - y): a = y, b = x - y give a+b <u a, a+b <u b, ~a <u b, ~b <u a, ~a <u ~(a+b), ~b <u ~(a+b).
Term ult_carry(Pool& pool, Term x, Term y) {
  const Term b = pool.sub(x, y), not_a = pool.bit_not(y), not_b = pool.bit_not(b), not_sum = pool.bit_not(x);
  const std::pair<Term, Term> forms[] = {{x, y}, {x, b}, {not_a, b}, {not_b, y}, {not_a, not_sum}, {not_b, not_sum}};
  // Below a bit is only 0.
  std::optional<std::tuple<unsigned, Term, Term>> below_bit;
  for (const auto& [p, q] : forms) {
    if (pool.known_bits(q).first.countl_one() + 1 != pool.width(q)) continue;
    const auto candidate = std::make_tuple(cost(pool, p), p, q);
    if (!below_bit || candidate < *below_bit) below_bit = candidate;
  }
  if (below_bit) {
    const auto [ignored_cost, p, q] = *below_bit;
    return pool.bit_and(pool.extract(q, 0, 1), pool.eq(p, pool.constant(pool.width(p), 0)));
  }
  std::optional<std::tuple<unsigned, bool, Term, Term>> best;
  for (const auto& [p, q] : forms) {
    const bool constant_left = pool.constant_value(p) != nullptr;
    const auto candidate = std::make_tuple(cost(pool, p) + cost(pool, q), constant_left, p, q);
    if (!best || candidate < *best) best = candidate;
  }
  const auto [ignored, constant_left, p, q] = *best;
  if (const APInt* limit = pool.constant_value(q)) return ult_constant(pool, p, *limit);
  if (constant_left) {
    const APInt& value = *pool.constant_value(p);
    if (value.isAllOnes()) return pool.bit(false);
    return pool.bit_not(ult_constant(pool, q, value + 1));
  }
  return raw(pool, Kind::ult, p, q);
}

Term slt_constant(Pool& pool, Term a, const APInt& limit) {
  const unsigned w = limit.getBitWidth();
  if (limit.isMinSignedValue()) return pool.bit(false);
  if (limit.isZero()) return sign_of(pool, a);
  if ((limit - 1).isMinSignedValue()) return pool.eq(a, pool.constant(APInt::getSignedMinValue(w)));
  if (limit.isMaxSignedValue()) return pool.bit_not(pool.eq(a, pool.constant(limit)));
  // x <= 0 is what zero and sign flags say.
  if (limit.isOne()) return pool.bit_or(sign_of(pool, a), pool.eq(a, pool.constant(w, 0)));
  return raw(pool, Kind::slt, a, pool.constant(limit));
}

// compare(choice, constant) is a choice of bits where one side of the choice is a constant too.
template <class Compare>
std::optional<Term> compare_choice(Pool& pool, Term choice, Term other, Compare compare) {
  const Node& node = pool.state()[choice];
  if (node.kind != Kind::select || !pool.constant_value(other) || node.depth > kDeepest) return std::nullopt;
  if (!pool.constant_value(node.operands[1]) && !pool.constant_value(node.operands[2])) return std::nullopt;
  return pool.select(node.operands[0], compare(node.operands[1]), compare(node.operands[2]));
}

}  // namespace

unsigned significant_bits(const Pool& pool, Term t) {
  if (const APInt* value = pool.constant_value(t)) return value->getSignificantBits();
  const Node& node = pool.state()[t];
  const unsigned zeros = node.zero.countl_one();
  if (zeros > 1) return node.width - zeros + 1;
  Term top = node.kind == Kind::concat ? node.operands[0] : t;
  if (pool.kind(top) == Kind::sext) {
    const unsigned copies = pool.width(top) - pool.width(pool.operands(top)[0]);
    return node.width - copies;
  }
  return node.width;
}

Term Pool::eq(Term a, Term b) {
  if (a == b) return bit(true);
  const unsigned w = width(a);
  assert(w == width(b));
  if (w == 0) return raw(*this, Kind::eq, std::min(a, b), std::max(a, b));
  if (w == 1) return eq_bits(*this, a, b);
  if (conflict(*this, a, b)) return bit(false);
  if (auto n = common_zext(*this, a, b); n && *n < w) return eq(extract(a, 0, *n), extract(b, 0, *n));
  if (auto n = common_sext(*this, a, b)) return eq(extract(a, 0, *n), extract(b, 0, *n));
  if (auto rest = equal_pieces(*this, a, b)) return *rest;
  if (constant_value(a)) std::swap(a, b);
  if (auto bits = compare_choice(*this, a, b, [&](Term t) { return eq(t, b); })) return *bits;
  for (const auto& [choice, other] : {std::pair(a, b), std::pair(b, a)}) {
    const Node& node = (*state_)[choice];
    if (node.kind == Kind::select && (node.operands[1] == other || node.operands[2] == other))
      return select(node.operands[0], eq(node.operands[1], other), eq(node.operands[2], other));
    // Whether a number is the extension of its own lower part, as a product that did not overflow is: no multiplication
    // is left of the lower part.
    if (node.kind != Kind::sext || (kind(other) != Kind::mul && kind(other) != Kind::linear)) continue;
    const Term part = node.operands[0];
    if (const unsigned low = width(part); extract(other, 0, low) == part)
      return eq(extract(other, low, w - low), sext(extract(other, low - 1, 1), w - low));
  }
  // A constant that no extended value can be.
  if (constant_value(b) && kind(a) == Kind::sext && significant_bits(*this, b) > width((*state_)[a].operands[0]))
    return bit(false);
  if (constant_value(b) && kind(a) == Kind::bit_xor) {
    const Node& node = (*state_)[a];
    return eq(node.operands[0], bit_xor(node.operands[1], b));
  }
  return eq_difference(*this, a, b);
}

Term Pool::ult(Term a, Term b) {
  if (a == b) return bit(false);
  const unsigned w = width(a);
  assert(w == width(b));
  if (w == 1) return bit_and(bit_not(a), b);
  const Node &x = (*state_)[a], &y = (*state_)[b];
  if ((~x.zero).ult(y.one)) return bit(true);
  if (!x.one.ult(~y.zero)) return bit(false);
  if (auto n = common_zext(*this, a, b); n && *n < w) return ult(extract(a, 0, *n), extract(b, 0, *n));
  // Sign extension keeps the order of unsigned numbers too.
  if (auto n = common_sext(*this, a, b)) return ult(extract(a, 0, *n), extract(b, 0, *n));
  if (auto bits = compare_choice(*this, a, b, [&](Term t) { return ult(t, b); })) return *bits;
  if (auto bits = compare_choice(*this, b, a, [&](Term t) { return ult(a, t); })) return *bits;
  return ult_carry(*this, a, b);
}

Term Pool::slt(Term a, Term b) {
  if (a == b) return bit(false);
  const unsigned w = width(a);
  assert(w == width(b));
  if (w == 1) return bit_and(a, bit_not(b));
  const Node &x = (*state_)[a], &y = (*state_)[b];
  if (x.zero.isSignBitSet() && y.zero.isSignBitSet()) return ult(a, b);
  if (x.one.isSignBitSet() && y.one.isSignBitSet()) return ult(a, b);
  if (x.one.isSignBitSet() && y.zero.isSignBitSet()) return bit(true);
  if (x.zero.isSignBitSet() && y.one.isSignBitSet()) return bit(false);
  if (auto n = common_sext(*this, a, b)) return slt(extract(a, 0, *n), extract(b, 0, *n));
  if (auto bits = compare_choice(*this, a, b, [&](Term t) { return slt(t, b); })) return *bits;
  if (auto bits = compare_choice(*this, b, a, [&](Term t) { return slt(a, t); })) return *bits;
  const auto not_a = complemented(*this, a), not_b = complemented(*this, b);
  if ((not_a && (not_b || y.kind == Kind::constant)) || (not_b && x.kind == Kind::constant))
    return slt(bit_not(b), bit_not(a));
  if (y.kind == Kind::constant) return slt_constant(*this, a, *y.numbers);
  if (x.kind == Kind::constant) {
    const APInt value = *x.numbers;
    return value.isMaxSignedValue() ? bit(false) : bit_not(slt_constant(*this, b, value + 1));
  }
  return raw(*this, Kind::slt, a, b);
}

namespace {

// a < b, or a == b and c.
Term less_with_borrow(Pool& pool, Term a, Term b, Term c, bool is_signed) {
  auto less = [&](Term x, Term y) { return is_signed ? pool.slt(x, y) : pool.ult(x, y); };
  if (const APInt* value = pool.constant_value(c)) return value->isZero() ? less(a, b) : pool.bit_not(less(b, a));
  return pool.select(pool.eq(a, b), c, less(a, b));
}

}  // namespace

Term Pool::add_carry(Term a, Term b, Term c) {
  return less_with_borrow(*this, bit_not(a), b, c, false);
}

Term Pool::sub_borrow(Term a, Term b, Term c) {
  return less_with_borrow(*this, a, b, c, false);
}

// The sign of the difference, unless it is right.
Term Pool::sub_overflow(Term a, Term b, Term c) {
  const Term less = less_with_borrow(*this, a, b, c, true);
  return bit_xor(less, sign_of(*this, sub(sub(a, b), zext(c, width(a)))));
}

// a + b + c = a - ~b - (1 - c)
Term Pool::add_overflow(Term a, Term b, Term c) {
  return sub_overflow(a, bit_not(b), bit_not(c));
}

}  // namespace portolan::terms
