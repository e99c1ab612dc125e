// Calls that do not come back end their block: what stands behind them belongs to somebody else, with another stack
// pointer and other registers. Known from the C library's prototypes, and from functions of the unit that never return.
#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;

bool UnitRaiser::never_returns(const ir::CallTarget& target) const {
  if (target.indirect) return false;
  if (std::optional<size_t> callee = function_named(target.symbol.name)) return states_[*callee].never_returns;
  const abi::FunctionType* type = options_.prototype(target.symbol.name).type;
  return type && type->noreturn;
}

// Machine level: cuts blocks off behind such calls; true if control can still leave the function.
bool UnitRaiser::cut_behind_calls(Function& f) const {
  for (ir::Block& block : f.blocks)
    for (size_t n = 0; n < block.instructions.size(); ++n) {
      const Instruction& call = f[block.instructions[n]];
      if (call.op != Op::call || !never_returns(f.calls[call.index])) continue;
      block.instructions.resize(n + 1);
      block.terminator = {};
      block.terminator.op = Op::trap;
      block.terminator.trap = ir::TrapKind::abort;
      block.terminator.line = call.line;
      break;
    }
  for (BlockId block : ir::reverse_post_order(f)) {
    const ir::Terminator& t = f.blocks[block].terminator;
    if (t.op == Op::ret || (t.op == Op::tail_call && !never_returns(f.calls[t.index]))) return true;
    if (t.op == Op::jump_indirect) return true;  // perhaps a call by pointer
  }
  return false;
}

void UnitRaiser::find_functions_without_return(std::vector<assembly::LiftResult>& functions) {
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t n = 0; n < functions.size(); ++n) {
      if (!states_[n].lifted || states_[n].never_returns || cut_behind_calls(functions[n].function)) continue;
      states_[n].never_returns = changed = true;
    }
  }
  // Once more, for those that were looked at before all were known.
  for (size_t n = 0; n < functions.size(); ++n)
    if (states_[n].lifted) cut_behind_calls(functions[n].function);
}

}  // namespace portolan::raise
