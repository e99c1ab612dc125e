// Each stage of the prover with questions that need it; what was measured before the code stands in the table of the
// encodings, and those that no bit-vector solver ends on must be proved here.
#include <fmt/format.h>

#include "solvers.h"
#include "verify/solve/generalise.h"

namespace portolan::solve {
namespace {

using terms::APInt;
using Verdict = Answer::Verdict;

class ProverTest : public testing::Test {
 protected:
  Answer holds(Term goal, std::vector<Term> assumptions = {}) {
    const auto begin = std::chrono::steady_clock::now();
    Answer answer = prover.holds(std::move(assumptions), goal);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.3f} s", seconds);
    for (const SolverRun& run : answer.runs) fmt::print("; {} {} {:.3f}", run.solver, run.answer, run.seconds);
    fmt::print("\n");
    return answer;
  }
  static Limits generous() {
    Limits limits;
    limits.time = std::chrono::seconds(20);
    return limits;
  }
  Term number(unsigned width, uint64_t value) { return pool.constant(width, value); }
  // That 2^61 - 1 has no factors of 32 bits above n: true, and no solver ends on it soon.
  Term endless(uint64_t n) {
    const Term a = pool.variable("a", 32), b = pool.variable("b", 32);
    const Term product = pool.mul(pool.zext(a, 64), pool.zext(b, 64));
    return pool.bit_not(pool.bit_and(pool.eq(product, number(64, (1ull << 61) - 1)),
                                     pool.bit_and(pool.ult(number(32, n), a), pool.ult(number(32, n), b))));
  }

  Pool pool;
  Prover prover{pool, generous()};
};

#define EXPECT_PROVED(answer, how)                                 \
  do {                                                             \
    const Answer& a_ = (answer);                                   \
    EXPECT_EQ(a_.verdict, Verdict::holds) << a_.reason;            \
    EXPECT_TRUE(a_.cross_checked);                                 \
    EXPECT_EQ(static_cast<int>(a_.method), static_cast<int>(how)); \
    EXPECT_EQ(a_.query.empty(), a_.method == Method::syntactic);   \
  } while (false)

TEST_F(ProverTest, WhatNormalisesNeedsNoSolver) {
  FakeSolvers none;
  none.hide_others();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  EXPECT_PROVED(holds(pool.eq(pool.add(a, b), pool.add(b, a))), Method::syntactic);
  EXPECT_PROVED(holds(pool.eq(a, number(64, 5)), {pool.eq(a, number(64, 5))}), Method::syntactic);
  EXPECT_PROVED(holds(pool.bit(false), {pool.bit(false)}), Method::syntactic);
}

TEST_F(ProverTest, WhatIsWrongFailsWithAModel) {
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  const Answer answer = holds(pool.eq(pool.sub(a, b), pool.sub(b, a)));
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_EQ(answer.method, Method::evaluation);
  ASSERT_TRUE(answer.model.contains("a") && answer.model.contains("b"));
  const APInt x = answer.model.at("a"), y = answer.model.at("b");
  EXPECT_NE(x - y, y - x);
}

TEST_F(ProverTest, WhatSeldomFailsIsFoundBySolvers) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64);
  const uint64_t key = 0x123456789abcdef1;
  const Answer answer =
      holds(pool.bit_not(pool.eq(pool.bit_xor(pool.add(a, a), pool.lshr(a, number(64, 7))), number(64, key))));
  ASSERT_EQ(answer.verdict, Verdict::fails) << answer.reason;
  const APInt x = answer.model.at("a");
  EXPECT_EQ((x + x) ^ x.lshr(7), APInt(64, key));
}

// Products in the exact question only: the first stage says sat, which must not count.
TEST_F(ProverTest, ModelsOfTrueProductsAreFound) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 32), b = pool.variable("b", 32);
  const Term product = pool.mul(a, b);
  const Answer answer =
      holds(pool.bit_not(pool.eq(product, number(32, 0x9e3779b1))),
            {pool.ult(a, number(32, 1 << 16)), pool.ult(number(32, 1), a), pool.ult(b, number(32, 1 << 20))});
  ASSERT_EQ(answer.verdict, Verdict::fails) << answer.reason;
  EXPECT_EQ(answer.model.at("a") * answer.model.at("b"), APInt(32, 0x9e3779b1));
}

