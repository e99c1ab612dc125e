// Which values of a function are needed, and by whom: registers are followed within a block, and between blocks by
// whether anybody reads them before they are written again.
#include "emulate/simt/compile.h"

namespace portolan::simt {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// Anything but its result: may end the run, makes threads meet, draws from what undefined values are drawn from.
bool has_effects(const Instruction& inst) {
  const ir::Effects effects = ir::info(inst.op).effects;
  return effects != ir::Effects::Pure && effects != ir::Effects::State && inst.op != Op::identity;
}

}  // namespace

Needs::Needs(const ir::Function& function, size_t slots, bool keep_slots)
    : f_(function), same_(function.values.size()), needed_(function.values.size()), across_(function.values.size()) {
  for (ValueId v = 0; v < same_.size(); ++v) same_[v] = v;
  blocks_.resize(f_.blocks.size());
  for (BlockId b = 0; b < f_.blocks.size(); ++b) resolve(b, slots);
  find_live(slots, keep_slots);
  mark_needed();
  mark_across();
}

// What each register holds within the block.
void Needs::resolve(BlockId id, size_t slots) {
  OfBlock& block = blocks_[id];
  block.reads = block.written = block.live_after = Places(slots);
  block.last.resize(slots, ir::kNoValue);
  std::vector<ValueId> now(slots, ir::kNoValue);
  for (ValueId v : f_.blocks[id].instructions) {
    const Instruction& inst = f_[v];
    if (inst.op == Op::set_slot) {
      now[inst.index] = block.last[inst.index] = same_[inst.operands[0]];
      block.written.add(inst.index);
    } else if (inst.op == Op::get_slot) {
      if (now[inst.index] != ir::kNoValue) {
        same_[v] = now[inst.index];
      } else {
        now[inst.index] = v;
        block.reads.add(inst.index);
      }
    }
  }
}

void Needs::find_live(size_t slots, bool keep_slots) {
  for (BlockId b = 0; b < blocks_.size(); ++b)
    for (uint32_t s = 0; s < slots && keep_slots && f_.blocks[b].terminator.op == Op::ret; ++s)
      blocks_[b].live_after.add(s);
  for (bool changed = true; changed;) {
    changed = false;
    for (BlockId b = static_cast<BlockId>(blocks_.size()); b-- > 0;)
      for (const ir::Edge& edge : f_.blocks[b].terminator.edges) {
        const OfBlock& next = blocks_[edge.target];
        changed |= blocks_[b].live_after.grow(next.live_after.replaced(next.written, next.reads));
      }
  }
}

void Needs::need(ValueId v) {
  v = same_[v];
  if (needed_[v]) return;
  needed_[v] = true;
  open_.push_back(v);
}

void Needs::mark_needed() {
  std::vector<std::vector<std::pair<const ir::Edge*, size_t>>> given(f_.values.size());  // to parameters
  for (BlockId b = 0; b < blocks_.size(); ++b) {
    const ir::Block& block = f_.blocks[b];
    for (ValueId v : block.instructions)
      if (has_effects(f_[v])) need(v);
    for (ValueId v : block.terminator.operands) need(v);
    for_each_written(b, [&](uint32_t s) { need(blocks_[b].last[s]); });
    for (const ir::Edge& edge : block.terminator.edges)
      for (size_t n = 0; n < edge.arguments.size(); ++n)
        given[f_.blocks[edge.target].parameters[n]].emplace_back(&edge, n);
  }
  while (!open_.empty()) {
    const ValueId v = open_.back();
    open_.pop_back();
    for (ValueId operand : f_[v].operands) need(operand);
    for (const auto& [edge, n] : given[v]) need(edge->arguments[n]);
  }
}

void Needs::mark_across() {
  std::vector<BlockId> home(f_.values.size(), ir::kNoBlock);
  for (BlockId b = 0; b < blocks_.size(); ++b)
    for (ValueId v : f_.blocks[b].instructions) home[v] = b;
  for (BlockId b = 0; b < blocks_.size(); ++b) {
    auto use = [&](ValueId v) { across_[same_[v]] = across_[same_[v]] || home[same_[v]] != b; };
    for (ValueId v : f_.blocks[b].instructions)
      if (f_[v].op != Op::set_slot && f_[v].op != Op::get_slot && needed_[same_[v]])
        for (ValueId operand : f_[v].operands) use(operand);
    for (ValueId v : f_.blocks[b].terminator.operands) use(v);
    blocks_[b].written.for_each([&](uint32_t s) { use(blocks_[b].last[s]); });
    for (const ir::Edge& edge : f_.blocks[b].terminator.edges)
      for (ValueId v : edge.arguments) use(v);
  }
}

}  // namespace portolan::simt
