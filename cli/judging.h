// The judge as `translate` asks it: of texts that are, or may become, the translation of one source.
#pragma once

#include <map>

#include "cli/input.h"
#include "translate/abi/types.h"
#include "translate/sketch/filling/fill.h"
#include "verify/judge/judge.h"

namespace portolan::cli {

// Of the headers, as both instruction sets read them.
struct HeaderPair {
  abi::Prototypes source, target;
};

struct JudgeSettings {
  bool run_tests = true;
  uint32_t tests = 20;
  uint64_t seed = 1;
  std::chrono::milliseconds test_time{1500};
  double prove = 0;  // seconds for each function
};

class Judging {
 public:
  Judging(const InputFile& source, Isa target, const HeaderPair& prototypes)
      : source_(source), target_(target), prototypes_(prototypes) {}

  // Judges `boundaries`; without any nothing is done. `known`: those of all functions of the unit. `missing`: functions
  // of the source that the text lacks, by the names that they would have.
  judge::Report judge(const std::string& text, const std::vector<verify::Boundary>& boundaries,
                      const std::vector<verify::Boundary>& known, const std::set<std::string>& missing,
                      const JudgeSettings& settings) const;
  // Assembled when first asked for.
  const Expected<emulate::Object>& source_object() const;
  // Of functions outside, see translate/pair.h.
  std::map<std::string, std::string> signatures() const;

 private:
  const InputFile& source_;
  Isa target_;
  const HeaderPair& prototypes_;
  mutable std::optional<Expected<emulate::Object>> source_object_;
};

}  // namespace portolan::cli
