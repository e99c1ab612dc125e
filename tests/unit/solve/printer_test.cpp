// What is printed means what the terms mean: random terms under fixed variables have, to both solvers, the value that
// evaluation gives them and no other; and the coarser questions never exclude what is true.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "llvm/ADT/ArrayRef.h"
#include "solvers.h"
#include "verify/solve/integers.h"
#include "verify/solve/lemmas.h"
#include "verify/solve/smtlib.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {
namespace {

using terms::APInt;
using terms::Evaluation;
using terms::Kind;

class RandomTerms {
 public:
  RandomTerms(Pool& pool, uint64_t seed, std::vector<unsigned> widths)
      : pool_(pool), random_(seed), widths_(std::move(widths)) {
    for (unsigned width : widths_)
      for (int i = 0; i < 3; ++i) known_[width].push_back(pool.variable(fmt::format("v{} {}", width, i), width));
    known_[1].push_back(pool.variable("p", 1));
    known_[64].push_back(pool.variable("a|b", 64));
    memories_ = {pool.memory("m"), pool.memory("other")};
  }

  Term any(unsigned width) {
    if (below(8) == 0 || known_[width].empty()) return pool_.constant(boundary(width));
    return known_[width][below(known_[width].size())];
  }
  unsigned any_width() { return widths_[below(widths_.size())]; }

  // Another term over the ones that exist.
  Term grow() {
    const unsigned width = any_width();
    const Term made = make(width);
    known_[pool_.width(made)].push_back(made);
    return made;
  }

  std::vector<Term> variables() const {
    std::vector<Term> found;
    for (const auto& [width, terms] : known_)
      for (Term t : terms)
        if (pool_.kind(t) == Kind::variable && std::find(found.begin(), found.end(), t) == found.end())
          found.push_back(t);
    return found;
  }

  APInt boundary(unsigned width) {
    switch (below(6)) {
      case 0:
        return APInt(width, below(4));
      case 1:
        return -APInt(width, below(4));
      case 2:
        return APInt::getSignedMinValue(width);
      case 3:
        return APInt::getSignedMaxValue(width);
      case 4:
        return APInt(width, below(width + 2));
      default:
        break;
    }
    std::vector<uint64_t> words((width + 63) / 64);
    for (uint64_t& word : words) word = random_();
    return APInt(width, llvm::ArrayRef<uint64_t>(words));
  }

 private:
  size_t below(size_t n) { return random_() % n; }

  Term make(unsigned w) {
    const Term a = any(w), b = any(w), bit = any(1);
    switch (below(28)) {
      case 0:
        return pool_.add(a, b);
      case 1:
        return pool_.sub(a, b);
      case 2:
        return pool_.mul(a, b);
      case 3:
        return pool_.umulh(a, b);
      case 4:
        return pool_.smulh(a, b);
      case 5:
        return pool_.udiv(a, b);
      case 6:
        return pool_.urem(a, b);
      case 7:
        return pool_.sdiv(a, b);
      case 8:
        return pool_.srem(a, b);
      case 9:
        return pool_.bit_and(a, b);
      case 10:
        return pool_.bit_or(a, b);
      case 11:
        return pool_.bit_xor(a, b);
      case 12:
        return pool_.shl(a, b);
      case 13:
        return pool_.lshr(a, b);
      case 14:
        return pool_.ashr(a, b);
      case 15:
        return pool_.eq(a, b);
      case 16:
        return pool_.ult(a, b);
      case 17:
        return pool_.slt(a, b);
      case 18:
        return pool_.extract(a, below(w), 1);
      case 19: {
        const unsigned narrow = any_width();
        return narrow < w ? pool_.zext(any(narrow), w) : pool_.extract(any(narrow), narrow - w, w);
      }
      case 20: {
        const unsigned narrow = any_width();
        return narrow < w ? pool_.sext(any(narrow), w) : pool_.extract(any(narrow), 0, w);
      }
      case 21:
        return pool_.select(bit, a, b);
      case 22:
        return pool_.rotl(a, b);
      case 23:
        return pool_.clz(a);
      case 24:
        return pool_.ctz(a);
      case 25:
        return pool_.popcount(a);
      case 26:
        return pool_.eq(pool_.concat(a, bit), pool_.concat(b, bit));
      default:
        return memory_access(w, a, bit);
    }
  }

