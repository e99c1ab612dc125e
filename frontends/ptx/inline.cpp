#include "frontends/ptx/inline.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ir/builder.h"

namespace portolan::ptx {
namespace {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

constexpr size_t kMostValues = 500'000;

class Inliner {
 public:
  Inliner(const Program& program, const LiftedFunction& kernel)
      : program_(program), out_(kernel), copies_{{&kernel, 0, 0}} {}

  Expected<LiftedFunction> run() {
    for (const ir::Block& block : out_.code.blocks)
      for (ValueId v : block.instructions)
        if (out_.code[v].op == Op::call) open_.push_back({v, 0});
    while (!open_.empty()) {
      const Call call = open_.back();
      open_.pop_back();
      if (auto failure = expand(call)) return *failure;
    }
    return std::move(out_);
  }

 private:
  // A function's code in the result: who called it, and how many bytes of local variables lie above its own.
  struct Copy {
    const LiftedFunction* function;
    size_t caller;
    uint64_t above;
  };
  struct Call {
    ValueId value;
    size_t copy;  // whose code it is in
  };

  Diagnostic failure(const Instruction& call, std::string reason) const {
    SourceLocation where = copies_[0].function->location;
    where.line = call.line, where.column = 0;
    return error_at(where, fmt::format("kernel '{}': {}", out_.name, std::move(reason)));
  }

  std::optional<Diagnostic> expand(const Call& call) {
    const Instruction inst = out_.code[call.value];
    const ir::CallTarget& target = out_.code.calls[inst.index];
    if (target.indirect) return failure(inst, "a call through a register");
    const std::string& name = target.symbol.name;
    const LiftedFunction* callee = program_.find(name);
    if (!callee) return failure(inst, fmt::format("the call of '{}', which was refused", name));
    for (size_t at = call.copy;; at = copies_[at].caller) {
      if (copies_[at].function == callee) return failure(inst, fmt::format("recursion: '{}' calls itself", name));
      if (at == 0) break;
    }
    if (out_.code.values.size() + callee->code.values.size() > kMostValues)
      return failure(inst, fmt::format("with '{}' in it the code becomes too long", name));
    const Copy& caller = copies_[call.copy];
    copies_.push_back({callee, call.copy, caller.above + caller.function->frame_bytes});
    const uint32_t result = add_slot(inst.width);
    const BlockId after = split(call.value, result);
    ir::Builder b(out_.code, inst.block);
    b.set_line(inst.line);
    const uint32_t first = static_cast<uint32_t>(out_.slots.size());
    for (ValueId operand : inst.operands) b.set_slot(add_slot(b.width(operand)), operand);
    jump(inst.block, copy(copies_.size() - 1, first, after, result), inst.line);
    return std::nullopt;
  }

  uint32_t add_slot(uint32_t width) {
    out_.slots.push_back({"", std::max(width, 1u)});
    return static_cast<uint32_t>(out_.slots.size() - 1);
  }

  void jump(BlockId from, BlockId to, uint32_t line) {
    ir::Terminator& t = out_.code.blocks[from].terminator;
    t = {};
    t.op = Op::jump;
    t.line = line;
    t.edges.push_back({to, {}});
  }

  // What follows a call becomes a block of its own, which begins by reading the result.
  BlockId split(ValueId call, uint32_t result) {
    ir::Function& f = out_.code;
    const BlockId from = f[call].block, after = f.add_block();
    std::vector<ValueId>& before = f.blocks[from].instructions;
    const auto at = std::find(before.begin(), before.end(), call);
    f.blocks[after].instructions.assign(f[call].width == 0 ? std::next(at) : at, before.end());
    before.erase(at, before.end());
    f.blocks[after].terminator = std::move(f.blocks[from].terminator);
    for (ValueId v : f.blocks[after].instructions) f[v].block = after;
    becomes_read(call, result);
    return after;
  }

  void becomes_read(ValueId v, uint32_t slot) {
    Instruction& i = out_.code[v];
    i.op = Op::get_slot;
    i.operands.clear();
    i.index = slot;
  }

