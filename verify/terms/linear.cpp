// Sums: constant + sum of coefficient * term modulo 2^width.
//
// A sum is taken apart as far as it goes (decompose) and then built in one form:
//   - no wider than its greatest value needs; the rest is zeros in front;
//   - where the parts below some bit cannot carry into it, a concat of a sum above and a sum below, so that or, xor and
//     add of values that share no bit, and shifts, are all the same concat;
//   - a complement -1 - (concat) is the concat of the complements.
// Taken apart again, each of these gives back the parts it was made from.
#include <algorithm>

#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

constexpr unsigned kMostPieces = 8;  // concats of more are one part

class Sum {
 public:
  Sum(Pool& pool, unsigned width) : pool_(pool), width_(width), constant_(width, 0) {}
  void add(Term t, const APInt& coefficient);
  void add(const Linear& form, const APInt& coefficient) {
    constant_ += coefficient * form.constant;
    for (const Linear::Part& part : form.parts) add(part.term, coefficient * part.coefficient);
  }
  void add_constant(const APInt& value) { constant_ += value; }
  // Merged and sorted.
  Linear take();

 private:
  void add_concat(Term t, const APInt& coefficient);
  bool add_zext(Term piece, const APInt& coefficient);
  bool reduce(Term t, const APInt& coefficient);
  bool join_multiple();

  Pool& pool_;
  unsigned width_;
  APInt constant_;
  std::vector<Linear::Part> parts_;
};

// The greatest value the sum can take, if it doesn't wrap.
std::optional<APInt> upper_bound(const Pool& pool, const Linear& form) {
  APInt bound = form.constant;
  bool overflow = false;
  for (const Linear::Part& part : form.parts) {
    const APInt term = part.coefficient.umul_ov(~pool.known_bits(part.term).first, overflow);
    if (overflow) return std::nullopt;
    bound = bound.uadd_ov(term, overflow);
    if (overflow) return std::nullopt;
  }
  return bound;
}

Linear stored(const Pool& pool, Term t) {
  const Node& node = pool.state()[t];
  Linear form{node.numbers[0], {}};
  for (uint32_t i = 0; i < node.count; ++i) form.parts.push_back({node.numbers[i + 1], node.operands[i]});
  return form;
}

// What has leading zeros and one piece behind them.
std::optional<Term> zero_extended(const Pool& pool, Term t) {
  if (pool.kind(t) != Kind::concat) return std::nullopt;
  const auto pieces = pool.operands(t);
  const APInt* top = pool.constant_value(pieces[0]);
  if (pieces.size() != 2 || !top || !top->isZero()) return std::nullopt;
  return pieces[1];
}

// coefficient * zext(piece) where that is a sum itself.
bool Sum::add_zext(Term piece, const APInt& coefficient) {
  const unsigned n = pool_.width(piece);
  if (n >= width_) return false;
  if (std::optional<Term> base = complemented(pool_, piece)) {
    // zext(~x) = 2^n - 1 - zext(x)
    add_constant(coefficient * APInt::getLowBitsSet(width_, n));
    add(pool_.zext(*base, width_), -coefficient);
    return true;
  }
  if (pool_.kind(piece) != Kind::linear) return false;
  const Linear form = stored(pool_, piece);
  if (!upper_bound(pool_, form)) return false;
  add_constant(coefficient * form.constant.zext(width_));
  for (const Linear::Part& part : form.parts)
    add(pool_.zext(part.term, width_), coefficient * part.coefficient.zext(width_));
  return true;
}

void Sum::add_concat(Term t, const APInt& coefficient) {
  const auto pieces = pool_.operands(t);
  if (std::optional<Term> piece = zero_extended(pool_, t)) {
    if (!add_zext(*piece, coefficient)) parts_.push_back({coefficient, t});
    return;
  }
  const unsigned open =
      std::count_if(pieces.begin(), pieces.end(), [&](Term piece) { return !pool_.constant_value(piece); });
  if (open > kMostPieces) {
    parts_.push_back({coefficient, t});
    return;
  }
  unsigned low = width_;
  for (Term piece : pieces) {
    low -= pool_.width(piece);
    add(pool_.zext(piece, width_), coefficient.shl(low));
  }
}

