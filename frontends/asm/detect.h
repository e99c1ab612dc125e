// Which CPU an assembler text is for, when nobody says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/isa.h"

namespace portolan::assembly {

// The ISAs that directives and register names speak for: one when it is clear, several or all when it is not.
std::vector<Isa> likely_isas(std::string_view text);

}  // namespace portolan::assembly
