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
  // Whether something is stored at `offset` that the function never reads, nor gives its address away, and that is not
  // just a parameter of its own or what a call gave: most likely an argument of a call with its stack pointer there.
  bool never_read(int64_t offset) const;

 private:
  struct Access {
    int64_t offset, bytes;
  };
  void note_uses(const ir::Function& f, const ir::Instruction& i);

  std::vector<Access> stores_, loads_;
  std::vector<int64_t> given_away_, computed_;  // addresses used otherwise; where more than parameters is stored
};

}  // namespace portolan::raise
