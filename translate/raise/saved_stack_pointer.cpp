// gcc keeps where the stack arguments are in a register (r10, its DRAP) while it aligns x86-64's stack pointer, saves
// that register in the frame, and computes the stack pointer to return with from what it loads again. A return that
// works loads what was stored: the place is nobody else's.
#include <algorithm>
#include <map>

#include "ir/cfg.h"
#include "translate/raise/spilled.h"
#include "translate/raise/stack.h"

namespace portolan::raise {
namespace {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

bool in_frame(const Function& f, const Instruction& access) {
  return (access.op == Op::load || access.op == Op::store) && f[access.operands[0]].op == Op::frame_address;
}

// The load that a new stack pointer is, or is a constant away from.
ValueId loaded(const Function& f, const Instruction& mark) {
  ValueId v = mark.operands[0];
  if (f[v].op == Op::add && f[v].lanes == 1 && f.constant(f[v].operands[1])) v = f[v].operands[0];
  return f[v].op == Op::load && f[v].width == 64 && in_frame(f, f[v]) ? v : ir::kNoValue;
}

// The one place of the frame whose address all stores put where the load reads.
std::optional<int64_t> saved_place(const Function& f, ValueId load) {
  const std::vector<ValueId> values = stored_values(f, load);
  if (values.empty() || f[values[0]].op != Op::frame_address) return std::nullopt;
  const int64_t place = f[values[0]].offset;
  const bool same = std::all_of(values.begin(), values.end(),
                                [&](ValueId v) { return f[v].op == Op::frame_address && f[v].offset == place; });
  return same ? std::optional(place) : std::nullopt;
}

void become_place(Instruction& load, int64_t place) {
  Instruction made;
  made.op = Op::frame_address;
  made.width = 64;
  made.offset = place;
  made.line = load.line;
  load = std::move(made);
}

}  // namespace

bool restore_saved_stack_pointers(Function& f) {
  const std::vector<BlockId> order = ir::reverse_post_order(f);
  std::map<int64_t, int64_t> saved;  // by the offset of where it was saved
  for (BlockId block : order)
    for (ValueId v : f.blocks[block].instructions) {
      if (f[v].op != Op::set_slot) continue;
      const ValueId load = loaded(f, f[v]);
      if (load == ir::kNoValue) continue;
      if (const std::optional<int64_t> place = saved_place(f, load)) saved[f[f[load].operands[0]].offset] = *place;
    }
  for (const auto& entry : saved) {
    const int64_t slot = entry.first, place = entry.second;
    bool read = false;
    auto overlaps = [&](const Instruction& i, int64_t size) {
      const int64_t offset = f[i.operands[0]].offset;
      return offset < slot + 8 && slot < offset + size;
    };
    std::vector<ValueId> stores;
    for (BlockId block : order)
      for (ValueId v : f.blocks[block].instructions) {
        Instruction& i = f[v];
        if (!in_frame(f, i)) continue;
        const bool saves = i.op == Op::store && f[i.operands[1]].op == Op::frame_address;
        if (saves && f[i.operands[0]].offset == slot && f[i.operands[1]].offset == place) stores.push_back(v);
        if (i.op != Op::load || !overlaps(i, i.width / 8)) continue;
        if (i.width == 64 && saved_place(f, v) == place)
          become_place(i, place);
        else
          read = true;
      }
    // What is not read any more need not be kept: it would look as if the address went elsewhere.
    if (read) continue;
    for (BlockId block : order)
      std::erase_if(f.blocks[block].instructions,
                    [&](ValueId v) { return std::find(stores.begin(), stores.end(), v) != stores.end(); });
  }
  return !saved.empty();
}

}  // namespace portolan::raise
