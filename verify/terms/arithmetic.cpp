// Products, quotients, shifts and rotations.
#include <algorithm>

#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

Term raw(Pool& pool, Kind kind, Term a, Term b) {
  const Term pair[] = {a, b};
  return pool.state().make({kind, pool.width(a), pair, 0, {}, {}});
}

void gather_factors(const Pool& pool, Term t, llvm::SmallVectorImpl<Term>& factors) {
  if (pool.kind(t) != Kind::mul || factors.size() > 16) return factors.push_back(t);
  gather_factors(pool, pool.operands(t)[0], factors);
  gather_factors(pool, pool.operands(t)[1], factors);
}

// Products of parts, none of which is a sum or a constant.
Term multiply_parts(Pool& pool, Term a, Term b) {
  llvm::SmallVector<Term, 8> factors;
  gather_factors(pool, a, factors);
  gather_factors(pool, b, factors);
  std::sort(factors.begin(), factors.end());
  Term result = factors[0];
  for (size_t i = 1; i < factors.size(); ++i) result = raw(pool, Kind::mul, result, factors[i]);
  return result;
}

constexpr size_t kMostProducts = 4;  // sums that would give more are multiplied as they are

// zext of one bit.
std::optional<Term> as_bit(Pool& pool, Term t) {
  const unsigned w = pool.width(t);
  if (pool.known_bits(t).first.countl_one() != w - 1) return std::nullopt;
  return pool.extract(t, 0, 1);
}

// A divisor times the quotient is what the remainder leaves of the dividend, also where the divisor is 0 or the
// quotient overflows (ir/ops.def): how remainders are computed where there is no instruction for them.
std::optional<Term> as_dividend_without_rest(Pool& pool, Term quotient, Term divisor) {
  const Kind kind = pool.kind(quotient);
  if ((kind != Kind::udiv && kind != Kind::sdiv) || pool.operands(quotient)[1] != divisor) return std::nullopt;
  const Term dividend = pool.operands(quotient)[0];
  return pool.sub(dividend, kind == Kind::udiv ? pool.urem(dividend, divisor) : pool.srem(dividend, divisor));
}

// A product that needs fewer bits than its operands are wide: one of as many bits, extended.
std::optional<Term> narrow_product(Pool& pool, Term a, Term b) {
  const unsigned w = pool.width(a);
  const unsigned unsigned_bits = 2 * w - pool.known_bits(a).first.countl_one() - pool.known_bits(b).first.countl_one();
  const unsigned signed_bits = significant_bits(pool, a) + significant_bits(pool, b);
  const unsigned n = std::min(unsigned_bits, signed_bits);
  if (n >= w || n == 0) return std::nullopt;
  const Term product = pool.mul(pool.extract(a, 0, n), pool.extract(b, 0, n));
  return unsigned_bits <= signed_bits ? pool.zext(product, w) : pool.sext(product, w);
}

Term multiply(Pool& pool, Term a, Term b) {
  const Term zero = pool.constant(pool.width(a), 0);
  if (const auto whole = as_dividend_without_rest(pool, a, b)) return *whole;
  if (const auto whole = as_dividend_without_rest(pool, b, a)) return *whole;
  if (auto bit = as_bit(pool, a)) return pool.select(*bit, b, zero);
  if (auto bit = as_bit(pool, b)) return pool.select(*bit, a, zero);
  if (const auto product = narrow_product(pool, a, b)) return *product;
  const Linear x = decompose(pool, a), y = decompose(pool, b);
  auto size = [](const Linear& form) { return form.parts.size() + !form.constant.isZero(); };
  if (size(x) * size(y) > kMostProducts) return multiply_parts(pool, a, b);
  Linear product{x.constant * y.constant, {}};
  for (const Linear::Part& p : x.parts) product.parts.push_back({p.coefficient * y.constant, p.term});
  for (const Linear::Part& q : y.parts) product.parts.push_back({q.coefficient * x.constant, q.term});
  for (const Linear::Part& p : x.parts)
    for (const Linear::Part& q : y.parts)
      product.parts.push_back({p.coefficient * q.coefficient, multiply_parts(pool, p.term, q.term)});
  return pool.from_linear(product);
}

unsigned trailing_zeros(const Pool& pool, Term t) {
  return pool.known_bits(t).first.countr_one();
}

// The upper half of a product through one of double width, where that one is the usual form.
Term high_half(Pool& pool, Term a, Term b, bool is_signed) {
  const unsigned w = pool.width(a);
  auto wide = [&](Term t) { return is_signed ? pool.sext(t, 2 * w) : pool.zext(t, 2 * w); };
  return pool.extract(pool.mul(wide(a), wide(b)), w, w);
}

}  // namespace

Term Pool::mul(Term a, Term b) {
  const unsigned w = width(a);
  assert(w == width(b));
  if (w == 1) return bit_and(a, b);
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (x) {
    std::swap(a, b);
    std::swap(x, y);
  }
  if (y) return from_linear({APInt(w, 0), {{*y, a}}});
  return multiply(*this, a, b);
}

