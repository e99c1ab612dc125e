// What holes may look like, as tables: the parser reads by them, and the grammars for models are printed from them.
#pragma once

#include <span>
#include <string_view>

#include "translate/sketch/sketch.h"

namespace portolan::sketch {

struct HoleSyntax {
  HoleKind kind;
  uint32_t most = 0;              // of the number behind the colon; 0: it takes none
  std::string_view number_means;  // "a width is 1 to 64 bits"
  bool number_needed = false;
  bool list = true;  // candidates in braces
};

std::span<const HoleSyntax> hole_syntax();  // by kind
const HoleSyntax& syntax_of(HoleKind kind);

// Characters of names and, besides these, of candidates: enough for any operand, nothing that begins another
// statement, string or comment.
bool is_name_character(char c);
inline constexpr std::string_view kCandidateCharacters = ".#$%+-()[]: ";
bool is_candidate_character(char c);

}  // namespace portolan::sketch
