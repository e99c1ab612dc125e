// The same program read as text and as an object must give the same unit, up to where the two put instructions.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::assembly::testing {

// What differs, in words; empty when nothing does.
std::vector<std::string> differences(const Unit& text, const Unit& object);

}  // namespace portolan::assembly::testing
