// The differential tester: runs each function of a translation beside its source on inputs made for it. What `tested`
// promises and what not stands in SOUNDNESS.md.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "verify/compare.h"

namespace portolan::verify {

struct TestOptions {
  uint32_t tests = 20;  // inputs that count, per function
  uint64_t seed = 1;
  bool overlaps = true;                  // pointers may point into one another's buffers
  std::chrono::milliseconds time{1500};  // for all functions together; 0: no limit
  bool own_data = true;  // also data that only the file itself can name has other contents than at the start
  // Numbers that stand in a function's code, on either side; empty: none are known.
  std::function<std::vector<uint64_t>(const Boundary&)> constants;
};

// Fewer inputs than these prove too little to be called a test.
inline constexpr uint32_t kFewestTests = 8;

// Distinct places where blocks began, inside the function.
struct Coverage {
  uint32_t source_blocks = 0, target_blocks = 0;
  uint32_t target_bytes = 0, target_size = 0;  // code bytes run, and all; 0: the engine does not tell
};

struct Counterexample {
  Input input;
  std::string difference;
  Spot spot;
  bool shrunk = false;
  bool results_compared = true;  // false: what the prototype calls results may be none
  // Objects that only the file itself can set, and that hold something else than at the start: perhaps they never do.
  std::vector<std::string> own_data;
  std::set<std::string> stood_in;  // functions outside that answered as they liked
};

// How the tests of one function ended: the test axis of a verdict (verify/judge/verdict.h).
struct TestResult {
  enum class Level : uint8_t { tested, refuted, unknown };
  Level level = Level::unknown;
  uint32_t tests = 0;                            // inputs on which both sides were compared and agreed
  uint32_t tried = 0;                            // inputs made
  std::map<std::string, uint32_t> not_compared;  // inputs that say nothing, by what was in the way
  uint32_t nan_differences = 0;
  uint64_t seed = 0;
  std::string reason;  // unknown, refuted
  std::string cause;   // unknown, for programs: unsupported, vacuous, resource-limit, too-few-inputs
  Coverage coverage;
  std::optional<Counterexample> counterexample;
  std::vector<Input> samples;      // some on which both were compared, each with a way of its own
  std::set<std::string> stood_in;  // functions outside that answered as they liked in what was compared
};

struct TestReport {
  std::vector<TestResult> results;  // by boundary
  std::string source_engine, target_engine;
  std::string problem;  // why nothing could be run; the results then say so too
};

struct Subject {
  Isa source_isa, target_isa;
  emulate::Object source, target;
  std::set<std::string> missing;  // functions of the source that were not translated
  // Signatures (emulate/call.h) of functions outside that the tester does not know, which then answer as they like.
  std::map<std::string, std::string> stand_ins = {};
};

TestReport test_unit(const Subject& subject, const std::vector<Boundary>& boundaries, const TestOptions& options);

// One input on both sides, in words.
struct Replay {
  Comparison comparison;
  std::string source, target;  // what each side did
};
Expected<Replay> replay(const Subject& subject, const Boundary& boundary, const Input& input);

// The code of a unit as an object: text is assembled. The error names the line.
Expected<emulate::Object> object_of_text(Isa isa, const std::string& text, const std::string& name);

}  // namespace portolan::verify
