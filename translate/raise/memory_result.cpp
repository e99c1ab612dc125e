// AArch64's x8: the address for a result that is returned in memory, or just a scratch register. It is not an argument
// register, and not preserved, so it flows untouched through functions that know nothing of it.
#include <algorithm>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

// Values that are a given address plus something on every path. A join of the address with other values is none:
// compilers leave x8 undefined in registers that they then choose from.
class DerivedAddresses {
 public:
  DerivedAddresses(const ir::Function& f, ValueId base) : f_(f), base_(base), predecessors_(ir::predecessors(f)) {}

  bool contains(ValueId v) {
    if (v == base_) return true;
    auto [at, first] = known_.emplace(v, true);  // loops: what carries the address around is derived if all else is
    if (!first) return at->second;
    bool derived = compute(v);
    known_[v] = derived;
    return derived;
  }

 private:
  bool compute(ValueId v) {
    const Instruction& i = f_[v];
    if (i.op == Op::add && i.lanes == 1) return contains(i.operands[0]) || contains(i.operands[1]);
    if (i.op != Op::parameter || i.block == 0) return false;
    const std::vector<ValueId>& parameters = f_.blocks[i.block].parameters;
    size_t n = std::find(parameters.begin(), parameters.end(), v) - parameters.begin();
    for (ir::BlockId p : predecessors_[i.block])
      for (const ir::Edge& edge : f_.blocks[p].terminator.edges)
        if (edge.target == i.block && !contains(edge.arguments[n])) return false;
    return true;
  }

  const ir::Function& f_;
  ValueId base_;
  std::vector<std::vector<ir::BlockId>> predecessors_;
  std::map<ValueId, bool> known_;
};

}  // namespace

// Whether an instruction, rather than a call, reads a register's value at entry.
bool UnitRaiser::reads_entry_value(const ir::Function& machine_level, uint32_t slot) {
  std::vector<uint8_t> used(machine_level.values.size()), seen(machine_level.blocks.size());
  for (const ir::Block& block : machine_level.blocks) {
    for (ValueId v : block.instructions)
      for (ValueId operand : machine_level[v].operands) used[operand] = 1;
    for (ValueId operand : block.terminator.operands) used[operand] = 1;
  }
  std::vector<ir::BlockId> open{0};
  while (!open.empty()) {
    ir::BlockId block = open.back();
    open.pop_back();
    if (seen[block]) continue;
    seen[block] = 1;
    bool kept = true;
    for (ValueId v : machine_level.blocks[block].instructions) {
      const Instruction& i = machine_level[v];
      if (i.op == Op::get_slot && i.index == slot && used[v]) return true;
      kept = i.op != Op::call && (i.op != Op::set_slot || i.index != slot);
      if (!kept) break;
    }
    if (kept)
      for (const ir::Edge& edge : machine_level.blocks[block].terminator.edges) open.push_back(edge.target);
  }
  return false;
}

// Whether v, in x8 at a call, is a place for a result: on the stack, or our own caller's.
bool UnitRaiser::is_result_place(size_t n, ValueId v) const {
  const ir::Function& f = states_[n].f;
  const Instruction* i = &f[v];
  for (unsigned depth = 0; depth < 4 && i->op == Op::add && i->lanes == 1; ++depth) i = &f[i->operands[0]];
  bool own = i->op == Op::get_slot && i->index == convention_.machine().indirect_result;
  return i->op == Op::frame_address || i->op == Op::stack_allocate || (own && states_[n].result_in_memory);
}

bool UnitRaiser::every_caller_gives_result_place(size_t n) const {
  if (states_[n].exported || states_[n].address_taken) return false;
  bool any = false;
  for (size_t caller = 0; caller < states_.size(); ++caller) {
    const FunctionState& state = states_[caller];
    if (!state.lifted) continue;
    for (const ir::Block& block : state.f.blocks)
      for (ValueId v : block.instructions) {
        if (state.f[v].op != Op::call) continue;
        const ir::CallTarget& target = state.f.calls[state.f[v].index];
        if (target.indirect || target.signature != UINT32_MAX || function_named(target.symbol.name) != n) continue;
        if (!is_result_place(caller, state.f[v].operands[convention_.indirect_result()])) return false;
        any = true;
      }
  }
  return any;
}

// Whether x8's entry value is used as an address, or kept for that, or handed to somebody who does.
bool UnitRaiser::stores_result_in_memory(size_t n) const {
  const FunctionState& state = states_[n];
  auto entry = state.entry.find(convention_.machine().indirect_result);
  if (!state.lifted || entry == state.entry.end()) return false;
  const ir::Function& f = state.f;
  DerivedAddresses derived(f, entry->second);
  auto passes_on = [&](const Instruction& call) {
    const ir::CallTarget& target = f.calls[call.index];
    unsigned first = target.indirect ? 1 : 0;
    for (unsigned o = 0; o < call.operands.size(); ++o) {
      if (!derived.contains(call.operands[o])) continue;
      if (target.signature != UINT32_MAX || o != first + convention_.indirect_result()) return true;
      // Left where it was: only the callee can tell, or else who calls us.
      std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
      if (callee ? states_[*callee].result_in_memory
                 : state.reads_indirect_result || every_caller_gives_result_place(n))
        return true;
    }
    return false;
  };
  for (ir::BlockId block : ir::reverse_post_order(f))
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      ir::Effects e = ir::info(i.op).effects;
      bool memory = e == ir::Effects::Reads || e == ir::Effects::Writes;
      if (memory && std::any_of(i.operands.begin(), i.operands.end(), [&](ValueId o) { return derived.contains(o); }))
        return true;
      if (i.op == Op::call && passes_on(i)) return true;
    }
  return false;
}

void UnitRaiser::find_results_in_memory() {
  if (convention_.machine().indirect_result == assembly::kNoSlot) return;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t n = 0; n < states_.size(); ++n)
      if (!states_[n].result_in_memory && stores_result_in_memory(n)) states_[n].result_in_memory = changed = true;
  }
}

// At a call by pointer; otherwise x8 is often used for the pointer itself.
std::optional<ValueId> UnitRaiser::hidden_result_address(size_t n, const Instruction& call) const {
  if (convention_.machine().indirect_result == assembly::kNoSlot || !states_[n].f.calls[call.index].indirect)
    return std::nullopt;
  ValueId v = call.operands[1 + convention_.indirect_result()];
  return is_result_place(n, v) ? std::optional(v) : std::nullopt;
}

}  // namespace portolan::raise
