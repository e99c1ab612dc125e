// LLVM's parser evaluates constant expressions with the host's own division: one by zero (Intel syntax), or of the most
// negative number by -1, ends the process. Text from strangers must not be able to do that, and what a symbol or an
// expression is worth is not known before parsing, so only division by a number that is written out goes through.
#pragma once

#include <string_view>

#include "ir/isa.h"

namespace portolan::assembly {

// Why the parser must not see the line, or nullptr.
const char* unsafe_division(std::string_view line, Isa isa, bool intel_syntax);

}  // namespace portolan::assembly
