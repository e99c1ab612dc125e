#include <algorithm>
#include <cassert>
#include <optional>

#include "ir/cfg.h"
#include "ir/check.h"
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
  bool same_for_live(const Edge& one, const Edge& other) const;
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
  std::vector<ValueId> same_as_;                      // parameters that always carry one value
  std::vector<std::optional<int64_t>> frame_offset_;  // parameters that are a fixed place in the frame
  std::vector<std::pair<BlockId, ValueId>> leaf_;     // where and as what a leaf was made last
  Function result_;
  bool changed_ = false;
};

bool is_leaf(Op op) {
  return op == Op::constant || op == Op::symbol_address || op == Op::frame_address;
}

ValueId Round::use(Builder& b, ValueId v) {
  v = resolve(v);
  const Instruction& i = source_[v];
  if (frame_offset_[v]) {
    Instruction leaf;
    leaf.op = Op::frame_address;
    leaf.width = 64;
    leaf.offset = *frame_offset_[v];
    auto& [block, made] = leaf_[v];
    if (block != b.block()) made = result_.append(block = b.block(), std::move(leaf));
    return made;
  }
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
  if (live_[v] || frame_offset_[v]) return;
  live_[v] = 1;
  worklist_.push_back(v);
}

// A parameter is live when something live uses it; only then do the edges' arguments count.
void Round::mark_live() {
  // The entry's parameters are the function's: they stay whether used or not.
  for (ValueId v : source_.blocks[0].parameters) mark(v);
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

// Optimistic: all parameters start as "no value yet", and each gets the one value that its edges agree on, so that
// loops which only pass a value around do not keep it from being recognised. Places in the frame are followed through
// additions, because the stack pointer moves and comes back within loops.
class CommonValues {
 public:
  explicit CommonValues(const Function& f) : f_(f), state_(f.values.size()) {
    for (ValueId p : f.blocks[0].parameters) state_[p].kind = State::varies;  // the caller's
  }

  struct State {
    enum { none, value, frame, varies } kind = none;
    ValueId v = kNoValue;
    int64_t offset = 0;
    bool operator==(const State&) const = default;
  };

  const State& of(ValueId v) const { return state_[v]; }

  State evaluate(ValueId v) const {
    const Instruction& i = f_[v];
    if (i.op == Op::parameter) return state_[v].kind == State::varies ? State{State::value, v, 0} : state_[v];
    if (i.op == Op::frame_address) return {State::frame, kNoValue, i.offset};
    if (i.op == Op::add && i.lanes == 1 && i.width == 64)
      if (const APInt* c = f_.constant(i.operands[1])) {
        State base = evaluate_shallow(i.operands[0], 0);
        if (base.kind == State::none) return base;
        if (base.kind == State::frame) return {State::frame, kNoValue, base.offset + c->getSExtValue()};
      }
    return {State::value, v, 0};
  }

  // The parameter's new state; true if it changed.
  bool meet(ValueId parameter, const State& incoming) {
    State& s = state_[parameter];
    if (incoming.kind == State::none || s.kind == State::varies) return false;
    if (incoming.kind == State::value && incoming.v == parameter) return false;
    if (s.kind == State::none) {
      s = incoming;
      return true;
    }
    if (s == incoming || (s.kind == State::value && incoming.kind == State::value && equal_leaves(s.v, incoming.v)))
      return false;
    s = {State::varies, kNoValue, 0};
    return true;
  }

 private:
  State evaluate_shallow(ValueId v, unsigned depth) const {
    const Instruction& i = f_[v];
    if (i.op == Op::add && i.lanes == 1 && depth < 8)
      if (const APInt* c = f_.constant(i.operands[1])) {
        State base = evaluate_shallow(i.operands[0], depth + 1);
        if (base.kind == State::frame) base.offset += c->getSExtValue();
        return base.kind == State::value ? State{State::value, v, 0} : base;
      }
    return i.op == Op::parameter || i.op == Op::frame_address ? evaluate(v) : State{State::value, v, 0};
  }

  bool equal_leaves(ValueId x, ValueId y) const {
    const Instruction &ix = f_[x], &iy = f_[y];
    if (x == y) return true;
    if (ix.op != iy.op || ix.width != iy.width || !is_leaf(ix.op)) return false;
    if (ix.op == Op::constant) return f_.constants[ix.index] == f_.constants[iy.index];
    return ix.op == Op::symbol_address ? f_.symbols[ix.index] == f_.symbols[iy.index] : ix.offset == iy.offset;
  }

  const Function& f_;
  std::vector<State> state_;
};

void Round::find_trivial_parameters() {
  same_as_.assign(source_.values.size(), kNoValue);
  frame_offset_.assign(source_.values.size(), std::nullopt);
  CommonValues common(source_);
  for (bool again = true; again;) {
    again = false;
    for (BlockId block : order_)
      for (const Edge& edge : source_.blocks[block].terminator.edges) {
        const std::vector<ValueId>& parameters = source_.blocks[edge.target].parameters;
        for (size_t n = 0; n < parameters.size(); ++n)
          again |= common.meet(parameters[n], common.evaluate(edge.arguments[n]));
      }
  }
  for (BlockId block : order_)
    for (ValueId p : source_.blocks[block].parameters) {
      const CommonValues::State& s = common.of(p);
      if (s.kind == CommonValues::State::value && s.v != p) same_as_[p] = s.v;
      if (s.kind == CommonValues::State::frame) frame_offset_[p] = s.offset;
      changed_ |= s.kind == CommonValues::State::value || s.kind == CommonValues::State::frame;
    }
}

bool Round::joins_predecessor(BlockId block) const {
  if (predecessors_[block].size() != 1 || block == order_.front()) return false;
  const Terminator& t = source_.blocks[predecessors_[block][0]].terminator;
  return t.op == Op::jump;
}

void Round::copy(Builder& b, ValueId v) {
  const Instruction& i = source_[v];
  if (!live_[v] || is_leaf(i.op)) return;  // what is not live is found in one go: no reason for another round
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
  const llvm::SmallVector<ValueId, 3> operands = copy.operands;
  size_t before = result_.values.size();
  new_value_[v] = b.emit(std::move(copy));
  const Instruction& made = result_[new_value_[v]];
  changed_ |=
      new_value_[v] != before || result_.values.size() != before + 1 || made.op != i.op || made.operands != operands;
}

bool Round::same_for_live(const Edge& one, const Edge& other) const {
  if (one.target != other.target) return false;
  const std::vector<ValueId>& parameters = source_.blocks[one.target].parameters;
  for (size_t n = 0; n < parameters.size(); ++n)
    if (live_[parameters[n]] && one.arguments[n] != other.arguments[n]) return false;
  return true;
}

void Round::copy_terminator(Builder& b, BlockId block) {
  Terminator t = source_.blocks[block].terminator;
  for (ValueId& v : t.operands) v = use(b, v);
  if (t.op == Op::branch) {
    const APInt* c = result_.constant(t.operands[0]);
    bool same = same_for_live(t.edges[0], t.edges[1]);
    if (c || same) {
      Edge kept = c && c->isZero() ? t.edges[1] : t.edges[0];
      t.op = Op::jump;
      t.operands.clear();
      t.edges = {std::move(kept)};
      changed_ = true;
    } else if (const Instruction& bit = result_[t.operands[0]]; bit.op == Op::bit_not) {
      t.operands[0] = bit.operands[0];
      std::swap(t.edges[0], t.edges[1]);
      changed_ = true;
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
      if (live_[p]) new_value_[p] = result_.add_parameter(new_block_[block], source_.width(p));
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
  require_well_formed(function, "simplify");
  return function;
}

}  // namespace portolan::ir
