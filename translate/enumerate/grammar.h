// A target's computing instructions as building blocks: drawn from the rows of its coverage table, printed by LLVM MC,
// and read back by the target's frontend, which gives them their meaning. Nothing about an instruction is typed in
// here.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/machine.h"
#include "translate/rules/rule.h"

namespace portolan::enumerate {

using ir::APInt;
using rules::Bank;

// An instruction that computes one register from others. Registers in `text` stand as "%0" (the result) and "%1"…, with
// the letter that its name begins with behind a colon: "uqsub %0:v.16b, %1:v.16b, %2:v.16b".
struct Form {
  std::string text;
  std::string opcode;  // LLVM's name
  Bank result = Bank::vector;
  std::vector<Bank> operands;
  bool tied = false;     // the first operand is in the result's register
  ir::Function meaning;  // machine level
  std::vector<ir::BlockId> blocks;
  std::vector<assembly::Slot> slots;  // of the operands
  assembly::Slot result_slot = assembly::kNoSlot;

  // The result's register for these registers; the width of the slots.
  APInt evaluate(const std::vector<const APInt*>& values) const;
};

// All forms whose flags, memory and control are untouched, with these immediates where the instruction takes one.
// Instructions of extensions, as their rows note them, only with the feature.
std::vector<Form> make_grammar(Isa isa, const std::vector<int64_t>& immediates,
                               const std::vector<std::string>& features);

}  // namespace portolan::enumerate
