// What Portolan says of secrets and time, about one function: a verdict of its own, beside whether two functions do the
// same. docs/verdicts.md says what each word promises.
#pragma once

#include "verify/leak/witness.h"
#include "verify/prove/prove.h"

namespace portolan::leak {

enum class Level : uint8_t { unknown, constant_time, leaks };
std::string_view to_string(Level level);  // "constant-time"

struct Verdict {
  Level level = Level::unknown;
  std::string reason, detail;  // unknown: a word of the closed list; for people
  std::vector<Finding> findings;
  std::optional<Witness> witness;  // leaks
  std::vector<prove::Assumption> assumptions;
  std::optional<prove::Proof> proof;  // of two copies that differ in the secrets, if one was tried
};

struct Options {
  std::chrono::milliseconds time{2000};  // for the search of a witness
  uint64_t seed = 1;
  std::chrono::milliseconds proof{3000};  // for the proof, where the analysis suspects something; 0: none
};

// `search`: nullptr, or a place to run the function's code.
Verdict judge(const Question& question, WitnessSearch* search, const Options& options);

// "unknown(approximation)"
std::string word(const Verdict& verdict);
// The boundary as the one side has it on both.
verify::Boundary own_boundary(const verify::Boundary& boundary, prove::Which which);

}  // namespace portolan::leak
