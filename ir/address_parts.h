// High and low parts of addresses, as adrp/:lo12: and %hi/%lo name them.
#pragma once

#include <optional>

#include "ir/function.h"

namespace portolan::ir {

// The address that the two parts add up to, or nothing where that depends on where the linker puts the symbol.
//
// Equal addends always fit. Whole pages apart, the high part's counts. Less than a page apart, whoever wrote it relies
// on the symbol's alignment to have both on one page (compilers take the high part of an object and the low parts of
// its fields), and the low part's counts.
std::optional<SymbolRef> join_parts(const SymbolRef& high, const SymbolRef& low);

}  // namespace portolan::ir
