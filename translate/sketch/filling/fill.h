// Fills a sketch against the source that it is to do the same as: tests choose, the judge decides. What the judge says
// of a filling comes from outside, so that this knows no prover and no proposer.
#pragma once

#include <functional>
#include <map>

#include "frontends/asm/lift.h"
#include "translate/sketch/filling/search.h"
#include "verify/judge/verdict.h"

namespace portolan::sketch::filling {

// The judge's word on a filled sketch.
struct Judgement {
  std::vector<judge::Verdict> verdicts;        // by function
  judge::Level level = judge::Level::unknown;  // the weakest of them; refuted if any is
  std::string problem;                         // the text cannot be judged at all
};

struct FillRequest {
  const assembly::Unit& source;
  const emulate::Object& source_object;
  // The functions that are compared, as they look with this filling; asked about a few until all can be tested.
  std::function<Expected<std::vector<verify::Boundary>>(const std::string& text)> describe;
  // The same where no filling makes enough sense of the code: what it is by the source alone, perhaps with results that
  // are none.
  std::function<std::vector<verify::Boundary>()> describe_source;
  // `left`: of the time for all.
  std::function<Judgement(const std::string& text, std::chrono::milliseconds left)> judge;
  judge::Level wanted = judge::Level::bounded;  // a filling of this level ends the search
  std::chrono::milliseconds time{20000};
  uint64_t seed = 1;
  // Signatures (emulate/call.h) of functions outside, by name: while fillings are looked for, those that the tester
  // does not know answer something. What the judge says does not depend on them.
  std::map<std::string, std::string> signatures = {};
  // Many more inputs, and no proof: asked before one that is not proved is taken. May be left out.
  std::function<Judgement(const std::string& text)> test_more = {};
};

struct FillResult {
  enum class Status : uint8_t {
    filled,
    nothing_fits,  // all fillings were ruled out
    timeout,
    unresolved,  // what agrees with the source on tests is neither proved nor tested enough
    unusable,    // there is nothing to compare with, or the sketch cannot be run
  };
  Status status = Status::unusable;
  std::string reason;                 // for people
  std::vector<std::string> notes;     // which input rules which hole out
  std::vector<std::string> values;    // filled: by hole
  std::string text;                   // filled
  Judgement judgement;                // filled
  std::vector<size_t> domain_sizes;   // by hole; 0 where the domain is not listed as a whole
  uint64_t runs = 0, candidates = 0;  // of the sketch on inputs; fillings that the judge saw
  size_t tests = 0;
  double seconds = 0;
};

// Errors concern the sketch itself: located.
Expected<FillResult> fill(const Sketch& sketch, const FillRequest& request);

}  // namespace portolan::sketch::filling
