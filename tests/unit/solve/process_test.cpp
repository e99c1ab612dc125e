// Solvers that hang, die, lie and babble: whatever they do, no verdict comes of it that two honest ones would not give.
#include <fmt/format.h>

#include "solvers.h"
#include "verify/solve/reply.h"
#include "verify/solve/session.h"

namespace portolan::solve {
namespace {

using std::chrono::milliseconds;
using Verdict = Answer::Verdict;

// Neither solver ends on this: a factorisation without known answer.
constexpr const char* kEndless =
    "(set-logic QF_BV)\n(declare-fun a () (_ BitVec 256))\n(declare-fun b () (_ BitVec 256))\n"
    "(assert (= (bvmul ((_ zero_extend 256) a) ((_ zero_extend 256) b))\n"
    "  (_ "
    "bv25195908475657893494027183240048398571429282126204032027777137836043662020707595556264018525880784406918290641"
    " 512)))\n(assert (bvugt a (_ bv1 256)))\n(assert (bvugt b (_ bv1 256)))\n(check-sat)\n";

double seconds_of(const auto& action) {
  const auto begin = FairClock::now();
  action();
  return std::chrono::duration<double>(FairClock::now() - begin).count();
}

TEST(SolverProcess, EndlessQuestionsAreKilledOnTime) {
  NEEDS_SOLVERS();
  Limits limits;
  limits.time = milliseconds(1000);
  std::vector<SolverRun> runs;
  const double seconds = seconds_of([&] { runs = recheck(kEndless, limits); });
  EXPECT_LT(seconds, 2.0);
  ASSERT_EQ(runs.size(), 2u);
  for (const SolverRun& run : runs) EXPECT_EQ(run.answer, "timeout") << run.solver;
  EXPECT_EQ(children_left(), 0);
}

TEST(SolverProcess, MemoryIsLimited) {
  NEEDS_SOLVERS();
  Limits limits;
  limits.time = milliseconds(20000);
  limits.memory_bytes = 80u << 20;
  const std::vector<SolverRun> runs = recheck(kEndless, limits);
  ASSERT_EQ(runs.size(), 2u);
  for (const SolverRun& run : runs) {
    EXPECT_EQ(run.answer, "memout") << run.solver;
    EXPECT_LT(run.seconds, 19);
  }
  EXPECT_EQ(children_left(), 0);
}

TEST(SolverProcess, OneProcessAnswersManyQuestions) {
  NEEDS_SOLVERS();
  for (SolverProgram& program : known_solvers()) {
    Session session(program, 2ull << 30);
    Session* const one = &session;
    for (int i = 0; i < 50; ++i) {
      const bool satisfiable = i % 3 != 0;
      session.begin(fmt::format("(reset)\n(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (= (bvmul x x) "
                                "(_ bv{} 8)))\n(check-sat)",
                                satisfiable ? i * i % 256 : 2),
                    milliseconds(5000));
      wait_for({&one, 1}, FairClock::now() + milliseconds(5000));
      ASSERT_TRUE(session.reply().has_value()) << program.name << i << session.remains();
      EXPECT_EQ(read_answer(*session.reply()), satisfiable ? "sat" : "unsat") << program.name << i;
      EXPECT_EQ(session.exchanges(), static_cast<unsigned>(i) + 1);
    }
  }
  EXPECT_EQ(children_left(), 0);
}

// One that holds and one that fails, neither of which the normaliser or a few dozen valuations decide.
struct TrueAndFalse {
  Pool pool;
  Term a = pool.variable("a", 8), b = pool.variable("b", 8);
  Term product = pool.mul(pool.zext(a, 16), pool.zext(b, 16));
  Term low = pool.bit_and(pool.ult(pool.constant(8, 1), a), pool.ult(a, b));
  Term equals(uint64_t value) { return pool.bit_and(low, pool.eq(product, pool.constant(16, value))); }
  Term holding = pool.bit_not(equals(65521));  // a prime
  Term failing = pool.bit_not(equals(191 * 193));
};

Answer ask(Pool& pool, Term goal, int limit_ms = 3000) {
  Limits limits;
  limits.time = milliseconds(limit_ms);
  Answer answer;
  const double seconds = seconds_of([&] { answer = Prover(pool, limits).holds({}, goal); });
  EXPECT_LT(seconds, limit_ms / 1000.0 + 1.5);
  EXPECT_EQ(children_left(), 0);
  return answer;
}

struct Fake {
  const char* what;
  std::string script;
};

std::vector<Fake> broken_programs() {
  return {{"nonsense", "while read -r line; do echo flurb; done\n"},
          {"nonsense, unasked", "while :; do echo '(sat'; done\n"},
          {"sat to every line", "while read -r line; do echo sat; done\n"},
          {"unsat to every line", "while read -r line; do echo unsat; done\n"},
          {"dies at once", "exit 1\n"},
          {"dies by a signal", "kill -SEGV $$\n"},
          {"hangs", "while :; do read -r line || sleep 1000; done\n"},
          {"hangs without reading", "sleep 1000\n"},
          {"100 MB of output",
           "line=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10; do line=$line$line; done\n"
           "i=0; while [ $i -lt 6400 ]; do echo $line; i=$((i+1)); done\n"},
          {"closes its input", "exec 0<&-\nsleep 1000\n"},
          {"closes its output", "exec 1>&- 2>&-\nsleep 1000\n"},
          {"lies: sat", liar("sat")},
          {"lies: errors", liar("(error \"line 1: whatever\")\nunsat")},
          {"lies: garbage", liar("unsat sat")},
          {"leaves after the trial", liar("'; exit 3; echo '")},
          {"hangs after the trial", liar("'; sleep 1000; echo '")}};
}

TEST(BrokenSolver, AloneItGivesNoVerdict) {
  for (const Fake& fake : broken_programs()) {
    FakeSolvers fakes;
    fakes.put("z3", fake.script);
    fakes.put("cvc5", fake.script);
    TrueAndFalse questions;
    EXPECT_EQ(ask(questions.pool, questions.holding, 600).verdict, Verdict::unknown) << fake.what;
    EXPECT_EQ(ask(questions.pool, questions.failing, 600).verdict, Verdict::unknown) << fake.what;
  }
}

TEST(BrokenSolver, BesideAnHonestOneItSpoilsNothing) {
  NEEDS_SOLVERS();
  for (const Fake& fake : broken_programs())
    for (const char* name : {"z3", "cvc5"}) {
      FakeSolvers fakes;
      fakes.put(name, fake.script);
      TrueAndFalse questions;
      const Answer holding = ask(questions.pool, questions.holding, 1000);
      EXPECT_NE(holding.verdict, Verdict::fails) << fake.what;
      EXPECT_FALSE(holding.cross_checked) << fake.what << " as " << name;
      const Answer failing = ask(questions.pool, questions.failing, 1000);
      EXPECT_NE(failing.verdict, Verdict::holds) << fake.what;
    }
}

// The worst of them: it calls everything unsatisfiable. What it says alone is never called cross-checked, and a
// counterexample that can be computed through outvotes it.
TEST(BrokenSolver, ProvesNothingAlone) {
  NEEDS_SOLVERS();
  for (const char* name : {"z3", "cvc5"}) {
    FakeSolvers fakes;
    fakes.put(name, liar("unsat"));
    TrueAndFalse questions;
    const Answer failing = ask(questions.pool, questions.failing);
    EXPECT_FALSE(failing.verdict == Verdict::holds && failing.cross_checked) << name;
    if (failing.verdict == Verdict::unknown) {
      EXPECT_EQ(failing.reason, "solver-disagreement");
    }
    EXPECT_NE(failing.verdict, Verdict::holds) << name;
  }
}

TEST(NoSolver, IsAReason) {
  FakeSolvers none;
  none.hide_others();
  TrueAndFalse questions;
  const Answer answer = ask(questions.pool, questions.holding);
  EXPECT_EQ(answer.verdict, Verdict::unknown);
  EXPECT_EQ(answer.reason, "no-solver");
  EXPECT_TRUE(available_solvers().empty());
  EXPECT_TRUE(recheck(kEndless, {}).empty());
}

TEST(Reply, IsReadStrictly) {
  EXPECT_EQ(read_answer("unsat\n"), "unsat");
  EXPECT_EQ(read_answer(" sat \n"), "sat");
  EXPECT_EQ(read_answer("unknown\n"), "unknown");
  for (const char* text : {"", "unsat\nsat\n", "UNSAT", "(unsat)", "unsat!", "success\nunsat\n",
                           "(error \"line 3: unknown constant\")\nunsat\n"})
    EXPECT_TRUE(read_answer(text).starts_with("error")) << text;
  EXPECT_EQ(read_answer("(error \"out of memory\")\n"), "memout");
  EXPECT_EQ(read_remains("terminate called after throwing an instance of 'std::bad_alloc'"), "memout");
}

TEST(Reply, ValuesAreReadStrictly) {
  const auto values = read_values("((a #x0f) ((f a\n (bvadd |b (| c)) #b101) (x (_ bv9 64)) (p true))", {8, 3, 64, 1});
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ((*values)[0], llvm::APInt(8, 15));
  EXPECT_EQ((*values)[1], llvm::APInt(3, 5));
  EXPECT_EQ((*values)[2], llvm::APInt(64, 9));
  EXPECT_EQ((*values)[3], llvm::APInt(1, 1));
  for (const char* text : {"", "(", "((a #x0f)", "((a #x0f)))", "((a #x0f)) ((a #x0f))", "((a #x00f))", "((a #x1))",
                           "((a #xzz))", "((a b #x0f))", "((a (_ bv256 8)))", "((a (_ bv1 9)))", "((a |x))",
                           "(error \"no model\")", "((a #x0f) (b #x0f))"})
    EXPECT_FALSE(read_values(text, {8}).has_value()) << text;
}

}  // namespace
}  // namespace portolan::solve
