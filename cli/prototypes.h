// What commands know of the types of a unit's functions.
#pragma once

#include "frontends/asm/unit.h"
#include "translate/abi/types.h"

namespace portolan::cli {

// All headers together, as one instruction set reads them; the first to name a function counts.
Expected<abi::Prototypes> read_headers(const std::vector<std::string>& headers, Isa isa);
// Those of the unit's debug information; what cannot be read is reported and left out.
abi::Prototypes debug_prototypes(const assembly::Unit& unit);

}  // namespace portolan::cli
