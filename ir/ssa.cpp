#include "ir/ssa.h"

#include <cassert>

#include "ir/cfg.h"
#include "ir/check.h"

namespace portolan::ir {
namespace {

// A set of slots.
class SlotSet {
 public:
  explicit SlotSet(size_t slots) : words_((slots + 63) / 64) {}
  void insert(uint32_t slot) { words_[slot / 64] |= uint64_t{1} << slot % 64; }
  void erase(uint32_t slot) { words_[slot / 64] &= ~(uint64_t{1} << slot % 64); }
  bool contains(uint32_t slot) const { return words_[slot / 64] >> slot % 64 & 1; }
  // this |= other - without; true if it grew
  bool merge(const SlotSet& other, const SlotSet* without) {
    bool grew = false;
    for (size_t w = 0; w < words_.size(); ++w) {
      uint64_t more = other.words_[w] & (without ? ~without->words_[w] : ~uint64_t{0}) & ~words_[w];
      grew |= more != 0;
      words_[w] |= more;
    }
    return grew;
  }

 private:
  std::vector<uint64_t> words_;
};

class SsaConstruction {
 public:
  SsaConstruction(const Function& source, const SlotConvention& convention)
      : source_(source),
        convention_(convention),
        order_(reverse_post_order(source)),
        predecessors_(predecessors(source)),
        used_(source.values.size()),
        new_value_(source.values.size(), kNoValue),
        new_block_(source.blocks.size(), kNoBlock) {}

  Function run();

 private:
  void mark_used_reads();
  void compute_live_in();
  void summarise(BlockId block, SlotSet& uses, SlotSet& defs) const;
  void make_blocks();
  void fill_block(BlockId block);
  void copy_instruction(Builder& b, ValueId v);
  void copy_call(Builder& b, const Instruction& call);
  void copy_terminator(Builder& b, BlockId block);
  void fill_edges();
  ValueId read(Builder& b, uint32_t slot);
  bool preserves(const CallTarget& target, uint32_t slot) const {
    return convention_.call_preserves && convention_.call_preserves(target, slot);
  }

  const Function& source_;
  const SlotConvention& convention_;
  std::vector<BlockId> order_;
  std::vector<std::vector<BlockId>> predecessors_;
  std::vector<uint8_t> used_;  // values with a use: reads of slots without one do not make the slot live
  std::vector<ValueId> new_value_;
  std::vector<BlockId> new_block_;
  std::vector<SlotSet> live_in_;
  std::vector<std::vector<uint32_t>> parameter_slots_;  // of joins, in parameter order
  std::vector<std::vector<ValueId>> slot_values_;       // at the end of each block
  std::vector<ValueId> current_;
  Function result_;
};

void SsaConstruction::mark_used_reads() {
  for (BlockId block : order_) {
    for (ValueId v : source_.blocks[block].instructions)
      for (ValueId operand : source_[v].operands) used_[operand] = 1;
    for (ValueId operand : source_.blocks[block].terminator.operands) used_[operand] = 1;
  }
}

void SsaConstruction::summarise(BlockId block, SlotSet& uses, SlotSet& defs) const {
  auto use = [&](uint32_t slot) {
    if (!defs.contains(slot)) uses.insert(slot);
  };
  for (ValueId v : source_.blocks[block].instructions) {
    const Instruction& i = source_[v];
    if (i.op == Op::get_slot && used_[v]) use(i.index);
    if (i.op == Op::set_slot) {
      if (i.index == convention_.stack_pointer) use(i.index);  // the mark names the old value
      defs.insert(i.index);
    }
    if (i.op == Op::call) {
      for (uint32_t slot : convention_.call_reads) use(slot);
      for (uint32_t slot : convention_.call_clobbers_high) use(slot);
      for (uint32_t slot : convention_.call_clobbers)
        if (!preserves(source_.calls[i.index], slot)) defs.insert(slot);
    }
  }
  Op end = source_.blocks[block].terminator.op;
  if (end == Op::ret)
    for (uint32_t slot : convention_.return_reads) use(slot);
  if (end == Op::tail_call || end == Op::jump_indirect)
    for (uint32_t slot : convention_.call_reads) use(slot);
}

void SsaConstruction::compute_live_in() {
  size_t slots = convention_.widths.size();
  std::vector<SlotSet> defs(source_.blocks.size(), SlotSet(slots));
  live_in_.assign(source_.blocks.size(), SlotSet(slots));
  for (BlockId block : order_) summarise(block, live_in_[block], defs[block]);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = order_.rbegin(); at != order_.rend(); ++at)
      for (const Edge& edge : source_.blocks[*at].terminator.edges)
        changed |= live_in_[*at].merge(live_in_[edge.target], &defs[*at]);
  }
}

void SsaConstruction::make_blocks() {
  parameter_slots_.resize(source_.blocks.size());
  slot_values_.resize(source_.blocks.size());
  for (BlockId block : order_) {
    new_block_[block] = result_.add_block(source_.blocks[block].name);
    if (block == order_.front() || predecessors_[block].size() < 2) continue;
    for (uint32_t slot = 0; slot < convention_.widths.size(); ++slot)
      if (live_in_[block].contains(slot)) {
        parameter_slots_[block].push_back(slot);
        result_.add_parameter(new_block_[block], convention_.widths[slot]);
      }
  }
}

// What a register holds that nobody has set: calls do not keep it.
ValueId unset(Builder& b, uint32_t slot, uint32_t width) {
  Instruction i;
  i.op = Op::undef;
  i.width = width;
  i.index = slot + 1;
  return b.emit(std::move(i));
}

