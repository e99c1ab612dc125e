// What an operation without effects does to values.
#pragma once

#include <span>

#include "ir/function.h"
#include "verify/leak/value.h"

namespace portolan::leak {

// Leaves (slots, symbols, undef) are the engine's business.
Value transfer(const ir::Function& function, const ir::Instruction& instruction, std::span<const Value> operands);

}  // namespace portolan::leak
