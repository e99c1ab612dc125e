// A Unit as text, for tests and for looking at.
#pragma once

#include <string>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

std::string dump(const Unit& unit);

}  // namespace portolan::assembly
