#include "verify/prove/expand.h"

#include <algorithm>
#include <map>

#include "ir/builder.h"

namespace portolan::prove {
namespace {

using ir::BlockId;
using ir::Op;
using ir::ValueId;

class Expansion {
 public:
  Expansion(ir::Function& f, uint32_t first_slot, std::vector<uint32_t>& widths)
      : f_(f), first_slot_(first_slot), widths_(widths) {}

  // The repetition at `at` in the block becomes a loop; what follows goes into a new block.
  void expand(BlockId block, size_t at);
  // What follows the instruction at `at` goes into a new block.
  BlockId split_after(BlockId block, size_t at);

 private:
  uint32_t add_slot(uint32_t width) {
    widths_.push_back(width);
    return first_slot_ + static_cast<uint32_t>(widths_.size()) - 1;
  }
  BlockId move_rest(BlockId block, size_t from);
  void pass_values(BlockId from, BlockId to);

  ir::Function& f_;
  uint32_t first_slot_;
  std::vector<uint32_t>& widths_;
};

// Values that `from` defines and `to` uses go through slots: at machine level a value belongs to its block.
void Expansion::pass_values(BlockId from, BlockId to) {
  std::map<ValueId, ValueId> replaced;
  const std::vector<ValueId>& defined = f_.blocks[from].instructions;
  std::vector<ValueId> rest = std::move(f_.blocks[to].instructions);
  f_.blocks[to].instructions.clear();
  ir::Builder before(f_, from), after(f_, to);
  const std::vector<ValueId> early(defined);
  auto use = [&](ValueId& v) {
    if (const auto known = replaced.find(v); known != replaced.end()) {
      v = known->second;
      return;
    }
    if (std::find(early.begin(), early.end(), v) == early.end()) return;
    ValueId copy;
    if (const ir::APInt* constant = f_.constant(v)) {
      copy = after.constant(*constant);
    } else {
      const uint32_t slot = add_slot(f_.width(v));
      before.set_slot(slot, v);
      copy = after.get_slot(slot, f_.width(v));
    }
    v = replaced[v] = copy;
  };
  for (const ValueId v : rest)
    for (ValueId& o : f_[v].operands) use(o);
  for (ValueId& o : f_.blocks[to].terminator.operands) use(o);
  for (const ValueId v : rest) f_.blocks[to].instructions.push_back(v);
}

// The instructions from `from` on, and the terminator, into a new block.
BlockId Expansion::move_rest(BlockId block, size_t from) {
  const BlockId rest = f_.add_block();
  std::vector<ValueId>& all = f_.blocks[block].instructions;
  f_.blocks[rest].instructions.assign(all.begin() + static_cast<long>(from), all.end());
  f_.blocks[rest].terminator = std::move(f_.blocks[block].terminator);
  all.resize(from);
  return rest;
}

BlockId Expansion::split_after(BlockId block, size_t at) {
  const BlockId rest = move_rest(block, at + 1);
  pass_values(block, rest);
  ir::Terminator t;
  t.op = Op::jump;
  t.line = f_[f_.blocks[block].instructions[at]].line;
  t.edges = {{rest, {}}};
  f_.blocks[block].terminator = std::move(t);
  return rest;
}

void Expansion::expand(BlockId block, size_t at) {
  const BlockId loop = f_.add_block();
  const ir::Instruction repeat = f_[f_.blocks[block].instructions[at]];
  const bool copies = repeat.op == Op::memory_copy;
  const BlockId rest = move_rest(block, at + 1);
  f_.blocks[block].instructions.resize(at);
  const uint32_t to = add_slot(64), what = add_slot(f_.width(repeat.operands[1])), count = add_slot(64);
  pass_values(block, rest);
  auto branch = [&](BlockId from, ValueId done) {
    ir::Terminator t;
    t.op = Op::branch;
    t.line = repeat.line;
    t.operands = {done};
    t.edges = {{rest, {}}, {loop, {}}};
    f_.blocks[from].terminator = std::move(t);
  };
  ir::Builder b(f_, block);
  b.set_line(repeat.line);
  b.set_slot(to, repeat.operands[0]);
  b.set_slot(what, repeat.operands[1]);
  b.set_slot(count, repeat.operands[2]);
  branch(block, b.eq(repeat.operands[2], b.constant(64, 0)));
  ir::Builder l(f_, loop);
  l.set_line(repeat.line);
  const uint32_t bits = 8 * repeat.index;
  const ValueId address = l.get_slot(to, 64), source = l.get_slot(what, widths_[what - first_slot_]);
  auto access = [&](Op op, std::initializer_list<ValueId> operands, uint32_t width) {
    ir::Instruction i;
    i.op = op;
    i.width = width;
    i.operands = operands;
    return l.emit(std::move(i));
  };
  const ValueId element = copies ? access(Op::load, {source}, bits) : l.zext_or_truncate(source, bits);
  access(Op::store, {address, element}, 0);
  const ValueId step = l.constant(64, repeat.index);
  l.set_slot(to, l.add(address, step));
  if (copies) l.set_slot(what, l.add(source, step));
  const ValueId left = l.sub(l.get_slot(count, 64), l.constant(64, 1));
  l.set_slot(count, left);
  branch(loop, l.eq(left, l.constant(64, 0)));
}

}  // namespace

void expand_repetitions(ir::Function& f, uint32_t first_slot, std::vector<uint32_t>& widths) {
  Expansion expansion(f, first_slot, widths);
  for (BlockId block = 0; block < f.blocks.size(); ++block) {
    const std::vector<ValueId>& list = f.blocks[block].instructions;
    const auto at = std::find_if(list.begin(), list.end(),
                                 [&](ValueId v) { return f[v].op == Op::memory_copy || f[v].op == Op::memory_set; });
    if (at != list.end()) expansion.expand(block, static_cast<size_t>(at - list.begin()));
  }
}

std::vector<BlockId> split_after_calls(ir::Function& f, uint32_t first_slot, std::vector<uint32_t>& widths) {
  Expansion expansion(f, first_slot, widths);
  std::vector<BlockId> behind;
  for (BlockId block = 0; block < f.blocks.size(); ++block) {
    const std::vector<ValueId>& list = f.blocks[block].instructions;
    const auto at = std::find_if(list.begin(), list.end(), [&](ValueId v) { return f[v].op == Op::call; });
    if (at != list.end()) behind.push_back(expansion.split_after(block, static_cast<size_t>(at - list.begin())));
  }
  return behind;
}

}  // namespace portolan::prove
