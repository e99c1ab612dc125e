// Words of a description or an assembly file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

struct Token {
  enum class Kind : uint8_t { identifier, number, real, string, symbol, invalid, end };
  Kind kind = Kind::end;
  std::string_view text;  // a string's without quotes
  Position at;
  size_t begin = 0, end = 0;  // offsets in the text
};

// All tokens and one of kind end. `dotted`: identifiers may hold dots, as mnemonics do.
std::vector<Token> tokens_of(std::string_view text, bool dotted = false);

}  // namespace portolan::accelerator
