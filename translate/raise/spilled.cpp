#include "translate/raise/spilled.h"

#include <algorithm>

#include "ir/cfg.h"

namespace portolan::raise {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// Goes back from the load to the stores that reach it.
class ReachingStores {
 public:
  ReachingStores(const Function& f, int64_t offset)
      : f_(f), offset_(offset), predecessors_(ir::predecessors(f)), seen_(f.blocks.size()) {}
  std::vector<ValueId> values;

  // Looks through the first `count` instructions of the block, last one first; false if nothing complete is found.
  bool search(BlockId block, size_t count) {
    while (count-- > 0) {
      ValueId v = f_.blocks[block].instructions[count];
      const Instruction& store = f_[v];
      if (store.op != Op::store || f_[store.operands[0]].op != Op::frame_address) continue;
      int64_t at = f_[store.operands[0]].offset, size = f_.width(store.operands[1]) / 8;
      if (at + size <= offset_ || at >= offset_ + 8) continue;
      values.push_back(store.operands[1]);
      return at == offset_ && size == 8;
    }
    for (BlockId p : predecessors_[block])
      if (!seen_[p]) {
        seen_[p] = 1;
        open_.push_back(p);
      }
    return block != 0;
  }

  bool run(BlockId block, size_t count) {
    if (!search(block, count)) return false;
    while (!open_.empty()) {
      BlockId next = open_.back();
      open_.pop_back();
      if (!search(next, f_.blocks[next].instructions.size())) return false;
    }
    return true;
  }

 private:
  const Function& f_;
  int64_t offset_;
  std::vector<std::vector<BlockId>> predecessors_;
  std::vector<uint8_t> seen_;
  std::vector<BlockId> open_;
};

}  // namespace

std::vector<ValueId> stored_values(const Function& f, ValueId v) {
  const Instruction& load = f[v];
  if (load.op != Op::load || load.width != 64 || f[load.operands[0]].op != Op::frame_address) return {};
  for (BlockId block = 0; block < f.blocks.size(); ++block) {
    const std::vector<ValueId>& all = f.blocks[block].instructions;
    auto at = std::find(all.begin(), all.end(), v);
    if (at == all.end()) continue;
    ReachingStores stores(f, f[load.operands[0]].offset);
    bool complete = stores.run(block, static_cast<size_t>(at - all.begin()));
    return complete ? stores.values : std::vector<ValueId>();
  }
  return {};
}

}  // namespace portolan::raise
