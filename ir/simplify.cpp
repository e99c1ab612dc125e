#include <algorithm>
#include <cassert>

#include "ir/cfg.h"
#include "ir/ssa.h"

namespace portolan::ir {
namespace {

bool removable(const Instruction& i) {
  if (i.op == Op::set_slot) return false;
  Effects e = info(i.op).effects;
  return e == Effects::Pure || e == Effects::Undef || e == Effects::State ||
         (e == Effects::Reads && i.ordering == Ordering::none);
}

// One round: copies the function block by block in reverse post-order, folding with what is already known.
class Round {
 public:
  explicit Round(const Function& source)
      : source_(source),
        order_(reverse_post_order(source)),
        predecessors_(predecessors(source)),
        new_value_(source.values.size(), kNoValue),
        live_(source.values.size()),
        new_block_(source.blocks.size(), kNoBlock),
        leaf_(source.values.size(), {kNoBlock, kNoValue}) {}

  Function run();
  bool changed() const { return changed_; }

 private:
  void mark_live();
  void mark(ValueId v);
  void find_trivial_parameters();
  ValueId resolve(ValueId v) const;
  bool joins_predecessor(BlockId block) const;
  // The new value of an operand. Leaves are made again in each block that uses them, so that they always dominate.
  ValueId use(Builder& b, ValueId v);
  void copy(Builder& b, ValueId v);
  void copy_terminator(Builder& b, BlockId block);

