// What the tests of solvers share: are they installed, programs that pretend to be one, questions in text.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "emulate/subprocess.h"
#include "verify/solve/solve.h"

namespace portolan::solve {

inline bool both_installed() {
  return available_solvers().size() == 2;
}

#define NEEDS_SOLVERS() \
  if (!both_installed()) GTEST_SKIP() << "needs z3 and cvc5 in PATH"

// Puts programs of the given text first in PATH for as long as it lives.
class FakeSolvers {
 public:
  FakeSolvers();
  ~FakeSolvers();
  void put(const std::string& name, const std::string& script);
  // PATH is this directory alone: no solver but what is put here.
  void hide_others();

 private:
  emulate::TemporaryDirectory directory_;
  std::string path_;
};

// A shell script that passes the trial of new solvers and from then on answers each (check-sat) with `answer`.
std::string liar(const std::string& answer);

// The answers of all solvers to an SMT-LIB text with (check-sat).
std::vector<std::string> answers_to(const std::string& text, int seconds = 20);
// Both solvers, and both say so.
testing::AssertionResult all_say(const std::string& answer, const std::string& text);

// Processes that are children of this one, running or dead and not waited for.
int children_left();

}  // namespace portolan::solve