TEST_F(ProverTest, FlagsOfBothInstructionSets) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  const Term difference = pool.sub(a, b);
  // Borrow of x86 against the carry of AArch64, through 65 bits and through comparison.
  const Term wide = pool.sub(pool.zext(a, 65), pool.zext(b, 65));
  EXPECT_EQ(holds(pool.eq(pool.extract(wide, 64, 1), pool.ult(a, b))).verdict, Verdict::holds);
  // Signed less: sign xor overflow.
  const Term overflow = pool.extract(pool.bit_and(pool.bit_xor(a, b), pool.bit_xor(a, difference)), 63, 1);
  const Answer less = holds(pool.eq(pool.bit_xor(pool.extract(difference, 63, 1), overflow), pool.slt(a, b)));
  EXPECT_EQ(less.verdict, Verdict::holds);
  EXPECT_TRUE(less.cross_checked);
  // Below or equal: carry clear or zero.
  const Term below_or_equal = pool.bit_or(pool.ult(a, b), pool.eq(difference, number(64, 0)));
  EXPECT_EQ(holds(pool.eq(below_or_equal, pool.bit_not(pool.ult(b, a)))).verdict, Verdict::holds);
}

TEST_F(ProverTest, SwappedProducts) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  // a ^ b written with and/or, behind a product each time.
  auto other_xor = [&](Term x, Term y) { return pool.bit_and(pool.bit_or(x, y), pool.bit_not(pool.bit_and(x, y))); };
  Term one = a, two = a;
  for (int i = 0; i < 2; ++i) {  // cvc5 takes forty seconds for four
    one = pool.mul(pool.bit_xor(one, b), b);
    two = pool.mul(b, other_xor(two, b));
  }
  const Answer answer = holds(pool.eq(one, two));
  EXPECT_EQ(answer.verdict, Verdict::holds) << answer.reason;
  EXPECT_TRUE(answer.cross_checked);
  EXPECT_TRUE(answer.method == Method::euf || answer.method == Method::syntactic);
}

TEST_F(ProverTest, RemaindersAreWhatIsLeft) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  EXPECT_EQ(holds(pool.eq(pool.urem(a, b), pool.sub(a, pool.mul(b, pool.udiv(a, b))))).verdict, Verdict::holds);
  EXPECT_EQ(holds(pool.eq(pool.srem(a, b), pool.sub(a, pool.mul(b, pool.sdiv(a, b))))).verdict, Verdict::holds);
}

// Compilers' constant division (Granlund and Montgomery 1994), as gcc writes it.
class DivisionTest : public ProverTest, public testing::WithParamInterface<unsigned> {};

TEST_P(DivisionTest, UnsignedByTen) {
  NEEDS_SOLVERS();
  const unsigned w = GetParam();
  const Term x = pool.variable("x", w);
  const APInt magic = APInt(2 * w, 1).shl(w + 3).udiv(APInt(2 * w, 10)).trunc(w) + 1;
  const Term quotient = pool.lshr(pool.umulh(x, pool.constant(magic)), number(w, 3));
  EXPECT_PROVED(holds(pool.eq(pool.udiv(x, number(w, 10)), quotient)), Method::integers);
  const Term rest = pool.sub(x, pool.mul(quotient, number(w, 10)));
  EXPECT_PROVED(holds(pool.eq(pool.urem(x, number(w, 10)), rest)), Method::integers);
  // One less is wrong, and only for large numbers.
  const Term wrong = pool.lshr(pool.umulh(x, pool.constant(magic - 1)), number(w, 3));
  EXPECT_NE(holds(pool.eq(pool.udiv(x, number(w, 10)), wrong)).verdict, Verdict::holds);
}

TEST_P(DivisionTest, UnsignedBySevenNeedsAnotherBit) {
  NEEDS_SOLVERS();
  const unsigned w = GetParam();
  const Term x = pool.variable("x", w);
  const APInt magic = APInt(2 * w + 4, 1).shl(w + 3).udiv(APInt(2 * w + 4, 7)).trunc(w) + 1;
  const Term high = pool.umulh(x, pool.constant(magic));
  const Term half = pool.lshr(pool.sub(x, high), number(w, 1));
  const Term quotient = pool.lshr(pool.add(half, high), number(w, 2));
  EXPECT_PROVED(holds(pool.eq(pool.udiv(x, number(w, 7)), quotient)), Method::integers);
}

