// Judges pairs of functions: tests first, because they find most wrong ones at once and with an input that replays;
// then the prover, whose suspicions the tester runs. Only a concrete difference refutes.
#pragma once

#include <functional>

#include "verify/judge/verdict.h"

namespace portolan::judge {

struct Options {
  bool run_tests = true;
  verify::TestOptions tests;
  // Asked for each pair that the tests did not refute; empty: nobody is asked.
  std::function<prove::Proof(const verify::Boundary&)> prover;
  std::function<void(const verify::Boundary&)> progress;  // before each function
};

struct Report {
  std::vector<Verdict> verdicts;  // by boundary
  std::string source_engine, target_engine;
  std::string problem;                                // why nothing could be run; proofs were tried all the same
  std::map<std::string, std::string> stand_ins = {};  // of the subject's, those that either side calls
};

Report judge(const verify::Subject& subject, const std::vector<verify::Boundary>& boundaries, const Options& options);

}  // namespace portolan::judge
