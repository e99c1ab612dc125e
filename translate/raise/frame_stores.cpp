#include "translate/raise/frame_stores.h"

#include <algorithm>

#include "ir/cfg.h"

namespace portolan::raise {

using ir::Op;
using ir::ValueId;

FrameStores::FrameStores(const ir::Function& f) {
  for (ir::BlockId block : ir::reverse_post_order(f))
    for (ValueId v : f.blocks[block].instructions) note_uses(f, f[v]);
}

void FrameStores::note_uses(const ir::Function& f, const ir::Instruction& i) {
  for (size_t o = 0; o < i.operands.size(); ++o) {
    const ir::Instruction& address = f[i.operands[o]];
    if (address.op != Op::frame_address) continue;
    if (i.op == Op::load) {
      loads_.push_back({address.offset, i.width / 8});
    } else if (i.op == Op::store && o == 0) {
      stores_.push_back({address.offset, f.width(i.operands[1]) / 8});
      ValueId stored = i.operands[1];
      while (f[stored].op == Op::extract) stored = f[stored].operands[0];
      if (f[stored].op != Op::get_slot && f[stored].op != Op::call) computed_.push_back(address.offset);
    } else if (i.op == Op::memory_copy && o == 0) {
      computed_.push_back(address.offset);
    } else if (i.op != Op::call || o + 1 != i.operands.size()) {  // not a call's stack pointer
      given_away_.push_back(address.offset);
    }
  }
}

bool FrameStores::never_read(int64_t offset) const {
  auto holds = [&](const std::vector<int64_t>& list) {
    return std::find(list.begin(), list.end(), offset) != list.end();
  };
  return holds(computed_) && !holds(given_away_) && std::none_of(loads_.begin(), loads_.end(), [&](const Access& load) {
           return load.offset < offset + 8 && load.offset + load.bytes > offset;
         });
}

unsigned FrameStores::slots_from(int64_t offset, int64_t end) const {
  auto stored = [&](int64_t at) {
    return std::any_of(stores_.begin(), stores_.end(),
                       [&](const Access& s) { return s.offset < at + 8 && s.offset + s.bytes > at; });
  };
  unsigned slots = 0;
  for (int64_t at = offset; at + 8 <= end && stored(at); at += 8) ++slots;
  return slots;
}

}  // namespace portolan::raise
