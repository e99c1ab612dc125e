// Who passes what within a unit, where no prototype says: a function takes the argument registers whose entry values
// matter to it, and gives the result registers that matter to a caller. "Matters" is demand, spread across calls until
// nothing changes. Callers that the unit does not see are assumed to want the first integer and the first
// floating-point result.
#include <fmt/format.h>

#include <algorithm>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::APInt;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

namespace {

constexpr uint32_t kRegisterBits = 64;
constexpr size_t kMostResults = 2;  // of a C type, in registers

APInt low_bits(uint32_t width, uint32_t count) {
  return APInt::getLowBitsSet(width, std::min(width, count));
}

}  // namespace

void UnitRaiser::demand_result(size_t n, unsigned result, const APInt& bits) {
  FunctionState& state = states_[n];
  if (!state.lifted || bits.isSubsetOf(state.result_demand[result])) return;
  state.result_demand[result] |= bits;
  for (ir::BlockId block : ir::reverse_post_order(state.f)) {
    const ir::Terminator& t = state.f.blocks[block].terminator;
    if (t.op == Op::ret) demand_[n].require(t.operands[result], bits);
  }
  dirty_[n] = 1;
}

void UnitRaiser::demand_operand_of(const CallSite& site, size_t callee) {
  const FunctionState& target = states_[callee];
  const Instruction& call = states_[site.function].f[site.call];
  for (unsigned o = 0; o < convention_.operands(); ++o)
    demand_[site.function].require(call.operands[o], target.operand_demand[o]);
  if (target.stack_bytes != 0 || target.takes_stack_address)
    demand_[site.function].require_all(call.operands[convention_.stack_pointer()]);
  dirty_[site.function] = 1;
}

void UnitRaiser::demand_operand(size_t n, unsigned operand, const APInt& bits) {
  FunctionState& state = states_[n];
  if (bits.isSubsetOf(state.operand_demand[operand])) return;
  state.operand_demand[operand] |= bits;
  for (const CallSite& site : callers_[n]) demand_operand_of(site, n);
}

// A callee of which nothing is known gets every argument register.
void UnitRaiser::demand_unknown_call(size_t n, ValueId v) {
  const FunctionState& state = states_[n];
  const Instruction& call = state.f[v];
  unsigned first = state.f.calls[call.index].indirect ? 1 : 0;
  if (first == 1) demand_[n].require_all(call.operands[0]);
  for (unsigned o = 0; o < convention_.integer_arguments() + convention_.float_arguments(); ++o) {
    ValueId operand = call.operands[first + o];
    if (!holds_argument(n, o, operand)) continue;
    const uint32_t width = state.f.width(operand);
    demand_[n].require(operand, low_bits(width, passes_whole_vector(state.f, operand) ? width : kRegisterBits));
  }
  demand_[n].require_all(call.operands[first + convention_.stack_pointer()]);
  if (auto address = hidden_result_address(n, call)) demand_[n].require_all(*address);
}

void UnitRaiser::require_roots(size_t n) {
  const ir::Function& f = states_[n].f;
  demand_[n].require_effects();
  for (ir::BlockId block : ir::reverse_post_order(f))
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      if (i.op != Op::call) continue;
      const ir::CallTarget& target = f.calls[i.index];
      if (target.signature != UINT32_MAX) {
        for (ValueId operand : i.operands) demand_[n].require_all(operand);
        continue;
      }
      std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
      if (callee && states_[*callee].lifted) {
        callers_[*callee].push_back({n, v});
        demand_operand_of(callers_[*callee].back(), *callee);
      } else {
        demand_unknown_call(n, v);
      }
    }
  dirty_[n] = 1;
}