// With k trailing zeros in the coefficient the k top bits of the term don't count: gives it the form that is the same
// for all terms with these low bits.
bool Sum::reduce(Term t, const APInt& coefficient) {
  const unsigned k = coefficient.countr_zero();
  const Kind kind = pool_.kind(t);
  if (k == 0 || kind == Kind::variable || kind == Kind::apply) return false;
  const Term low = pool_.extract(t, 0, width_ - k);
  if (pool_.kind(low) == Kind::linear) {
    const Linear form = stored(pool_, low);
    add_constant(coefficient * form.constant.zext(width_));
    for (const Linear::Part& part : form.parts)
      add(widen_any(pool_, part.term, width_), coefficient * part.coefficient.zext(width_));
    return true;
  }
  const Term wide = widen_any(pool_, low, width_);
  if (wide == t) return false;
  add(wide, coefficient);
  return true;
}

void Sum::add(Term t, const APInt& coefficient) {
  if (coefficient.isZero()) return;
  const Node& node = pool_.state()[t];
  assert(node.width == width_);
  if (node.kind == Kind::constant) return add_constant(coefficient * node.numbers[0]);
  if (node.kind == Kind::linear) return add(stored(pool_, t), coefficient);
  if (reduce(t, coefficient)) return;
  if (node.kind == Kind::concat) return add_concat(t, coefficient);
  // sext(bit) = -zext(bit)
  if (node.kind == Kind::sext && pool_.width(node.operands[0]) == 1)
    return add(pool_.zext(node.operands[0], width_), -coefficient);
  parts_.push_back({coefficient, t});
}

// x + 2^k y where y is what reduce() made of x: a multiple of x after all. False: there are no such parts.
bool Sum::join_multiple() {
  for (size_t n = 0; n < parts_.size(); ++n) {
    const unsigned k = parts_[n].coefficient.countr_zero();
    const std::optional<Term> piece = k == 0 ? std::nullopt : zero_extended(pool_, parts_[n].term);
    if (!piece || pool_.width(*piece) != width_ - k) continue;
    for (size_t m = 0; m < parts_.size(); ++m) {
      const Kind kind = pool_.kind(parts_[m].term);
      if (m == n || (kind != Kind::sext && kind != Kind::concat && kind != Kind::extract)) continue;
      if (pool_.extract(parts_[m].term, 0, width_ - k) != *piece) continue;
      const Linear::Part whole{parts_[m].coefficient + parts_[n].coefficient, parts_[m].term};
      parts_.erase(parts_.begin() + static_cast<long>(std::max(m, n)));
      parts_.erase(parts_.begin() + static_cast<long>(std::min(m, n)));
      add(whole.term, whole.coefficient);
      return true;
    }
  }
  return false;
}

Linear Sum::take() {
  for (;;) {
    std::sort(parts_.begin(), parts_.end(),
              [](const Linear::Part& a, const Linear::Part& b) { return a.term < b.term; });
    std::vector<Linear::Part> merged, again;
    for (size_t i = 0; i < parts_.size();) {
      size_t end = i + 1;
      APInt coefficient = parts_[i].coefficient;
      for (; end < parts_.size() && parts_[end].term == parts_[i].term; ++end) coefficient += parts_[end].coefficient;
      if (!coefficient.isZero()) (end > i + 1 ? again : merged).push_back({coefficient, parts_[i].term});
      i = end;
    }
    parts_ = std::move(merged);
    if (again.empty()) {
      if (join_multiple()) continue;
      return {constant_, std::move(parts_)};
    }
    // More trailing zeros may have come up.
    const size_t before = parts_.size();
    for (const Linear::Part& part : again) add(part.term, part.coefficient);
    if (parts_.size() == before + again.size() &&
        std::equal(again.begin(), again.end(), parts_.begin() + before,
                   [](const Linear::Part& a, const Linear::Part& b) { return a.term == b.term; })) {
      std::sort(parts_.begin(), parts_.end(),
                [](const Linear::Part& a, const Linear::Part& b) { return a.term < b.term; });
      return {constant_, std::move(parts_)};
    }
  }
}

