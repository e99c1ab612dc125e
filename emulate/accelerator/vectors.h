// Recorded runs of another simulator (../shared/oracles/README.md has the format): memory before, program, memory
// after.
#pragma once

#include <functional>
#include <iosfwd>

#include "emulate/accelerator/machine.h"
#include "frontends/accelerator/check.h"

namespace portolan::accelerator {

struct VectorCounts {
  size_t agreeing = 0, differing = 0, refused = 0;
  std::string first_difference, first_refusal;  // with the vector's name
  std::map<std::string, size_t> refusals;       // by reason
  struct Family {
    size_t agreeing = 0, differing = 0, refused = 0;
  };
  std::map<std::string, Family> families;  // of the vectors' names without their numbers
  CompiledMeanings::Counts compiled;
};

// How meanings are compiled for the description of a build.
using MakeCompiled = std::function<std::unique_ptr<CompiledMeanings>(const Description&)>;

// `text`: one JSON object a line. An error: the file is not of this format. `compile`: null: nothing is compiled.
Expected<VectorCounts> run_vectors(const std::string& description, const std::string& file, const std::string& text,
                                   const std::string& vectors_file, const Limits& limits = {},
                                   const MakeCompiled& compile = nullptr);

}  // namespace portolan::accelerator
