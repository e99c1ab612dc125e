// Assembly text of a described chip to words, and back. One instruction a line; comments begin with // # or ;.
//   .word 0x…[, 0x…]   the parts of a word as numbers, for what no instruction is
#pragma once

#include <string_view>

#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

struct Assembled {
  std::vector<Word> words;
  std::vector<uint32_t> lines;  // of each word
  std::vector<Diagnostic> errors;
};
Assembled assemble(const Description& chip, std::string_view text, const std::string& file);

// One line, without its end; assemble() gives the same word for it.
std::string disassemble(const Description& chip, const Word& word);

// A field's value as the text writes it.
std::string operand_text(const Description& chip, const Field& field, UnsignedNumber raw);

}  // namespace portolan::accelerator
