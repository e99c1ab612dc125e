// Instructions that repeat themselves (x86-64 rep movs, rep stos) as the loops that they are, so that a proof can cut
// them like any other loop.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::prove {

// Replaces every memory_copy and memory_set of a machine-level function. What lives across such a loop goes through new
// slots from `first_slot` on; their widths are returned.
std::vector<uint32_t> expand_repetitions(ir::Function& function, uint32_t first_slot);

}  // namespace portolan::prove
