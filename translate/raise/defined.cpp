// Which values somebody computed, and which are only what a register happened to hold. Registers that no convention
// preserves flow into calls and returns without meaning anything there; they must not become arguments and results.
#include <algorithm>
#include <map>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::Instruction;
using ir::Op;
using ir::ValueId;

// What an earlier call left in a register that is only a result when two are returned: not an argument that anybody
// set up.
bool UnitRaiser::is_leftover(const ir::Function& f, ValueId v) const {
  const Instruction& i = f[v];
  if (i.op != Op::extract || f[i.operands[0]].op != Op::call) return false;
  return i.index != convention_.result_low(0) && i.index != convention_.result_low(convention_.integer_results());
}

bool UnitRaiser::entry_is_defined(size_t n, const Instruction& entry, EntryValues counts) const {
  if (counts == EntryValues::none) return false;
  const std::vector<uint32_t>& reads = convention_.slots().call_reads;
  auto at = std::find(reads.begin(), reads.end(), entry.index);
  if (at == reads.end()) return false;
  if (counts == EntryValues::arguments) return entry.index != convention_.machine().vector_count;
  return states_[n].argument_defined[at - reads.begin()];
}

bool UnitRaiser::call_defines(const ir::Function& f, const Instruction& part) const {
  const ir::CallTarget& target = f.calls[f[part.operands[0]].index];
  if (target.indirect || target.signature != UINT32_MAX) return true;
  std::optional<size_t> callee = function_named(target.symbol.name);
  if (!callee || !states_[*callee].lifted) return true;
  for (unsigned r = 0; r < convention_.results(); ++r) {
    uint32_t low = convention_.result_low(r);
    if (part.index >= low && part.index < low + convention_.result_width(r)) return states_[*callee].result_defined[r];
  }
  return true;
}

// Whether it is known that a call's operand is one of its arguments.
bool UnitRaiser::takes_operand(const ir::CallTarget& target, size_t operand) const {
  if (target.signature != UINT32_MAX) return true;
  if (target.indirect) return operand == 0;
  std::optional<size_t> callee = function_named(target.symbol.name);
  return callee && states_[*callee].lifted && !states_[*callee].operand_demand[operand].isZero();
}

// Which results of a call matter to an instruction, or, beyond the first of each kind, which everybody may want, are
// returned to somebody to whom they matter. Joins and other calls also carry what a register happens to hold.
std::vector<bool> UnitRaiser::results_worked_on(size_t n, ValueId call) const {
  const FunctionState& state = states_[n];
  const ir::Function& f = state.f;
  std::vector<bool> worked_on(convention_.results());
  std::map<ValueId, unsigned> parts;
  for (ir::BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      for (size_t o = 0; o < i.operands.size(); ++o) {
        ValueId operand = i.operands[o];
        if (i.op == Op::call && !takes_operand(f.calls[i.index], o)) continue;
        unsigned r = 0;
        if (operand == call && i.op == Op::extract)
          while (r + 1 < convention_.results() && convention_.result_low(r + 1) <= i.index) ++r;
        else if (auto part = parts.find(operand); part != parts.end())
          r = part->second;
        else
          continue;
        if (i.op == Op::extract || i.op == Op::zext || i.op == Op::concat)
          parts[v] = r;
        else
          worked_on[r] = true;
      }
    }
    const ir::Terminator& t = f.blocks[block].terminator;
    if (t.op != Op::ret) continue;
    for (unsigned r = 0; r < convention_.results(); ++r)
      if (auto part = parts.find(t.operands[r]);
          part != parts.end() && !state.result_demand[r].isZero() && !convention_.is_first_result(part->second))
        worked_on[part->second] = true;
  }
  return worked_on;
}

// One byte per value. Joins carry what any of their edges defines.
std::vector<uint8_t> UnitRaiser::defined_values(size_t n, EntryValues counts) const {
  const ir::Function& f = states_[n].f;
  std::vector<uint8_t> defined(f.values.size());
  auto of = [&](ValueId v) -> uint8_t {
    const Instruction& i = f[v];
    switch (i.op) {
      case Op::undef:
        return false;
      case Op::parameter:
        return defined[v];
      case Op::get_slot:
        return entry_is_defined(n, i, counts);
      case Op::zext:
      case Op::sext:
      case Op::concat:
        return std::any_of(i.operands.begin(), i.operands.end(), [&](ValueId o) { return defined[o] != 0; });
      case Op::select:
        return defined[i.operands[1]] || defined[i.operands[2]];
      case Op::extract:
        return f[i.operands[0]].op == Op::call ? call_defines(f, i) : defined[i.operands[0]] != 0;
      default:
        return true;
    }
  };
  std::vector<ir::BlockId> order = ir::reverse_post_order(f);
  for (bool changed = true; changed;) {
    changed = false;
    for (ir::BlockId block : order) {
      for (ValueId v : f.blocks[block].instructions) defined[v] = of(v);
      for (const ir::Edge& edge : f.blocks[block].terminator.edges) {
        const std::vector<ValueId>& parameters = f.blocks[edge.target].parameters;
        for (size_t p = 0; p < parameters.size(); ++p)
          if (defined[edge.arguments[p]] && !defined[parameters[p]]) defined[parameters[p]] = changed = true;
      }
    }
  }
  return defined;
}

// A result register that still holds an argument is a result only where nothing else is: double f(double x) { return x;
// }
void UnitRaiser::find_defined_results() {
  for (EntryValues counts : {EntryValues::none, EntryValues::arguments})
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t n = 0; n < states_.size(); ++n) {
        FunctionState& state = states_[n];
        if (!state.lifted) continue;
        bool any =
            std::find(state.result_defined.begin(), state.result_defined.end(), true) != state.result_defined.end();
        if (counts == EntryValues::arguments && any) continue;
        std::vector<uint8_t> defined = defined_values(n, counts);
        for (const ir::Block& block : state.f.blocks) {
          if (block.terminator.op != Op::ret) continue;
          for (unsigned r = 0; r < convention_.results(); ++r)
            if (defined[block.terminator.operands[r]] && !state.result_defined[r])
              state.result_defined[r] = changed = true;
        }
      }
    }
}

// Unknown callers may pass anything; known ones pass what they define, and what their own callers do.
void UnitRaiser::find_defined_arguments() {
  bool all_seen = std::all_of(states_.begin(), states_.end(), [](const FunctionState& s) { return s.lifted; });
  for (FunctionState& state : states_) {
    bool unknown_callers = !all_seen || state.outside || ((state.exported || state.address_taken) && !state.prototype);
    state.argument_defined.assign(convention_.operands(), unknown_callers);
    if (state.prototype)
      for (unsigned position : state.prototype_positions)
        if (position < convention_.operands()) state.argument_defined[position] = true;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t n = 0; n < states_.size(); ++n) {
      FunctionState& state = states_[n];
      if (!state.lifted) continue;
      state.holds_argument = defined_values(n, EntryValues::passed);
      for (ir::BlockId block : ir::reverse_post_order(state.f))
        for (ValueId v : state.f.blocks[block].instructions) {
          const Instruction& call = state.f[v];
          if (call.op != Op::call) continue;
          const ir::CallTarget& target = state.f.calls[call.index];
          if (target.indirect || target.signature != UINT32_MAX) continue;
          std::optional<size_t> callee = function_named(target.symbol.name);
          if (!callee) continue;
          for (unsigned o = 0; o < convention_.operands(); ++o)
            if (state.holds_argument[call.operands[o]] && !states_[*callee].argument_defined[o])
              states_[*callee].argument_defined[o] = changed = true;
        }
    }
  }
}

}  // namespace portolan::raise
