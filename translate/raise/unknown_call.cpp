#include "translate/raise/unknown_call.h"

#include <algorithm>

#include "ir/cfg.h"
#include "translate/abi/format.h"
#include "translate/raise/format_calls.h"

namespace portolan::raise {

using ir::APInt;
using ir::Builder;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

UnknownCalls::UnknownCalls(UnitRaiser& raiser, size_t n)
    : raiser_(raiser), n_(n), f_(raiser.states_[n].f), c_(raiser.convention()), stores_(raiser.states_[n].f) {
  for (ir::BlockId block : ir::reverse_post_order(f_))
    for (ValueId v : f_.blocks[block].instructions)
      if (f_[v].op == Op::call && f_.calls[f_[v].index].signature == UINT32_MAX) {
        note(v);
        note_stack_arguments(v);
      }
}

void UnknownCalls::note(ValueId v) {
  const Instruction& call = f_[v];
  unsigned first = f_.calls[call.index].indirect ? 1 : 0;
  Seen& seen = seen_[v];
  // A call that came after the results were looked at: all may matter.
  const auto& worked_on = raiser_.states_[n_].worked_on;
  const auto known = worked_on.find(v);
  seen.worked_on = known != worked_on.end() ? known->second : std::vector<bool>(c_.results(), true);
  for (unsigned a = 0; a < c_.integer_arguments(); ++a)
    if (raiser_.holds_argument(n_, c_.integer_argument(a), call.operands[first + c_.integer_argument(a)]))
      seen.integers = a + 1;
  seen.all_floats = true;
  for (unsigned a = 0; a < c_.float_arguments(); ++a)
    if (raiser_.holds_argument(n_, c_.float_argument(a), call.operands[first + c_.float_argument(a)]))
      seen.floats = a + 1;
    else
      seen.all_floats = false;
  // A function that returns in memory gives nothing in x0. (What it leaves in v0 may flow into another call's
  // arguments.)
  bool some_return_in_memory =
      std::any_of(raiser_.states_.begin(), raiser_.states_.end(),
                  [](const FunctionState& other) { return other.address_taken && other.result_in_memory; });
  bool result_in_x0 = raiser_.demand_[n_].of(v).extractBits(c_.result_width(0), c_.result_low(0)) != 0;
  seen.result_in_memory = some_return_in_memory && !result_in_x0 && raiser_.hidden_result_address(n_, call).has_value();
}

// Notes the stack pointer of a call that passes arguments on the stack for certain.
void UnknownCalls::note_stack_arguments(ValueId v) {
  const Instruction& call = f_[v];
  const ir::CallTarget& target = f_.calls[call.index];
  const Instruction& sp = f_[call.operands[(target.indirect ? 1 : 0) + c_.stack_pointer()]];
  if (sp.op != Op::frame_address) return;
  const size_t callee = target.indirect ? SIZE_MAX : raiser_.function_named(target.symbol.name).value_or(SIZE_MAX);
  const bool known = callee != SIZE_MAX && raiser_.states_[callee].stack_bytes != 0;
  if (known || seen_.at(v).integers == c_.integer_arguments()) passed_at_.insert(sp.offset);
}

// Slots that a call of which nothing is known may pass on the stack once all integer registers are used up. More than
// it passes does no harm: the callee does not look at them.
unsigned UnknownCalls::stack_slots_passed(const Instruction& call, bool all_registers) {
  bool indirect = f_.calls[call.index].indirect;
  unsigned slots = 0;
  if (indirect)
    for (const FunctionState& other : raiser_.states_)
      if (other.address_taken && !other.takes_stack_address) slots = std::max(slots, (other.stack_bytes + 7) / 8);
  const Instruction& sp = f_[call.operands[(indirect ? 1 : 0) + c_.stack_pointer()]];
  if (!all_registers) {
    if (slots == 0 && sp.op == Op::frame_address && stores_.never_read(sp.offset) && !passed_at_.contains(sp.offset))
      refuse(call, "what is stored at the stack pointer may be an argument; its prototype is needed (--proto)");
    return slots;
  }
  if (sp.op == Op::frame_address)
    return std::max(slots, std::min(stores_.slots_from(sp.offset, c_.entry_stack_offset()), kCopiedStackBytes / 8));
  if (!indirect)
    raiser_.refuse(n_, call.line,
                   "call of '" + f_.calls[call.index].symbol.name +
                       "': all argument registers are used and what may follow on the stack is not known");
  return slots;
}

void UnknownCalls::refuse(const Instruction& call, const std::string& reason) const {
  const ir::CallTarget& target = f_.calls[call.index];
  std::string what = target.indirect ? "a call by pointer" : "call of '" + target.symbol.name + "'";
  raiser_.refuse(n_, call.line, what + ": " + reason);
}

// A structure of an integer and a floating-point number comes in one register of each kind, but on AArch64 in two
// integer registers. Functions of this unit called by pointer agree with their callers either way, if no C prototype
// gave them another entry.
void UnknownCalls::check_mixed_result(const Instruction& call, const Seen& seen) {
  if (raiser_.unit().isa != Isa::aarch64 && raiser_.options().target != Isa::aarch64) return;
  if (seen.result_in_memory || !seen.worked_on[0] || !seen.worked_on[c_.integer_results()]) return;
  unsigned own = 0, others = 0;
  for (const FunctionState& state : raiser_.states_)
    if (state.address_taken) ++(state.outside ? others : own);
  if (!f_.calls[call.index].indirect || own == 0 || others != 0)
    refuse(call, "a structure of integers and floating-point numbers is used; its prototype is needed (--proto)");
}

// The results that are demanded of an unknown function and that the target's convention returns in registers, as in
// choose_signature().
std::vector<unsigned> UnknownCalls::results_taken(ValueId v, bool indirect) const {
  const Instruction& call = f_[v];
  const std::vector<bool>& worked_on = seen_.at(v).worked_on;
  const APInt& demanded = raiser_.demand_[n_].of(v);
  // Two results of one kind are all there is: the other kind's registers hold leftovers.
  bool several[2] = {};
  for (unsigned r = 0; r < c_.results(); ++r)
    if (!c_.is_first_result(r)) several[r >= c_.integer_results()] |= worked_on[r];
  std::vector<unsigned> results;
  unsigned beyond_first = 0;
  for (unsigned r = 0; r < c_.results(); ++r) {
    if (demanded.extractBits(c_.result_width(r), c_.result_low(r)).isZero()) continue;
    if (several[r < c_.integer_results()] && !worked_on[r]) continue;
    // A function that is translated without knowing this caller gives the first ones only (infer.cpp).
    if (!c_.is_first_result(r) && !indirect && worked_on[r])
      refuse(call, "more than one result register is used; its prototype is needed (--proto)");
    bool fits = raiser_.options().target != Isa::x86_64 || r < c_.integer_results() + 2;
    if (raiser_.options().target == Isa::riscv64 && !c_.is_first_result(r)) fits = indirect && worked_on[r];
    if (!fits && indirect && worked_on[r]) refuse(call, "the target does not return as much in registers");
    if (!fits) continue;
    beyond_first += !c_.is_first_result(r);
    results.push_back(r);
  }
  if (raiser_.options().target == Isa::riscv64 && results.size() > 2 && beyond_first != 0)
    refuse(call, "RISC-V does not return as much in registers");
  return results;
}

// Whether an instruction has made a value, rather than the function's caller or a call before.
bool UnknownCalls::computed(ValueId v) const {
  while (f_[v].op == Op::extract || f_[v].op == Op::zext || f_[v].op == Op::concat) v = f_[v].operands.back();
  return f_[v].op != Op::get_slot && f_[v].op != Op::parameter && f_[v].op != Op::undef && f_[v].op != Op::call;
}

// RISC-V passes variadic floating-point numbers as integers and named ones not; a call of a function without a
// prototype does not say which it has. One that passes a format for them is most likely variadic, and so is one that
// counts the vector registers it uses in x86-64's al.
void UnknownCalls::check_variadic(const Instruction& call, const Seen& seen) {
  if (raiser_.unit().isa != Isa::riscv64 && raiser_.options().target != Isa::riscv64) return;
  const unsigned first = f_.calls[call.index].indirect ? 1 : 0;
  // Further numbers stand in integer registers, and elsewhere on the stack.
  if (seen.all_floats && computed(call.operands[first + c_.float_argument(seen.floats - 1)]))
    return refuse(call,
                  "all floating-point registers are used and there may be more; its prototype is needed (--proto)");
  if (seen.floats != 0 && raiser_.vectors_counted(f_, call) == seen.floats)
    return refuse(call, "it counts the vector registers it passes: it may be variadic and needs a prototype (--proto)");
  for (unsigned a = 0; a < seen.integers; ++a)
    for (const std::string& text :
         format_strings(raiser_.unit(), f_, call.operands[first + c_.integer_argument(a)]).texts) {
      auto arguments = abi::format_arguments(abi::FormatRole::Kind::printf, text);
      if (!arguments) continue;
      for (const abi::Type& type : arguments->types)
        if (type.kind == abi::TypeKind::floating)
          return refuse(call, "it passes a format for floating-point numbers, so that it may be variadic");
    }
}

// Trailing registers that hold nothing carry no argument; stack arguments follow all integer registers.
void UnknownCalls::add_arguments(Builder& b, const Instruction& call, const Seen& seen, Typed& typed) {
  const unsigned first = f_.calls[call.index].indirect ? 1 : 0;
  const unsigned stack_slots = stack_slots_passed(call, seen.integers == c_.integer_arguments());
  auto add = [&](const Passed& p, ValueId value) {
    typed.signature.parameters.push_back(p);
    typed.call.operands.push_back(value);
  };
  if (seen.result_in_memory) {
    Passed p;
    p.kind = Passed::Kind::hidden_result;
    add(p, call.operands[first + c_.indirect_result()]);
    raiser_.assume(n_, "functions called by pointer with a place on the stack in x8 put their result there");
  }
  const unsigned integers = stack_slots != 0 ? c_.integer_arguments() : seen.integers;
  for (unsigned a = 0; a < integers; ++a) add({}, call.operands[first + c_.integer_argument(a)]);
  const ValueId sp = call.operands[first + c_.stack_pointer()];
  for (unsigned s = 0; s < stack_slots; ++s) add({}, b.load(b.add(sp, b.constant(64, s * 8)), 64));
  for (unsigned a = 0; a < seen.floats; ++a) {
    const ValueId operand = call.operands[first + c_.float_argument(a)];
    Passed p;
    p.kind = Passed::Kind::floating;
    if (raiser_.passes_whole_vector(f_, operand)) p.bits = f_.width(operand);
    add(p, b.truncate(operand, p.bits));
  }
  // x86-64: a variadic callee wants to know that there are floating-point numbers; no other minds.
  if (seen.floats != 0 && raiser_.options().target == Isa::x86_64) {
    typed.signature.variadic = true;
    typed.signature.fixed = static_cast<uint32_t>(typed.signature.parameters.size());
  }
}

void UnknownCalls::add_results(ValueId v, Typed& typed) {
  const Instruction& call = f_[v];
  for (unsigned r : typed.results) {
    Passed p;
    if (r >= c_.integer_results()) p.kind = Passed::Kind::floating;
    const APInt bits = raiser_.demand_[n_].of(v).extractBits(c_.result_width(r), c_.result_low(r));
    if (bits.getActiveBits() > p.bits) {
      p.bits = c_.result_width(r);
      if (raiser_.options().target == Isa::riscv64)
        raiser_.refuse(n_, call.line,
                       "a call gives a whole vector register, for which RISC-V's calling convention has no place");
    }
    typed.signature.results.push_back(p);
  }
}

UnknownCalls::Typed UnknownCalls::typed(Builder& b, ValueId v) {
  const Instruction call = f_[v];
  const bool indirect = f_.calls[call.index].indirect;
  const Seen& seen = seen_.at(v);
  Typed typed;
  typed.call.op = Op::call;
  if (indirect) typed.call.operands.push_back(call.operands[0]);
  add_arguments(b, call, seen, typed);
  check_mixed_result(call, seen);
  check_variadic(call, seen);
  if (!seen.result_in_memory) typed.results = results_taken(v, indirect);
  add_results(v, typed);
  std::string what = indirect ? "functions called by pointer take" : "'" + f_.calls[call.index].symbol.name + "' takes";
  what += " integers and floating-point numbers, the latter in registers only; results are in registers";
  if (raiser_.options().target == Isa::riscv64) what += "; it does not rely on how 32-bit integers are extended";
  raiser_.assume(n_, what);
  return typed;
}

}  // namespace portolan::raise
