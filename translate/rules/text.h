// The textual side of rule files: lines, parameters, and the small language of template lines.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "translate/rules/rule.h"

namespace portolan::rules {

struct SourceLine {
  std::string text;  // without comment and surrounding blanks
  uint32_t number = 0;
};

using Parameters = std::map<std::string, std::string>;

// Lines with something on them.
std::vector<SourceLine> source_lines(std::string_view text);

// `$name`, `${name}` and `${name*2}` (also + - /) replaced by the parameter's value, then `[0xff:b16 x 8]` by the
// constant that repeats it. An error says what is wrong with the line.
std::optional<std::string> substitute(std::string& line, const Parameters& parameters);

// The pieces of a template line: an operand in braces is one of `names`, other braces are the assembler's.
Expected<std::vector<TemplatePiece>> template_pieces(std::string_view text, const SourceLocation& location);

// Identifiers are a letter and letters, digits and underscores.
std::string_view take_identifier(std::string_view& text);
void skip_blanks(std::string_view& text);
// Takes `word` if the text begins with it (an identifier, or punctuation).
bool take(std::string_view& text, std::string_view word);
std::optional<uint64_t> take_number(std::string_view& text);
// "0x7f:b64" or "0x7f:b8", repeated up to `width` bits.
std::optional<ir::APInt> take_constant(std::string_view& text, uint32_t width);

}  // namespace portolan::rules
