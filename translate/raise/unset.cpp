// Registers that are read although neither the function, nor its caller by what it is known to pass, nor a call before
// has set them. Code does that when it follows a convention of its own: a helper in assembly that takes x9, answers in
// the carry flag, or changes a register that calls have to keep. Such functions are refused; registers that merely
// travel (saved, joined, left in an argument register) are not read.
#include <fmt/format.h>

#include <algorithm>

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

bool carries(Op op) {
  return op == Op::zext || op == Op::sext || op == Op::extract || op == Op::concat || op == Op::select ||
         op == Op::parameter;
}

// gcc -O0 builds structures in registers that it has not set, masking all but a part away and or-ing values in.
bool masks(const ir::Function& f, const Instruction& i) {
  return i.op == Op::bit_and && (f.constant(i.operands[0]) != nullptr || f.constant(i.operands[1]) != nullptr);
}
constexpr uint8_t kMasked = 2;

// Comparing or subtracting a register and itself is how compilers make constants (pcmpeqd).
bool gives_constant(const Instruction& i) {
  const bool cancels = i.op == Op::eq || i.op == Op::ult || i.op == Op::slt || i.op == Op::sub || i.op == Op::bit_xor;
  return cancels && i.operands[0] == i.operands[1];
}

}  // namespace

void UnitRaiser::check_callee_saved(size_t n, const ir::Function& f) {
  bool returns = false;
  std::vector<uint32_t> set_at(convention_.slots().widths.size());
  std::vector<bool> set(convention_.slots().widths.size());
  for (BlockId block : ir::reverse_post_order(f)) {
    const Op end = f.blocks[block].terminator.op;
    returns |= end == Op::ret || end == Op::tail_call;
    for (ValueId v : f.blocks[block].instructions)
      if (f[v].op == Op::set_slot && !set[f[v].index]) {
        set[f[v].index] = true;
        set_at[f[v].index] = f[v].line;
      }
  }
  if (!returns) return;
  const assembly::Machine& m = convention_.machine();
  for (const std::vector<uint32_t>* slots : {&m.callee_saved, &m.callee_saved_low_half})
    for (uint32_t slot : *slots)
      if (set[slot] && !reads_before_setting(f, slot))
        refuse(n, set_at[slot],
               fmt::format("it changes {}, which calls have to keep, and never saves it", m.slots[slot].name));
}

// Whether a call gives the result that `part` takes out of it.
bool UnitRaiser::delivers(const ir::Function& f, const Instruction& part) const {
  const Instruction& call = f[part.operands[0]];
  const ir::CallTarget& target = f.calls[call.index];
  if (target.signature != UINT32_MAX) return true;
  unsigned r = 0;
  while (r + 1 < convention_.results() && convention_.result_low(r + 1) <= part.index) ++r;
  std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
  if (!callee || !states_[*callee].lifted) return true;  // call_unknown() knows
  const std::vector<unsigned>& given = states_[*callee].result_positions;
  return std::find(given.begin(), given.end(), r) != given.end();
}

// One byte per value: 1, or kMasked behind a mask, if it is surely nothing but what some register happened to hold.
std::vector<uint8_t> UnitRaiser::unset_values(size_t n) const {
  const FunctionState& state = states_[n];
  const ir::Function& f = state.f;
  const std::vector<uint32_t>& reads = convention_.slots().call_reads;
  std::vector<uint8_t> unset(f.values.size());
  const std::vector<BlockId> order = ir::reverse_post_order(f);
  for (BlockId block : order)
    if (block != order.front())
      for (ValueId p : f.blocks[block].parameters) unset[p] = 1;
  auto of = [&](ValueId v) -> uint8_t {
    const Instruction& i = f[v];
    auto all = [&](size_t from) {
      return std::all_of(i.operands.begin() + from, i.operands.end(), [&](ValueId o) { return unset[o] != 0; });
    };
    switch (i.op) {
      case Op::undef:
        return i.index != 0;
      case Op::get_slot: {
        const size_t position = std::find(reads.begin(), reads.end(), i.index) - reads.begin();
        const std::vector<unsigned>& passed = state.parameter_positions;
        return std::find(passed.begin(), passed.end(), position) == passed.end();
      }
      case Op::extract:
        return f[i.operands[0]].op == Op::call ? uint8_t{!delivers(f, i)} : unset[i.operands[0]];
      case Op::zext:
      case Op::sext:
        return unset[i.operands[0]];
      case Op::concat:
        return all(0);
      case Op::select:
        return all(1);
      case Op::parameter:
        return unset[v];
      case Op::bit_and:
        return masks(f, i) && (unset[i.operands[0]] != 0 || unset[i.operands[1]] != 0) ? kMasked : 0;
      case Op::bit_or:
        return all(0) ? kMasked : 0;
      default:
        return false;
    }
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (BlockId block : order) {
      for (ValueId v : f.blocks[block].instructions) unset[v] = of(v);
      for (const ir::Edge& edge : f.blocks[block].terminator.edges) {
        const std::vector<ValueId>& parameters = f.blocks[edge.target].parameters;
        for (size_t p = 0; p < parameters.size(); ++p)
          if (unset[parameters[p]] && !unset[edge.arguments[p]]) {
            unset[parameters[p]] = 0;
            changed = true;
          }
      }
    }
  }
  return unset;
}

void UnitRaiser::check_unset(size_t n) {
  const FunctionState& state = states_[n];
  if (!state.lifted) return;
  const ir::Function& f = state.f;
  const std::vector<uint8_t> unset = unset_values(n);
  auto refuse_read = [&](ValueId v, uint32_t line) {
    while (carries(f[v].op) && f[v].op != Op::parameter && f[f[v].operands.back()].op != Op::call)
      v = f[v].operands.back();
    const Instruction& i = f[v];
    std::string name = "a register";
    if (i.op == Op::get_slot) name = convention_.machine().slots[i.index].name;
    if (i.op == Op::undef && i.index != 0) name = convention_.machine().slots[i.index - 1].name;
    refuse(n, line, fmt::format("it reads {} here, which nothing sets that the calling convention knows of", name));
  };
  const std::vector<uint32_t>& saved = convention_.machine().callee_saved;
  // Saving a register is no use of what it holds: one that calls keep anywhere, others in the own frame.
  auto saves = [&](const Instruction& i) {
    if (i.op != Op::store) return false;
    ValueId from = i.operands[1];
    while (f[from].op == Op::extract) from = f[from].operands[0];
    return f[i.operands[0]].op == Op::frame_address ||
           (f[from].op == Op::get_slot && std::find(saved.begin(), saved.end(), f[from].index) != saved.end());
  };
  for (BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      const bool has_effect = i.width == 0 || ir::info(i.op).effects != ir::Effects::Pure;
      if (carries(i.op) || i.op == Op::set_slot || gives_constant(i) || masks(f, i) ||
          (!has_effect && !demand_[n].any(v)))
        continue;
      for (size_t o = 0; o < i.operands.size(); ++o)
        if (unset[i.operands[o]] && !(i.op == Op::bit_or && unset[i.operands[o]] == kMasked) &&
            demand_[n].any(i.operands[o]) && i.op != Op::call && !(o == 1 && saves(i)))
          return refuse_read(i.operands[o], i.line);
    }
    const ir::Terminator& t = f.blocks[block].terminator;
    if (t.op != Op::ret && t.op != Op::tail_call)
      for (ValueId v : t.operands)
        if (unset[v]) return refuse_read(v, t.line);
  }
}

}  // namespace portolan::raise
