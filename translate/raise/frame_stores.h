// Places of its own frame that a function stores to: where arguments of calls may be.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::raise {

class FrameStores {
 public:
  explicit FrameStores(const ir::Function& f);

  // 8-byte slots from `offset` up, side by side and below `end`, that something is stored to: no less than what a call
  // with its stack pointer there passes on the stack.
  unsigned slots_from(int64_t offset, int64_t end) const;

 private:
  struct Store {
    int64_t offset, bytes;
  };
  std::vector<Store> stores_;
};

}  // namespace portolan::raise