void UnitRaiser::demand_call(size_t n, ValueId v) {
  const ir::Function& f = states_[n].f;
  const ir::CallTarget& target = f.calls[f[v].index];
  if (target.signature != UINT32_MAX) return;
  const bool by_pointer = target.indirect;
  const size_t callee = by_pointer ? SIZE_MAX : function_named(target.symbol.name).value_or(SIZE_MAX);
  for (unsigned r = 0; r < convention_.results(); ++r) {
    APInt bits = demand_[n].of(v).extractBits(convention_.result_width(r), convention_.result_low(r));
    if (bits.isZero()) continue;
    if (by_pointer && !convention_.is_first_result(r) && results_worked_on(n, v)[r]) demand_result_by_pointer(r, bits);
    if (callee != SIZE_MAX && states_[callee].lifted) demand_result(callee, r, bits);
  }
}

// A structure in registers, from a function called by pointer: whichever function that is, it has to give all of them.
// (The first of each kind is demanded of every function that callers may reach by pointer.)
void UnitRaiser::demand_result_by_pointer(unsigned result, const APInt& bits) {
  for (size_t n = 0; n < states_.size(); ++n)
    if (states_[n].address_taken && states_[n].result_defined[result]) {
      states_[n].results_by_pointer.insert(result);
      demand_result(n, result, bits);
    }
}

// What is done with their results may have come to matter by what other functions were found to need. True: it has.
bool UnitRaiser::demand_calls_by_pointer() {
  for (size_t n = 0; n < states_.size(); ++n) {
    if (!states_[n].lifted) continue;
    const ir::Function& f = states_[n].f;
    for (ir::BlockId block : ir::reverse_post_order(f))
      for (ValueId v : f.blocks[block].instructions)
        if (f[v].op == Op::call && f.calls[f[v].index].indirect) demand_call(n, v);
  }
  return std::any_of(dirty_.begin(), dirty_.end(), [](uint8_t dirty) { return dirty != 0; });
}

// While all functions are as they were lifted: what callers do with what a function passes on shows in their code.
void UnitRaiser::note_results_worked_on(size_t n) {
  FunctionState& state = states_[n];
  for (ir::BlockId block : ir::reverse_post_order(state.f))
    for (ValueId v : state.f.blocks[block].instructions)
      if (state.f[v].op == Op::call && state.f.calls[state.f[v].index].signature == UINT32_MAX)
        state.worked_on[v] = results_worked_on(n, v);
}

void UnitRaiser::spread_demand(size_t n) {
  demand_[n].run([&](ValueId v) {
    const Instruction& i = states_[n].f[v];
    if (i.op == Op::call) return demand_call(n, v);
    const std::vector<uint32_t>& reads = convention_.slots().call_reads;
    auto at = std::find(reads.begin(), reads.end(), i.index);
    if (at != reads.end()) demand_operand(n, static_cast<unsigned>(at - reads.begin()), demand_[n].of(v));
  });
}

// In a register that unknown callers fill, the whole register; a vector only where both sides are known to agree.
Passed UnitRaiser::floating(size_t n, const APInt& demand, bool whole) {
  const FunctionState& state = states_[n];
  const bool visible = !state.outside && (state.exported || state.address_taken);
  Passed p;
  p.kind = Passed::Kind::floating;
  unsigned active = demand.getActiveBits();
  p.bits = active <= 32 && !visible ? 32 : active <= 64 ? 64 : 128;
  if (p.bits != 128 || !visible || options_.target != Isa::riscv64) return p;
  p.bits = 64;
  if (whole)
    refuse(n, line_of(n),
           "it takes or gives a whole vector register, for which RISC-V's calling convention has no place");
  return p;
}