  const Function& source_;
  std::vector<BlockId> order_;
  std::vector<std::vector<BlockId>> predecessors_;
  std::vector<ValueId> new_value_;
  std::vector<uint8_t> live_;
  std::vector<ValueId> worklist_;
  std::vector<BlockId> new_block_;
  std::vector<ValueId> same_as_;                   // parameters that always carry one value
  std::vector<std::pair<BlockId, ValueId>> leaf_;  // where and as what a leaf was made last
  Function result_;
  bool changed_ = false;
};

bool is_leaf(Op op) {
  return op == Op::constant || op == Op::symbol_address || op == Op::frame_address || op == Op::incoming_address;
}

ValueId Round::use(Builder& b, ValueId v) {
  v = resolve(v);
  const Instruction& i = source_[v];
  if (!is_leaf(i.op)) {
    assert(new_value_[v] != kNoValue && "use before definition");
    return new_value_[v];
  }
  auto& [block, made] = leaf_[v];
  if (block == b.block()) return made;
  block = b.block();
  if (i.op == Op::constant) return made = b.constant(source_.constants[i.index]);
  if (i.op == Op::symbol_address) return made = b.symbol_address(source_.symbols[i.index]);
  Instruction copy = i;
  return made = result_.append(block, std::move(copy));
}

void Round::mark(ValueId v) {
  v = resolve(v);
  if (live_[v]) return;
  live_[v] = 1;
  worklist_.push_back(v);
}

// A parameter is live when something live uses it; only then do the edges' arguments count.
void Round::mark_live() {
  // The entry's parameters are the function's: they stay whether used or not.
  if (!order_.empty())
    for (ValueId v : source_.blocks[order_.front()].parameters) mark(v);
  for (BlockId block : order_) {
    for (ValueId v : source_.blocks[block].instructions)
      if (!removable(source_[v])) mark(v);
    for (ValueId v : source_.blocks[block].terminator.operands) mark(v);
  }
  while (!worklist_.empty()) {
    ValueId v = worklist_.back();
    worklist_.pop_back();
    for (ValueId operand : source_[v].operands) mark(operand);
    if (source_[v].op != Op::parameter) continue;
    BlockId block = source_[v].block;
    const std::vector<ValueId>& parameters = source_.blocks[block].parameters;
    size_t n = std::find(parameters.begin(), parameters.end(), v) - parameters.begin();
    for (BlockId p : predecessors_[block])
      for (const Edge& edge : source_.blocks[p].terminator.edges)
        if (edge.target == block) mark(edge.arguments[n]);
  }
}

ValueId Round::resolve(ValueId v) const {
  while (same_as_[v] != kNoValue) v = same_as_[v];
  return v;
}

void Round::find_trivial_parameters() {
  same_as_.assign(source_.values.size(), kNoValue);
  auto equal = [&](ValueId x, ValueId y) {
    const APInt *cx = source_.constant(x), *cy = source_.constant(y);
    if (cx && cy) return cx->getBitWidth() == cy->getBitWidth() && *cx == *cy;
    const Instruction &ix = source_[x], &iy = source_[y];
    if (ix.op != iy.op || !is_leaf(ix.op)) return false;
    return ix.op == Op::symbol_address ? source_.symbols[ix.index] == source_.symbols[iy.index]
                                       : ix.offset == iy.offset;
  };
  for (bool again = true; again;) {
    again = false;
    for (BlockId block : order_) {
      const std::vector<ValueId>& parameters = source_.blocks[block].parameters;
      for (size_t n = 0; n < parameters.size(); ++n) {
        if (same_as_[parameters[n]] != kNoValue) continue;
        ValueId only = kNoValue;
        bool one = true;
        for (BlockId p : predecessors_[block])
          for (const Edge& edge : source_.blocks[p].terminator.edges) {
            if (edge.target != block) continue;
            ValueId v = resolve(edge.arguments[n]);
            if (v == parameters[n] || v == only) continue;
            if (only == kNoValue)
              only = v;
            else if (!equal(only, v))
              one = false;
          }
        if (one && only != kNoValue) {
          same_as_[parameters[n]] = only;
          again = changed_ = true;
        }
      }
    }
  }
}

bool Round::joins_predecessor(BlockId block) const {
  if (predecessors_[block].size() != 1 || block == order_.front()) return false;
  const Terminator& t = source_.blocks[predecessors_[block][0]].terminator;
  return t.op == Op::jump;
}

void Round::copy(Builder& b, ValueId v) {
  const Instruction& i = source_[v];
  if (!live_[v]) {
    changed_ |= !is_leaf(i.op);
    return;
  }
  if (is_leaf(i.op)) return;
  b.set_line(i.line);
  Instruction copy = i;
  for (ValueId& operand : copy.operands) operand = use(b, operand);
  if (i.op == Op::shuffle) {
    result_.masks.push_back(source_.masks[i.index]);
    copy.index = static_cast<uint32_t>(result_.masks.size() - 1);
  } else if (i.op == Op::call) {
    result_.calls.push_back(source_.calls[i.index]);
    copy.index = static_cast<uint32_t>(result_.calls.size() - 1);
  } else if (i.op == Op::trap_if) {
    if (const APInt* c = result_.constant(copy.operands[0]); c && c->isZero()) {
      changed_ = true;
      return;
    }
  }
  size_t before = result_.values.size();
  new_value_[v] = b.emit(std::move(copy));
  changed_ |= new_value_[v] != before || result_.values.size() != before + 1;
}

void Round::copy_terminator(Builder& b, BlockId block) {
  Terminator t = source_.blocks[block].terminator;
  for (ValueId& v : t.operands) v = use(b, v);
  if (t.op == Op::branch) {
    const APInt* c = result_.constant(t.operands[0]);
    bool same = t.edges[0].target == t.edges[1].target && t.edges[0].arguments == t.edges[1].arguments;
    if (c || same) {
      Edge kept = c && c->isZero() ? t.edges[1] : t.edges[0];
      t.op = Op::jump;
      t.operands.clear();
      t.edges = {std::move(kept)};
      changed_ = true;
    } else if (const Instruction& bit = result_[t.operands[0]]; bit.op == Op::bit_not) {
      t.operands[0] = bit.operands[0];
      std::swap(t.edges[0], t.edges[1]);
    }
  } else if (t.op == Op::switch_) {
    if (const APInt* c = result_.constant(t.operands[0])) {
      size_t n = 0;
      while (n < t.cases.size() && APInt(c->getBitWidth(), t.cases[n]) != *c) ++n;
      Edge kept = t.edges[n];
      t = Terminator{};
      t.op = Op::jump;
      t.edges = {std::move(kept)};
      changed_ = true;
    }
  } else if (t.op == Op::tail_call) {
    result_.calls.push_back(source_.calls[t.index]);
    t.index = static_cast<uint32_t>(result_.calls.size() - 1);
  }
  result_.blocks[b.block()].terminator = std::move(t);
}

Function Round::run() {
  result_.name = source_.name;
  find_trivial_parameters();
  mark_live();
  // Blocks and live parameters first, so that edges can name them.
  for (BlockId block : order_) {
    if (joins_predecessor(block)) {
      new_block_[block] = new_block_[predecessors_[block][0]];
      changed_ = true;
      continue;
    }
    new_block_[block] = result_.add_block(source_.blocks[block].name);
    for (ValueId p : source_.blocks[block].parameters)
      if (live_[p])
        new_value_[p] = result_.add_parameter(new_block_[block], source_.width(p));
      else if (same_as_[p] == kNoValue)
        changed_ = true;
  }
  for (BlockId block : order_) {
    Builder b(result_, new_block_[block]);
    if (joins_predecessor(block)) {
      const Edge& edge = source_.blocks[predecessors_[block][0]].terminator.edges[0];
      const std::vector<ValueId>& parameters = source_.blocks[block].parameters;
      for (size_t n = 0; n < parameters.size(); ++n)
        if (live_[parameters[n]]) new_value_[parameters[n]] = use(b, edge.arguments[n]);
    }
    for (ValueId v : source_.blocks[block].instructions) copy(b, v);
    copy_terminator(b, block);
  }
  // Edges last: their arguments may be defined in blocks that come later. Targets are still the source's.
  for (BlockId block : order_) {
    bool last = true;
    for (const Edge& edge : source_.blocks[block].terminator.edges)
      if (joins_predecessor(edge.target)) last = false;
    if (!last) continue;
    Builder b(result_, new_block_[block]);
    // Moved out while instructions may still be appended to the block.
    std::vector<Edge> edges = std::move(result_.blocks[b.block()].terminator.edges);
    for (Edge& edge : edges) {
      std::vector<ValueId> arguments;
      const std::vector<ValueId>& parameters = source_.blocks[edge.target].parameters;
      for (size_t n = 0; n < parameters.size(); ++n)
        if (live_[parameters[n]]) arguments.push_back(use(b, edge.arguments[n]));
      edge.arguments = std::move(arguments);
      edge.target = new_block_[edge.target];
    }
    result_.blocks[b.block()].terminator.edges = std::move(edges);
  }
  return std::move(result_);
}

}  // namespace

Function simplify(Function function) {
  for (int round = 0; round < 8; ++round) {
    Round r(function);
    function = r.run();
    if (!r.changed()) break;
  }
  return function;
}

}  // namespace portolan::ir
