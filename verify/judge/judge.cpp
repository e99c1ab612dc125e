#include "verify/judge/judge.h"

#include <fmt/format.h>

#include "emulate/library_handler.h"
#include "verify/bench.h"
#include "verify/judge/assumptions.h"
#include "verify/judge/overlap.h"

namespace portolan::judge {
namespace {

using verify::Boundary;
using verify::TestResult;

// Buffers stand where the tester puts them: what the valuation says of memory near a pointer goes there, and pointers
// near each other stay so, if they may.
void place_memory(const Boundary& boundary, const verify::Shape& shape, const prove::Suspect& suspect, bool overlaps,
                  verify::Input& input) {
  constexpr uint64_t kNear = 512;
  std::vector<std::pair<uint64_t, size_t>> pointers;  // the valuation's, and which parameter
  for (size_t p = 0; p < suspect.parameters.size() && p < boundary.parameters.size(); ++p)
    if (shape.parameters[p] != verify::Shape::kNumber)
      pointers.emplace_back(suspect.parameters[p].zextOrTrunc(64).getZExtValue(), p);
  for (size_t n = 0; n < pointers.size(); ++n)
    for (size_t before = 0; overlaps && before < n; ++before) {
      const uint64_t distance = pointers[n].first - pointers[before].first;
      if (distance + kNear / 2 >= kNear) continue;
      input.values[pointers[n].second][0] = input.values[pointers[before].second][0] + distance;
      break;
    }
  for (const auto& [address, byte] : suspect.memory)
    for (const auto& [base, p] : pointers) {
      const uint64_t at = input.values[p][0] + (address - base);
      for (emulate::Region& region : input.regions)
        if (address - base + kNear < 16 * kNear && at - region.address < region.bytes.size())
          region.bytes[at - region.address] = byte;
    }
}

// A valuation of the prover's as inputs, in memories of several kinds.
void add_inputs(const Boundary& boundary, const verify::Shape& shape, const prove::Suspect& suspect, bool overlaps,
                verify::Random& random, std::vector<verify::Input>& inputs) {
  using Numbers = verify::Filling::Numbers;
  for (const Numbers numbers : {Numbers::zero, Numbers::small, Numbers::random, Numbers::text}) {
    verify::Input input = verify::make_input(
        boundary, shape, {.parameters = numbers, .words = numbers, .aliases = false, .constants = nullptr}, random);
    for (size_t p = 0; p < input.values.size() && p < suspect.parameters.size(); ++p) {
      if (shape.parameters[p] != verify::Shape::kNumber) continue;
      // As the convention hands a narrow one over.
      const verify::BoundaryValue& parameter = boundary.parameters[p];
      const bool extends = parameter.kind == verify::BoundaryValue::Kind::integer && parameter.is_signed;
      const llvm::APInt bits =
          extends ? suspect.parameters[p].sextOrTrunc(64).zext(128) : suspect.parameters[p].zextOrTrunc(128);
      input.values[p] = {bits.extractBitsAsZExtValue(64, 0), bits.extractBitsAsZExtValue(64, 64)};
      // Whether it is a NaN is not looked at: a difference that depends on one's payload must not count.
      input.has_nan |= parameter.kind == verify::BoundaryValue::Kind::floating;
    }
    place_memory(boundary, shape, suspect, overlaps, input);
    inputs.push_back(std::move(input));
  }
}

class Judge {
 public:
  Judge(verify::Bench* bench, const Options& options, size_t functions)
      : bench_(bench), options_(options), shares_(options.tests.time, functions) {}

  Verdict run(const Boundary& boundary, const std::string& problem);

 private:
  TestResult test(const Boundary& boundary);
  // Whether what the prover leaves open is a real difference: its suspicions, and arguments that overlap where it needs
  // that they don't. Then `tests` says so.
  void replay(const Boundary& boundary, const prove::Proof& proof, TestResult& tests);
  bool refutes(const Boundary& boundary, std::vector<verify::Input> inputs, TestResult& tests);