void UnitRaiser::choose_signature(size_t n) {
  FunctionState& state = states_[n];
  const Convention& c = convention_;
  bool visible = !state.outside && (state.exported || state.address_taken);
  if (state.prototype) {
    state.signature = *state.prototype;
    state.parameter_positions = state.prototype_positions;
    for (const Passed& p : state.signature.results)
      state.result_positions.push_back(p.kind == Passed::Kind::floating ? c.integer_results() : 0);
    return;
  }
  auto demanded = [&](unsigned position) { return !state.operand_demand[position].isZero(); };
  auto add = [&](unsigned position, Passed p) {
    state.signature.parameters.push_back(p);
    state.parameter_positions.push_back(position);
  };
  auto floating_argument = [&](unsigned position) {
    return floating(n, state.operand_demand[position], works_on_argument(n, position));
  };
  if (state.result_in_memory) {
    Passed p;
    p.kind = Passed::Kind::hidden_result;
    add(c.indirect_result(), p);
    assume(n, "what it gets in x8 is the address of its result, as it uses it as an address");
  }
  unsigned integers = 0, floats = 0;
  for (unsigned a = 0; a < c.integer_arguments(); ++a)
    if (demanded(c.integer_argument(a))) integers = a + 1;
  if (state.stack_bytes != 0) integers = c.integer_arguments();
  for (unsigned a = 0; a < c.float_arguments(); ++a)
    if (demanded(c.float_argument(a))) floats = a + 1;
  for (unsigned a = 0; a < integers; ++a) add(c.integer_argument(a), {});
  if (!state.takes_stack_address)
    for (unsigned s = 0; s * 8 < state.stack_bytes; ++s) add(kStackSlot + s, {});
  for (unsigned a = 0; a < floats; ++a) add(c.float_argument(a), floating_argument(c.float_argument(a)));
  if (c.machine().vector_count != assembly::kNoSlot && demanded(c.vector_count())) add(c.vector_count(), {});
  for (unsigned a = 0; a < c.private_arguments() && !visible; ++a)
    if (demanded(c.private_argument(a)))
      add(c.private_argument(a), a < c.private_integers() ? Passed{} : floating_argument(c.private_argument(a)));
  if (state.takes_stack_address) {
    add(kStackAddress, {});
    state.copied_stack_bytes = copied_stack_bytes(n);
    assume(n, state.copied_stack_bytes == kCopiedStackBytes
                  ? fmt::format("callers pass at most {} bytes of stack arguments", kCopiedStackBytes)
                  : "callers write stack arguments by their own address or one below it, and leave no large gaps");
  }
  state.signature.fixed = static_cast<uint32_t>(state.signature.parameters.size());

  choose_results(n);
}

// x86-64 returns two floating-point values in registers, RISC-V two values of any kind: a third would send all of them
// through memory, which callers that the unit does not see would not know.
bool UnitRaiser::result_has_place(unsigned result, size_t before) const {
  if (options_.target == Isa::x86_64) return result < convention_.integer_results() + 2;
  return options_.target != Isa::riscv64 || before < 2;
}

bool UnitRaiser::callers_work_on(size_t n, unsigned result) const {
  return std::any_of(callers_[n].begin(), callers_[n].end(),
                     [&](const CallSite& site) -> bool { return results_worked_on(site.function, site.call)[result]; });
}

// On x86-64 C's types are returned in two registers of one kind or in the first of each (AMD64 psABI 3.2.3), so one of
// three is left over, unless this unit's code works on all of them, by a convention of its own. Which callers outside
// have another function for is settled by that one's type.
void UnitRaiser::drop_leftovers(size_t n, std::vector<unsigned>& results) {
  if (unit().isa != Isa::x86_64 || states_[n].outside) return;
  std::vector<unsigned> used;
  bool several[2] = {};  // integers, floating-point numbers
  for (const unsigned r : results) {
    if (!callers_work_on(n, r)) continue;
    used.push_back(r);
    several[r >= convention_.integer_results()] |= !convention_.is_first_result(r);
  }
  if (several[0] && several[1]) return;
  auto may_be_result = [&](unsigned r) {
    const bool floating = r >= convention_.integer_results();
    return several[0] || several[1] ? several[floating] : convention_.is_first_result(r);
  };
  if (!std::all_of(used.begin(), used.end(), may_be_result)) return;
  std::erase_if(results, [&](unsigned r) { return !may_be_result(r); });
  assume(n, "it returns no more than two values");
}

