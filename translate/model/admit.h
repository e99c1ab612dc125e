// What a model answered, let in as far as it is instructions and labels. What goes on from here is written anew from
// words that are known: nothing of the answer's own text is passed through.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "translate/sketch/parts.h"

namespace portolan::model {

struct Admission {
  Isa isa = Isa::aarch64;
  std::string function;                                     // its own label may stand at the beginning
  std::map<std::string, std::string, std::less<>> symbols;  // names that the source has, and theirs in the output
  std::string prefix;                                       // of labels in the output: ".Lguess0_"
};

struct AdmittedLine {
  std::string text;  // an instruction, perhaps with holes; or a label without its colon
  bool label = false;
  uint32_t line = 0;          // of the answer
  size_t begin = 0, end = 0;  // characters of the answer
  uint32_t from = 0, to = 0;  // lines of the source, as the model says; 0: it does not
};

struct Body {
  std::vector<AdmittedLine> lines;
  sketch::Names names;       // for parts_of(): its labels and symbols as they now are
  std::string text() const;  // as assembler text
};

// The error names the answer's line. Sizes are limited.
Expected<Body> admit(const std::string& answer, const Admission& admission);

}  // namespace portolan::model
