#include "ir/cfg.h"

#include <algorithm>

namespace portolan::ir {

std::vector<BlockId> reverse_post_order(const Function& function) {
  std::vector<BlockId> order;
  std::vector<uint8_t> seen(function.blocks.size());
  std::vector<std::pair<BlockId, size_t>> stack;
  if (function.blocks.empty()) return order;
  stack.emplace_back(0, 0);
  seen[0] = 1;
  while (!stack.empty()) {
    auto& [block, next] = stack.back();
    const std::vector<Edge>& edges = function.blocks[block].terminator.edges;
    if (next == edges.size()) {
      order.push_back(block);
      stack.pop_back();
      continue;
    }
    BlockId target = edges[next++].target;
    if (!seen[target]) {
      seen[target] = 1;
      stack.emplace_back(target, 0);
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

std::vector<std::vector<BlockId>> predecessors(const Function& function) {
  std::vector<std::vector<BlockId>> result(function.blocks.size());
  for (BlockId block : reverse_post_order(function))
    for (const Edge& edge : function.blocks[block].terminator.edges) result[edge.target].push_back(block);
  return result;
}

}  // namespace portolan::ir
