// An instruction's assembly syntax, from the text of its syntax clause:
//   "load {base}, {y} x {x} [pad {top} {bottom}] {wait?}"
// {f} is an operand, {f?} the word f where that bit is 1, [..] a part left out where all operands in it are 0.
#pragma once

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

// Fills in `instruction.items`; what is wrong with the text.
std::vector<Diagnostic> parse_syntax(const Description& chip, Instruction& instruction);

// The fields that the syntax writes.
std::vector<uint32_t> written_fields(const Instruction& instruction);
// The word that an instruction's text begins with.
std::string mnemonic(const Instruction& instruction);

}  // namespace portolan::accelerator
