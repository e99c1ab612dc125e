// A pure instruction of up to 64 bits as a function over the places of its words: what evaluate() finds out each time
// (op, widths) is found out once; lanes are evaluated as ever. The bodies are those of op_semantics.h over WordDomain.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "ir/function.h"

namespace portolan::ir {

struct WordStep {
  // False: something was wider than a word, and the place holds nothing of use.
  using Body = bool (*)(const WordStep&);

  Body body = nullptr;
  uint64_t* to = nullptr;  // bits above the width are 0, in all places
  std::array<const uint64_t*, 3> from{};
  std::array<uint8_t, 3> widths{};  // of what is read, bits
  uint8_t width = 0;                // of the result
  const Function* function = nullptr;
  const Instruction* instruction = nullptr;

  bool operator()() const { return body(*this); }
};

// nullptr: it has effects or no operands, or something of it is wider than a word.
WordStep::Body word_step_body(const Function& function, const Instruction& instruction);

}  // namespace portolan::ir
