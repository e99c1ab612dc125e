// Z3 and cvc5 side by side on one question. A solver takes part only after it has told a satisfiable question from an
// unsatisfiable one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "llvm/ADT/APInt.h"
#include "verify/solve/session.h"
#include "verify/solve/solve.h"

namespace portolan::solve {

struct Inquiry {
  std::string text;                      // without (check-sat)
  std::vector<std::string> expressions;  // to get the values of, if it is satisfiable
  std::vector<unsigned> widths;
  bool every_answer = false;  // also wanted after one has said sat
};

struct Outcome {
  std::vector<SolverRun> runs;
  std::optional<std::vector<llvm::APInt>> values;  // of the expressions, by the first that said sat
  bool said(std::string_view answer) const;
};

class Portfolio {
 public:
  explicit Portfolio(uint64_t memory_bytes);
  // Starts what is not running; the names of all that work, with versions.
  std::vector<std::string> ready(FairClock::time_point deadline);
  // Asks all that work and are not in `without`. Waits for every answer until the deadline, but not long for the others
  // once one has said sat.
  Outcome ask(const Inquiry& inquiry, FairClock::time_point deadline, const std::vector<std::string>& without = {});
  void set_memory(uint64_t bytes);

 private:
  struct Member {
    Session session;
    std::string label;      // with its version, once it has been tried
    unsigned failures = 0;  // to start; two, and it is not tried again
    bool known = false;     // this process has passed the trial
  };
  void try_out(FairClock::time_point deadline);
  void collect(Outcome& outcome, Member& member, const Inquiry& inquiry, FairClock::time_point deadline);

  std::vector<Member> members_;
};

// The line between two questions in one stored text; each alone is a proof.
inline constexpr std::string_view kNextQuestion = "; next question\n";

}  // namespace portolan::solve
