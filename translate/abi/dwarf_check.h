// LLVM's DWARF reader trusts the lengths inside a unit and reads past the end of a damaged one. This walks a unit's
// entries first, touching nothing outside of it.
#pragma once

#include "llvm/DebugInfo/DWARF/DWARFUnit.h"

namespace portolan::abi {

// Whether every entry of the unit, with all its attributes, lies inside the unit.
bool is_well_formed(const llvm::DWARFUnit& unit);

}  // namespace portolan::abi
