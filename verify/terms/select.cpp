// Choices. The condition is never a complement; what both sides share stands outside.
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

Term raw_select(Pool& pool, Term bit, Term one, Term zero) {
  const Term three[] = {bit, one, zero};
  return pool.state().make(
      {pool.width(one) == 0 ? Kind::memory_select : Kind::select, pool.width(one), three, 0, {}, {}});
}

// Of single bits with a constant among them: and, or, not.
std::optional<Term> select_bits(Pool& pool, Term bit, Term one, Term zero) {
  const APInt *x = pool.constant_value(one), *y = pool.constant_value(zero);
  if (x && y) return x->isOne() ? bit : pool.bit_not(bit);
  if (x) return x->isOne() ? pool.bit_or(bit, zero) : pool.bit_and(pool.bit_not(bit), zero);
  if (y) return y->isOne() ? pool.bit_or(pool.bit_not(bit), one) : pool.bit_and(bit, one);
  return std::nullopt;
}

// The side of a choice where `bit` is known to be `value`.
Term under(Pool& pool, Term t, Term bit, bool value) {
  const Node& node = pool.state()[t];
  if (t == bit) return pool.bit(value);
  if ((node.kind == Kind::select || node.kind == Kind::memory_select) && node.operands[0] == bit)
    return node.operands[value ? 1 : 2];
  return t;
}

std::optional<Term> shared_pieces(Pool& pool, Term bit, Term one, Term zero) {
  const Node &x = pool.state()[one], &y = pool.state()[zero];
  const unsigned w = x.width;
  if (x.kind != Kind::concat && y.kind != Kind::concat) return std::nullopt;
  auto top = [&](Term t) { return pool.kind(t) == Kind::concat ? pool.width(pool.operands(t).front()) : w; };
  auto bottom = [&](Term t) { return pool.kind(t) == Kind::concat ? pool.width(pool.operands(t).back()) : w; };
  const unsigned high = std::min(top(one), top(zero)), low = std::min(bottom(one), bottom(zero));
  auto part = [&](Term t, unsigned from, unsigned n) { return pool.extract(t, from, n); };
  if (high < w && part(one, w - high, high) == part(zero, w - high, high)) {
    return pool.concat(part(one, w - high, high), pool.select(bit, part(one, 0, w - high), part(zero, 0, w - high)));
  }
  if (low < w && part(one, 0, low) == part(zero, 0, low)) {
    return pool.concat(pool.select(bit, part(one, low, w - low), part(zero, low, w - low)), part(one, 0, low));
  }
  return std::nullopt;
}

// b + (a - b) * bit where a - b is 1, -1 or another power of two or its negation.
std::optional<Term> offset_by_bit(Pool& pool, Term bit, Term one, Term zero) {
  const unsigned w = pool.width(one);
  const Term difference = pool.sub(one, zero);
  const APInt* value = pool.constant_value(difference);
  if (!value || !(value->isPowerOf2() || value->isNegatedPowerOf2())) return std::nullopt;
  return pool.from_linear({APInt(w, 0), {{APInt(w, 1), zero}, {*value, pool.zext(bit, w)}}});
}

// Where a and b differ, a < b is not (b < a): the one whose operands are sorted.
Term order_of_different(Pool& pool, Term equation, Term bit) {
  const auto base = complemented(pool, bit);
  const Term t = base ? *base : bit;
  const Kind kind = pool.kind(t);
  if (kind != Kind::ult && kind != Kind::slt) return bit;
  const Term a = pool.operands(t)[0], b = pool.operands(t)[1];
  if (a < b || pool.eq(a, b) != equation) return bit;
  const Term other = kind == Kind::slt ? pool.slt(b, a) : pool.ult(b, a);
  if (pool.kind(other) != kind || pool.operands(other)[1] < pool.operands(other)[0]) return bit;
  return base ? other : pool.bit_not(other);
}

// Of single bits: a complement stands outside, and never in the second place.
Term choose_bit(Pool& pool, Term bit, Term one, Term zero) {
  if (pool.kind(bit) == Kind::eq) zero = order_of_different(pool, bit, zero);
  if (const auto base = complemented(pool, zero)) return pool.bit_not(pool.select(bit, pool.bit_not(one), *base));
  return raw_select(pool, bit, one, zero);
}

bool is_negative(Pool& pool, Term t) {
  const Linear form = decompose(pool, t);
  return !form.parts.empty() && form.parts[0].coefficient.isNegative();
}

