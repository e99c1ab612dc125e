// Registers that calls have to keep: who changes one has to have saved it, and to load it again before every return. A
// function that does not answers in it, say, by a convention of its own, and is refused.
#include <fmt/format.h>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// Whether some path reads the slot before it sets it: to save it, if nothing else.
bool reads_before_setting(const ir::Function& f, uint32_t slot) {
  std::vector<uint8_t> seen(f.blocks.size());
  std::vector<BlockId> worklist = {0};
  seen[0] = 1;
  while (!worklist.empty()) {
    const ir::Block& block = f.blocks[worklist.back()];
    worklist.pop_back();
    bool set = false;
    for (ValueId v : block.instructions) {
      if (f[v].op == Op::get_slot && f[v].index == slot) return true;
      if (f[v].op == Op::set_slot && f[v].index == slot) {
        set = true;
        break;
      }
    }
    if (set) continue;
    for (const ir::Edge& edge : block.terminator.edges)
      if (!seen[edge.target]) {
        seen[edge.target] = 1;
        worklist.push_back(edge.target);
      }
  }
  return false;
}

// Whether an address is the stack or frame pointer and a distance.
bool on_stack(const ir::Function& f, ValueId v, const assembly::Machine& m) {
  const Instruction& i = f[v];
  if (i.op == Op::get_slot) return i.index == m.stack_pointer || i.index == m.frame_pointer;
  if (i.op != Op::add && i.op != Op::sub) return false;
  return on_stack(f, i.operands[0], m) || on_stack(f, i.operands[1], m);
}

// Whether what a slot is set to may be what was saved of it: the contents of another register, or of a place on the
// stack.
bool may_restore(const ir::Function& f, ValueId v, const assembly::Machine& m) {
  while (f[v].op == Op::zext || f[v].op == Op::extract || f[v].op == Op::concat) v = f[v].operands.back();
  return f[v].op == Op::get_slot || (f[v].op == Op::load && on_stack(f, f[v].operands[0], m));
}

// Per block and slot: whether some path to the block's end has changed the slot and not restored it.
class ChangedSlots {
 public:
  ChangedSlots(const ir::Function& f, const assembly::Machine& m, size_t slots)
      : f_(f), m_(m), at_end_(f.blocks.size(), std::vector<bool>(slots)), at_start_(at_end_) {
    const std::vector<BlockId> order = ir::reverse_post_order(f);
    for (bool changed = true; changed;) {
      changed = false;
      for (BlockId block : order) {
        pass(block);
        for (const ir::Edge& edge : f.blocks[block].terminator.edges)
          for (size_t slot = 0; slot < slots; ++slot)
            if (at_end_[block][slot] && !at_start_[edge.target][slot]) at_start_[edge.target][slot] = changed = true;
      }
    }
  }
  bool at_end(BlockId block, uint32_t slot) const { return at_end_[block][slot]; }

 private:
  void pass(BlockId block) {
    std::vector<bool>& now = at_end_[block] = at_start_[block];
    for (ValueId v : f_.blocks[block].instructions)
      if (const Instruction& i = f_[v]; i.op == Op::set_slot) now[i.index] = !may_restore(f_, i.operands[0], m_);
  }

  const ir::Function& f_;
  const assembly::Machine& m_;
  std::vector<std::vector<bool>> at_end_, at_start_;
};

}  // namespace

void UnitRaiser::check_callee_saved(size_t n, const ir::Function& f) {
  const assembly::Machine& m = convention_.machine();
  std::vector<uint32_t> set_at(convention_.slots().widths.size());
  std::vector<bool> set(set_at.size());
  const std::vector<BlockId> order = ir::reverse_post_order(f);
  for (BlockId block : order)
    for (ValueId v : f.blocks[block].instructions)
      if (f[v].op == Op::set_slot && !set[f[v].index]) {
        set[f[v].index] = true;
        set_at[f[v].index] = f[v].line;
      }
  std::vector<uint32_t> kept;
  for (const std::vector<uint32_t>* slots : {&m.callee_saved, &m.callee_saved_low_half})
    for (uint32_t slot : *slots)
      if (set[slot]) kept.push_back(slot);
  if (kept.empty()) return;
  const ChangedSlots changed(f, m, set.size());
  for (uint32_t slot : kept)
    for (BlockId block : order) {
      const ir::Terminator& t = f.blocks[block].terminator;
      if (t.op != Op::ret && t.op != Op::tail_call) continue;
      const bool saved = reads_before_setting(f, slot);
      if (saved && !changed.at_end(block, slot)) continue;
      refuse(
          n, saved ? t.line : set_at[slot],
          fmt::format("it {} {}, which calls have to keep, {}", saved ? "has changed" : "changes", m.slots[slot].name,
                      saved ? "and does not restore it before it returns here" : "and never saves it"));
      break;
    }
}

}  // namespace portolan::raise
