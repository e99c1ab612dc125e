// Is a function well-formed? Everything that consumes IR (interpreter, code generation, proofs) relies on what is
// checked here and checks it not again.
#pragma once

#include <optional>
#include <string>

#include "ir/function.h"

namespace portolan::ir {

struct Defect {
  BlockId block = kNoBlock;  // kNoBlock: the function as a whole
  ValueId value = kNoValue;  // kNoValue: the block's parameters or terminator
  uint32_t line = 0;         // of the source
  std::string message;       // "function 'f', block b1, instruction 3 (add): …"
};

// The first defect: widths and attributes by the shapes of ops.def, operands defined before their use, edges that carry
// what their target takes, indices within the pools. Nothing is assumed of the function.
std::optional<Defect> check(const Function& function);

// Ends the program, saying what is wrong and after which pass, unless the function is well-formed: the passes' own
// invariant.
void require_well_formed(const Function& function, const char* pass);

// What is wrong with the instruction's own types and attributes, or empty. Operands must exist.
std::string type_error(const Function& function, const Instruction& instruction);

}  // namespace portolan::ir
