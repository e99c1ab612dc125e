// Conditions and idioms as the lifters of the three ISAs put them into the IR: what means the same must be one term.
// Which condition is which follows from the manuals.
#include "test_support.h"

namespace portolan::terms {
namespace {

class Idioms : public ::testing::TestWithParam<unsigned> {
 protected:
  unsigned w() const { return GetParam(); }
  Term op(Op o, std::vector<Term> operands, unsigned width = 0) {
    const bool bit = ir::info(o).shape == ir::Shape::Compare || ir::info(o).shape == ir::Shape::Carry;
    return evaluate_terms(pool, {}, ir::instruction(o, width ? width : bit ? 1 : pool.width(operands[0])), operands);
  }
  Term floating(Op o, Term p, Term q) {
    Instruction inst = ir::instruction(o, 1);
    inst.format = ir::FloatFormat::f64;
    inst.nan = ir::NanRule::x86;
    const Term pair[] = {p, q};
    return evaluate_terms(pool, {}, inst, pair);
  }
  Term number(int64_t n) { return pool.constant(APInt(w(), n, true)); }
  Term negative(Term t) { return op(Op::slt, {t, number(0)}); }
  Term both(Term p, Term q) { return pool.bit_and(p, q); }
  Term either(Term p, Term q) { return pool.bit_or(p, q); }
  Term differ(Term p, Term q) { return pool.bit_xor(p, q); }
  Term inverse(Term p) { return pool.bit_not(p); }

