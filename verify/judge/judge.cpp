#include "verify/judge/judge.h"

#include "verify/bench.h"

namespace portolan::judge {
namespace {

using verify::Boundary;
using verify::TestResult;

// The prover's valuation with the tester's memories around it: what the function takes for pointers points to buffers.
std::vector<verify::Input> inputs_of_suspect(verify::Bench& bench, const Boundary& boundary,
                                             const std::vector<llvm::APInt>& suspect) {
  using Numbers = verify::Filling::Numbers;
  verify::Random random(1);
  const verify::Shape shape = verify::discover(bench, boundary, random);
  std::vector<verify::Input> inputs;
  for (const Numbers numbers : {Numbers::zero, Numbers::small, Numbers::boundary, Numbers::random, Numbers::text}) {
    verify::Input input = verify::make_input(boundary, shape, {numbers, numbers, -1, false}, random);
    for (size_t p = 0; p < input.values.size() && p < suspect.size(); ++p) {
      if (shape.parameters[p] != verify::Shape::kNumber) continue;
      const llvm::APInt bits = suspect[p].zextOrTrunc(128);
      input.values[p] = {bits.extractBitsAsZExtValue(64, 0), bits.extractBitsAsZExtValue(64, 64)};
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

class Judge {
 public:
  Judge(verify::Bench* bench, const Options& options, size_t functions)
      : bench_(bench), options_(options), shares_(options.tests.time, functions) {}

  Verdict run(const Boundary& boundary, const std::string& problem);

 private:
  // Whether a prover's suspicion is a real difference; then `tests` says so.
  void replay(const Boundary& boundary, const prove::Proof& proof, TestResult& tests);

  verify::Bench* bench_;  // nullptr: nothing can be run
  const Options& options_;
  verify::Shares shares_;
};

void Judge::replay(const Boundary& boundary, const prove::Proof& proof, TestResult& tests) {
  auto trials = bench_->run(boundary, inputs_of_suspect(*bench_, boundary, proof.suspect), nullptr);
  if (!trials) return;
  for (const verify::Trial& trial : *trials) {
    if (!trial.unfit.empty() || trial.comparison.finding != verify::Finding::differs) continue;
    tests.level = TestResult::Level::refuted;
    tests.counterexample =
        verify::shrink(*bench_, boundary, trial, std::chrono::steady_clock::now() + std::chrono::seconds(1));
    tests.reason = tests.counterexample->difference;
    return;
  }
}

Verdict Judge::run(const Boundary& boundary, const std::string& problem) {
  std::optional<TestResult> tests;
  if (options_.run_tests) {
    tests.emplace();
    tests->cause = "unsupported";
    tests->reason = problem;
    tests->seed = options_.tests.seed;
    if (bench_ != nullptr) {
      tests = verify::test_function(*bench_, boundary, options_.tests, shares_.begin());
      shares_.end();
    }
  }
  std::optional<prove::Proof> proof;
  const bool refuted = tests && tests->level == TestResult::Level::refuted;
  if (options_.prover && !refuted && boundary.untestable.empty()) {
    proof = options_.prover(boundary);
    if (proof->level == prove::Proof::Level::unknown && !proof->suspect.empty() && bench_ != nullptr && tests)
      replay(boundary, *proof, *tests);
  }
  return conclude(boundary, std::move(tests), std::move(proof));
}

}  // namespace

Report judge(const verify::Subject& subject, const std::vector<Boundary>& boundaries, const Options& options) {
  Report report;
  auto bench = verify::Bench::make(subject);
  if (bench) {
    report.source_engine = (*bench)->source().engine().name();
    report.target_engine = (*bench)->target().engine().name();
  } else {
    report.problem = bench.error().message;
  }
  Judge judge(bench ? bench->get() : nullptr, options, boundaries.size());
  for (const Boundary& boundary : boundaries) {
    if (options.progress) options.progress(boundary);
    report.verdicts.push_back(judge.run(boundary, report.problem));
  }
  return report;
}

}  // namespace portolan::judge
