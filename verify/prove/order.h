// Memory order: whether the target makes the source's accesses of shared memory, each the same and in the same
// sequence, and each at least as ordered as the mapping from the source's instruction set says. What is between two
// accesses, or two calls, is looked at on each pair of paths that the proof compares. docs/verdicts.md has the table.
#pragma once

#include "verify/prove/order_table.h"
#include "verify/prove/path_pair.h"
#include "verify/prove/prove.h"

namespace portolan::prove {

class OrderCheck {
 public:
  OrderCheck(terms::Pool& pool, const assembly::Unit& source, const assembly::Unit& target, MemoryOrder order);

  void compare(PathPair& paths);
  // Why the order is not known to be kept; empty: nothing was found.
  const std::string& problem() const { return problem_; }
  void forget() { problem_.clear(); }

 private:
  // What a source's access asks for, and what a target's has.
  struct Step {
    const Event* event = nullptr;
    LineOrder order;
    uint8_t before = 0, after = 0;  // what the fences between it and its neighbours keep in order
  };
  std::vector<Step> steps(const Path& path, const std::map<uint32_t, LineOrder>& orders) const;
  std::string same_access(PathPair& paths, const Event& source, const Event& target) const;
  std::string missing(const Step& source, const Step& target) const;
  LineOrder wanted(const Step& source) const;
  uint8_t fence_wanted(uint8_t source) const;

  terms::Pool& pool_;
  Isa source_, target_;
  MemoryOrder order_;
  std::map<uint32_t, LineOrder> source_orders_, target_orders_;
  bool objects_ = false;
  std::string problem_;
};

}  // namespace portolan::prove
