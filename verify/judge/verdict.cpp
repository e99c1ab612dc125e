#include "verify/judge/verdict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace portolan::judge {
namespace {

using verify::Boundary;
using verify::TestResult;

constexpr std::string_view kLevels[] = {"refused",           "not-run", "unknown", "tested",
                                        "proved-of-numbers", "bounded", "proved",  "refuted"};
constexpr std::string_view kRequirements[] = {"none", "tested", "bounded", "proved"};
constexpr std::string_view kReasons[] = {"timeout",          "memout",         "unsupported",    "unresolved-address",
                                         "indirect-control", "approximation",  "spurious-model", "solver-disagreement",
                                         "vacuous",          "resource-limit", "no-relation",    "no-solver",
                                         "too-few-inputs",   "race",           "data-dependent"};

const char* origin_text(Boundary::Origin origin) {
  switch (origin) {
    case Boundary::Origin::translation:
      return "it is called by the prototype that the translation worked with";
    case Boundary::Origin::prototype:
      return "it is called by the prototype that was given with --proto";
    case Boundary::Origin::debug_information:
      return "it is called by the prototype that the debug information states";
    case Boundary::Origin::library:
      return "it is called by the C library's prototype";
    case Boundary::Origin::inferred:
      return "it is called by a prototype that was inferred from its code";
  }
  return "";
}

// Whether a prover's claim has what the word needs.
bool is_sound(const prove::Proof& proof) {
  return !proof.obligations.empty() && proof.reason.empty() &&
         std::all_of(proof.obligations.begin(), proof.obligations.end(), [](const prove::Obligation& o) {
           return o.answer.verdict == solve::Answer::Verdict::holds && o.answer.cross_checked;
         });
}

void claim_proof(const prove::Proof& proof, Verdict& verdict) {
  verdict.level = proof.level == prove::Proof::Level::proved ? Level::proved : Level::bounded;
  verdict.bound = proof.bound;
  verdict.assumptions.insert(verdict.assumptions.end(), proof.assumptions.begin(), proof.assumptions.end());
}

std::string tests_in_words(const TestResult& tests) {
  return fmt::format("{} input{}, seed {}; {} place{} of the source's code and {} of the target's ran", tests.tests,
                     tests.tests == 1 ? "" : "s", tests.seed, tests.coverage.source_blocks,
                     tests.coverage.source_blocks == 1 ? "" : "s", tests.coverage.target_blocks);
}

// Details of proofs go on with terms, which are for the evidence.
std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

std::string under(const Verdict& verdict) {
  const size_t n = verdict.assumptions.size();
  return fmt::format("under {} assumption{}", n, n == 1 ? "" : "s");
}

bool assumes_no_overlap(const Verdict& verdict) {
  return std::any_of(verdict.assumptions.begin(), verdict.assumptions.end(),
                     [](const prove::Assumption& a) { return a.id == "no-alias"; });
}

// The one assumption that somebody has to ask for, so every claim says it.
// What other threads see.
std::string order_in_words(const Verdict& verdict) {
  return verdict.proof->order.kept ? "memory order kept" : "memory order not considered";
}

std::string_view overlap_in_words(const Verdict& verdict) {
  if (assumes_no_overlap(verdict)) return " whose pointer arguments do not overlap (--assume no-alias)";
  return "";
}

// What a pair that was only tested wants for a proof.
std::string_view wanting(const Verdict& verdict) {
  if (verdict.proof && verdict.proof->without_overlap && !assumes_no_overlap(verdict))
    return "; proved where pointer arguments do not overlap, which needs --assume no-alias";
  return "";
}

}  // namespace

std::string_view to_string(Level level) {
  return kLevels[static_cast<size_t>(level)];
}

std::optional<Level> level_from_string(std::string_view name) {
  const auto at = std::find(std::begin(kLevels), std::end(kLevels), name);
  if (at == std::end(kLevels)) return std::nullopt;
  return static_cast<Level>(at - std::begin(kLevels));
}