  Term memory_access(unsigned w, Term value, Term bit) {
    const Term address = pool_.add(any(64), pool_.constant(64, below(3)));
    Term& memory = memories_[below(memories_.size())];
    if (w % 8 != 0) return value;
    if (below(2) == 0) return pool_.load(memory, address, w);
    memory = pool_.store(memory, address, value);
    if (below(4) == 0) memory = pool_.select(bit, memory, memories_[0]);
    return pool_.load(memory, pool_.add(address, pool_.constant(64, below(3))), w);
  }

  Pool& pool_;
  std::mt19937_64 random_;
  std::vector<unsigned> widths_;
  std::map<unsigned, std::vector<Term>> known_;
  std::vector<Term> memories_;
};

struct Batch {
  std::vector<Term> fixed;  // each variable has a value
  std::vector<Term> made;
  Term all_right;  // each of `made` has its value
};

uint8_t memory_contents(std::string_view memory, uint64_t address) {
  return static_cast<uint8_t>(address * 37 + memory.size() * 11 + 5);
}

Batch make_batch(Pool& pool, RandomTerms& random, unsigned count) {
  Batch batch;
  for (unsigned i = 0; i < count; ++i) batch.made.push_back(random.grow());
  Evaluation evaluation(pool, 0);
  evaluation.byte = memory_contents;
  for (Term variable : random.variables()) {
    APInt value = random.boundary(pool.width(variable));
    batch.fixed.push_back(pool.eq(variable, pool.constant(value)));
    evaluation.set(variable, std::move(value));
  }
  batch.all_right = pool.bit(true);
  for (Term t : batch.made) batch.all_right = pool.bit_and(batch.all_right, pool.eq(t, pool.constant(evaluation(t))));
  return batch;
}

std::string text_of(const Question& question) {
  EXPECT_FALSE(question.too_large);
  return question.text + "(check-sat)\n";
}

class PrinterTest : public testing::TestWithParam<int> {};

// The bytes of memory variables are what evaluation took: their function is defined so.
std::string with_memory(std::string text) {
  for (const char* name : {"m", "other"}) {
    const std::string declaration = fmt::format("(declare-fun |{}!bytes| ((_ BitVec 64)) (_ BitVec 8))", name);
    const size_t at = text.find(declaration);
    if (at == std::string::npos) continue;
    const unsigned start = static_cast<unsigned>(std::string(name).size() * 11 + 5);
    text.replace(
        at, declaration.size(),
        fmt::format("(define-fun |{}!bytes| ((x (_ BitVec 64))) (_ BitVec 8) (bvadd (bvmul ((_ extract 7 0) x) "
                    "(_ bv37 8)) (_ bv{} 8)))",
                    name, start));
  }
  return text;
}

TEST_P(PrinterTest, ExactQuestionsMeanWhatEvaluationSays) {
  NEEDS_SOLVERS();
  const int seed = GetParam();
  SCOPED_TRACE(seed);
  Pool pool;
  RandomTerms random(pool, seed, seed % 2 == 0 ? std::vector<unsigned>{1, 3, 8, 16} : std::vector<unsigned>{8, 32, 64});
  for (int i = 0; i < 4; ++i) {
    const Batch batch = make_batch(pool, random, 20);
    std::vector<Term> conditions = batch.fixed;
    conditions.push_back(batch.all_right);
    EXPECT_TRUE(all_say("sat", with_memory(text_of(print_question(pool, conditions, {})))));
    conditions.back() = pool.bit_not(batch.all_right);
    EXPECT_TRUE(all_say("unsat", with_memory(text_of(print_question(pool, conditions, {})))));
  }
}

TEST_P(PrinterTest, CoarserQuestionsExcludeNothingTrue) {
  NEEDS_SOLVERS();
  const int seed = GetParam();
  SCOPED_TRACE(seed);
  Pool pool;
  RandomTerms random(pool, seed + 1000, {1, 4, 8, 16, 64});
  for (int i = 0; i < 3; ++i) {
    const Batch batch = make_batch(pool, random, 12);
    std::vector<Term> conditions = batch.fixed;
    conditions.push_back(batch.all_right);
    const PrintOptions uninterpreted{Arithmetic::uninterpreted, Memories::functions};
    EXPECT_TRUE(all_say("sat", text_of(print_question(pool, conditions, uninterpreted))));
    EXPECT_TRUE(all_say("sat", text_of(print_question(pool, conditions, {Arithmetic::exact, Memories::arrays}))));
    const std::string integers = print_integer_question(pool, conditions);
    ASSERT_FALSE(integers.empty());
    EXPECT_TRUE(all_say("sat", integers + "(check-sat)\n"));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PrinterTest, testing::Range(0, 8));

// Where nothing is left unknown, integers decide too.
TEST(Integers, AreExactForLinearTerms) {
  NEEDS_SOLVERS();
  Pool pool;
  std::mt19937_64 random(7);
  const Term a = pool.variable("a", 16), b = pool.variable("b", 16), ten = pool.constant(16, 10);
  const std::vector<Term> made = {pool.add(a, b),
                                  pool.sub(a, b),
                                  pool.sub(pool.mul(a, ten), b),
                                  pool.udiv(a, ten),
                                  pool.urem(a, ten),
                                  pool.sdiv(a, ten),
                                  pool.srem(a, ten),
                                  pool.sdiv(a, pool.constant(16, 0xfff6)),
                                  pool.umulh(a, ten),
                                  pool.smulh(a, pool.constant(16, 0x8001)),
                                  pool.ashr(a, pool.constant(16, 3)),
                                  pool.lshr(a, pool.constant(16, 3)),
                                  pool.shl(a, pool.constant(16, 3)),
                                  pool.bit_and(a, pool.constant(16, 0x0ff6)),
                                  pool.bit_or(a, pool.constant(16, 0x0ff6)),
                                  pool.bit_xor(a, pool.constant(16, 0xf00f)),
                                  pool.sext(a, 40),
                                  pool.concat(a, b),
                                  pool.extract(a, 3, 7),
                                  pool.select(pool.slt(a, b), a, b),
                                  pool.sext(pool.ult(a, b), 16),
                                  pool.add_carry(a, b, pool.bit(true)),
                                  pool.bit_not(a)};
  for (int i = 0; i < 12; ++i) {
    const APInt x(16, i < 4 ? (i & 1 ? 0x8000 : 0xffff) : random()), y(16, i < 4 ? (i & 2 ? 0x7fff : 0) : random());
    Evaluation evaluation(pool, 0);
    evaluation.set(a, x);
    evaluation.set(b, y);
    Term right = pool.bit(true);
    for (Term t : made) right = pool.bit_and(right, pool.eq(t, pool.constant(evaluation(t))));
    const Term fixed[] = {pool.eq(a, pool.constant(x)), pool.eq(b, pool.constant(y)), pool.bit_not(right)};
    const testing::AssertionResult all = all_say("unsat", print_integer_question(pool, fixed) + "(check-sat)\n");
    EXPECT_TRUE(all);
    for (Term t : all ? std::vector<Term>() : made) {  // which of them
      const Term single[] = {fixed[0], fixed[1], pool.bit_not(pool.eq(t, pool.constant(evaluation(t))))};
      EXPECT_TRUE(all_say("unsat", print_integer_question(pool, single) + "(check-sat)\n")) << pool.print(t);
    }
  }
}

TEST(Printer, ArraysAndFunctionsAgreeOnMemories) {
  NEEDS_SOLVERS();
  Pool pool;
  const Term p = pool.variable("p", 64), q = pool.variable("q", 64), m = pool.memory("m");
  const Term x = pool.variable("x", 32);
  const Term written = pool.store(pool.store(m, p, x), q, pool.constant(16, 0xbeef));
  const Term loaded = pool.load(written, p, 32);
  for (const auto& [apart, answer] : {std::pair(2, "unsat"), std::pair(1, "sat")}) {
    // q is at least 4, or at least 3 bytes above p: the last byte is hit or not.
    const Term far = pool.ult(pool.constant(64, apart + 1), pool.sub(q, p));
    const Term near = pool.ult(pool.sub(q, p), pool.constant(64, 100));
    const Term conditions[] = {far, near, pool.bit_not(pool.eq(loaded, x))};
    for (Memories memories : {Memories::functions, Memories::arrays})
      EXPECT_TRUE(all_say(answer, text_of(print_question(pool, conditions, {Arithmetic::exact, memories}))));
  }
}

// Shared terms are printed once: 2^200 paths, a few kilobytes.
TEST(Printer, SharingIsKept) {
  Pool pool;
  Term t = pool.variable("a", 64);
  const Term b = pool.variable("b", 64);
  for (int i = 0; i < 200; ++i) t = pool.bit_xor(pool.udiv(t, pool.bit_or(b, pool.constant(64, i))), pool.lshr(t, b));
  const Term condition[] = {pool.eq(t, b)};
  EXPECT_LT(print_question(pool, condition, {}).text.size(), 60000u);
  EXPECT_LT(print_question(pool, condition, {Arithmetic::uninterpreted}).text.size(), 60000u);
  EXPECT_LT(print_integer_question(pool, condition).size(), 400000u);
}

TEST(Printer, NamesAreKeptApart) {
  for (const char* name : {"a|b", "a\\b", "a b", "%41", "\n", "n!1", "ä"}) {
    const std::string symbol = quoted(name);
    EXPECT_EQ(symbol.front(), '|');
    EXPECT_EQ(symbol.find_first_of("|\\!\n ", 1), symbol.size() - 1) << symbol;
  }
  EXPECT_NE(quoted("a|b"), quoted("a%7Cb"));
}

// Each lemma holds for the true functions: all values at four bits.
TEST(Lemmas, Hold) {
  NEEDS_SOLVERS();
  const std::pair<Kind, const char*> kTrue[] = {
      {Kind::mul, "(bvmul a b)"},
      {Kind::umulh, "((_ extract 7 4) (bvmul ((_ zero_extend 4) a) ((_ zero_extend 4) b)))"},
      {Kind::smulh, "((_ extract 7 4) (bvmul ((_ sign_extend 4) a) ((_ sign_extend 4) b)))"},
      {Kind::udiv, "(bvudiv a b)"},
      {Kind::urem, "(bvurem a b)"},
      {Kind::sdiv, "(ite (= b #x0) #xf (bvsdiv a b))"},
      {Kind::srem, "(bvsrem a b)"}};
  for (const auto& [kind, text] : kTrue) {
    std::string all;
    for (unsigned x = 0; x < 16; ++x)
      for (unsigned y = 0; y < 16; ++y) all += lemmas_against({kind, 4, "r", "a", "b"}, APInt(4, x), APInt(4, y));
    std::string conjunction = "(and true";
    for (size_t at = all.find("(assert "); at != std::string::npos;) {
      const size_t next = all.find("(assert ", at + 1);
      const std::string one = all.substr(at, next == std::string::npos ? next : next - at);
      conjunction += one.substr(7, one.rfind(')') - 7);
      at = next;
    }
    EXPECT_TRUE(all_say("unsat", fmt::format("(set-logic QF_BV)\n(declare-fun a () (_ BitVec 4))\n(declare-fun b () (_ "
                                             "BitVec 4))\n(define-fun r () (_ BitVec 4) {})\n(assert (not {})))\n"
                                             "(check-sat)\n",
                                             text, conjunction)));
  }
}

// The values that rule out wrong models, against the pool's own arithmetic on constants.
TEST(Lemmas, TrueValuesAreTrue) {
  Pool pool;
  for (unsigned x = 0; x < 16; ++x)
    for (unsigned y = 0; y < 16; ++y) {
      const APInt a(4, x), b(4, y);
      const Term s = pool.constant(a), t = pool.constant(b);
      const std::pair<Kind, Term> kAll[] = {{Kind::mul, pool.mul(s, t)},     {Kind::umulh, pool.umulh(s, t)},
                                            {Kind::smulh, pool.smulh(s, t)}, {Kind::udiv, pool.udiv(s, t)},
                                            {Kind::urem, pool.urem(s, t)},   {Kind::sdiv, pool.sdiv(s, t)},
                                            {Kind::srem, pool.srem(s, t)}};
      for (const auto& [kind, term] : kAll) EXPECT_EQ(true_value(kind, a, b), *pool.constant_value(term));
    }
}

}  // namespace
}  // namespace portolan::solve