  // Where the pools, the slots and the frame of a copy begin in the result.
  struct Bases {
    uint32_t values, blocks, constants, masks, symbols, calls, slots;
    uint64_t above;
  };

  Instruction moved(Instruction i, const Bases& base) const {
    for (ValueId& operand : i.operands) operand += base.values;
    if (i.block != ir::kNoBlock) i.block += base.blocks;
    if (i.op == Op::constant) i.index += base.constants;
    if (i.op == Op::shuffle) i.index += base.masks;
    if (i.op == Op::symbol_address) i.index += base.symbols;
    if (i.op == Op::call) i.index += base.calls;
    if (i.op == Op::get_slot || i.op == Op::set_slot) i.index += base.slots;
    if (i.op == Op::frame_address) i.offset -= static_cast<int64_t>(base.above);
    return i;
  }

  // The callee's entry. Its parameters are read from slots, from `first` on.
  BlockId copy(size_t number, uint32_t first, BlockId after, uint32_t result) {
    const LiftedFunction& callee = *copies_[number].function;
    const ir::Function& from = callee.code;
    ir::Function& f = out_.code;
    auto size = [](const auto& pool) { return static_cast<uint32_t>(pool.size()); };
    const Bases base = {size(f.values),  size(f.blocks), size(f.constants), size(f.masks),
                        size(f.symbols), size(f.calls),  size(out_.slots),  copies_[number].above};
    auto append = [](auto& to, const auto& pool) {
      for (size_t n = 0; n < pool.size(); ++n) to.push_back(pool[n]);
    };
    append(f.constants, from.constants), append(f.masks, from.masks);
    append(f.symbols, from.symbols), append(f.calls, from.calls);
    out_.slots.insert(out_.slots.end(), callee.slots.begin(), callee.slots.end());
    out_.frame_bytes = std::max(out_.frame_bytes, base.above + callee.frame_bytes);
    out_.system_scope |= callee.system_scope;
    for (size_t v = 0; v < from.values.size(); ++v) f.values.push_back(moved(from.values[v], base));
    for (const ir::Block& block : from.blocks) {
      ir::Block made = block;
      for (ValueId& v : made.parameters) v += base.values;
      for (ValueId& v : made.instructions) {
        v += base.values;
        if (f[v].op == Op::call) open_.push_back({v, number});
      }
      for (ValueId& v : made.terminator.operands) v += base.values;
      for (ir::Edge& edge : made.terminator.edges) {
        edge.target += base.blocks;
        for (ValueId& v : edge.arguments) v += base.values;
      }
      f.blocks.push_back(std::move(made));
    }
    ir::Block& entry = f.blocks[base.blocks];
    for (ValueId v : entry.parameters) becomes_read(v, first++);
    entry.instructions.insert(entry.instructions.begin(), entry.parameters.begin(), entry.parameters.end());
    entry.parameters.clear();
    for (BlockId block = base.blocks; block < f.blocks.size(); ++block)
      if (f.blocks[block].terminator.op == Op::ret) give_back(block, after, result);
    return base.blocks;
  }

  // Results are one value, the first lowest.
  void give_back(BlockId block, BlockId after, uint32_t result) {
    const ir::Terminator ret = out_.code.blocks[block].terminator;
    ir::Builder b(out_.code, block);
    b.set_line(ret.line);
    if (!ret.operands.empty()) {
      ValueId all = ret.operands[0];
      for (size_t n = 1; n < ret.operands.size(); ++n) all = b.concat(ret.operands[n], all);
      b.set_slot(result, all);
    }
    jump(block, after, ret.line);
  }

  const Program& program_;
  LiftedFunction out_;
  std::vector<Copy> copies_;
  std::vector<Call> open_;
};

}  // namespace

Expected<LiftedFunction> inline_calls(const Program& program, const LiftedFunction& kernel) {
  return Inliner(program, kernel).run();
}

}  // namespace portolan::ptx