ValueId SsaConstruction::read(Builder& b, uint32_t slot) {
  if (current_[slot] == kNoValue) current_[slot] = unset(b, slot, convention_.widths[slot]);
  return current_[slot];
}

void SsaConstruction::copy_call(Builder& b, const Instruction& call) {
  Instruction copy = call;
  copy.operands.clear();
  for (ValueId v : call.operands) copy.operands.push_back(new_value_[v]);
  for (uint32_t slot : convention_.call_reads) copy.operands.push_back(read(b, slot));
  copy.width = 0;
  for (uint32_t slot : convention_.call_results) copy.width += convention_.widths[slot];
  result_.calls.push_back(source_.calls[call.index]);
  copy.index = static_cast<uint32_t>(result_.calls.size() - 1);
  ValueId result = b.emit(std::move(copy));
  const CallTarget& target = source_.calls[call.index];
  for (uint32_t slot : convention_.call_clobbers)
    if (!preserves(target, slot)) current_[slot] = kNoValue;
  for (uint32_t slot : convention_.call_clobbers_high) {
    if (preserves(target, slot)) continue;
    uint32_t half = convention_.widths[slot] / 2;
    current_[slot] = b.concat(unset(b, slot, half), b.extract(read(b, slot), 0, half));
  }
  uint32_t low = 0;
  for (uint32_t slot : convention_.call_results) {
    if (!preserves(target, slot)) current_[slot] = b.extract(result, low, convention_.widths[slot]);
    low += convention_.widths[slot];
  }
}

void SsaConstruction::copy_instruction(Builder& b, ValueId v) {
  const Instruction& i = source_[v];
  b.set_line(i.line);
  switch (i.op) {
    case Op::get_slot:
      if (used_[v]) new_value_[v] = read(b, i.index);
      return;
    case Op::set_slot: {
      ValueId value = new_value_[i.operands[0]];
      if (i.index == convention_.stack_pointer) {
        Instruction mark = i;
        mark.operands = {value, read(b, i.index)};
        result_.append(b.block(), std::move(mark));
      }
      current_[i.index] = value;
      return;
    }
    case Op::call:
      copy_call(b, i);
      return;
    case Op::constant:
      new_value_[v] = b.constant(source_.constants[i.index]);
      return;
    default:
      break;
  }
  Instruction copy = i;
  for (ValueId& operand : copy.operands) operand = new_value_[operand];
  if (i.op == Op::symbol_address) {
    new_value_[v] = b.symbol_address(source_.symbols[i.index]);
    return;
  }
  if (i.op == Op::shuffle) {
    result_.masks.push_back(source_.masks[i.index]);
    copy.index = static_cast<uint32_t>(result_.masks.size() - 1);
  }
  new_value_[v] = b.emit(std::move(copy));
}

void SsaConstruction::copy_terminator(Builder& b, BlockId block) {
  Terminator t = source_.blocks[block].terminator;
  for (ValueId& v : t.operands) v = new_value_[v];
  for (Edge& edge : t.edges) edge.target = new_block_[edge.target];
  if (t.op == Op::ret)
    for (uint32_t slot : convention_.return_reads) t.operands.push_back(read(b, slot));
  // An indirect jump may turn out to be a tail call.
  if (t.op == Op::tail_call || t.op == Op::jump_indirect)
    for (uint32_t slot : convention_.call_reads) t.operands.push_back(read(b, slot));
  if (t.op == Op::tail_call) {
    result_.calls.push_back(source_.calls[t.index]);
    t.index = static_cast<uint32_t>(result_.calls.size() - 1);
  }
  result_.blocks[new_block_[block]].terminator = std::move(t);
}

void SsaConstruction::fill_block(BlockId block) {
  Builder b(result_, new_block_[block]);
  if (block == order_.front()) {
    current_.assign(convention_.widths.size(), kNoValue);
    for (uint32_t slot = 0; slot < convention_.widths.size(); ++slot)
      if (live_in_[block].contains(slot))
        current_[slot] =
            convention_.entry_value ? convention_.entry_value(b, slot) : b.get_slot(slot, convention_.widths[slot]);
  } else if (predecessors_[block].size() == 1) {
    current_ = slot_values_[predecessors_[block][0]];
  } else {
    current_.assign(convention_.widths.size(), kNoValue);
    const std::vector<ValueId>& parameters = result_.blocks[new_block_[block]].parameters;
    for (size_t n = 0; n < parameters.size(); ++n) current_[parameter_slots_[block][n]] = parameters[n];
  }
  for (ValueId v : source_.blocks[block].instructions) copy_instruction(b, v);
  copy_terminator(b, block);
  // What a join needs and this block has not defined is undefined there.
  for (const Edge& edge : source_.blocks[block].terminator.edges)
    for (uint32_t slot : parameter_slots_[edge.target]) read(b, slot);
  slot_values_[block] = current_;
}

void SsaConstruction::fill_edges() {
  for (BlockId block : order_) {
    Terminator& t = result_.blocks[new_block_[block]].terminator;
    const std::vector<Edge>& edges = source_.blocks[block].terminator.edges;
    for (size_t e = 0; e < edges.size(); ++e)
      for (uint32_t slot : parameter_slots_[edges[e].target]) t.edges[e].arguments.push_back(slot_values_[block][slot]);
  }
}

Function SsaConstruction::run() {
  result_.name = source_.name;
  mark_used_reads();
  compute_live_in();
  make_blocks();
  for (BlockId block : order_) fill_block(block);
  fill_edges();
  return std::move(result_);
}

}  // namespace

Function construct_ssa(const Function& function, const SlotConvention& convention) {
  Function result = SsaConstruction(function, convention).run();
  require_well_formed(result, "construct_ssa");
  return result;
}

}  // namespace portolan::ir