Term Pool::umulh(Term a, Term b) {
  const unsigned w = width(a);
  // Of numbers in the upper halves of registers, as RISC-V multiplies 32 bits by 32: nothing of the product is lost.
  const unsigned zeros = std::min(w - 1, trailing_zeros(*this, a)), others = std::min(w - 1, trailing_zeros(*this, b));
  if (zeros + others >= w)
    return shl(mul(lshr(a, constant(w, zeros)), lshr(b, constant(w, others))), constant(w, zeros + others - w));
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (w <= 32 || (x && y)) return high_half(*this, a, b, false);
  if (x) {
    std::swap(a, b);
    std::swap(x, y);
  }
  if (y && y->isZero()) return b;
  if (y && y->isPowerOf2()) return y->logBase2() == 0 ? constant(w, 0) : lshr(a, constant(w, w - y->logBase2()));
  if (b < a) std::swap(a, b);
  return raw(*this, Kind::umulh, a, b);
}

Term Pool::smulh(Term a, Term b) {
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (width(a) <= 32 || (x && y)) return high_half(*this, a, b, true);
  if (b < a) std::swap(a, b);
  return raw(*this, Kind::smulh, a, b);
}

namespace {

// The width that holds both values.
unsigned narrow_unsigned(const Pool& pool, Term a, Term b) {
  const unsigned zeros = std::min(pool.known_bits(a).first.countl_one(), pool.known_bits(b).first.countl_one());
  return std::max(pool.width(a) - zeros, 1u);
}

unsigned narrow_signed(const Pool& pool, Term a, Term b) {
  return std::max(significant_bits(pool, a), significant_bits(pool, b));
}

}  // namespace

Term Pool::udiv(Term a, Term b) {
  const unsigned w = width(a);
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (x && y) return constant(y->isZero() ? APInt::getAllOnes(w) : x->udiv(*y));
  if (y && y->isZero()) return constant(APInt::getAllOnes(w));
  if (y && y->isPowerOf2()) return lshr(a, constant(w, y->logBase2()));
  return raw(*this, Kind::udiv, a, b);
}

Term Pool::urem(Term a, Term b) {
  const unsigned w = width(a);
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (x && y) return constant(y->isZero() ? *x : x->urem(*y));
  if (y && y->isZero()) return a;
  if (y && y->isPowerOf2()) return bit_and(a, constant(*y - 1));
  // Also where b is 0.
  if (const unsigned n = narrow_unsigned(*this, a, b); n < w) return zext(urem(extract(a, 0, n), extract(b, 0, n)), w);
  return raw(*this, Kind::urem, a, b);
}

Term Pool::sdiv(Term a, Term b) {
  const unsigned w = width(a);
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (y && y->isZero()) return constant(APInt::getAllOnes(w));
  if (x && y) return constant(x->sdiv(*y));
  if (y && y->isOne() && w > 1) return a;
  if (const unsigned n = narrow_signed(*this, a, b); n < w) {
    // The narrow quotient, but for the least number divided by -1, which does not fit there.
    const Term p = extract(a, 0, n), q = extract(b, 0, n);
    const Term overflow = bit_and(eq(p, constant(APInt::getSignedMinValue(n))), eq(q, constant(APInt::getAllOnes(n))));
    return select(overflow, constant(APInt::getOneBitSet(w, n - 1)), sext(sdiv(p, q), w));
  }
  return raw(*this, Kind::sdiv, a, b);
}

Term Pool::srem(Term a, Term b) {
  const APInt *x = constant_value(a), *y = constant_value(b);
  if (y && y->isZero()) return a;
  if (x && y) return constant(x->srem(*y));
  if (const unsigned n = narrow_signed(*this, a, b); n < width(a))
    return sext(srem(extract(a, 0, n), extract(b, 0, n)), width(a));
  return raw(*this, Kind::srem, a, b);
}

Term Pool::shl(Term a, Term b) {
  const unsigned w = width(a);
  if (const APInt* count = constant_value(b)) {
    if (count->uge(w)) return constant(w, 0);
    const unsigned n = count->getZExtValue();
    return n == 0 ? a : concat(extract(a, 0, w - n), constant(n, 0));
  }
  if (const APInt* value = constant_value(a); value && value->isZero()) return a;
  return raw(*this, Kind::shl, a, b);
}

namespace {

// Shifts to the right of an extended value can be done before extending it, where the count keeps its value.
std::optional<unsigned> narrow_shift(const Pool& pool, Term a, Term count, unsigned extended) {
  const unsigned w = pool.width(a);
  if (extended == 0 || extended >= w) return std::nullopt;
  const unsigned n = w - extended;
  if (n < 8 || pool.width(count) - pool.known_bits(count).first.countl_one() > n) return std::nullopt;
  return n;
}

}  // namespace

