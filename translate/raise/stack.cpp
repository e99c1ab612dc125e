#include "translate/raise/stack.h"

#include <algorithm>
#include <map>

#include "ir/builder.h"
#include "ir/cfg.h"

namespace portolan::raise {
namespace {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

// Below storage of unknown size the source pushes arguments by constant steps; so much room is left for them.
constexpr int64_t kRoomBelow = 1024;

enum class Move { fixed, down, up, step };

Move classify(const Function& f, const Instruction& mark) {
  const Instruction& to = f[mark.operands[0]];
  if (to.op == Op::frame_address) return Move::fixed;
  if (to.op == Op::add && to.lanes == 1) {
    const ir::APInt* c = f.constant(to.operands[1]);
    // From where the stack pointer has been already: within the room, or giving some back.
    bool from_old = to.operands[0] == mark.operands[1] ||
                    (f[mark.operands[1]].op == Op::add && f[mark.operands[1]].operands[0] == to.operands[0]);
    if (c && c->sge(-kRoomBelow) && (from_old || !c->isNegative()) && f[mark.operands[1]].op != Op::frame_address)
      return Move::step;
    return Move::down;
  }
  if (to.op == Op::sub || to.op == Op::bit_and) return Move::down;
  return Move::up;  // a saved value: from memory, a register, a join of both
}

class StackResolver {
 public:
  explicit StackResolver(Function& f) : f_(f) {}
  bool dynamic() const { return dynamic_; }

  void run() {
    std::vector<BlockId> order = ir::reverse_post_order(f_);
    for (BlockId block : order)
      for (ValueId v : f_.blocks[block].instructions)
        if (f_[v].op == Op::set_slot) note(v);
    for (BlockId block : order) rewrite(block);
    if (!old_of_.empty())
      for (BlockId block : order) replace_uses(block);
  }

 private:
  void note(ValueId mark) {
    Move move = classify(f_, f_[mark]);
    dynamic_ |= move != Move::fixed;
    if (move == Move::down) old_of_.emplace(f_[mark].operands[0], f_[mark].operands[1]);
  }

  // The area for outgoing arguments moves down with the stack pointer, so that storage reaches into where it was: up to
  // all of the fixed frame.
  uint64_t room_above() const {
    int64_t lowest = 0;
    for (const Instruction& i : f_.values)
      if (i.op == Op::frame_address) lowest = std::min(lowest, i.offset);
    return (static_cast<uint64_t>(-lowest) + 15) & ~uint64_t{15};
  }

  // Storage is made where the new stack pointer is computed: copies of it are stored and used before the move itself.
  void allocate(ir::Builder& b, ValueId new_pointer, ValueId old_pointer) {
    ValueId size = b.sub(old_pointer, new_pointer);
    Instruction made;
    made.op = Op::stack_allocate;
    made.width = 64;
    made.operands = {b.add(size, b.constant(64, kRoomBelow + room_above()))};
    ValueId lowest = f_.append(b.block(), std::move(made));
    storage_[new_pointer] = b.add(lowest, b.constant(64, kRoomBelow));
    sizes_[size] = new_pointer;
  }

  void rewrite(BlockId block) {
    std::vector<ValueId> old = std::move(f_.blocks[block].instructions);
    f_.blocks[block].instructions.clear();
    ir::Builder b(f_, block);
    for (ValueId v : old) {
      bool mark = f_[v].op == Op::set_slot;
      if (!mark) f_.blocks[block].instructions.push_back(v);
      if (auto at = old_of_.find(v); at != old_of_.end())
        allocate(b, at->first, at->second);
      else if (!mark)
        find_alias(b, v);
      if (!mark || !dynamic_) continue;
      if (classify(f_, f_[v]) == Move::up && f_[f_[v].operands[1]].op != Op::frame_address)
        release(b, f_[v].operands[0]);
      if (classify(f_, f_[v]) == Move::fixed && f_[f_[v].operands[1]].op != Op::frame_address)
        release(b, f_[v].operands[0]);
    }
  }

  // The same stack pointer computed again: old place minus the same size, perhaps a constant further.
  void find_alias(ir::Builder& b, ValueId v) {
    if (f_[v].op != Op::sub || f_[f_[v].operands[0]].op != Op::frame_address) return;
    for (const auto& [pointer, old_pointer] : old_of_) {
      const Instruction &p = f_[pointer], &i = f_[v];
      auto made = storage_.find(pointer);
      if (made == storage_.end() || p.op != Op::sub || p.operands[1] != i.operands[1]) continue;
      if (f_[p.operands[0]].op != Op::frame_address) continue;
      int64_t distance = f_[i.operands[0]].offset - f_[p.operands[0]].offset;
      storage_[v] = b.add(made->second, b.signed_constant(64, distance));
      return;
    }
  }

  void release(ir::Builder& b, ValueId to) {
    Instruction made;
    made.op = Op::stack_release;
    made.operands = {to};
    f_.append(b.block(), std::move(made));
  }

  // The computed stack pointer means the storage everywhere but where the size is computed.
  void replace_uses(BlockId block) {
    auto replace = [&](ValueId& v) {
      if (auto at = storage_.find(v); at != storage_.end()) v = at->second;
    };
    ir::Block& b = f_.blocks[block];
    for (ValueId v : b.instructions)
      for (ValueId& operand : f_[v].operands) {
        auto size = sizes_.find(v);
        if (size == sizes_.end() || size->second != operand) replace(operand);
      }
    for (ValueId& v : b.terminator.operands) replace(v);
    for (ir::Edge& edge : b.terminator.edges)
      for (ValueId& v : edge.arguments) replace(v);
  }

  Function& f_;
  std::map<ValueId, ValueId> old_of_;   // computed stack pointer to the one before
  std::map<ValueId, ValueId> storage_;  // computed stack pointer to what stands for it
  std::map<ValueId, ValueId> sizes_;    // size to the computed stack pointer it belongs to
  bool dynamic_ = false;
};

}  // namespace

bool resolve_stack_pointer(Function& function) {
  StackResolver resolver(function);
  resolver.run();
  return resolver.dynamic();
}

}  // namespace portolan::raise
