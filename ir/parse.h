// Reads the text form that print() writes, and the same written by hand: comments run from // to the end of the line,
// constants may be decimal and negative, values may have any number after the %.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/function.h"

namespace portolan::ir {

// The text is untrusted: what comes back has passed check(). Errors name the line and column.
Expected<std::vector<Function>> parse_functions(std::string_view text, const std::string& file);

// The text of exactly one.
Expected<Function> parse_function(std::string_view text, const std::string& file);

}  // namespace portolan::ir
