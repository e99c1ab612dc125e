#include "translate/raise/stack.h"

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
  explicit StackResolver(Function& f) : f_(f) {}

  void run() {
    std::vector<BlockId> order = ir::reverse_post_order(f_);
    for (BlockId block : order)
      for (ValueId v : f_.blocks[block].instructions)
        if (f_[v].op == Op::set_slot && classify(f_, f_[v]) != Move::fixed) dynamic_ = true;
    for (BlockId block : order) rewrite(block);
    for (const Storage& s : storages_) replace_uses(s);
  }

 private:
  struct Storage {
    ValueId storage, size, stack_pointer;  // the size is computed from the stack pointer that the storage replaces
  };

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
        storages_.push_back({storage, size, to});
      } else if (f_[from].op != Op::frame_address) {
        made.op = Op::stack_release;
        made.operands = {to};
        f_.append(block, std::move(made));
      }
    }
  }

  // Blocks that control reaches only through `block`.
  std::vector<bool> dominated_by(BlockId block) const {
    std::vector<bool> outside(f_.blocks.size());
    std::vector<BlockId> open{0};
    if (block != 0) outside[0] = true;
    else open.clear();
    while (!open.empty()) {
      BlockId at = open.back();
      open.pop_back();
      for (const ir::Edge& edge : f_.blocks[at].terminator.edges)
        if (edge.target != block && !outside[edge.target]) {
          outside[edge.target] = true;
          open.push_back(edge.target);
        }
    }
    outside.flip();
    return outside;
  }

  // The computed stack pointer means the storage wherever it is used from here on, but for computing its size.
  void replace_uses(const Storage& s) {
    std::vector<bool> behind = dominated_by(f_[s.storage].block);
    auto replace = [&](ValueId& v) {
      if (v == s.stack_pointer) v = s.storage;
    };
    for (BlockId block : ir::reverse_post_order(f_)) {
      if (!behind[block]) continue;
      bool made = block != f_[s.storage].block;
      ir::Block& b = f_.blocks[block];
      for (ValueId v : b.instructions) {
        if (made && v != s.size)
          for (ValueId& operand : f_[v].operands) replace(operand);
        made |= v == s.storage;
      }
      for (ValueId& v : b.terminator.operands) replace(v);
      for (ir::Edge& edge : b.terminator.edges)
        for (ValueId& v : edge.arguments) replace(v);
    }
  }

  Function& f_;
  std::vector<Storage> storages_;
  bool dynamic_ = false;
};

}  // namespace

void resolve_stack_pointer(Function& function) {
  StackResolver(function).run();
}

}  // namespace portolan::raise
