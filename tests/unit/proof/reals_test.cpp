// What is proved over the reals only, and that nothing is that is not so: what is right here is school algebra.
#include "gpu/proof/reals.h"

#include <random>

#include "tests/unit/proof/kernel_pair.h"

namespace portolan::proof {
namespace {

using ir::FloatFormat;

// %f1 is x; what is asked for is %f3.
std::string made(const std::string& text) {
  return text + " mov.b32 %r6, %f3;\n";
}
void expect(Arithmetic arithmetic, const std::string& a, const std::string& b) {
  const Proof p = proved(made(a), made(b), "f32");
  EXPECT_TRUE(p.proved) << a << b << p.reason << ": " << p.detail;
  EXPECT_EQ(p.arithmetic, arithmetic) << a << b;
}
void expect_nothing(const std::string& a, const std::string& b) {
  const Proof p = proved(made(a), made(b), "f32");
  EXPECT_FALSE(p.proved) << a << b << p.claim();
}

// x*x - 1, fused and as a product of sums.
const std::string kFused = " fma.rn.f32 %f3, %f1, %f1, 0fBF800000;\n";
const std::string kFactors =
    " add.f32 %f2, %f1, 0f3F800000;\n sub.f32 %f4, %f1, 0f3F800000;\n mul.f32 %f3, %f2, %f4;\n";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  EXPECT_NE(text.find(from), std::string::npos) << from;
  return text.replace(text.find(from), from.size(), to);
}

TEST(Reals, SumsAndProductsInAnyOrderAndRounding) {
  expect(Arithmetic::reals, kFused, kFactors);
  expect(Arithmetic::bits, kFused, kFused);
  const Proof p = proved(made(kFused), made(kFactors), "f32");
  EXPECT_EQ(p.restriction(), "over the reals");
  EXPECT_TRUE(p.claim().starts_with("over the reals: all buffers would end the same if every floating-point"))
      << p.claim();
  EXPECT_TRUE(std::ranges::any_of(p.assumptions, [](const auto& a) { return a.id == "exact-reals"; }));
  EXPECT_EQ(p.launches[0].restricted, 100u);
}

TEST(Reals, ADroppedTermASignOrAFactorIsNotProved) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"%f1, 0f3F800000", "%f1, 0f00000000"},  // (x + 0) * (x - 1)
           {"%f1, 0f3F800000", "%f1, 0f3F800001"},  // one last place in a constant
           {"sub.f32", "add.f32"},                  // (x + 1) * (x + 1)
           {"mul.f32 %f3, %f2, %f4", "mul.f32 %f3, %f2, %f2"},
           {"mul.f32 %f3, %f2, %f4", "add.f32 %f3, %f2, %f4"},
           {"mul.f32 %f3, %f2, %f4", "mov.f32 %f3, %f2"},
           {"add.f32 %f2, %f1", "add.f32 %f2, %f2"}})  // what nobody has set
    expect_nothing(kFused, changed(kFactors, from, to));
}

TEST(Reals, QuotientsWithDifferentDenominators) {
  // 1/x + 1/(x+1) = (2x+1) / (x*x+x)
  const std::string apart =
      " div.rn.f32 %f2, 0f3F800000, %f1;\n add.f32 %f4, %f1, 0f3F800000;\n div.rn.f32 %f5, 0f3F800000, %f4;\n"
      " add.f32 %f3, %f2, %f5;\n";
  const std::string together =
      " fma.rn.f32 %f2, %f1, 0f40000000, 0f3F800000;\n fma.rn.f32 %f4, %f1, %f1, %f1;\n div.rn.f32 %f3, %f2, %f4;\n";
  expect(Arithmetic::reals, apart, together);
  expect_nothing(apart, changed(together, "0f40000000", "0f40400000"));
  expect_nothing(apart, changed(together, "%f1, %f1, %f1;", "%f1, %f1, 0f3F800000;"));
  expect_nothing(apart, changed(together, "%f3, %f2, %f4", "%f3, %f4, %f2"));
  // A third is no dyadic number: x/3 and x * (1/3 in single precision) differ.
  expect_nothing(" div.rn.f32 %f3, %f1, 0f40400000;\n", " mul.f32 %f3, %f1, 0f3EAAAAAB;\n");
  expect(Arithmetic::reals, " div.rn.f32 %f3, %f1, 0f40400000;\n",
         " mul.f32 %f2, %f1, 0f40800000;\n div.rn.f32 %f3, %f2, 0f41400000;\n");
}

