// Whether a condition always holds: cheapest means first, and two solvers before anybody says `proved`.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/fair_clock.h"
#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;

struct Limits {
  // By ir/fair_clock.h, for one question, all stages; solver processes are killed at its end.
  std::chrono::milliseconds time{10000};
  uint64_t memory_bytes = 2ull << 30;  // of each solver process
};

// How the answer was found; the evidence names it.
enum class Method : uint8_t {
  syntactic,   // the normaliser alone: rests on individually proved rewrite rules
  evaluation,  // a concrete valuation shows that it does not hold
  euf,         // solver, multiplication, division and floating point as uninterpreted functions
  integers,    // solver, linear integer arithmetic with explicit ranges
  bit_vectors  // solver, everything as bit-vectors
};

struct SolverRun {
  std::string solver;  // "z3 4.8.12"
  std::string answer;  // unsat, sat, unknown, timeout, memout, error: as the process ended
  double seconds = 0;
};

struct Answer {
  enum class Verdict : uint8_t { holds, fails, unknown };
  Verdict verdict = Verdict::unknown;
  Method method = Method::syntactic;
  bool cross_checked = false;  // two solvers said so, or no solver was needed
  std::string reason;          // unknown: timeout, memout, solver-disagreement, approximation, no-solver
  std::vector<SolverRun> runs;
  std::string query;                         // SMT-LIB of the deciding question, for --recheck; empty if none was asked
  std::map<std::string, llvm::APInt> model;  // fails: values of variables, where known
};

// Asks the solvers of this machine. Not thread-safe; one for each worker.
class Prover {
 public:
  Prover(Pool& pool, Limits limits);
  ~Prover();
  // Does `goal` (one bit) hold whenever all of `assumptions` do? Memories may occur in equations.
  Answer holds(std::vector<Term> assumptions, Term goal);
  // No further question is begun after this.
  void set_deadline(FairClock::time_point deadline);
  void set_limits(Limits limits);

 private:
  // The same without assumptions; nullptr: there is nothing to ask.
  const Answer* always(Term goal);

  struct State;
  std::unique_ptr<State> state_;
};

// Which solvers there are, with versions; empty: none.
std::vector<std::string> available_solvers();

// The text of a stored query through every solver again.
std::vector<SolverRun> recheck(const std::string& smt_text, const Limits& limits);

}  // namespace portolan::solve