  verify::Bench* bench_;  // nullptr: nothing can be run
  const Options& options_;
  verify::Shares shares_;
};

void Judge::replay(const Boundary& boundary, const prove::Proof& proof, TestResult& tests) {
  verify::Random random(options_.tests.seed);
  const verify::Shape shape = verify::discover(*bench_, boundary, random, FairClock::now() + std::chrono::seconds(1));
  std::vector<verify::Input> inputs;
  for (const prove::Suspect& suspect : proof.suspects)
    add_inputs(boundary, shape, suspect, options_.tests.overlaps, random, inputs);
  if (refutes(boundary, std::move(inputs), tests) || !proof.without_overlap || !options_.tests.overlaps) return;
  const std::vector<uint64_t> constants =
      options_.tests.constants ? options_.tests.constants(boundary) : std::vector<uint64_t>{};
  refutes(boundary, overlapping_inputs(boundary, shape, constants, random), tests);
}

bool Judge::refutes(const Boundary& boundary, std::vector<verify::Input> inputs, TestResult& tests) {
  auto trials = bench_->run(boundary, std::move(inputs), nullptr);
  if (!trials) return false;
  for (const verify::Trial& trial : *trials) {
    if (!trial.unfit.empty() || trial.comparison.finding != verify::Finding::differs) continue;
    tests.level = TestResult::Level::refuted;
    tests.counterexample = verify::shrink(*bench_, boundary, trial, FairClock::now() + std::chrono::seconds(1));
    tests.reason = tests.counterexample->difference;
    tests.stood_in = tests.counterexample->stood_in;
    return true;
  }
  return false;
}

// Where a difference may be none, what is surely one is looked for alone: memory, calls and registers kept without
// results that are a guess, data as it is at the start where only the file itself can set it.
TestResult Judge::test(const Boundary& boundary) {
  const auto deadline = shares_.begin();
  verify::TestOptions options = options_.tests;
  TestResult tests = verify::test_function(*bench_, boundary, options, deadline);
  const bool own_data = rests_on_own_data(tests);
  if (own_data || rests_on_guess(boundary, tests)) {
    Boundary without = boundary;
    if (rests_on_guess(boundary, tests)) without.results.clear();
    options.own_data = !own_data;
    TestResult rest = verify::test_function(*bench_, without, options, deadline);
    if (rest.counterexample && !rests_on_own_data(rest) && !rests_on_guess(without, rest)) {
      rest.counterexample->results_compared = without.results.size() == boundary.results.size();
      tests = std::move(rest);
    }
  }
  shares_.end();
  return tests;
}

Verdict Judge::run(const Boundary& boundary, const std::string& problem) {
  std::optional<TestResult> tests;
  if (options_.run_tests) {
    tests.emplace();
    tests->cause = "unsupported";
    tests->reason = problem;
    tests->seed = options_.tests.seed;
    if (bench_ != nullptr) tests = test(boundary);
  }
  std::optional<prove::Proof> proof;
  const bool refuted = tests && tests->level == TestResult::Level::refuted && !rests_on_guess(boundary, *tests);
  if (options_.prover && !refuted && boundary.untestable.empty()) {
    proof = options_.prover(boundary);
    const bool open = proof->level == prove::Proof::Level::unknown && !proof->suspects.empty();
    if ((open || proof->without_overlap) && bench_ != nullptr && tests) replay(boundary, *proof, *tests);
    if (proof->level != prove::Proof::Level::unknown && bench_ != nullptr && tests)
      check_assumptions(*bench_, boundary, tests->samples, *proof);
  }
  Verdict verdict = conclude(boundary, std::move(tests), std::move(proof));
  if (verdict.proof && verdict.proof->level == prove::Proof::Level::unknown)
    for (const prove::Assumption& assumption : verdict.proof->assumptions)
      if (assumption.check == prove::Assumption::Check::violated) verdict.assumptions.push_back(assumption);
  // What a proof needs of it, its own list says.
  if (!options_.tests.overlaps && verdict.level == Level::tested)
    verdict.assumptions.push_back({"no-alias", "aliasing", "pointer arguments do not overlap (--assume no-alias)"});
  return verdict;
}

// The claim speaks of calls to the outside: of a function of which nothing is known only that it was called.
void name_unknown(const std::map<std::string, std::string>& stand_ins, Verdict& verdict) {
  if (!verdict.tests) return;
  std::vector<std::string> names;
  for (const std::string& name : verdict.tests->stood_in)
    if (const auto at = stand_ins.find(name);
        at != stand_ins.end() && at->second == emulate::LibraryHandler::kUnknownSignature)
      names.push_back(name);
  for (prove::Assumption& assumption : verdict.assumptions)
    if (assumption.id == "outside" && !names.empty())
      assumption.text +=
          fmt::format("; what {} is given was not compared, since its type is not known", fmt::join(names, ", "));
}

}  // namespace

Report judge(const verify::Subject& subject, const std::vector<Boundary>& boundaries, const Options& options) {
  Report report;
  auto bench = verify::Bench::make(subject);
  if (bench) {
    report.source_engine = (*bench)->source().engine().name();
    report.target_engine = (*bench)->target().engine().name();
    for (const auto& [name, signature] : subject.stand_ins)
      if ((*bench)->source().stands_in_for(name) || (*bench)->target().stands_in_for(name))
        report.stand_ins.emplace(name, signature);
  } else {
    report.problem = bench.error().message;
  }
  Judge judge(bench ? bench->get() : nullptr, options, boundaries.size());
  for (const Boundary& boundary : boundaries) {
    if (options.progress) options.progress(boundary);
    report.verdicts.push_back(judge.run(boundary, report.problem));
    name_unknown(report.stand_ins, report.verdicts.back());
  }
  return report;
}

}  // namespace portolan::judge
