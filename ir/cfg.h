// The shape of a function's control flow.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::ir {

// Blocks reachable from the entry, each before its successors except along back edges.
std::vector<BlockId> reverse_post_order(const Function& function);

// For each block the blocks with an edge to it, once per edge. Unreachable blocks count as nobody's predecessor.
std::vector<std::vector<BlockId>> predecessors(const Function& function);

}  // namespace portolan::ir
