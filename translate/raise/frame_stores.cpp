#include "translate/raise/frame_stores.h"

#include <algorithm>

#include "ir/cfg.h"

namespace portolan::raise {

using ir::Op;
using ir::ValueId;

FrameStores::FrameStores(const ir::Function& f) {
  for (ir::BlockId block : ir::reverse_post_order(f))
    for (ValueId v : f.blocks[block].instructions) {
      const ir::Instruction& i = f[v];
      if (i.op == Op::store && f[i.operands[0]].op == Op::frame_address)
        stores_.push_back({f[i.operands[0]].offset, f.width(i.operands[1]) / 8});
    }
}

unsigned FrameStores::slots_from(int64_t offset, int64_t end) const {
  auto stored = [&](int64_t at) {
    return std::any_of(stores_.begin(), stores_.end(),
                       [&](const Store& s) { return s.offset < at + 8 && s.offset + s.bytes > at; });
  };
  unsigned slots = 0;
  for (int64_t at = offset; at + 8 <= end && stored(at); at += 8) ++slots;
  return slots;
}

}  // namespace portolan::raise