void UnitRaiser::choose_results(size_t n) {
  FunctionState& state = states_[n];
  // A result in memory is all there is: registers hold leftovers.
  if (state.result_in_memory) return;
  const bool visible = !state.outside && (state.exported || state.address_taken);
  // Who gives two of one kind to callers by pointer gives none of the other.
  bool several[2] = {};
  for (unsigned r : state.results_by_pointer) several[r >= convention_.integer_results()] = true;
  std::vector<unsigned> placed, others;
  for (unsigned r = 0; r < convention_.results(); ++r) {
    if (state.result_demand[r].isZero()) continue;
    const bool floating = r >= convention_.integer_results();
    if (options_.target == Isa::riscv64 && several[!floating] && !several[floating]) continue;
    (visible && !result_has_place(r, placed.size()) ? others : placed).push_back(r);
  }
  if (!visible && options_.target == Isa::riscv64 && placed.size() > kMostResults) drop_leftovers(n, placed);
  const bool needed = std::any_of(others.begin(), others.end(), [&](unsigned r) { return callers_work_on(n, r); });
  if (!others.empty() && options_.target == Isa::riscv64 && !state.results_by_pointer.empty())
    refuse(n, line_of(n),
           "callers by pointer use results that RISC-V does not return in registers; prototypes are needed");
  else if (needed && state.address_taken)
    refuse(n, line_of(n), "it gives more results than the target returns in registers, and may be called by pointer");
  else if (needed)
    state.own_results = true;
  else if (!others.empty())
    assume(n, "it returns no more than two values");
  if (state.own_results) placed.insert(placed.end(), others.begin(), others.end());
  std::sort(placed.begin(), placed.end());
  for (unsigned r : placed) {
    const bool is_float = r >= convention_.integer_results();
    state.signature.results.push_back(is_float ? floating(n, state.result_demand[r], returns_whole_vector(n, r))
                                               : Passed{});
    state.result_positions.push_back(r);
  }
}

void UnitRaiser::infer() {
  for (size_t n = 0; n < states_.size(); ++n) {
    FunctionState& state = states_[n];
    for (uint32_t slot : convention_.slots().call_reads)
      state.operand_demand.push_back(APInt::getZero(convention_.slots().widths[slot]));
    for (unsigned r = 0; r < convention_.results(); ++r)
      state.result_demand.push_back(APInt::getZero(convention_.result_width(r)));
    state.result_defined.assign(convention_.results(), false);
    demand_.emplace_back(state.f);
  }
  callers_.resize(states_.size());
  dirty_.assign(states_.size(), 0);
  find_defined_results();
  find_defined_arguments();
  find_results_in_memory();
  for (size_t n = 0; n < states_.size(); ++n) {
    if (!states_[n].lifted) continue;
    FunctionState& state = states_[n];
    require_roots(n);
    if (state.outside) {
      for (auto [r, bits] : state.outside->results) demand_result(n, r, low_bits(convention_.result_width(r), bits));
    } else if (state.prototype) {
      for (const Passed& p : state.prototype->results) {
        unsigned r = p.kind == Passed::Kind::floating ? convention_.integer_results() : 0;
        demand_result(n, r, low_bits(convention_.result_width(r), p.bits));
      }
    } else if (state.exported || state.address_taken) {
      for (unsigned r : {0u, convention_.integer_results()}) {
        const unsigned bits =
            options_.target != Isa::riscv64 && returns_whole_vector(n, r) ? convention_.result_width(r) : kRegisterBits;
        if (state.result_defined[r]) demand_result(n, r, low_bits(convention_.result_width(r), bits));
      }
    }
  }
  for (bool again = true; again;) {
    again = false;
    for (size_t n = 0; n < states_.size(); ++n) {
      if (!dirty_[n]) continue;
      dirty_[n] = 0;
      again = true;
      spread_demand(n);
    }
    if (!again) again = demand_calls_by_pointer();
  }
  for (size_t n = 0; n < states_.size(); ++n)
    if (states_[n].lifted) choose_signature(n), note_results_worked_on(n);
}

}  // namespace portolan::raise
