// Pieces of data flow that a rule might be about, cut out of raised functions.
#pragma once

#include <string>
#include <vector>

#include "ir/function.h"
#include "ir/isa.h"

namespace portolan::learn {

struct Piece {
  std::string pattern;  // as a rule's text: "pattern (…) { … }"
  std::string name;     // of its operations, in order: "usub_saturate_add"
  uint32_t line = 0;    // of the source
  size_t operations = 0;
};

// Every connected piece of two to four pure operations with one result whose inner values nobody else uses, once.
// Constants are part of the pattern, and where there are some, operands of a second one, which is more general.
std::vector<Piece> pieces_of(const ir::Function& function);

// A rule with this pattern whose template does not matter, for the search and for measuring LLVM alone.
std::string rule_around(const Piece& piece, Isa target);

}  // namespace portolan::learn
