// The debug sections of an assembler text as a text of their own.
#pragma once

#include <string>
#include <string_view>

namespace portolan::abi {

// Entries, abbreviations and strings; whatever refers to code, lines or other sections becomes 0. Empty when the text
// has no .debug_info.
std::string debug_sections_of(std::string_view text);

}  // namespace portolan::abi
