// What a target offers for holes: words, nothing more. Which of them fit a place is the assembler's business, so a
// table may offer too much and never too little. An accelerator's description can be such a table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "translate/sketch/sketch.h"

namespace portolan::sketch {

struct Vocabulary {
  std::vector<std::string> registers, conditions, operations, shifts, lanes;
  // Mnemonics that no hole stands for: control, addresses, other names; and those that a condition completes.
  std::vector<std::string> aliases, conditional;
  // What operands look like: ?kind stands for a word of the table or a hole, SYMBOL for a name,
  // ARRANGEMENT for one of these.
  std::vector<std::string_view> operands;
  std::vector<std::string> arrangements;
  std::vector<std::string> keywords;  // other words of operands: rounding modes
  // Immediates that no range holds: AArch64's bit masks.
  std::vector<uint64_t> patterns;
  // Instructions that ?seq is made of: of one line, whose ?reg and ?to stand for registers that the sketch names (?to
  // is set, and on x86-64 perhaps read, too) and whose ?imm for constants that the source or the sketch names. The
  // first one copies a register.
  std::vector<std::string_view> sequence;
  std::string_view stack_pointer;
  std::vector<std::string> arguments;  // of the first ones and of results, and the stack pointer: for ?seq
  std::string_view jump;               // the mnemonic of a direct jump
  std::string_view placeholder;        // an instruction without effect
  // Bytes of an encoding, of an instruction with what the assembler may add to it, and of all that one
  // pseudo-instruction (li) may become.
  uint32_t longest_encoding = 0, longest = 0, longest_pseudo = 0;

  // The words for a hole of this kind; none for immediates, labels and sequences.
  const std::vector<std::string>& words(HoleKind kind) const;
};

const Vocabulary& vocabulary(Isa isa);

// One for each instruction set, each in a file of its own.
Vocabulary make_aarch64_vocabulary();
Vocabulary make_riscv64_vocabulary();
Vocabulary make_x86_64_vocabulary();

// "w0", "w1", … "w30"
void add_numbered(std::vector<std::string>& words, std::string_view prefix, unsigned first, unsigned last,
                  std::string_view suffix = {});
// Blank-separated words.
void add_words(std::vector<std::string>& words, std::string_view text);

}  // namespace portolan::sketch