Linear negated(const Linear& form) {
  Linear result{-form.constant, form.parts};
  for (Linear::Part& part : result.parts) part.coefficient.negate();
  return result;
}

bool is_complement(const Linear& form) {
  return form.constant.isAllOnes() && !form.parts.empty() && form.parts[0].coefficient.isNegative() &&
         !form.parts[0].coefficient.isMinSignedValue();
}

Term build(Pool& pool, unsigned width, const Linear& form);

Term make_linear(Pool& pool, unsigned width, const Linear& form) {
  llvm::SmallVector<Term, 8> terms;
  llvm::SmallVector<APInt, 8> numbers = {form.constant};
  for (const Linear::Part& part : form.parts) {
    terms.push_back(part.term);
    numbers.push_back(part.coefficient);
  }
  return pool.state().make(
      {Kind::linear, width, {terms.data(), terms.size()}, 0, {numbers.data(), numbers.size()}, {}});
}

Term build_low(Pool& pool, const Linear& form, unsigned width) {
  Sum sum(pool, width);
  sum.add_constant(form.constant.trunc(width));
  for (const Linear::Part& part : form.parts) sum.add(pool.extract(part.term, 0, width), part.coefficient.trunc(width));
  return build(pool, width, sum.take());
}

// The sum as high ++ low where the low part cannot carry into the high one.
std::optional<Term> split(Pool& pool, unsigned width, const Linear& form) {
  llvm::SmallVector<unsigned, 8> positions;
  for (const Linear::Part& part : form.parts) positions.push_back(part.coefficient.countr_zero());
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  for (unsigned k : positions) {
    if (k == 0) continue;
    Linear low{form.constant & APInt::getLowBitsSet(width, k), {}}, high{form.constant.lshr(k), {}};
    for (const Linear::Part& part : form.parts) {
      if (part.coefficient.countr_zero() < k) {
        low.parts.push_back(part);
      } else {
        high.parts.push_back({part.coefficient.lshr(k), part.term});
      }
    }
    const std::optional<APInt> bound = upper_bound(pool, low);
    if (!bound) return std::nullopt;  // with more parts it is no smaller
    if (bound->getActiveBits() > k) continue;
    return pool.concat(build_low(pool, high, width - k), build_low(pool, low, k));
  }
  return std::nullopt;
}

Term complement_pieces(Pool& pool, Term concat) {
  const std::vector<Term> pieces(pool.operands(concat).begin(), pool.operands(concat).end());
  Term result = pool.bit_not(pieces[0]);
  for (size_t i = 1; i < pieces.size(); ++i) result = pool.concat(result, pool.bit_not(pieces[i]));
  return result;
}

// One part that is a bit, zero-extended or not: the forms with sext.
std::optional<Term> build_bit(Pool& pool, unsigned width, const Linear& form) {
  if (form.parts.size() != 1) return std::nullopt;
  const std::optional<Term> piece = zero_extended(pool, form.parts[0].term);
  if (!piece) return std::nullopt;
  const unsigned n = pool.width(*piece);
  const APInt& c = form.parts[0].coefficient;
  if (c.isAllOnes() && form.constant == APInt::getLowBitsSet(width, n)) return pool.zext(pool.bit_not(*piece), width);
  if (n != 1) return std::nullopt;
  if (c.isAllOnes() && form.constant.isZero()) return pool.sext(*piece, width);
  if (c.isOne() && form.constant.isAllOnes()) return pool.sext(pool.bit_not(*piece), width);
  return std::nullopt;
}

