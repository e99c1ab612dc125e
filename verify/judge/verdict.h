// What Portolan says of one pair of functions. The proof axis and the test axis are kept apart; the level is the one
// headline word that follows from both by a fixed rule. docs/verdicts.md says what each word promises.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verify/prove/prove.h"
#include "verify/tester.h"

namespace portolan::judge {

// Weakest promise first; `refused`: there is no target, `not_run`: nobody asked for a judgement. proved_of_numbers: of
// kernels, in an arithmetic that leaves something out, which the verdict names.
enum class Level : uint8_t { refused, not_run, unknown, tested, proved_of_numbers, bounded, proved, refuted };
std::string_view to_string(Level level);  // "not-run"
std::optional<Level> level_from_string(std::string_view name);

// What --require may ask for.
enum class Requirement : uint8_t { none, tested, bounded, proved };
std::optional<Requirement> requirement_from_string(std::string_view name);
bool reaches(Level level, Requirement requirement);

// Why nothing is claimed: the closed list of docs/verdicts.md.
bool is_known_reason(std::string_view reason);

struct Verdict {
  Level level = Level::not_run;
  uint32_t bound = 0;       // bounded: iterations of each loop
  std::string restriction;  // proved_of_numbers: "over the reals"
  std::string reason;       // unknown: one word of the closed list
  std::string detail;       // unknown, refuted, refused: for people
  std::optional<verify::TestResult> tests;
  std::optional<prove::Proof> proof;
  std::vector<prove::Assumption> assumptions;  // all that the level stands on
};

// The headline from both axes. A proof counts only where every obligation holds and two means agreed on it; tests never
// lift an unknown above `tested`, nor a proof of nothing above `unknown`.
Verdict conclude(const verify::Boundary& boundary, std::optional<verify::TestResult> tests,
                 std::optional<prove::Proof> proof);

// Whether what refutes is a result of an inferred prototype: which registers hold results is a guess then, and one that
// differs may be nobody's.
bool rests_on_guess(const verify::Boundary& boundary, const verify::TestResult& tests);
// Whether it shows only where data that nobody but the file itself can set holds something else than at the start.
bool rests_on_own_data(const verify::TestResult& tests);

// "bounded(k=4)", "unknown(timeout)", "proved (over the reals)": the word as reports print it.
std::string word(const Verdict& verdict);
// One sentence without the function's name; never claims more than the level does.
std::string sentence(const Verdict& verdict, const verify::Boundary& boundary);
// "3 proved, 1 unknown"
std::string tally(const std::vector<Verdict>& verdicts);
// "result 1, memory, calls to the outside, …": what the two sides were compared on.
std::vector<std::string> observables(const verify::Boundary& boundary);

}  // namespace portolan::judge