TEST(Reals, FunctionsOfEqualNumbersAreEqual) {
  const std::string a = kFused + " sqrt.rn.f32 %f3, %f3;\n", b = kFactors + " sqrt.rn.f32 %f3, %f3;\n";
  expect(Arithmetic::reals, a, b);
  expect_nothing(a, kFactors);
  expect_nothing(a, kFactors + " abs.f32 %f3, %f3;\n");
  expect(Arithmetic::reals, kFused + " abs.f32 %f3, %f3;\n", kFactors + " neg.f32 %f3, %f3;\n abs.f32 %f3, %f3;\n");
  const std::string nearest = " cvt.rni.f32.f32 %f3, %f3;\n", zero = " cvt.rzi.f32.f32 %f3, %f3;\n";
  expect(Arithmetic::reals, kFused + nearest, kFactors + nearest);
  expect_nothing(kFused + nearest, kFactors + zero);
  expect_nothing(kFused + nearest, kFactors);
}

TEST(Reals, ChoicesByComparisons) {
  const std::string greater = " max.f32 %f3, %f3, %f1;\n",
                    chosen = " setp.gt.f32 %p2, %f3, %f1;\n selp.f32 %f3, %f3, %f1, %p2;\n";
  expect(Arithmetic::reals, kFused + greater, kFactors + greater);
  expect(Arithmetic::reals, kFused + greater, kFactors + chosen);
  expect(Arithmetic::reals, kFused + greater, kFactors + changed(chosen, "setp.gt", "setp.ge"));
  expect_nothing(kFused + greater, kFactors + changed(chosen, "setp.gt", "setp.lt"));
  expect_nothing(kFused + greater, kFactors + changed(chosen, "%f3, %f1, %p2", "%f1, %f3, %p2"));
  // By another number than what is chosen: below 2 and at most 2 are not the same.
  const std::string below = " setp.lt.f32 %p2, %f3, 0f40000000;\n selp.f32 %f3, %f1, 0f40400000, %p2;\n";
  expect(Arithmetic::reals, kFused + below, kFactors + below);
  expect_nothing(kFused + below, kFactors + changed(below, "setp.lt", "setp.le"));
  expect_nothing(kFused + below, kFactors + changed(below, "0f40000000", "0f40000001"));
}

// 2^23 and a half of it cut off what lies behind the point: over the reals they would be nothing.
TEST(Reals, RoundingOnPurposeIsNoAddition) {
  const std::string cut = " add.f32 %f2, %f1, 0f4B400000;\n sub.f32 %f2, %f2, 0f4B400000;\n sub.f32 %f3, %f1, %f2;\n";
  expect_nothing(cut, " mov.f32 %f3, 0f00000000;\n");
  expect_nothing(cut, changed(cut, "sub.f32 %f3, %f1, %f2", "sub.f32 %f3, %f2, %f1"));
  expect(Arithmetic::reals, cut, changed(cut, "sub.f32 %f3, %f1, %f2", "fma.rn.f32 %f3, %f2, 0fBF800000, %f1"));
}

TEST(Reals, IntegersOfNumbers) {
  auto whole = [](const std::string& how) { return " cvt." + how + ".s32.f32 %r6, %f3;\n"; };
  const Proof p = proved(kFused + whole("rzi"), kFactors + whole("rzi"), "u32");
  EXPECT_EQ(p.arithmetic, Arithmetic::reals) << p.detail;
  EXPECT_FALSE(proved(kFused + whole("rzi"), kFactors + whole("rni"), "u32").proved);
  EXPECT_FALSE(proved(kFused + whole("rzi"), kFactors + whole("rzi") + " add.u32 %r6, %r6, 1;\n", "u32").proved);
  // Bits of numbers that were computed are no function of the reals.
  EXPECT_FALSE(proved(made(kFused), made(kFactors), "u32").proved);
}

TEST(Reals, AnInfinityIsNoNumber) {
  // inf - inf is not 0, and 0 * inf is not 0.
  const std::string nothing = " sub.f32 %f2, 0f7F800000, %f1;\n sub.f32 %f3, %f2, %f2;\n";
  expect_nothing(nothing, " mov.f32 %f3, 0f00000000;\n");
  // The greatest of nothing and a number is the number.
  expect(Arithmetic::reals, kFused + " max.f32 %f3, %f3, 0fFF800000;\n", kFactors);
  expect_nothing(kFused + " max.f32 %f3, %f3, 0f7F800000;\n", kFactors);
}

