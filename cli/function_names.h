// The functions of a unit by name, for messages.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::cli {

// The first of the wanted functions that the unit does not have, or empty.
std::string missing_function(const assembly::Unit& unit, const std::vector<std::string>& wanted);

// "a, b, c", or "none".
std::string function_names(const assembly::Unit& unit);

}  // namespace portolan::cli
