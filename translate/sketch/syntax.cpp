#include "translate/sketch/syntax.h"

namespace portolan::sketch {
namespace {

constexpr HoleSyntax kHoles[] = {
    {HoleKind::imm, 64, "a width is 1 to 64 bits", false, true},
    {HoleKind::reg, 0, {}, false, true},
    {HoleKind::cond, 0, {}, false, true},
    {HoleKind::op, 0, {}, false, true},
    {HoleKind::shift, 0, {}, false, true},
    {HoleKind::lane, 0, {}, false, true},
    {HoleKind::label, 0, {}, false, true},
    {HoleKind::seq, kLongestSequence, "a length is 1 to 3", true, false},
};
static_assert(kLongestSequence == 3, "the text above says so");

}  // namespace

std::span<const HoleSyntax> hole_syntax() {
  return kHoles;
}

const HoleSyntax& syntax_of(HoleKind kind) {
  return kHoles[static_cast<size_t>(kind)];
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_candidate_character(char c) {
  return is_name_character(c) || kCandidateCharacters.find(c) != std::string_view::npos;
}

}  // namespace portolan::sketch