std::optional<Requirement> requirement_from_string(std::string_view name) {
  const auto at = std::find(std::begin(kRequirements), std::end(kRequirements), name);
  if (at == std::end(kRequirements)) return std::nullopt;
  return static_cast<Requirement>(at - std::begin(kRequirements));
}

bool reaches(Level level, Requirement requirement) {
  switch (requirement) {
    case Requirement::none:
      return level != Level::refused && level != Level::refuted;
    case Requirement::tested:
      return level == Level::tested || level == Level::proved_of_numbers || level == Level::bounded ||
             level == Level::proved;
    case Requirement::bounded:
      return level == Level::bounded || level == Level::proved;
    case Requirement::proved:
      return level == Level::proved;
  }
  return false;
}

bool is_known_reason(std::string_view reason) {
  return std::find(std::begin(kReasons), std::end(kReasons), reason) != std::end(kReasons);
}

bool rests_on_guess(const Boundary& boundary, const TestResult& tests) {
  return tests.level == TestResult::Level::refuted && boundary.origin == Boundary::Origin::inferred &&
         tests.counterexample && tests.counterexample->spot.kind == verify::Spot::Kind::result;
}

// The proof says why the source's value there is nobody's.
bool is_no_result(const TestResult& tests, const prove::Proof& proof) {
  return tests.counterexample && tests.counterexample->spot.kind == verify::Spot::Kind::result &&
         proof.unspecified_results.contains(tests.counterexample->spot.index);
}

bool rests_on_own_data(const TestResult& tests) {
  return tests.level == TestResult::Level::refuted && tests.counterexample && !tests.counterexample->own_data.empty();
}

Verdict conclude(const Boundary& boundary, std::optional<TestResult> tests, std::optional<prove::Proof> proof) {
  Verdict verdict;
  verdict.assumptions.push_back({"prototype", "convention", origin_text(boundary.origin)});
  for (const std::string& text : boundary.assumptions) verdict.assumptions.push_back({"boundary", "convention", text});
  // A proof about a source of which no run was seen to end well is not believed: it may speak of nothing.
  const bool vacuous = tests && tests->cause == "vacuous";
  const bool claims = proof && proof->level != prove::Proof::Level::unknown && !vacuous;
  const bool proved = claims && is_sound(*proof);
  const bool refuted = tests && tests->level == TestResult::Level::refuted;
  const bool guessed = refuted && rests_on_guess(boundary, *tests);
  if (guessed && proved && boundary.doubt.empty() && is_no_result(*tests, *proof)) {
    claim_proof(*proof, verdict);
  } else if (guessed) {
    verdict.level = Level::unknown;
    verdict.reason = "approximation";
    verdict.detail = tests->reason + "; the prototype is inferred, and this may be no result: give --proto";
  } else if (refuted && rests_on_own_data(*tests)) {
    verdict.level = Level::unknown;
    verdict.reason = "approximation";
    verdict.detail = fmt::format(
        "{}; it shows only where {}, which nobody outside the file can set, {} something else "
        "than at the start: perhaps that never is so",
        tests->reason, fmt::join(tests->counterexample->own_data, ", "),
        tests->counterexample->own_data.size() == 1 ? "holds" : "hold");
  } else if (refuted) {
    verdict.level = Level::refuted;
    verdict.detail = tests->reason;
    if (!tests->stood_in.empty())
      verdict.detail += fmt::format(" ({} answered as the tester liked)", fmt::join(tests->stood_in, ", "));
  } else if (!boundary.doubt.empty() && (proved || (tests && tests->level == TestResult::Level::tested))) {
    verdict.level = Level::unknown;
    verdict.reason = "approximation";
    verdict.detail = boundary.doubt + "; the prototype is inferred: give --proto";
  } else if (proved) {
    claim_proof(*proof, verdict);
  } else if (tests && tests->level == TestResult::Level::tested) {
    verdict.level = Level::tested;
  } else if (claims) {
    verdict.level = Level::unknown;
    verdict.reason = "no-solver";
    verdict.detail = "not every part of the proof was confirmed by two means";
  } else if (proof && !proof->reason.empty() && proof->reason != "unsupported" && !vacuous) {
    verdict.level = Level::unknown;
    verdict.reason = proof->reason;
    verdict.detail = proof->detail;
  } else if (tests) {
    verdict.level = Level::unknown;
    verdict.reason = tests->cause;
    verdict.detail = tests->reason;
  } else if (proof) {
    verdict.level = Level::unknown;
    verdict.reason = "unsupported";
    verdict.detail = proof->detail;
  }
  if (tests && !tests->stood_in.empty() && (verdict.level == Level::tested || verdict.level == Level::refuted))
    verdict.assumptions.push_back(
        {"outside", "environment",
         fmt::format("{} may answer anything of the result's type and change nothing: the tester made its answers up",
                     fmt::join(tests->stood_in, ", "))});
  verdict.tests = std::move(tests);
  verdict.proof = std::move(proof);
  return verdict;
}