// A value, its complement or its negation: the value with its bits turned by the condition.
std::optional<Term> turned_by_bit(Pool& pool, Term bit, Term one, Term zero) {
  if (pool.constant_value(one) || pool.constant_value(zero)) return std::nullopt;
  const unsigned w = pool.width(one);
  const Term sum = pool.add(one, zero);
  const APInt* value = pool.constant_value(sum);
  if (!value || !(value->isZero() || value->isAllOnes())) return std::nullopt;
  if (is_negative(pool, zero)) {
    std::swap(one, zero);
    bit = pool.bit_not(bit);
  }
  const Term turned = pool.bit_xor(zero, pool.sext(bit, w));
  return value->isZero() ? pool.add(turned, pool.zext(bit, w)) : turned;
}

// Whether both sides are the same wherever `equation` holds.
bool same_where(Pool& pool, Term equation, Term one, Term zero) {
  if (pool.kind(equation) != Kind::eq) return false;
  if (equation == pool.eq(one, zero)) return true;
  const Term t = pool.operands(equation)[0];
  const APInt* value = pool.constant_value(pool.operands(equation)[1]);
  return value && value->isZero() && (t == one || t == zero) && one == pool.negate(zero);
}

// The condition without what doesn't matter: where both sides are equal it may say anything.
Term relevant_condition(Pool& pool, Term bit, Term one, Term zero) {
  const Node& node = pool.state()[bit];
  const bool disjunction = node.kind == Kind::bit_or;
  if (disjunction || node.kind == Kind::bit_and) {
    for (unsigned i = 0; i < 2; ++i) {
      const Term part = node.operands[i];
      if (same_where(pool, disjunction ? part : pool.bit_not(part), one, zero)) return node.operands[1 - i];
    }
  }
  if (node.kind != Kind::ult && node.kind != Kind::slt) return bit;
  const Term a = node.operands[0], b = node.operands[1];
  const bool is_signed = node.kind == Kind::slt;
  auto less = [&](Term p, Term q) { return is_signed ? pool.slt(p, q) : pool.ult(p, q); };
  if (const APInt* limit = pool.constant_value(b)) {
    // a < limit is a <= limit - 1
    const Term last = pool.constant(*limit - 1);
    return same_where(pool, pool.eq(a, last), one, zero) ? less(a, last) : bit;
  }
  // a < b is as good as a <= b: the older of (a < b) and (b < a) is taken.
  if (a < b || !same_where(pool, pool.eq(a, b), one, zero)) return bit;
  const Term other = less(b, a);
  return pool.kind(other) == node.kind && pool.operands(other)[0] < pool.operands(other)[1] ? pool.bit_not(other) : bit;
}

// A choice that says for the least number divided by -1 what the quotient is anyway.
bool says_nothing(Pool& pool, Term bit, Term one, Term zero) {
  const bool part = pool.kind(zero) == Kind::extract;
  const Term quotient = part ? pool.operands(zero)[0] : zero;
  const APInt* value = pool.constant_value(one);
  if (pool.kind(quotient) != Kind::sdiv || pool.kind(bit) != Kind::bit_and || !value) return false;
  const unsigned w = pool.width(quotient);
  const APInt least = APInt::getSignedMinValue(w);
  if (*value != least.extractBits(value->getBitWidth(), part ? pool.low_bit(zero) : 0)) return false;
  const Term a = pool.operands(quotient)[0], b = pool.operands(quotient)[1];
  return bit == pool.bit_and(pool.eq(a, pool.constant(least)), pool.eq(b, pool.constant(APInt::getAllOnes(w))));
}

}  // namespace

Term Pool::select(Term bit, Term one, Term zero) {
  assert(width(bit) == 1 && width(one) == width(zero));
  if (one == zero) return one;
  if (const APInt* value = constant_value(bit)) return value->isOne() ? one : zero;
  if (const auto base = complemented(*this, bit)) return select(*base, zero, one);
  one = under(*this, one, bit, true);
  zero = under(*this, zero, bit, false);
  if (one == zero) return one;
  const unsigned w = width(one);
  if (w == 0) return raw_select(*this, bit, one, zero);
  if (w == 1) {
    if (auto logic = select_bits(*this, bit, one, zero)) return *logic;
    return choose_bit(*this, bit, one, zero);
  }
  if (says_nothing(*this, bit, one, zero)) return zero;
  if (const Term condition = relevant_condition(*this, bit, one, zero); condition != bit)
    return select(condition, one, zero);
  if (auto shared = shared_pieces(*this, bit, one, zero)) return *shared;
  if (auto turned = turned_by_bit(*this, bit, one, zero)) return *turned;
  if (auto sum = offset_by_bit(*this, bit, one, zero)) return *sum;
  const Node &x = (*state_)[one], &y = (*state_)[zero];
  if (x.kind == Kind::sext && y.kind == Kind::sext && width(x.operands[0]) == width(y.operands[0]))
    return sext(select(bit, x.operands[0], y.operands[0]), w);
  return raw_select(*this, bit, one, zero);
}

}  // namespace portolan::terms
