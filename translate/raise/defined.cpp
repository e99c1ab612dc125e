// Which values somebody computed, and which are only what a register happened to hold. Registers that no convention
// preserves flow into calls and returns without meaning anything there; they must not become arguments and results.
#include <algorithm>

#include "ir/cfg.h"
#include "translate/raise/unit_raiser.h"

namespace portolan::raise {

using ir::Instruction;
using ir::Op;
using ir::ValueId;

// The result that calls leave in the register of this argument, beyond the first of each kind.
std::optional<unsigned> UnitRaiser::result_in_place(unsigned position) const {
  const std::vector<uint32_t>& results = convention_.slots().call_results;
  const auto at = std::find(results.begin(), results.end(), convention_.slots().call_reads[position]);
  const unsigned r = static_cast<unsigned>(at - results.begin());
  if (at == results.end() || convention_.is_first_result(r)) return std::nullopt;
  return r;
}

// Whether an instruction of the function, rather than a call, has made what it returns in result r.
bool UnitRaiser::computes_result(size_t n, unsigned r) const {
  const ir::Function& f = states_[n].f;
  return std::any_of(f.blocks.begin(), f.blocks.end(), [&](const ir::Block& block) {
    if (block.terminator.op != Op::ret) return false;
    ValueId v = block.terminator.operands[r];
    while (f[v].op == Op::extract || f[v].op == Op::zext || f[v].op == Op::concat) v = f[v].operands.back();
    return f[v].op != Op::undef && f[v].op != Op::get_slot && f[v].op != Op::parameter && f[v].op != Op::call;
  });
}

// What an earlier call left in a register that is only a result when two are returned: not an argument that anybody
// set up, unless it was moved to where arguments go, or a function of this unit gives it.
bool UnitRaiser::is_leftover(const ir::Function& f, unsigned position, ValueId v) const {
  const Instruction& i = f[v];
  if (i.op != Op::extract || f[i.operands[0]].op != Op::call) return false;
  const ir::CallTarget& target = f.calls[f[i.operands[0]].index];
  const std::optional<unsigned> r = result_in_place(position);
  if (target.signature != UINT32_MAX || !r || i.index != convention_.result_low(*r)) return false;
  const std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
  if (!callee || !states_[*callee].lifted || !computes_result(*callee, *r)) return true;
  // To RISC-V, more than two results of a function that others may call are cut to two.
  return options_.target == Isa::riscv64 && (states_[*callee].exported || states_[*callee].address_taken);
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

// Whether result r of a call, as an operand of another one of which nothing is known, was put there: one beyond the
// first, in a register that arguments are passed in and that is not its own.
bool UnitRaiser::moved_to(const ir::CallTarget& target, size_t operand, unsigned r) const {
  if (convention_.is_first_result(r)) return false;
  const size_t position = operand - (target.indirect ? 1 : 0);
  return position < convention_.integer_arguments() + convention_.float_arguments() &&
         convention_.slots().call_reads[position] != convention_.slots().call_results[r];
}

// Whether a function of the unit uses an argument, or hands it to somebody who does: to pass on all registers says
// nothing of any.
bool UnitRaiser::argument_matters(size_t n, unsigned position, int depth) const {
  constexpr int kMaxDepth = 4;
  if (depth > kMaxDepth) return true;
  const FunctionState& state = states_[n];
  const auto entry = state.entry.find(convention_.slots().call_reads[position]);
  if (entry == state.entry.end()) return false;
  for (const ir::Block& block : state.f.blocks)
    for (ValueId v : block.instructions) {
      const Instruction& i = state.f[v];
      for (size_t o = 0; o < i.operands.size(); ++o) {
        if (i.operands[o] != entry->second) continue;
        const bool unknown = i.op == Op::call && state.f.calls[i.index].signature == UINT32_MAX;
        if (!unknown ? i.width == 0 || demand_[n].any(v) : call_uses(state.f.calls[i.index], o, position, depth))
          return true;
      }
    }
  return false;
}

// Of the argument that its caller got at `position`, now at `operand`.
bool UnitRaiser::call_uses(const ir::CallTarget& target, size_t operand, unsigned position, int depth) const {
  const size_t at = operand - (target.indirect ? 1 : 0);
  const std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
  if (callee && states_[*callee].lifted) return argument_matters(*callee, static_cast<unsigned>(at), depth + 1);
  return at != position;
}

// Whether result r of a call matters to another one that has it as an operand.
bool UnitRaiser::matters_to(const ir::CallTarget& target, size_t operand, unsigned r) const {
  if (target.signature != UINT32_MAX) {
    const Signature& signature = result_.signatures[target.signature];
    if (signature.perhaps_passed.empty() || operand < signature.fixed) return true;
    const unsigned position = signature.perhaps_passed[operand - signature.fixed];
    return position == kStackSlot || convention_.slots().call_reads[position] != convention_.slots().call_results[r];
  }
  if (moved_to(target, operand, r)) return true;
  if (!takes_operand(target, operand)) return false;
  if (target.indirect) return true;
  const std::optional<size_t> callee = function_named(target.symbol.name);
  return callee && argument_matters(*callee, static_cast<unsigned>(operand), 0);
}

namespace {

// Follows the results of one call through extensions, parts and joins: per value, a bit for each result it carries to
// somebody who looks at it (cvtsi2sd keeps a half of xmm0 that mostly nobody does).
class CarriedResults {
 public:
  CarriedResults(const ir::Function& f, const ir::Demand& demand, const Convention& c, ValueId call)
      : f_(f), demand_(demand), c_(c), call_(call), carried_(f.values.size()), order_(ir::reverse_post_order(f)) {
    while (pass()) {
    }
  }
  const std::vector<ir::BlockId>& order() const { return order_; }

  uint32_t through(const Instruction& user, ValueId operand) const {
    if (operand != call_) return of(operand);
    if (user.op != Op::extract) return 0;
    unsigned r = 0;
    while (r + 1 < c_.results() && c_.result_low(r + 1) <= user.index) ++r;
    return uint32_t{1} << r;
  }
  uint32_t of(ValueId v) const { return demand_.any(v) ? carried_[v] : 0; }
  static bool carries(Op op) { return op == Op::extract || op == Op::zext || op == Op::concat; }

 private:
  bool pass() {
    bool again = false;
    for (ir::BlockId block : order_) {
      for (ValueId v : f_.blocks[block].instructions)
        if (carries(f_[v].op))
          for (ValueId operand : f_[v].operands) carried_[v] |= through(f_[v], operand);
      for (const ir::Edge& edge : f_.blocks[block].terminator.edges) {
        const std::vector<ValueId>& parameters = f_.blocks[edge.target].parameters;
        for (size_t p = 0; p < parameters.size(); ++p) {
          const uint32_t all = carried_[parameters[p]] | of(edge.arguments[p]);
          again |= all != carried_[parameters[p]];
          carried_[parameters[p]] = all;
        }
      }
    }
    return again;
  }

  const ir::Function& f_;
  const ir::Demand& demand_;
  const Convention& c_;
  ValueId call_;
  std::vector<uint32_t> carried_;
  std::vector<ir::BlockId> order_;
};

}  // namespace

// Whether anybody wants what a function returns in a register beyond the first of each kind.
bool UnitRaiser::returned_matters(size_t n, unsigned result, int depth) const {
  constexpr int kMaxDepth = 4;
  const FunctionState& state = states_[n];
  if (state.result_demand[result].isZero()) return false;
  // Callers outside use the first results only, as is assumed of all signatures that are inferred.
  if (convention_.is_first_result(result) || state.outside || state.results_by_pointer.contains(result)) return true;
  return depth > kMaxDepth || std::any_of(callers_[n].begin(), callers_[n].end(), [&](const CallSite& site) -> bool {
           return results_worked_on(site.function, site.call, depth + 1)[result];
         });
}

// Which results of a call matter to an instruction, or, beyond the first of each kind, which everybody may want, are
// returned to somebody to whom they matter, or put where arguments go. Joins and other calls also carry what a register
// happens to hold.
std::vector<bool> UnitRaiser::results_worked_on(size_t n, ValueId call, int depth) const {
  const ir::Function& f = states_[n].f;
  const CarriedResults carried(f, demand_[n], convention_, call);
  std::vector<bool> worked_on(convention_.results());
  auto note = [&](uint32_t results, auto matters) {
    for (unsigned r = 0; results != 0; ++r, results >>= 1)
      if ((results & 1) != 0 && matters(r)) worked_on[r] = true;
  };
  for (ir::BlockId block : carried.order()) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      if (CarriedResults::carries(i.op)) continue;
      for (size_t o = 0; o < i.operands.size(); ++o)
        note(carried.through(i, i.operands[o]),
             [&](unsigned r) { return i.op != Op::call || matters_to(f.calls[i.index], o, r); });
    }
    const ir::Terminator& t = f.blocks[block].terminator;
    for (size_t o = 0; o < t.operands.size(); ++o)
      note(carried.of(t.operands[o]), [&](unsigned r) {
        return t.op != Op::ret || (o < convention_.results() && !convention_.is_first_result(r) &&
                                   returned_matters(n, static_cast<unsigned>(o), depth));
      });
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

// Whether the value is what a caller put in another register than the result's, and somebody moved here.
bool UnitRaiser::is_moved_argument(size_t n, ValueId v, unsigned result) const {
  const ir::Function& f = states_[n].f;
  while (f[v].op == Op::extract || f[v].op == Op::zext || f[v].op == Op::concat) v = f[v].operands.back();
  return f[v].op == Op::get_slot && f[v].index != convention_.slots().call_results[result];
}

// A result register that still holds an argument may be a result: double f(double x) { return x; } Where something else
// is, it is the first of its kind or one that somebody moved there.
void UnitRaiser::find_defined_results() {
  for (EntryValues counts : {EntryValues::none, EntryValues::arguments})
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t n = 0; n < states_.size(); ++n) {
        FunctionState& state = states_[n];
        if (!state.lifted) continue;
        bool any =
            std::find(state.result_defined.begin(), state.result_defined.end(), true) != state.result_defined.end();
        std::vector<uint8_t> defined = defined_values(n, counts);
        for (const ir::Block& block : state.f.blocks) {
          if (block.terminator.op != Op::ret) continue;
          for (unsigned r = 0; r < convention_.results(); ++r) {
            const ValueId v = block.terminator.operands[r];
            if (!defined[v] || state.result_defined[r]) continue;
            if (counts == EntryValues::arguments && any && !convention_.is_first_result(r) &&
                !is_moved_argument(n, v, r))
              continue;
            state.result_defined[r] = changed = true;
          }
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
