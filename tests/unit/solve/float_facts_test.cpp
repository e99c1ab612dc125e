// What comparisons mean bit by bit, against LLVM's APFloat; and that a question which needs it is answered.
#include "verify/solve/float_facts.h"

#include <gtest/gtest.h>

#include "llvm/ADT/APFloat.h"
#include "verify/solve/solve.h"
#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {
namespace {

using llvm::APFloat;
using terms::APInt;

Term comparison(Pool& pool, ir::Op op, ir::FloatFormat format, Term a, Term b) {
  ir::Instruction inst;
  inst.op = op;
  inst.format = format;
  inst.width = 1;
  const Term operands[] = {a, b};
  return terms::TermDomain(pool).floating(inst, 1, operands);
}

bool by_apfloat(ir::Op op, const llvm::fltSemantics& format, const APInt& a, const APInt& b) {
  const APFloat::cmpResult result = APFloat(format, a).compare(APFloat(format, b));
  if (op == ir::Op::feq) return result == APFloat::cmpEqual;
  if (op == ir::Op::flt) return result == APFloat::cmpLessThan;
  return result == APFloat::cmpUnordered;
}

// Every pair of the values of f16 around each boundary of its encoding, and those of the same shape in f64.
std::vector<APInt> values(unsigned width, unsigned mantissa) {
  std::vector<APInt> list;
  const APInt infinity = APInt::getHighBitsSet(width - 1, width - 1 - mantissa).zext(width);
  for (const APInt& middle : {APInt(width, 0), APInt::getOneBitSet(width, mantissa), infinity,
                              APInt::getOneBitSet(width, mantissa - 1) | infinity, infinity.lshr(1)})
    for (int step = -2; step <= 2; ++step)
      for (const bool negative : {false, true}) {
        APInt value = middle + APInt(width, static_cast<uint64_t>(step), true);
        value.setBitVal(width - 1, negative);
        list.push_back(value);
      }
  return list;
}

void check_meaning(ir::FloatFormat format, const llvm::fltSemantics& semantics, unsigned width, unsigned mantissa) {
  for (const ir::Op op : {ir::Op::feq, ir::Op::flt, ir::Op::funordered}) {
    Pool pool;
    const Term a = pool.variable("a", width), b = pool.variable("b", width);
    const Term t = comparison(pool, op, format, a, b);
    const std::vector<Term> facts = float_facts(pool, std::span(&t, 1));
    ASSERT_EQ(facts.size(), 1u);
    for (const APInt& x : values(width, mantissa))
      for (const APInt& y : values(width, mantissa)) {
        // With the comparison replaced by what APFloat says the fact must be true, and by the opposite false.
        for (const bool right : {true, false}) {
          terms::Substitution numbers(pool);
          numbers.replace(t, pool.bit(by_apfloat(op, semantics, x, y) == right));
          const Term left = numbers(facts[0]);
          terms::Substitution operands(pool);
          operands.replace(a, pool.constant(x));
          operands.replace(b, pool.constant(y));
          const APInt* value = pool.constant_value(operands(left));
          ASSERT_TRUE(value != nullptr);
          ASSERT_EQ(value->getBoolValue(), right) << static_cast<int>(op);
        }
      }
  }
}

TEST(FloatFacts, AgreeWithApFloat) {
  check_meaning(ir::FloatFormat::f16, APFloat::IEEEhalf(), 16, 10);
  check_meaning(ir::FloatFormat::f32, APFloat::IEEEsingle(), 32, 23);
  check_meaning(ir::FloatFormat::f64, APFloat::IEEEdouble(), 64, 52);
}

TEST(FloatFacts, OrderIsKnownToSolvers) {
  Pool pool;
  Limits limits;
  limits.time = std::chrono::seconds(20);
  Prover prover(pool, limits);
  const Term a = pool.variable("a", 64), b = pool.variable("b", 64), c = pool.variable("c", 64);
  auto less = [&](Term x, Term y) { return comparison(pool, ir::Op::flt, ir::FloatFormat::f64, x, y); };
  const Answer transitive = prover.holds({less(a, b), less(b, c)}, less(a, c));
  EXPECT_EQ(transitive.verdict, Answer::Verdict::holds) << transitive.reason;
  EXPECT_TRUE(transitive.cross_checked);
  EXPECT_NE(prover.holds({less(a, b)}, less(a, c)).verdict, Answer::Verdict::holds);
  EXPECT_NE(prover.holds({pool.bit_not(less(a, b))}, less(b, a)).verdict, Answer::Verdict::holds);
}

}  // namespace
}  // namespace portolan::solve
