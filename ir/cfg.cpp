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

// Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm" (2001), on positions in reverse post-order.
Dominators::Dominators(const Function& function) : first_(function.blocks.size()), last_(function.blocks.size()) {
  const std::vector<BlockId> order = reverse_post_order(function);
  const std::vector<std::vector<BlockId>> before = predecessors(function);
  std::vector<uint32_t> position(function.blocks.size()), parent(order.size(), UINT32_MAX);
  for (uint32_t n = 0; n < order.size(); ++n) position[order[n]] = n;
  if (!order.empty()) parent[0] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t n = 1; n < order.size(); ++n) {
      uint32_t common = UINT32_MAX;
      for (BlockId block : before[order[n]]) {
        uint32_t other = position[block];
        if (parent[other] == UINT32_MAX) continue;
        if (common == UINT32_MAX) common = other;
        while (common != other) (common > other ? common : other) = parent[std::max(common, other)];
      }
      changed |= parent[n] != common;
      parent[n] = common;
    }
  }
  // Parents come before their children in the order, so subtree sizes add up from the back and starts from the front.
  std::vector<uint32_t> size(order.size(), 1), next(order.size());
  for (size_t n = order.size(); n-- > 1;) size[parent[n]] += size[n];
  for (size_t n = 0; n < order.size(); ++n) {
    const uint32_t start = n == 0 ? 1 : next[parent[n]];
    if (n != 0) next[parent[n]] += size[n];
    next[n] = start + 1;
    first_[order[n]] = start;
    last_[order[n]] = start + size[n] - 1;
  }
}

}  // namespace portolan::ir
