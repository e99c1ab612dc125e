// Machine-level functions made ready for being cut: instructions that repeat themselves (x86-64 rep movs, rep stos) as
// the loops that they are, and blocks that end with a call.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::prove {

// What lives across a new border of blocks goes through new slots; their widths are added to `widths`, where the first
// one has the number `first_slot`.
//
// Replaces every memory_copy and memory_set of a machine-level function.
void expand_repetitions(ir::Function& function, uint32_t first_slot, std::vector<uint32_t>& widths);
// Ends blocks where a call returns. The blocks behind calls.
std::vector<ir::BlockId> split_after_calls(ir::Function& function, uint32_t first_slot, std::vector<uint32_t>& widths);

}  // namespace portolan::prove