Term Pool::lshr(Term a, Term b) {
  const unsigned w = width(a);
  if (const APInt* count = constant_value(b)) {
    if (count->uge(w)) return constant(w, 0);
    const unsigned n = count->getZExtValue();
    return zext(extract(a, n, w - n), w);
  }
  if (const APInt* value = constant_value(a); value && value->isZero()) return a;
  if (auto narrower = narrow_shift(*this, a, b, state()[a].zero.countl_one()))
    return zext(lshr(extract(a, 0, *narrower), extract(b, 0, *narrower)), w);
  return raw(*this, Kind::lshr, a, b);
}

Term Pool::ashr(Term a, Term b) {
  const unsigned w = width(a);
  if (const APInt* count = constant_value(b)) {
    const unsigned n = count->uge(w) ? w - 1 : count->getZExtValue();
    return sext(extract(a, n, w - n), w);
  }
  if (state()[a].zero.isSignBitSet()) return lshr(a, b);
  if (const APInt* value = constant_value(a); value && value->isAllOnes()) return a;
  if (auto narrower = narrow_shift(*this, a, b, w - significant_bits(*this, a)))
    return sext(ashr(extract(a, 0, *narrower), extract(b, 0, *narrower)), w);
  return raw(*this, Kind::ashr, a, b);
}

namespace {

// The count of a rotation of a power of two of bits, without what doesn't count.
Term rotation(Pool& pool, unsigned width, Term count) {
  const unsigned bits = APInt(32, width).logBase2();
  return pool.width(count) >= bits ? pool.extract(count, 0, bits) : pool.zext(count, bits);
}

Term rotate(Pool& pool, Term a, Term count) {
  const unsigned w = pool.width(a);
  if (const APInt* value = pool.constant_value(count)) {
    if (value->isZero()) return a;
    const unsigned k = value->getZExtValue();
    return pool.concat(pool.extract(a, 0, w - k), pool.extract(a, w - k, k));
  }
  const Term pair[] = {a, count};
  return pool.apply("rotl", w, pair);
}

// (a << n) | (a >> (w - n)) with n below w, for widths that are no power of two.
Term rotate_by_shifts(Pool& pool, Term a, Term n, unsigned wide) {
  const unsigned w = pool.width(a);
  const Term whole = pool.zext(a, wide);
  const Term back = pool.sub(pool.constant(wide, w), n);
  return pool.extract(pool.bit_or(pool.shl(whole, n), pool.lshr(whole, back)), 0, w);
}

// What `t` is the bit_reverse of, if it is written so.
std::optional<Term> reversed_bits(Pool& pool, Term t) {
  const unsigned w = pool.width(t);
  if (w < 2 || pool.kind(t) != Kind::concat || pool.operands(t).size() != w) return std::nullopt;
  std::vector<Term> highest_first(pool.operands(t).begin(), pool.operands(t).end());
  const Term base = pool.join(highest_first);
  return pool.kind(base) == Kind::concat ? std::nullopt : std::optional(base);
}

}  // namespace

Term Pool::rotl(Term a, Term b) {
  const unsigned w = width(a);
  if (w == 1) return a;
  if ((w & (w - 1)) == 0) return rotate(*this, a, rotation(*this, w, b));
  const unsigned wide = std::max({width(b), w, 32u});
  return rotate_by_shifts(*this, a, urem(zext(b, wide), constant(wide, w)), wide);
}

Term Pool::rotr(Term a, Term b) {
  const unsigned w = width(a);
  if (w == 1) return a;
  if ((w & (w - 1)) == 0) return rotate(*this, a, negate(rotation(*this, w, b)));
  const unsigned wide = std::max({width(b), w, 32u});
  const Term back = sub(constant(wide, w), urem(zext(b, wide), constant(wide, w)));
  return rotate_by_shifts(*this, a, urem(back, constant(wide, w)), wide);
}

Term Pool::clz(Term a) {
  if (const auto reversed = reversed_bits(*this, a)) return ctz(*reversed);
  if (const APInt* value = constant_value(a)) return constant(width(a), value->countl_zero());
  return apply("clz", width(a), {&a, 1});
}
Term Pool::ctz(Term a) {
  if (const auto reversed = reversed_bits(*this, a)) return clz(*reversed);
  if (const APInt* value = constant_value(a)) return constant(width(a), value->countr_zero());
  return apply("ctz", width(a), {&a, 1});
}
Term Pool::popcount(Term a) {
  if (const APInt* value = constant_value(a)) return constant(width(a), value->popcount());
  const unsigned w = width(a);
  if (w == 1) return a;
  if (w > 8 && w % 8 == 0) {
    // Byte by byte, as SIMD does it.
    Linear sum{APInt(w, 0), {}};
    for (unsigned i = 0; i < w; i += 8) sum.parts.push_back({APInt(w, 1), zext(popcount(extract(a, i, 8)), w)});
    return from_linear(sum);
  }
  return apply("popcount", width(a), {&a, 1});
}

}  // namespace portolan::terms