TEST_P(DivisionTest, SignedByTen) {
  NEEDS_SOLVERS();
  const unsigned w = GetParam();
  const Term x = pool.variable("x", w);
  const APInt magic = APInt(2 * w, 1).shl(w + 2).udiv(APInt(2 * w, 10)).trunc(w) + 1;
  const Term high = pool.ashr(pool.smulh(x, pool.constant(magic)), number(w, 2));
  const Term quotient = pool.sub(high, pool.ashr(x, number(w, w - 1)));
  EXPECT_PROVED(holds(pool.eq(pool.sdiv(x, number(w, 10)), quotient)), Method::integers);
}

INSTANTIATE_TEST_SUITE_P(Widths, DivisionTest, testing::Values(16u, 32u, 64u));

// x86-64 divides twice the width and traps where the quotient doesn't fit; the others divide at the width.
TEST_P(DivisionTest, ExtendedDividends) {
  NEEDS_SOLVERS();
  const unsigned w = GetParam();
  const Term x = pool.variable("x", w), y = pool.variable("y", w);
  const Term nonzero = pool.bit_not(pool.eq(y, number(w, 0)));
  const Term whole = pool.udiv(pool.zext(x, 2 * w), pool.zext(y, 2 * w));
  const Term fits = pool.eq(pool.extract(whole, w, w), number(w, 0));
  const Term same = pool.eq(pool.extract(whole, 0, w), pool.udiv(x, y));
  for (Term goal : {fits, same}) {
    const Answer answer = holds(goal, {nonzero});
    EXPECT_EQ(answer.verdict, Verdict::holds) << answer.reason;
    EXPECT_TRUE(answer.cross_checked);
  }
  const Term rest = pool.urem(pool.zext(x, 2 * w), pool.zext(y, 2 * w));
  EXPECT_EQ(holds(pool.eq(pool.extract(rest, 0, w), pool.urem(x, y)), {nonzero}).verdict, Verdict::holds);
  const Term is_signed = pool.sdiv(pool.sext(x, 2 * w), pool.sext(y, 2 * w));
  const Answer answer = holds(pool.eq(pool.extract(is_signed, 0, w), pool.sdiv(x, y)), {nonzero});
  EXPECT_EQ(answer.verdict, Verdict::holds) << answer.reason;
  // By zero the two differ.
  EXPECT_NE(holds(pool.eq(pool.zext(pool.udiv(x, y), 2 * w), whole)).verdict, Verdict::holds);
}

TEST_F(ProverTest, HighHalfFromFourProducts) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  auto low = [&](Term t) { return pool.zext(pool.extract(t, 0, 32), 64); };
  auto high = [&](Term t) { return pool.lshr(t, number(64, 32)); };
  const Term ll = pool.mul(low(a), low(b)), lh = pool.mul(low(a), high(b)), hl = pool.mul(high(a), low(b)),
             hh = pool.mul(high(a), high(b));
  const Term middle = pool.add(hl, high(ll));
  const Term carried = pool.add(low(middle), lh);
  const Term result = pool.add(pool.add(hh, high(middle)), high(carried));
  EXPECT_PROVED(holds(pool.eq(pool.umulh(a, b), result)), Method::integers);
}

TEST_F(ProverTest, CarryChains) {
  NEEDS_SOLVERS();
  auto word = [&](const char* name) { return pool.variable(name, 64); };
  const Term a0 = word("a0"), a1 = word("a1"), b0 = word("b0"), b1 = word("b1");
  const Term sum0 = pool.add(a0, b0);
  const Term sum1 = pool.add(pool.add(a1, b1), pool.zext(pool.ult(sum0, a0), 64));
  const Term wide = pool.add(pool.concat(a1, a0), pool.concat(b1, b0));
  const Answer answer = holds(pool.eq(wide, pool.concat(sum1, sum0)));
  EXPECT_EQ(answer.verdict, Verdict::holds);
  EXPECT_TRUE(answer.cross_checked);
}

