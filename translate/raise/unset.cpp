// Registers that are read although neither the function, nor its caller by what it is known to pass, nor a call before
// has set them. Code does that when it follows a convention of its own: a helper in assembly that takes x9 or answers
// in the carry flag. Such functions are refused; registers that merely travel (saved, joined, left where arguments and
// results go) are not read.
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

// The register whose unset contents a value is, if it is one.
std::optional<uint32_t> UnitRaiser::slot_carried(const ir::Function& f, ValueId v) const {
  while (carries(f[v].op) && f[v].op != Op::parameter) {
    const Instruction& i = f[v];
    if (i.op == Op::extract && f[i.operands[0]].op == Op::call) {
      unsigned r = 0;
      while (r + 1 < convention_.results() && convention_.result_low(r + 1) <= i.index) ++r;
      return convention_.slots().call_results[r];
    }
    v = i.operands.back();
  }
  if (f[v].op == Op::get_slot) return f[v].index;
  if (f[v].op == Op::undef && f[v].index != 0) return f[v].index - 1;
  return std::nullopt;
}

// Whether a function computes with an argument, rather than only stores it: variadic ones store all registers.
bool UnitRaiser::computes_with(size_t n, unsigned position) const {
  const ir::Function& f = states_[n].f;
  const auto entry = states_[n].entry.find(convention_.slots().call_reads[position]);
  if (entry == states_[n].entry.end()) return false;
  for (const ir::Block& block : f.blocks)
    for (ValueId v : block.instructions) {
      const Instruction& i = f[v];
      if (i.op == Op::call || i.op == Op::store || carries(i.op) || !demand_[n].any(v)) continue;
      if (std::find(i.operands.begin(), i.operands.end(), entry->second) != i.operands.end()) return true;
    }
  return false;
}

// Who moves an unset register to where arguments and results go means it, whereas what merely stands there is most
// often no argument at all. A function of this unit that works on such an argument was to get it all the same.
void UnitRaiser::check_unset_handed_on(size_t n, const std::vector<uint8_t>& unset) {
  const FunctionState& state = states_[n];
  const ir::Function& f = state.f;
  const ir::SlotConvention& slots = convention_.slots();
  auto refuse_moved = [&](ValueId v, uint32_t line, const char* where) {
    refuse(n, line,
           fmt::format("it hands on {} {}, which nothing sets that the calling convention knows of",
                       convention_.machine().slots[*slot_carried(f, v)].name, where));
  };
  for (BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      if (i.op != Op::call || f.calls[i.index].signature != UINT32_MAX) continue;
      const ir::CallTarget& target = f.calls[i.index];
      const size_t callee = target.indirect ? SIZE_MAX : function_named(target.symbol.name).value_or(SIZE_MAX);
      const bool known = callee != SIZE_MAX && states_[callee].lifted;
      for (unsigned position = 0; position < convention_.stack_pointer(); ++position) {
        const ValueId operand = i.operands[(target.indirect ? 1 : 0) + position];
        const std::optional<uint32_t> slot = unset[operand] ? slot_carried(f, operand) : std::nullopt;
        if (!slot || (known && !takes_operand(target, position))) continue;
        const bool argument = position != convention_.vector_count() || unit().isa != Isa::x86_64;
        if (*slot != slots.call_reads[position] || (known && argument && computes_with(callee, position)))
          return refuse_moved(operand, i.line, "as an argument");
      }
    }
    const ir::Terminator& t = f.blocks[block].terminator;
    if (t.op != Op::ret) continue;
    for (unsigned r : state.result_positions) {
      const std::optional<uint32_t> slot = unset[t.operands[r]] ? slot_carried(f, t.operands[r]) : std::nullopt;
      if (slot && *slot != slots.call_results[r]) return refuse_moved(t.operands[r], t.line, "as its result");
    }
  }
}

// x86-64's return address, on the stack: to copy it to the own frame (gcc does where it aligns the stack pointer) is no
// use of it. Elsewhere it is a register that nobody has set.
void UnitRaiser::check_return_address(size_t n) {
  const ir::Function& f = states_[n].f;
  std::vector<uint8_t> read(f.values.size());
  auto holds_it = [&](ValueId v) {
    return f[v].op == Op::frame_address && f[v].offset < 0 && f[v].offset >= convention_.entry_stack_offset();
  };
  for (BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      read[v] = i.op == Op::load && holds_it(i.operands[0]);
      if (i.op == Op::store && holds_it(i.operands[0])) return refuse(n, i.line, "it changes its return address");
      const bool copies = i.op == Op::store && f[i.operands[0]].op == Op::frame_address;
      for (ValueId operand : i.operands)
        if (read[operand] && !copies) return refuse(n, i.line, "it uses its return address");
    }
    for (ValueId v : f.blocks[block].terminator.operands)
      if (read[v]) return refuse(n, f.blocks[block].terminator.line, "it uses its return address");
  }
}

void UnitRaiser::check_unset(size_t n) {
  const FunctionState& state = states_[n];
  if (!state.lifted) return;
  check_return_address(n);
  const ir::Function& f = state.f;
  const std::vector<uint8_t> unset = unset_values(n);
  auto refuse_read = [&](ValueId v, uint32_t line) {
    const std::optional<uint32_t> slot = slot_carried(f, v);
    refuse(n, line,
           fmt::format("it reads {} here, which nothing sets that the calling convention knows of",
                       slot ? convention_.machine().slots[*slot].name : "a register"));
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
  check_unset_handed_on(n, unset);
}

}  // namespace portolan::raise
