#include "translate/raise/stack.h"

#include <algorithm>

#include "ir/builder.h"
#include "ir/cfg.h"

namespace portolan::raise {
namespace {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

enum class Move { fixed, down, up };

Move classify(const Function& f, const Instruction& mark) {
  const Instruction& to = f[mark.operands[0]];
  if (to.op == Op::frame_address) return Move::fixed;
  if (to.op == Op::add && to.lanes == 1) {
    const ir::APInt* c = f.constant(to.operands[1]);
    return c && !c->isNegative() ? Move::up : Move::down;
  }
  if (to.op == Op::sub || to.op == Op::bit_and) return Move::down;
  return Move::up;  // a saved value: from memory, a register, a join of both
}

class StackResolver {
 public:
  explicit StackResolver(Function& f) : f_(f), storage_(f.values.size(), ir::kNoValue) {}

  void run() {
    std::vector<BlockId> order = ir::reverse_post_order(f_);
    for (BlockId block : order)
      for (ValueId v : f_.blocks[block].instructions)
        if (f_[v].op == Op::set_slot && classify(f_, f_[v]) != Move::fixed) dynamic_ = true;
    for (BlockId block : order) rewrite(block);
    if (dynamic_)
      for (BlockId block : order) replace_uses(block);
  }

 private:
  void rewrite(BlockId block) {
    std::vector<ValueId> old = std::move(f_.blocks[block].instructions);
    f_.blocks[block].instructions.clear();
    ir::Builder b(f_, block);
    for (ValueId v : old) {
      if (f_[v].op != Op::set_slot) {
        f_.blocks[block].instructions.push_back(v);
        continue;
      }
      if (!dynamic_) continue;
      Instruction made;
      ValueId to = f_[v].operands[0], from = f_[v].operands[1];
      if (classify(f_, f_[v]) == Move::down) {
        made.op = Op::stack_allocate;
        made.width = 64;
        made.operands = {b.sub(from, to)};
        ValueId size = made.operands[0];
        ValueId storage = f_.append(block, std::move(made));
        storage_.resize(f_.values.size(), ir::kNoValue);
        storage_[to] = storage;
        sizes_.emplace_back(size, to);
      } else if (f_[from].op != Op::frame_address) {
        made.op = Op::stack_release;
        made.operands = {to};
        f_.append(block, std::move(made));
      }
    }
  }

  // The computed stack pointer means the storage wherever it is used, but for computing its size.
  void replace_uses(BlockId block) {
    storage_.resize(f_.values.size(), ir::kNoValue);
    auto replace = [&](ValueId& v) {
      if (storage_[v] != ir::kNoValue) v = storage_[v];
    };
    ir::Block& b = f_.blocks[block];
    std::vector<uint8_t> reached(f_.values.size());  // storage of this block not made yet is not used yet
    for (ValueId v : b.instructions)
      if (f_[v].op == Op::stack_allocate) reached[v] = 1;
    for (ValueId v : b.instructions) {
      reached[v] = 0;
      for (ValueId& operand : f_[v].operands) {
        bool own_size = std::find(sizes_.begin(), sizes_.end(), std::pair(v, operand)) != sizes_.end();
        if (storage_[operand] != ir::kNoValue && !reached[storage_[operand]] && !own_size) replace(operand);
      }
    }
    for (ValueId& v : b.terminator.operands) replace(v);
    for (ir::Edge& edge : b.terminator.edges)
      for (ValueId& v : edge.arguments) replace(v);
  }

  Function& f_;
  std::vector<ValueId> storage_;
  std::vector<std::pair<ValueId, ValueId>> sizes_;  // size and the stack pointer it was computed from
  bool dynamic_ = false;
};

}  // namespace

void resolve_stack_pointer(Function& function) {
  StackResolver(function).run();
}

}  // namespace portolan::raise
