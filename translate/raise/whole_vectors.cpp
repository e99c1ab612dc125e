// Vectors passed by value where no prototype says so. A floating-point number and a whole vector travel in the same
// registers of x86-64 and AArch64, so that passing the whole register is right for both; RISC-V has no such register.
#include <algorithm>

#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::APInt;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

constexpr unsigned kNumberBits = 64;

// Whether somebody worked out what stands above the low 64 bits: not so for what a load or a conversion clears, or an
// instruction on one number leaves as it was.
class UpperHalf {
 public:
  explicit UpperHalf(const ir::Function& f) : f_(f), seen_(f.values.size()) {}

  bool set(ValueId v) {
    if (f_.width(v) <= kNumberBits || seen_[v]) return false;
    seen_[v] = 1;
    const Instruction& i = f_[v];
    switch (i.op) {
      case Op::undef:
        return false;
      case Op::get_slot:
        return true;  // the caller may have
      case Op::constant:
        return !f_.constant(v)->lshr(kNumberBits).isZero();
      case Op::zext:
        return set(i.operands[0]);
      case Op::concat:
        return part_set(i.operands[0]) || set(i.operands[1]);
      case Op::select:
        return set(i.operands[1]) || set(i.operands[2]);
      case Op::bit_and:
      case Op::bit_or:
      case Op::bit_xor:
        return set(i.operands[0]) || set(i.operands[1]);
      case Op::extract:
        return f_[i.operands[0]].op != Op::call && set(i.operands[0]);
      case Op::parameter:
        return edge_sets(v);
      default:
        return true;
    }
  }

 private:
  // Of the upper part of a concatenation.
  bool part_set(ValueId v) {
    const Instruction& i = f_[v];
    if (i.op == Op::undef) return false;
    if (const APInt* c = f_.constant(v)) return !c->isZero();
    if (i.op != Op::extract) return true;
    // Conversions leave the upper half of a register that nobody means anything by.
    return f_[i.operands[0]].op != Op::get_slot && set(i.operands[0]);
  }

  bool edge_sets(ValueId parameter) {
    const ir::BlockId block = f_[parameter].block;
    if (block == 0) return true;
    const std::vector<ValueId>& parameters = f_.blocks[block].parameters;
    const size_t n = std::find(parameters.begin(), parameters.end(), parameter) - parameters.begin();
    for (const ir::Block& from : f_.blocks)
      for (const ir::Edge& edge : from.terminator.edges)
        if (edge.target == block && set(edge.arguments[n])) return true;
    return false;
  }

  const ir::Function& f_;
  std::vector<uint8_t> seen_;
};

}  // namespace

bool UnitRaiser::passes_whole_vector(const ir::Function& f, ValueId v) const {
  return options_.target != Isa::riscv64 && f.width(v) > kNumberBits && UpperHalf(f).set(v);
}

bool UnitRaiser::returns_whole_vector(size_t n, unsigned result) const {
  const ir::Function& f = states_[n].f;
  return std::any_of(f.blocks.begin(), f.blocks.end(), [&](const ir::Block& block) {
    return block.terminator.op == Op::ret && UpperHalf(f).set(block.terminator.operands[result]);
  });
}

bool UnitRaiser::works_on_argument(size_t n, unsigned position) const {
  const ir::Function& f = states_[n].f;
  const auto entry = states_[n].entry.find(convention_.slots().call_reads[position]);
  if (entry == states_[n].entry.end()) return false;
  for (const ir::Block& block : f.blocks)
    for (ValueId v : block.instructions) {
      const Instruction& i = f[v];
      const bool matters = i.op != Op::call && (i.width == 0 || demand_[n].any(v));
      if (matters && std::find(i.operands.begin(), i.operands.end(), entry->second) != i.operands.end()) return true;
    }
  return false;
}

}  // namespace portolan::raise