TEST(Reals, AtomicSumsAreOneSumOverTheReals) {
  const char* const tail = " @%p1 red.global.add.f32 [%d7], %f3;\n ret;\n}\n";
  const Proof same = proved(kFused, kFused, "f32", tail);
  ASSERT_TRUE(same.proved) << same.detail;
  EXPECT_EQ(same.arithmetic, Arithmetic::reals);
  EXPECT_TRUE(proved(kFused, kFactors, "f32", tail).proved);
  EXPECT_FALSE(proved(kFused, changed(kFactors, "sub.f32", "add.f32"), "f32", tail).proved);
  // What was there before shows the order.
  const char* const old = " @%p1 atom.global.add.f32 %f4, [%d7], %f3;\n @%p1 st.global.f32 [%d2], %f4;\n ret;\n}\n";
  EXPECT_FALSE(proved(kFused, kFused, "f32", old).proved);
}

// A NaN that stands in the code is chosen by something else than numbers that are unordered: it stays.
TEST(Reals, NansOfTheCodeStay) {
  auto chosen = [](const std::string& how) {
    return " setp." + how +
           ".f32 %p2, %f1, 0f00000000;\n selp.f32 %f2, 0f7FFFFFFF, %f1, %p2;\n"
           " fma.rn.f32 %f3, %f2, 0f40000000, 0f3F800000;\n";
  };
  expect(Arithmetic::bits, chosen("lt"), chosen("lt"));
  expect_nothing(chosen("lt"), chosen("le"));
  // Made quiet by one side, an input as it is by the other: where it is no NaN.
  const std::string copy = " mov.f32 %f3, %f1;\n",
                    zeroed = " setp.nan.f32 %p2, %f1, %f1;\n selp.f32 %f3, 0f00000000, %f1, %p2;\n";
  expect(Arithmetic::without_nans, zeroed, copy);
}

// The normal form against numbers: expressions drawn at random, equal by construction or changed in one place, are
// compared with their values at points, computed in another way (modulo a prime).
class Drawn {
 public:
  explicit Drawn(uint32_t seed) : random_(seed) {}
  static constexpr int64_t kPrime = 1'000'003;

  struct Expression {
    Term term;
    int64_t value;  // modulo kPrime
  };
  Expression operation(ir::Op op, const Expression& a, const Expression& b) {
    ir::Instruction inst;
    inst.op = op, inst.format = FloatFormat::f32, inst.width = 32;
    const Term both[] = {a.term, b.term};
    const int64_t value = op == ir::Op::fadd   ? a.value + b.value
                          : op == ir::Op::fsub ? a.value - b.value + kPrime
                                               : a.value * b.value;
    return {evaluate(pool_, ir::Function(), inst, both), value % kPrime};
  }
  Expression leaf() {
    const auto n = static_cast<uint32_t>(random_() % 5);
    if (n < 3) return {pool_.variable("x" + std::to_string(n), 32), 1000 + 77 * n * n + n};
    return {pool_.constant(32, std::bit_cast<uint32_t>(static_cast<float>(n - 1))), n - 1};
  }
  // Both ways to compute it, by a law of arithmetic at each place.
  std::pair<Expression, Expression> pair(unsigned depth) {
    if (depth == 0) {
      const Expression e = leaf();
      return {e, e};
    }
    using enum ir::Op;
    const auto [a, a2] = pair(depth - 1);
    const auto [b, b2] = pair(depth - 1);
    const auto [c, c2] = pair(depth > 1 ? depth - 2 : 0);
    switch (random_() % 4) {
      case 0:
        return {operation(fadd, a, b), operation(fadd, b2, a2)};
      case 1:
        return {operation(fmul, a, operation(fadd, b, c)),
                operation(fadd, operation(fmul, a2, c2), operation(fmul, b2, a2))};
      case 2:
        return {operation(fsub, a, operation(fsub, b, c)), operation(fadd, operation(fsub, a2, b2), c2)};
      default:
        return {operation(fadd, operation(fadd, a, b), c), operation(fadd, a2, operation(fadd, c2, b2))};
    }
  }
  Pool& pool() { return pool_; }

 private:
  Pool pool_;
  std::mt19937 random_;
};

TEST(Reals, RandomExpressions) {
  unsigned differ = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Drawn drawn(seed);
    Reals reals(drawn.pool());
    const auto [a, b] = drawn.pair(4);
    ASSERT_EQ(a.value, b.value) << seed;
    EXPECT_TRUE(reals.same(a.term, b.term, FloatFormat::f32)) << seed;
    const auto [c, d] = drawn.pair(4);
    if (a.value == c.value) continue;
    ++differ;
    EXPECT_FALSE(reals.same(a.term, c.term, FloatFormat::f32)) << seed;
    EXPECT_FALSE(reals.same(b.term, d.term, FloatFormat::f32)) << seed;
  }
  EXPECT_GT(differ, 150u);
}

}  // namespace
}  // namespace portolan::proof