// 128 bytes in 8-byte and in 16-byte pieces, the buffers disjoint by assumption of the pool.
TEST_F(ProverTest, CopiesInPiecesOfDifferentSize) {
  NEEDS_SOLVERS();
  const Term from = pool.variable("from", 64), to = pool.variable("to", 64);
  pool.declare_object(from, {0, 128, false});
  pool.declare_object(to, {0, 128, false});
  const Term start = pool.memory("m");
  Term one = start, two = start;
  auto at = [&](Term base, unsigned offset) { return pool.add(base, number(64, offset)); };
  for (unsigned i = 0; i < 128; i += 8) one = pool.store(one, at(to, i), pool.load(one, at(from, i), 64));
  for (unsigned i = 0; i < 128; i += 16) {
    const Term high = pool.load(two, at(from, i + 8), 64), low = pool.load(two, at(from, i), 64);
    two = pool.store(pool.store(two, at(to, i + 8), high), at(to, i), low);
  }
  const Answer answer = holds(pool.eq(one, two));
  EXPECT_EQ(answer.verdict, Verdict::holds) << answer.reason;
  EXPECT_TRUE(answer.cross_checked);
}

// Without that assumption the two differ where the buffers overlap.
TEST_F(ProverTest, OverlapIsFound) {
  NEEDS_SOLVERS();
  const Term from = pool.variable("from", 64), to = pool.variable("to", 64), start = pool.memory("m");
  auto at = [&](Term base, unsigned offset) { return pool.add(base, number(64, offset)); };
  Term one = start, two = start;
  for (unsigned i = 0; i < 16; i += 8) one = pool.store(one, at(to, i), pool.load(one, at(from, i), 64));
  const Term high = pool.load(two, at(from, 8), 64), low = pool.load(two, from, 64);
  two = pool.store(pool.store(two, to, low), at(to, 8), high);
  const Answer answer = holds(pool.eq(one, two));
  EXPECT_EQ(answer.verdict, Verdict::fails) << answer.reason;
  // It names overlapping buffers.
  const APInt distance = answer.model.at("to") - answer.model.at("from");
  EXPECT_TRUE(distance.slt(16) && distance.sgt(-16)) << distance.getSExtValue();
  // With both orders told apart it holds.
  const Term apart = pool.bit_or(pool.ult(pool.constant(64, 15), pool.sub(to, from)), pool.eq(to, from));
  const Answer assumed = holds(pool.eq(one, two), {apart});
  EXPECT_EQ(assumed.verdict, Verdict::holds) << assumed.reason;
}

TEST_F(ProverTest, ReadsAgreeOnEqualAddresses) {
  NEEDS_SOLVERS();
  const Term p = pool.variable("p", 64), q = pool.variable("q", 64), m = pool.memory("m");
  const Term same = pool.eq(pool.bit_xor(p, q), pool.bit_xor(q, pool.variable("r", 64)));
  const Term goal = pool.eq(pool.load(m, p, 32), pool.load(m, pool.variable("r", 64), 32));
  EXPECT_EQ(holds(goal, {same}).verdict, Verdict::holds);
  EXPECT_EQ(holds(goal).verdict, Verdict::fails);
}

TEST_F(ProverTest, FunctionsOfMemories) {
  NEEDS_SOLVERS();
  const Term p = pool.variable("p", 64), q = pool.variable("q", 64), m = pool.memory("m");
  const Term x = pool.variable("x", 8), y = pool.variable("y", 8);
  auto called = [&](Term memory) {
    const Term arguments[] = {x, memory};
    return pool.apply(".callee", 64, arguments);
  };
  // Two stores in either order, to places that are not the same.
  const Term one = pool.store(pool.store(m, p, x), q, y), two = pool.store(pool.store(m, q, y), p, x);
  const Term apart = pool.bit_not(pool.eq(p, q));
  const Answer equal = holds(pool.eq(called(one), called(two)), {apart});
  EXPECT_EQ(equal.verdict, Verdict::holds) << equal.reason;
  // If they may be the same, nothing is known: the function may or may not look there.
  const Answer open = holds(pool.eq(called(one), called(two)));
  EXPECT_EQ(open.verdict, Verdict::unknown);
  EXPECT_EQ(open.reason, "approximation");
}

TEST_F(ProverTest, UnknownFunctionsNeverFail) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  const Term one[] = {a, b}, two[] = {b, a};
  const Answer answer = holds(pool.eq(pool.apply(".f", 64, one), pool.apply(".f", 64, two)));
  EXPECT_EQ(answer.verdict, Verdict::unknown);
  EXPECT_EQ(answer.reason, "approximation");
}