Term build(Pool& pool, unsigned width, const Linear& form) {
  if (width == 1) {
    Term result = pool.constant(form.constant);
    for (const Linear::Part& part : form.parts)
      if (part.coefficient.isOne()) result = pool.bit_xor(result, part.term);
    return result;
  }
  if (form.parts.empty()) return pool.constant(form.constant);
  if (form.parts.size() == 1 && form.parts[0].coefficient.isOne() && form.constant.isZero()) return form.parts[0].term;
  if (std::optional<Term> bit = build_bit(pool, width, form)) return *bit;
  if (const std::optional<APInt> bound = upper_bound(pool, form); bound && bound->getActiveBits() < width) {
    return pool.zext(build_low(pool, form, bound->getActiveBits()), width);
  }
  if (std::optional<Term> parts = split(pool, width, form)) return *parts;
  if (is_complement(form)) {
    Linear base = negated(form);
    base.constant -= 1;  // ~t = -1 - t
    const Term t = build(pool, width, base);
    if (pool.kind(t) == Kind::concat) return complement_pieces(pool, t);
  }
  return make_linear(pool, width, form);
}

}  // namespace

Linear decompose(Pool& pool, Term t) {
  const unsigned width = pool.width(t);
  if (width == 1) {
    if (const APInt* value = pool.constant_value(t)) return {*value, {}};
    return {APInt(1, 0), {{APInt(1, 1), t}}};
  }
  if (pool.kind(t) == Kind::linear) return stored(pool, t);
  Sum sum(pool, width);
  sum.add(t, APInt(width, 1));
  return sum.take();
}

Linear Pool::linear(Term t) const {
  return decompose(const_cast<Pool&>(*this), t);
}

std::optional<Term> complemented(Pool& pool, Term t) {
  const Node& node = pool.state()[t];
  if (node.width == 1) {
    if (node.kind != Kind::bit_xor) return std::nullopt;
    const APInt* value = pool.constant_value(node.operands[1]);
    if (!value) return std::nullopt;
    return node.operands[0];
  }
  if (node.kind == Kind::sext) {
    if (std::optional<Term> base = complemented(pool, node.operands[0])) return pool.sext(*base, node.width);
    return std::nullopt;
  }
  if (node.kind != Kind::linear) return std::nullopt;
  Linear form = stored(pool, t);
  if (!is_complement(form)) return std::nullopt;
  Linear base = negated(form);
  base.constant -= 1;
  return build(pool, node.width, base);
}

Term widen_any(Pool& pool, Term t, unsigned width) {
  const Node& node = pool.state()[t];
  if (node.width == width) return t;
  if (node.kind == Kind::extract && node.extra == 0 && pool.width(node.operands[0]) == width) return node.operands[0];
  if (node.kind == Kind::sext) return pool.sext(node.operands[0], width);
  return pool.zext(t, width);
}

Term Pool::from_linear(const Linear& form) {
  const unsigned width = form.constant.getBitWidth();
  Sum sum(*this, width);
  sum.add(form, APInt(width, 1));
  return build(*this, width, sum.take());
}

Term Pool::add(Term a, Term b) {
  const unsigned w = width(a);
  assert(w == width(b));
  if (w == 1) return bit_xor(a, b);
  return from_linear({APInt(w, 0), {{APInt(w, 1), a}, {APInt(w, 1), b}}});
}

Term Pool::sub(Term a, Term b) {
  const unsigned w = width(a);
  assert(w == width(b));
  if (a == b) return constant(w, 0);
  if (w == 1) return bit_xor(a, b);
  return from_linear({APInt(w, 0), {{APInt(w, 1), a}, {APInt::getAllOnes(w), b}}});
}

Term Pool::negate(Term a) {
  const unsigned w = width(a);
  return w == 1 ? a : from_linear({APInt(w, 0), {{APInt::getAllOnes(w), a}}});
}

Term Pool::bit_not(Term a) {
  const unsigned w = width(a);
  if (w == 1) return bit_xor(a, bit(true));
  return from_linear({APInt::getAllOnes(w), {{APInt::getAllOnes(w), a}}});
}

}  // namespace portolan::terms
