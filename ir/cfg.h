// The shape of a function's control flow.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::ir {

// Blocks reachable from the entry, each before its successors except along back edges.
std::vector<BlockId> reverse_post_order(const Function& function);

// For each block the blocks with an edge to it, once per edge. Unreachable blocks count as nobody's predecessor.
std::vector<std::vector<BlockId>> predecessors(const Function& function);

// Which blocks every way from the entry to a block leads through.
class Dominators {
 public:
  explicit Dominators(const Function& function);
  bool reachable(BlockId block) const { return last_[block] != 0; }
  // Of reachable blocks; a block dominates itself.
  bool dominates(BlockId above, BlockId below) const {
    return first_[above] <= first_[below] && last_[below] <= last_[above];
  }

 private:
  std::vector<uint32_t> first_, last_;  // of each block, the numbers of its subtree in the dominator tree
};

}  // namespace portolan::ir
