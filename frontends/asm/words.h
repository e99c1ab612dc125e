// What the passes over assembler text, before LLVM's parser reads it, take for space and for a word.
#pragma once

#include <cctype>
#include <string_view>

namespace portolan::assembly {

inline constexpr std::string_view kSpace = " \t\r";

inline bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$';
}

}  // namespace portolan::assembly