  Pool pool;
  Term a = pool.variable("a", GetParam()), b = pool.variable("b", GetParam());
  Term none = pool.bit(false);
};

TEST_P(Idioms, ConditionsAfterSubtraction) {
  for (const Term q : {b, number(7), number(0), number(-3), pool.constant(APInt::getSignedMinValue(w()))}) {
    const Term result = pool.sub(a, q);
    const Term sf = negative(result), zf = op(Op::eq, {a, q}), cf = op(Op::ult, {a, q});
    const Term of = op(Op::sub_overflow, {a, q, none}), c = op(Op::ule, {q, a});
    const Term less = pool.slt(a, q), below = pool.ult(a, q);
    EXPECT_EQ(differ(sf, of), less);                                 // jl, lt
    EXPECT_EQ(either(zf, differ(sf, of)), inverse(pool.slt(q, a)));  // jle
    EXPECT_EQ(inverse(either(zf, differ(sf, of))), pool.slt(q, a));  // jg, gt
    EXPECT_EQ(cf, below);                                            // jb
    EXPECT_EQ(inverse(c), below);                                    // lo
    EXPECT_EQ(either(cf, zf), inverse(pool.ult(q, a)));              // jbe
    EXPECT_EQ(inverse(either(inverse(c), zf)), pool.ult(q, a));      // hi
    EXPECT_EQ(op(Op::eq, {result, number(0)}), zf);                  // cmp with subs' result
    EXPECT_EQ(op(Op::eq, {pool.zext(pool.slt(a, q), 64), pool.constant(64, 0)}), inverse(less));  // slt; beqz
  }
}

TEST_P(Idioms, ConditionsAfterTest) {
  for (const Term t : {a, pool.bit_and(a, b), pool.sub(a, b)}) {
    const Term sf = negative(t), zf = op(Op::eq, {t, number(0)});
    EXPECT_EQ(either(zf, differ(sf, none)), inverse(pool.slt(number(0), t)));  // jle against blez
    EXPECT_EQ(inverse(either(zf, sf)), pool.slt(number(0), t));                // jg against bgtz
    EXPECT_EQ(op(Op::ult, {t, number(1)}), zf);                                // seqz
    EXPECT_EQ(inverse(op(Op::ult, {number(0), t})), zf);                       // snez
  }
}

TEST_P(Idioms, AdditionWithFlags) {
  const Term sum = pool.add(a, b);
  EXPECT_EQ(op(Op::ult, {sum, a}), op(Op::add_carry, {a, b, none}));
  EXPECT_EQ(op(Op::ult, {sum, b}), op(Op::add_carry, {b, a, none}));
  // cmn a, -n is cmp a, n
  const Term minus = number(-9), plus = number(9);
  const Term nine = pool.add(a, minus);
  EXPECT_EQ(differ(negative(nine), op(Op::add_overflow, {a, minus, none})), pool.slt(a, plus));
  EXPECT_EQ(inverse(op(Op::ult, {nine, a})), pool.ult(a, plus));
}

TEST_P(Idioms, CarryChains) {
  const Term low = pool.variable("low", w()), other = pool.variable("other", w());
  const Term carry = op(Op::ult, {pool.add(low, other), low});
  // adc; RISC-V adds the carry apart and has two carries out.
  const Term first = pool.add(a, b), second = pool.add(first, pool.zext(carry, w()));
  EXPECT_EQ(op(Op::add_carry, {a, b, carry}), either(op(Op::ult, {first, a}), op(Op::ult, {second, first})));
  const Term borrow = op(Op::ult, {low, other});
  // A64 sbcs takes the inverse of the borrow in and gives the inverse of the borrow.
  EXPECT_EQ(op(Op::sub_borrow, {a, b, borrow}), inverse(op(Op::add_carry, {a, pool.bit_not(b), inverse(borrow)})));
  const Term difference = pool.sub(a, b);
  EXPECT_EQ(op(Op::sub_borrow, {a, b, borrow}),
            either(op(Op::ult, {a, b}), op(Op::ult, {difference, pool.zext(borrow, w())})));
  // Of double-width numbers.
  EXPECT_EQ(op(Op::sub_borrow, {a, b, borrow}), pool.select(op(Op::eq, {a, b}), borrow, op(Op::ult, {a, b})));
  EXPECT_EQ(differ(negative(pool.sub(difference, pool.zext(borrow, w()))), op(Op::sub_overflow, {a, b, borrow})),
            pool.select(op(Op::eq, {a, b}), borrow, op(Op::slt, {a, b})));
}

TEST_P(Idioms, ExtensionOfWords) {
  const Term x = pool.zext(a, 2 * w()), y = pool.sext(b, 2 * w());
  auto low = [&](Term t) { return pool.extract(t, 0, w()); };
  EXPECT_EQ(low(pool.add(x, y)), pool.add(a, b));
  if (w() % 8 == 0) {
    EXPECT_EQ(low(pool.mul(x, y)), pool.mul(a, b));
  }
  EXPECT_EQ(low(pool.bit_or(x, pool.bit_not(y))), pool.bit_or(a, pool.bit_not(b)));
  EXPECT_EQ(pool.slt(pool.sext(a, 2 * w()), y), pool.slt(a, b));
  EXPECT_EQ(pool.ult(pool.sext(a, 2 * w()), y), pool.ult(a, b));
  EXPECT_EQ(pool.eq(pool.sext(a, 2 * w()), y), pool.eq(a, b));
}

TEST_P(Idioms, Rotations) {
  if (w() < 8) return;
  const Term count = pool.bit_and(b, number(w() - 1));
  const Term back = pool.bit_and(pool.negate(b), number(w() - 1));
  EXPECT_EQ(pool.bit_or(pool.shl(a, count), pool.lshr(a, back)), op(Op::rotl, {a, b}));
  EXPECT_EQ(op(Op::rotr, {a, pool.negate(b)}), op(Op::rotl, {a, b}));
  EXPECT_EQ(pool.bit_or(pool.shl(a, number(3)), pool.lshr(a, number(w() - 3))), op(Op::rotl, {a, number(3)}));
}

TEST_P(Idioms, BitCounts) {
  EXPECT_EQ(op(Op::clz, {op(Op::bit_reverse, {a})}), op(Op::ctz, {a}));
  EXPECT_EQ(op(Op::bit_reverse, {op(Op::bit_reverse, {a})}), a);
  if (w() % 8 != 0) return;
  EXPECT_EQ(op(Op::byte_swap, {op(Op::byte_swap, {a})}), a);
  // cnt by bytes, then the sum across.
  Instruction bytes = ir::instruction(Op::popcount, w(), w() / 8);
  const Term counts = evaluate_terms(pool, {}, bytes, {&a, 1});
  Instruction across = ir::instruction(Op::reduce_add, 8, w() / 8);
  EXPECT_EQ(pool.zext(evaluate_terms(pool, {}, across, {&counts, 1}), 2 * w()),
            pool.zext(op(Op::popcount, {a}), 2 * w()));
}

TEST_P(Idioms, ConditionsOfFloatingPoint) {
  if (w() != 64) return;
  const Term less = floating(Op::flt, a, b), more = floating(Op::flt, b, a), equal = floating(Op::feq, a, b);
  const Term unordered = floating(Op::funordered, a, b);
  // SDM ucomisd: zf, pf, cf. Arm FPCompare: n, z, c, v.
  const Term zf = either(equal, unordered), cf = either(less, unordered);
  EXPECT_EQ(inverse(either(cf, zf)), more);                                                        // ja
  EXPECT_EQ(inverse(cf), floating(Op::fle, b, a));                                                 // jae
  EXPECT_EQ(inverse(either(equal, differ(less, unordered))), more);                                // gt
  EXPECT_EQ(inverse(differ(less, unordered)), floating(Op::fle, b, a));                            // ge
  EXPECT_EQ(both(inverse(unordered), zf), equal);                                                  // jnp and je
  EXPECT_EQ(inverse(either(inverse(inverse(less)), equal)), both(inverse(less), inverse(equal)));  // hi: c and not z
  EXPECT_EQ(either(either(less, equal), more), inverse(unordered));
  EXPECT_EQ(both(less, equal), none);
}

INSTANTIATE_TEST_SUITE_P(Widths, Idioms, ::testing::Values(8u, 16u, 32u, 64u, 7u));

}  // namespace
}  // namespace portolan::terms
