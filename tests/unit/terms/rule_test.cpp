// Rewrite rules by name: two ways to write a value that must be one term. For each, z3 proves at widths 1 to 8 that the
// term is what was written (the text comes from a domain that rewrites nothing), and samples compare with the concrete
// domain at 32 and 64 bits.
#include <functional>

#include "rules.h"
#include "smt_support.h"

namespace portolan::terms {
namespace {

// The operands of a rule in one domain.
template <class D, class V>
Operands<V> operands_in(D& domain, unsigned w) {
  auto make = [&](const char* name, unsigned width) { return domain.variable(name, width); };
  return {w, make("x", w), make("y", w), make("z", w), make("b", 1), make("c", 1), make("d", 1)};
}

class Concrete : public ir::ConcreteDomain {
 public:
  explicit Concrete(std::map<std::string, APInt> values) : values_(std::move(values)) {}
  using ir::ConcreteDomain::constant;
  APInt constant(unsigned width, uint64_t value) { return APInt(width, value); }
  APInt sdiv(const APInt& a, const APInt& b) { return b.isZero() ? APInt::getAllOnes(a.getBitWidth()) : a.sdiv(b); }
  APInt srem(const APInt& a, const APInt& b) { return b.isZero() ? a : a.srem(b); }
  APInt umulh(const APInt& a, const APInt& b) {
    const unsigned w = a.getBitWidth();
    return (a.zext(2 * w) * b.zext(2 * w)).extractBits(w, w);
  }
  APInt variable(const char* name, unsigned) { return values_.at(name); }

 private:
  std::map<std::string, APInt> values_;
};

TEST(TermRules, MeetAndAreProvedAtSmallWidths) {
  Questions questions;
  for_each_rule([&](const auto& rule) {
    for (unsigned w = 1; w <= 8; ++w) {
      if (w < rule.least) continue;
      Pool pool;
      const auto in_pool = operands_in<Pool, Term>(pool, w);
      TextDomain text_domain;
      const auto in_text = operands_in<TextDomain, Text>(text_domain, w);
      std::string definitions;
      unsigned next = 0;
      const Term before = rule.before(pool, in_pool), after = rule.after(pool, in_pool);
      const Text printed = print_smt(pool, before, text_domain, definitions, next);
      const Text printed_after = print_smt(pool, after, text_domain, definitions, next);
      const std::string name = std::string(rule.name) + " at " + std::to_string(w);
      questions.ask(name + " (before)", text_domain, definitions, rule.before(text_domain, in_text), printed);
      questions.ask(name + " (after)", text_domain, definitions, rule.after(text_domain, in_text), printed_after);
    }
  });
  const auto refuted = questions.refuted();
  if (!refuted) GTEST_SKIP() << "z3 cannot be started";
  for (const std::string& name : *refuted) ADD_FAILURE() << name;
  EXPECT_GT(questions.size(), 0u);
}

TEST(TermRules, MeetAtTheWidthsOfMachines) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for_each_rule([&](const auto& rule) {
    for (unsigned w : {16, 32, 64}) {
      Pool pool;
      const auto in_pool = operands_in<Pool, Term>(pool, w);
      const Term before = rule.before(pool, in_pool), after = rule.after(pool, in_pool);
      EXPECT_EQ(before == after, rule.applies)
          << rule.name << " at " << w << "\n  " << pool.print(before) << "\n  " << pool.print(after);
      for (unsigned i = 0; i < 50; ++i) {
        Evaluation evaluation(pool, i);
        std::map<std::string, APInt> values;
        for (const char* name : {"x", "y", "z"}) values.emplace(name, random_bits(random, w));
        for (const char* name : {"b", "c", "d"}) values.emplace(name, APInt(1, random.below(2)));
        if (i % 5 == 0) values.at("y") = values.at("x");
        for (const auto& [name, value] : values) evaluation.set(pool.variable(name, value.getBitWidth()), value);
        Concrete concrete(values);
        const auto in_bits = operands_in<Concrete, APInt>(concrete, w);
        ASSERT_EQ(evaluation(before), rule.before(concrete, in_bits)) << rule.name << " at " << w;
        ASSERT_EQ(evaluation(after), rule.after(concrete, in_bits)) << rule.name << " at " << w;
      }
    }
  });
}

}  // namespace
}  // namespace portolan::terms