std::string word(const Verdict& verdict) {
  if (verdict.level == Level::bounded) return fmt::format("bounded(k={})", verdict.bound);
  if (verdict.level == Level::unknown) return fmt::format("unknown({})", verdict.reason);
  if (verdict.level == Level::proved_of_numbers) return fmt::format("proved ({})", verdict.restriction);
  return std::string(to_string(verdict.level));
}

std::string tally(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (size_t level = std::size(kLevels); level-- > 0;) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                     [&](const Verdict& v) { return v.level == static_cast<Level>(level); });
    if (count == 0) continue;
    if (static_cast<Level>(level) != Level::proved_of_numbers) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kLevels[level]);
      continue;
    }
    std::map<std::string, size_t> by_word;
    for (const Verdict& v : verdicts)
      if (v.level == Level::proved_of_numbers) ++by_word[word(v)];
    for (const auto& [name, number] : by_word) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, name);
  }
  return text.empty() ? "no functions" : text;
}

std::vector<std::string> observables(const Boundary& boundary) {
  std::vector<std::string> all;
  for (size_t r = 0; r < boundary.results.size(); ++r)
    all.push_back(boundary.results[r].bits < 64 ? fmt::format("result {} ({} bits)", r + 1, boundary.results[r].bits)
                                                : fmt::format("result {}", r + 1));
  for (const char* rest : {"memory", "calls to the outside", "callee-saved registers", "stack pointer"})
    all.emplace_back(rest);
  return all;
}

std::string sentence(const Verdict& verdict, const Boundary& boundary) {
  const std::string on = fmt::format("{{{}}}", fmt::join(observables(boundary), ", "));
  switch (verdict.level) {
    case Level::proved:
      return fmt::format("proved equal on {} for all inputs{} {}; floating point: {}; {}", on,
                         overlap_in_words(verdict), under(verdict), verdict.proof->floating_point,
                         order_in_words(verdict));
    case Level::bounded:
      return fmt::format(
          "equal on {} for all inputs{} on which no loop is taken more than {} times, {}; floating "
          "point: {}; memory order not considered",
          on, overlap_in_words(verdict), verdict.bound, under(verdict), verdict.proof->floating_point);
    case Level::proved_of_numbers:
      return fmt::format("proved equal on {}, {}", on, verdict.restriction);
    case Level::tested:
      return fmt::format("agreed on {} on {}{}; nothing is claimed for other inputs{}", on,
                         tests_in_words(*verdict.tests),
                         assumes_no_overlap(verdict) ? "; pointer arguments did not overlap (--assume no-alias)" : "",
                         wanting(verdict));
    case Level::refuted:
      return verdict.detail;
    case Level::unknown:
      return fmt::format("nothing is claimed: {}", first_line(verdict.detail));
    case Level::refused:
      return fmt::format("there is no target: {}", verdict.detail);
    case Level::not_run:
      return "not judged";
  }
  return {};
}

}  // namespace portolan::judge