TEST_F(ProverTest, RepeatedQuestionsAreRemembered) {
  NEEDS_SOLVERS();
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64);
  const Term goal = pool.eq(pool.sub(pool.bit_or(a, b), pool.bit_and(a, b)), pool.bit_xor(a, b));
  const Answer first = holds(goal);
  EXPECT_EQ(first.verdict, Verdict::holds);
  FakeSolvers none;
  none.hide_others();
  const Answer second = holds(goal);
  EXPECT_EQ(second.verdict, Verdict::holds);
  EXPECT_EQ(second.query, first.query);
}

TEST_F(ProverTest, StoredQuestionsAreAskedAgain) {
  NEEDS_SOLVERS();
  const Term x = pool.variable("x", 64);
  const Term quotient = pool.lshr(pool.umulh(x, pool.constant(APInt(64, 0xcccccccccccccccd))), number(64, 3));
  const Answer answer = holds(pool.eq(pool.udiv(x, number(64, 10)), quotient));
  ASSERT_EQ(answer.verdict, Verdict::holds);
  const std::vector<SolverRun> again = recheck(answer.query, generous());
  ASSERT_EQ(again.size(), 2u);
  for (const SolverRun& run : again) EXPECT_EQ(run.answer, "unsat") << run.solver;
}

TEST_F(ProverTest, DeadlinesHold) {
  NEEDS_SOLVERS();
  const Term goal = endless(1);
  const auto begin = FairClock::now();
  prover.set_deadline(begin + std::chrono::milliseconds(700));
  const Answer answer = holds(goal);
  EXPECT_LT(FairClock::now() - begin, std::chrono::milliseconds(1700));
  if (answer.verdict == Verdict::unknown) {
    EXPECT_EQ(answer.reason, "timeout");
  }
}

// A solver that is stopped at the end of a question's time, again and again, is asked the next one all the same.
TEST_F(ProverTest, SolversOutliveHardQuestions) {
  NEEDS_SOLVERS();
  prover.set_limits({std::chrono::milliseconds(400), 2ull << 30});
  for (uint64_t n = 1; n < 6; ++n) EXPECT_EQ(holds(endless(n)).verdict, Verdict::unknown);
  prover.set_limits(generous());
  const Term x = pool.variable("x", 32), y = pool.variable("y", 32);
  const Answer easy = holds(pool.ult(x, y), {pool.ult(x, number(32, 9)), pool.slt(number(32, 8), y)});
  EXPECT_EQ(easy.verdict, Verdict::holds);
  EXPECT_TRUE(easy.cross_checked);
  EXPECT_FALSE(easy.runs.empty());
}

// Parts that no solver likes to look into are variables first. What holds for all their values holds; where it does
// not, nothing was said.
TEST_F(ProverTest, HardPartsThatStandInSeveralPlaces) {
  NEEDS_SOLVERS();
  const Term x = pool.variable("x", 64), y = pool.variable("y", 64), c = pool.variable("c", 1);
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64), product = pool.mul(x, y);
  const Term between = pool.bit_and(pool.ult(product, a), pool.ult(a, b));
  const Term transitive = pool.bit_not(pool.bit_and(between, pool.bit_not(pool.ult(product, b))));
  const auto general = generalised(pool, transitive);
  ASSERT_TRUE(general);
  EXPECT_EQ(pool.print(*general).find("mul"), std::string::npos);
  EXPECT_EQ(holds(transitive, {c}).verdict, Verdict::holds);
  // A square is 0 or 1 modulo 4; not every number is.
  const Term n = pool.variable("n", 8), square = pool.mul(n, n);
  const Term low = pool.bit_not(pool.bit_and(pool.extract(square, 1, 1), pool.ult(square, number(8, 200))));
  const auto any = generalised(pool, low);
  ASSERT_TRUE(any);
  EXPECT_EQ(holds(*any).verdict, Verdict::fails);
  EXPECT_EQ(holds(low, {c}).verdict, Verdict::holds);
  EXPECT_FALSE(generalised(pool, pool.ult(x, y)));
}

}  // namespace
}  // namespace portolan::solve
