// Loads from the unit's read-only data at known places, as the constants they give.
#pragma once

#include "frontends/asm/unit.h"
#include "ir/function.h"

namespace portolan::raise {

void fold_constant_loads(ir::Function& function, const assembly::Unit& unit);

}  // namespace portolan::raise
