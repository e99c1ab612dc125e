// The rules, as pairs of expressions over any domain. `applies` false: values that look alike and must stay apart.
#pragma once

#include <algorithm>
#include <cstdint>

#include "llvm/ADT/APInt.h"

namespace portolan::terms {

using llvm::APInt;

template <class V>
struct Operands {
  unsigned w;
  V x, y, z, b, c, d;
};

template <class Before, class After>
struct Rule {
  const char* name;
  bool applies;
  unsigned least;  // width at which it makes sense
  Before before;
  After after;
};

template <class Before, class After>
Rule(const char*, bool, unsigned, Before, After) -> Rule<Before, After>;

#define EXPRESSION(...)                                                                                       \
  [](auto& p, const auto& o) {                                                                                \
    [[maybe_unused]] const unsigned w = o.w;                                                                  \
    [[maybe_unused]] const auto &x = o.x, &y = o.y, &z = o.z, &b = o.b, &c = o.c, &d = o.d;                   \
    [[maybe_unused]] const auto number = [&](uint64_t n) { return p.constant(APInt(64, n).zextOrTrunc(w)); }; \
    [[maybe_unused]] const auto zero = number(0), one = number(1), ones = p.constant(APInt::getAllOnes(w));   \
    [[maybe_unused]] const auto sign = [&](const auto& v) { return p.extract(v, p.width(v) - 1, 1); };        \
    [[maybe_unused]] const auto none = p.constant(1, 0);                                                      \
    return __VA_ARGS__;                                                                                       \
  }
#define RULE(name, before, after) visit(Rule{name, true, 1u, EXPRESSION before, EXPRESSION after})
#define RULE_FROM(least, name, before, after) visit(Rule{name, true, least, EXPRESSION before, EXPRESSION after})
#define NO_RULE(name, before, after) visit(Rule{name, false, 1u, EXPRESSION before, EXPRESSION after})

template <class Visit>
void rules_of_sums(Visit visit) {
  RULE("sum-commutes", (p.add(x, y)), (p.add(y, x)));
  RULE("sum-reassociates", (p.add(p.add(x, y), z)), (p.add(x, p.add(z, y))));
  RULE("sum-cancels", (p.sub(p.add(x, y), y)), (x));
  RULE("sum-of-constants", (p.add(p.add(x, number(5)), p.sub(y, number(3)))), (p.add(p.add(x, y), number(2))));
  RULE("negation-of-difference", (p.sub(zero, p.sub(x, y))), (p.sub(y, x)));
  RULE("complement-is-minus-one-minus", (p.bit_not(x)), (p.sub(ones, x)));
  RULE("complement-of-complement", (p.bit_not(p.bit_not(x))), (x));
  RULE("subtract-by-complement", (p.add(p.add(x, p.bit_not(y)), one)), (p.sub(x, y)));
  RULE_FROM(2u, "shift-is-multiple", (p.shl(x, number(2))), (p.mul(x, number(4))));
  RULE("shift-in-sum", (p.add(p.shl(x, number(1)), x)), (p.mul(x, number(3))));
  RULE_FROM(3u, "shift-in-sum-of-part",
            (p.add(p.shl(p.sext(p.extract(x, 1, w - 1), w), one), p.sext(p.extract(x, 1, w - 1), w))),
            (p.mul(p.sext(p.extract(x, 1, w - 1), w), number(3))));
  RULE("shift-of-sum", (p.shl(p.add(x, y), number(1))), (p.add(p.add(x, x), p.add(y, y))));
  RULE("double-is-shift", (p.add(x, x)), (p.shl(x, one)));
  RULE("aligned-sum", (p.add(p.mul(x, number(2)), number(2))), (p.shl(p.add(x, one), one)));
  RULE_FROM(2u, "low-constant-apart", (p.bit_or(p.shl(x, number(2)), number(w > 1 ? 3 : 0))),
            (p.add(p.mul(x, number(4)), number(w > 1 ? 3 : 0))));
  RULE("product-distributes", (p.mul(p.add(x, one), y)), (p.add(p.mul(x, y), y)));
  RULE("product-commutes", (p.mul(p.mul(x, y), z)), (p.mul(p.mul(z, x), y)));
  RULE_FROM(
      2u, "product-of-upper-halves",
      (p.umulh(p.shl(p.zext(p.extract(x, 0, w / 2), w), number(w - w / 2)),
               p.shl(p.zext(p.extract(y, 0, w / 2), w), number(w - w / 2)))),
      (p.shl(p.mul(p.zext(p.extract(x, 0, w / 2), w), p.zext(p.extract(y, 0, w / 2), w)), number(w - w / 2 - w / 2))));
  RULE("product-of-narrow-numbers", (p.mul(p.sext(x, 3 * w), p.sext(y, 3 * w))),
       (p.sext(p.mul(p.sext(x, 2 * w), p.sext(y, 2 * w)), 3 * w)));
  RULE("product-of-narrow-counts", (p.mul(p.zext(x, 3 * w), p.zext(y, 3 * w))),
       (p.zext(p.mul(p.zext(x, 2 * w), p.zext(y, 2 * w)), 3 * w)));
  RULE("product-of-negations", (p.mul(p.sub(zero, x), p.sub(zero, y))), (p.mul(x, y)));
  RULE("zext-of-sum-without-carry", (p.add(p.zext(p.extract(x, 0, 1), w + 4), p.zext(p.extract(y, 0, 1), w + 4))),
       (p.zext(p.add(p.zext(p.extract(x, 0, 1), 2), p.zext(p.extract(y, 0, 1), 2)), w + 4)));
  RULE("zext-of-complement", (p.zext(p.bit_not(x), w + 3)), (p.sub(p.zext(ones, w + 3), p.zext(x, w + 3))));
  RULE("sext-of-complement", (p.sext(p.bit_not(x), w + 3)), (p.bit_not(p.sext(x, w + 3))));
  RULE("sext-bit-is-negated", (p.sext(b, w)), (p.sub(zero, p.zext(b, w))));
  RULE("bit-and-its-complement", (p.add(p.zext(b, w), p.zext(p.bit_not(b), w))), (p.zext(p.constant(1, 1), w)));
  RULE("top-bit-turned", (p.bit_xor(x, p.constant(APInt::getSignedMinValue(w)))),
       (p.add(x, p.constant(APInt::getSignedMinValue(w)))));
  NO_RULE("zext-of-sum-with-carry", (p.zext(p.add(x, y), w + 4)), (p.add(p.zext(x, w + 4), p.zext(y, w + 4))));
  NO_RULE("sext-of-sum", (p.sext(p.add(x, y), w + 4)), (p.add(p.sext(x, w + 4), p.sext(y, w + 4))));
}

template <class Visit>
void rules_of_bits(Visit visit) {
  RULE("mask-is-extract", (p.bit_and(x, number(w >= 8 ? 0x78 : 1))),
       (p.shl(p.lshr(p.shl(x, number(w >= 8 ? w - 7 : w - 1)), number(w >= 8 ? w - 4 : w - 1)),
              number(w >= 8 ? 3 : 0))));
  RULE("zext-by-shifts", (p.lshr(p.shl(p.zext(x, 2 * w), p.constant(2 * w, w)), p.constant(2 * w, w))),
       (p.zext(x, 2 * w)));
  RULE("sext-by-shifts", (p.ashr(p.shl(p.zext(x, 2 * w), p.constant(2 * w, w)), p.constant(2 * w, w))),
       (p.sext(x, 2 * w)));
  RULE("truncated-sum", (p.extract(p.add(p.zext(x, 2 * w), p.sext(y, 2 * w)), 0, w)), (p.add(x, y)));
  RULE("truncated-product", (p.extract(p.mul(p.zext(x, 2 * w), p.sext(y, 2 * w)), 0, w)), (p.mul(x, y)));
  RULE("truncated-logic", (p.extract(p.bit_xor(p.zext(x, 2 * w), p.bit_not(p.sext(y, 2 * w))), 0, w)),
       (p.bit_not(p.bit_xor(x, y))));
  RULE("truncated-select", (p.extract(p.select(b, p.zext(x, 2 * w), p.sext(y, 2 * w)), 0, w)), (p.select(b, x, y)));
  RULE("truncated-shift", (p.extract(p.shl(p.zext(x, 2 * w), p.zext(p.bit_and(y, one), 2 * w)), 0, w)),
       (p.shl(x, p.bit_and(y, one))));
  RULE("field-of-sum", (p.extract(p.add(p.zext(x, 4 * w), p.zext(y, 4 * w)), 0, w)), (p.add(x, y)));
  RULE("extract-of-extract", (p.extract(p.extract(p.concat(x, y), w / 2, w), 0, 1)), (p.extract(y, w / 2, 1)));
  RULE("halves-join", (p.concat(p.extract(p.concat(x, y), w, w), p.extract(p.concat(x, y), 0, w))), (p.concat(x, y)));
  RULE("parts-of-a-sum-join",
       (p.concat(p.extract(p.add(p.concat(x, y), p.concat(z, x)), w, w),
                 p.extract(p.add(p.concat(x, y), p.concat(z, x)), 0, w))),
       (p.add(p.concat(x, y), p.concat(z, x))));
  RULE("parts-of-logic-join",
       (p.concat(p.extract(p.bit_and(x, y), w / 2, w - w / 2), p.extract(p.bit_and(x, y), 0, std::max(w / 2, 1u)))),
       (p.concat(p.bit_and(p.extract(x, w / 2, w - w / 2), p.extract(y, w / 2, w - w / 2)),
                 p.bit_and(p.extract(x, 0, std::max(w / 2, 1u)), p.extract(y, 0, std::max(w / 2, 1u))))));
  RULE("disjoint-or-is-concat", (p.bit_or(p.zext(x, 2 * w), p.shl(p.zext(y, 2 * w), p.constant(2 * w, w)))),
       (p.concat(y, x)));
  RULE("disjoint-add-is-concat", (p.add(p.zext(x, 2 * w), p.shl(p.zext(y, 2 * w), p.constant(2 * w, w)))),
       (p.concat(y, x)));
  RULE("disjoint-xor-is-concat", (p.bit_xor(p.zext(x, 2 * w), p.shl(p.zext(y, 2 * w), p.constant(2 * w, w)))),
       (p.concat(y, x)));
  RULE("insert-by-masks",
       (p.bit_or(p.bit_and(x, p.constant(APInt::getHighBitsSet(w, w / 2))), p.lshr(y, number(w / 2)))),
       (w < 2 ? p.bit_or(zero, y) : p.concat(p.extract(x, w - w / 2, w / 2), p.extract(y, w / 2, w - w / 2))));
  RULE("sign-bits-join", (p.concat(p.sext(sign(x), 3), x)), (p.sext(x, w + 3)));
  RULE("sext-of-sext", (p.sext(p.sext(x, w + 1), w + 3)), (p.sext(x, w + 3)));
  RULE("sext-of-zext", (p.sext(p.zext(x, w + 1), w + 3)), (p.zext(x, w + 3)));
  RULE("sext-of-concat", (p.sext(p.concat(x, y), 2 * w + 3)), (p.concat(p.sext(x, w + 3), y)));
  RULE("logic-of-sexts", (p.bit_and(p.sext(x, w + 3), p.sext(y, w + 3))), (p.sext(p.bit_and(x, y), w + 3)));
  RULE("complement-of-concat", (p.bit_not(p.concat(x, y))), (p.concat(p.bit_not(x), p.bit_not(y))));
  RULE("and-itself", (p.bit_and(x, x)), (x));
  RULE("and-complement", (p.bit_and(p.bit_and(x, y), p.bit_not(x))), (zero));
  RULE("or-complement", (p.bit_or(p.bit_or(x, y), p.bit_not(x))), (ones));
  RULE("xor-itself", (p.bit_xor(p.bit_xor(x, y), x)), (y));
  RULE("and-reassociates", (p.bit_and(p.bit_and(x, y), z)), (p.bit_and(y, p.bit_and(z, x))));
  RULE("or-reassociates", (p.bit_or(p.bit_or(x, y), z)), (p.bit_or(y, p.bit_or(z, x))));
  RULE("de-morgan-and", (p.bit_and(p.bit_not(x), p.bit_not(y))), (p.bit_not(p.bit_or(x, y))));
  RULE("de-morgan-or", (p.bit_or(p.bit_not(x), y)), (p.bit_not(p.bit_and(x, p.bit_not(y)))));
  RULE("de-morgan-nested", (p.bit_and(z, p.bit_not(p.bit_or(x, y)))),
       (p.bit_and(p.bit_and(z, p.bit_not(x)), p.bit_not(y))));
  RULE("xor-complement", (p.bit_xor(x, p.bit_not(y))), (p.bit_not(p.bit_xor(x, y))));
  NO_RULE("and-is-no-or", (p.bit_and(x, y)), (p.bit_or(x, y)));
}

template <class Visit>
void rules_of_comparisons(Visit visit) {
  RULE("eq-through-difference", (p.eq(p.sub(x, y), zero)), (p.eq(y, x)));
  RULE("eq-through-xor", (p.eq(p.bit_xor(x, y), zero)), (p.eq(x, y)));
  RULE("eq-moves-constants", (p.eq(p.add(x, one), number(5))), (p.eq(x, number(4))));
  RULE("eq-of-zext", (p.eq(p.zext(x, w + 5), p.zext(y, w + 5))), (p.eq(x, y)));
  RULE("eq-of-sext", (p.eq(p.sext(x, w + 5), p.sext(y, w + 5))), (p.eq(x, y)));
  RULE_FROM(2u, "eq-of-own-extension", (p.eq(p.mul(x, z), p.sext(p.extract(p.mul(x, z), 0, w - w / 2), w))),
            (p.eq(p.zext(p.extract(p.mul(x, z), w - w / 2, w / 2), w),
                  p.zext(p.sext(p.extract(p.mul(x, z), w - w / 2 - 1, 1), w / 2), w))));
  RULE("eq-of-complements", (p.eq(p.bit_not(x), p.bit_not(y))), (p.eq(x, y)));
  RULE("eq-of-negations", (p.eq(p.sub(zero, x), y)), (p.eq(x, p.sub(zero, y))));
  RULE("eq-of-concats", (p.eq(p.concat(x, z), p.concat(y, z))), (p.eq(x, y)));
  RULE("eq-of-bits", (p.eq(b, c)), (p.bit_not(p.bit_xor(b, c))));
  RULE("bit-is-not-zero", (p.bit_not(p.eq(p.zext(b, w), zero))), (b));
  RULE("or-is-zero", (p.eq(p.bit_or(p.zext(b, w), p.zext(c, w)), zero)), (p.bit_not(p.bit_or(b, c))));
  RULE("ult-of-zext", (p.ult(p.zext(x, w + 5), p.zext(y, w + 5))), (p.ult(x, y)));
  RULE("ult-of-sext", (p.ult(p.sext(x, w + 5), p.sext(y, w + 5))), (p.ult(x, y)));
  RULE("slt-of-sext", (p.slt(p.sext(x, w + 5), p.sext(y, w + 5))), (p.slt(x, y)));
  RULE("slt-of-zext", (p.slt(p.zext(x, w + 5), p.zext(y, w + 5))), (p.ult(x, y)));
  RULE("ult-one", (p.ult(x, one)), (p.eq(x, zero)));
  RULE("zero-ult", (p.ult(zero, x)), (p.bit_not(p.eq(x, zero))));
  RULE("slt-zero", (p.slt(x, zero)), (sign(x)));
  RULE("constant-ult", (p.ult(number(6), x)), (p.bit_not(p.ult(x, w > 2 ? number(7) : w == 2 ? number(3) : one))));
  RULE("ult-of-complements", (p.ult(p.bit_not(x), p.bit_not(y))), (p.ult(y, x)));
  RULE("slt-of-complements", (p.slt(p.bit_not(x), p.bit_not(y))), (p.slt(y, x)));
  RULE("carry-from-sum", (p.ult(p.add(x, y), x)), (p.ult(p.add(x, y), y)));
  RULE("carry-by-complement", (p.ult(p.add(x, y), x)), (p.ult(p.bit_not(x), y)));
  RULE("carry-of-constant", (p.ult(p.add(x, number(5)), x)), (p.bit_not(p.ult(x, p.sub(zero, number(5))))));
  RULE("borrow-from-difference", (p.ult(x, p.sub(x, y))), (p.ult(x, y)));
  RULE("ult-or-eq", (p.bit_or(p.ult(x, y), p.eq(x, y))), (p.bit_not(p.ult(y, x))));
  RULE("slt-or-eq", (p.bit_or(p.slt(x, y), p.eq(x, y))), (p.bit_not(p.slt(y, x))));
  RULE("ult-constant-or-eq", (p.bit_or(p.ult(x, number(5)), p.eq(x, number(5)))), (p.bit_not(p.ult(number(5), x))));
  RULE("not-ult-and-not-eq", (p.bit_and(p.bit_not(p.ult(x, y)), p.bit_not(p.eq(x, y)))), (p.ult(y, x)));
  RULE("ult-without-eq", (p.bit_and(p.ult(x, y), p.bit_not(p.eq(x, y)))), (p.ult(x, y)));
  RULE("ule-both-ways", (p.bit_and(p.bit_not(p.ult(x, y)), p.bit_not(p.ult(y, x)))), (p.eq(x, y)));
  RULE("slt-constant-or-eq", (p.bit_or(p.slt(x, zero), p.eq(x, zero))), (p.bit_not(p.slt(zero, x))));
  NO_RULE("ult-is-no-slt", (p.ult(x, y)), (p.slt(x, y)));
  NO_RULE("ult-of-sum", (p.ult(p.add(x, z), p.add(y, z))), (p.ult(x, y)));
}

template <class Visit>
void rules_of_choices(Visit visit) {
  RULE("select-of-complement", (p.select(p.bit_not(b), x, y)), (p.select(b, y, x)));
  RULE("select-same", (p.select(b, x, x)), (x));
  RULE("select-nested", (p.select(b, p.select(b, x, y), z)), (p.select(b, x, z)));
  RULE("select-bit", (p.select(b, one, zero)), (p.zext(b, w)));
  RULE("select-mask", (p.select(b, ones, zero)), (p.sext(b, w)));
  RULE("select-increment", (p.select(b, p.add(x, one), x)), (p.add(x, p.zext(b, w))));
  RULE("select-complement-of-value", (p.select(b, p.bit_not(x), x)), (p.bit_xor(x, p.sext(b, w))));
  RULE("select-negation", (p.select(b, p.sub(zero, x), x)), (p.add(p.bit_xor(x, p.sext(b, w)), p.zext(b, w))));
  RULE("select-of-zexts", (p.select(b, p.zext(x, w + 3), p.zext(y, w + 3))), (p.zext(p.select(b, x, y), w + 3)));
  RULE("select-of-sexts", (p.select(b, p.sext(x, w + 3), p.sext(y, w + 3))), (p.sext(p.select(b, x, y), w + 3)));
  RULE("select-of-bits", (p.select(b, c, none)), (p.bit_and(b, c)));
  RULE("select-by-masks", (p.bit_or(p.bit_and(x, p.sext(b, w)), p.bit_and(y, p.sext(p.bit_not(b), w)))),
       (p.select(b, x, y)));
  RULE("masked-by-bit", (p.bit_and(x, p.sub(zero, p.zext(b, w)))), (p.select(b, x, zero)));
  RULE("product-by-bit", (p.mul(x, p.zext(b, w))), (p.select(b, x, zero)));
  RULE("minimum", (p.select(p.ult(x, y), x, y)), (p.select(p.ult(y, x), y, x)));
  RULE("maximum", (p.select(p.ult(x, y), y, x)), (p.select(p.bit_not(p.ult(y, x)), y, x)));
  RULE("signed-minimum", (p.select(p.slt(x, y), x, y)), (p.select(p.slt(y, x), y, x)));
  RULE("minimum-with-constant", (p.select(p.ult(x, number(5)), x, number(5))),
       (p.select(p.ult(number(5), x), number(5), x)));
  RULE("absolute-value", (p.select(sign(x), p.sub(zero, x), x)), (p.select(p.slt(zero, x), x, p.sub(zero, x))));
  RULE("absolute-by-xor", (p.sub(p.bit_xor(x, p.sext(sign(x), w)), p.sext(sign(x), w))),
       (p.select(sign(x), p.sub(zero, x), x)));
  NO_RULE("select-is-ordered", (p.select(b, x, y)), (p.select(b, y, x)));
}

template <class Visit>
void rules_of_divisions(Visit visit) {
  RULE("truncated-quotient", (p.extract(p.udiv(p.zext(x, 2 * w), p.zext(y, 2 * w)), 0, w)), (p.udiv(x, y)));
  RULE("remainder-of-zexts", (p.urem(p.zext(x, 2 * w), p.zext(y, 2 * w))), (p.zext(p.urem(x, y), 2 * w)));
  RULE("quotient-by-power", (p.udiv(x, number(w > 2 ? 4 : 1))), (p.lshr(x, number(w > 2 ? 2 : 0))));
  RULE("remainder-by-power", (p.urem(x, number(w > 2 ? 4 : 1))), (p.bit_and(x, number(w > 2 ? 3 : 0))));
  RULE("remainder-by-quotient", (p.sub(x, p.mul(p.udiv(x, y), y))), (p.urem(x, y)));
  RULE("signed-remainder-by-quotient", (p.sub(x, p.mul(y, p.sdiv(x, y)))), (p.srem(x, y)));
  NO_RULE("remainder-by-another-quotient", (p.sub(x, p.mul(p.udiv(x, y), z))), (p.urem(x, y)));
  RULE("quotient-by-zero", (p.udiv(x, zero)), (ones));
  RULE("remainder-by-zero", (p.urem(x, zero)), (x));
  RULE("shift-of-zext", (p.lshr(p.zext(x, w + 8), p.zext(p.extract(y, 0, 1), w + 8))),
       (p.zext(p.lshr(x, p.zext(p.extract(y, 0, 1), w)), w + 8)));
  RULE("shift-of-sext", (p.ashr(p.sext(x, w + 8), p.zext(p.extract(y, 0, 1), w + 8))),
       (p.sext(p.ashr(x, p.zext(p.extract(y, 0, 1), w)), w + 8)));
  RULE("shift-by-width", (p.shl(x, number(w))), (w > 1 ? zero : p.shl(x, one)));
  RULE_FROM(2u, "truncated-signed-quotient", (p.extract(p.sdiv(p.sext(x, 2 * w), p.sext(y, 2 * w)), 0, w)),
            (p.sdiv(x, y)));
  RULE_FROM(2u, "signed-quotient-fits",
            (p.eq(p.sext(p.extract(p.sdiv(p.sext(x, 2 * w), p.sext(y, 2 * w)), 0, w), 2 * w),
                  p.sdiv(p.sext(x, 2 * w), p.sext(y, 2 * w)))),
            (p.bit_not(p.bit_and(p.eq(x, p.constant(APInt::getSignedMinValue(w))), p.eq(y, ones)))));
  RULE("eq-of-choice-and-its-side", (p.eq(p.select(b, x, y), y)), (p.bit_or(p.bit_not(b), p.eq(x, y))));
  RULE("eq-of-sext-and-what-it-cannot-be", (p.eq(p.sext(x, w + 4), p.zext(p.concat(p.constant(1, 1), zero), w + 4))),
       (none));
  NO_RULE("signed-quotient-of-sexts", (p.sdiv(p.sext(x, 2 * w), p.sext(y, 2 * w))), (p.sext(p.sdiv(x, y), 2 * w)));
  NO_RULE("quotient-of-zexts", (p.udiv(p.zext(x, 2 * w), p.zext(y, 2 * w))), (p.zext(p.udiv(x, y), 2 * w)));
}

template <class Visit>
void for_each_rule(Visit visit) {
  rules_of_sums(visit);
  rules_of_bits(visit);
  rules_of_comparisons(visit);
  rules_of_choices(visit);
  rules_of_divisions(visit);
}

}  // namespace portolan::terms
