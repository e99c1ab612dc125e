#include "translate/raise/raise.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/cfg.h"
#include "translate/raise/constant_data.h"
#include "translate/raise/jump_table.h"
#include "translate/raise/prototype_calls.h"
#include "translate/raise/stack.h"

namespace portolan::raise {

using ir::APInt;
using ir::BlockId;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

void Rewriter::run() {
  std::vector<BlockId> order = ir::reverse_post_order(f_);
  for (BlockId block : order) {
    std::vector<ValueId> old = std::move(f_.blocks[block].instructions);
    f_.blocks[block].instructions.clear();
    ir::Builder b(f_, block);
    for (ValueId v : old) {
      for (ValueId& operand : f_[v].operands) operand = use(operand);
      b.set_line(f_[v].line);
      if (!rewrite(b, v)) f_.blocks[block].instructions.push_back(v);
    }
    ir::Terminator t = std::move(f_.blocks[block].terminator);
    for (ValueId& v : t.operands) v = use(v);
    rewrite_terminator(b, t);
    f_.blocks[block].terminator = std::move(t);
  }
  for (BlockId block : order)
    for (ir::Edge& edge : f_.blocks[block].terminator.edges)
      for (ValueId& v : edge.arguments) v = use(v);
}

std::optional<size_t> UnitRaiser::function_named(const std::string& name) const {
  auto at = unit().symbol_by_name.find(name);
  if (at == unit().symbol_by_name.end()) return std::nullopt;
  // It has the place of the function that chooses it.
  if (unit().symbols[at->second].kind == assembly::SymbolKind::indirect_function) return std::nullopt;
  auto place = index_.place_of(at->second, 0);
  if (!place) return std::nullopt;
  auto found = by_place_.find(*place);
  if (found == by_place_.end()) return std::nullopt;
  return found->second;
}

uint32_t UnitRaiser::line_of(size_t n) const {
  const auto at = unit().symbol_by_name.find(states_[n].name);
  return at == unit().symbol_by_name.end() ? 0 : unit().symbols[at->second].line;
}

uint32_t UnitRaiser::add_signature(Signature signature) {
  for (uint32_t n = 0; n < result_.signatures.size(); ++n)
    if (result_.signatures[n] == signature) return n;
  result_.signatures.push_back(std::move(signature));
  return static_cast<uint32_t>(result_.signatures.size() - 1);
}

void UnitRaiser::refuse(size_t n, uint32_t line, const std::string& reason) {
  Diagnostic d = error_at({unit().file, unit().from_object ? 0 : line, 0},
                          fmt::format("cannot translate function '{}': {}", states_[n].name, reason));
  if (!unit().from_object && line > 0 && line <= unit().lines.size()) d.source_line = unit().lines[line - 1];
  std::vector<Diagnostic>& refusals = result_.functions[n].refusals;
  const bool said = std::any_of(refusals.begin(), refusals.end(), [&](const Diagnostic& other) {
    return other.message == d.message && other.location.line == d.location.line;
  });
  if (!said) refusals.push_back(std::move(d));
}

void UnitRaiser::assume(size_t n, const std::string& what) {
  std::vector<std::string>& list = result_.functions[n].assumptions;
  if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
}

// jmp f is call f and return: the target's own code generator makes tail calls again where it can.
bool UnitRaiser::convert_tail_calls(Function& f) const {
  bool any = false;
  for (BlockId block = 0; block < f.blocks.size(); ++block) {
    if (f.blocks[block].terminator.op != Op::tail_call) continue;
    any = true;
    ir::Terminator t = std::move(f.blocks[block].terminator);
    ir::Builder b(f, block);
    b.set_line(t.line);
    Instruction call;
    call.op = Op::call;
    call.index = t.index;
    call.operands.assign(t.operands.begin(), t.operands.end());
    // The callee finds its stack arguments behind the return address that our caller pushed.
    ValueId sp = call.operands.back();
    call.operands.back() = b.add(sp, b.constant(64, convention_.machine().return_address_bytes));
    for (unsigned r = 0; r < convention_.results(); ++r) call.width += convention_.result_width(r);
    ValueId all = b.emit(std::move(call));
    ir::Terminator ret;
    ret.op = Op::ret;
    ret.line = t.line;
    for (unsigned r = 0; r < convention_.results(); ++r)
      ret.operands.push_back(b.extract(all, convention_.result_low(r), convention_.result_width(r)));
    ret.operands.push_back(sp);
    f.blocks[block].terminator = std::move(ret);
  }
  return any;
}

// A call through the GOT (-fno-plt) or through a constant table, now that the address is known, is a call like any
// other.
void UnitRaiser::name_callees(Function& f) const {
  for (const ir::Block& block : f.blocks)
    for (ValueId v : block.instructions) {
      Instruction& call = f[v];
      if (call.op != Op::call || !f.calls[call.index].indirect) continue;
      const Instruction& address = f[call.operands[0]];
      if (address.op != Op::symbol_address) continue;
      const ir::SymbolRef& symbol = f.symbols[address.index];
      if (symbol.kind != ir::AddressKind::address || symbol.part != ir::AddressPart::whole || symbol.addend != 0)
        continue;
      auto at = unit().symbol_by_name.find(symbol.name);
      bool outside = at != unit().symbol_by_name.end() && unit().symbols[at->second].section == assembly::kUndefined;
      if (!outside && !function_named(symbol.name)) continue;
      f.calls.push_back({symbol, false, f.calls[call.index].signature});
      call.index = static_cast<uint32_t>(f.calls.size() - 1);
      call.operands.erase(call.operands.begin());
    }
}

void UnitRaiser::check_returns(size_t n) {
  const Function& f = states_[n].f;
  for (BlockId block : ir::reverse_post_order(f)) {
    const ir::Terminator& t = f.blocks[block].terminator;
    if (t.op != Op::ret) continue;
    const Instruction& sp = f[t.operands.back()];
    if (sp.op != Op::frame_address || sp.offset != convention_.entry_stack_offset())
      refuse(n, t.line, "the stack pointer at this return is not known to be what it was at entry");
  }
}

void UnitRaiser::note_entry_values(FunctionState& state) const {
  state.entry.clear();
  for (const ir::Block& block : state.f.blocks)
    for (ValueId v : block.instructions)
      if (state.f[v].op == Op::get_slot) state.entry[state.f[v].index] = v;
}

// A variadic function on RISC-V stores its argument registers right below its stack arguments and walks through both.
bool UnitRaiser::saves_last_argument_below_base(const FunctionState& state) const {
  if (unit().isa != Isa::riscv64) return false;
  uint32_t last = convention_.machine().integer_arguments.back();
  for (const ir::Block& block : state.f.blocks)
    for (ValueId v : block.instructions) {
      const Instruction& i = state.f[v];
      if (i.op != Op::store) continue;
      const Instruction &address = state.f[i.operands[0]], &value = state.f[i.operands[1]];
      if (address.op == Op::frame_address && address.offset == -8 && value.op == Op::get_slot && value.index == last)
        return true;
    }
  return false;
}

// Reads at a constant distance above the frame base are stack arguments; any other use of such an address may reach
// any of them, but for the base itself, which is also where storage at the top of the frame ends (not on x86-64, where
// the return address lies between).
void UnitRaiser::note_stack_arguments(size_t n) {
  FunctionState& state = states_[n];
  const Function& f = state.f;
  state.stack_bytes = 0;
  state.takes_stack_address = false;
  auto above = [&](ValueId v) { return f[v].op == Op::frame_address && f[v].offset >= 0; };
  // Where x86-64 keeps the return address there is nothing else: an address there plus an index means what is above.
  auto biased = [&](ValueId v) {
    return f[v].op == Op::frame_address && f[v].offset < 0 && f[v].offset >= convention_.entry_stack_offset();
  };
  auto other_use = [&](ValueId v, bool escapes) {
    if (f[v].offset == 0 && !escapes && convention_.machine().return_address_bytes == 0) return;
    state.takes_stack_address = true;
  };
  for (BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions) {
      const Instruction& i = f[v];
      for (unsigned o = 0; o < i.operands.size(); ++o) {
        if (biased(i.operands[o]) && i.op == Op::add) state.takes_stack_address = true;
        if (!above(i.operands[o])) continue;
        int64_t offset = f[i.operands[o]].offset;
        if (i.op == Op::load)
          state.stack_bytes = std::max<uint32_t>(state.stack_bytes, static_cast<uint32_t>(offset) + i.width / 8);
        else if (i.op == Op::store && o == 0)  // a stack argument's slot is the callee's to change
          state.stack_bytes =
              std::max<uint32_t>(state.stack_bytes, static_cast<uint32_t>(offset) + f.width(i.operands[1]) / 8);
        else if (i.op == Op::call && o + 1 == i.operands.size())
          continue;  // the stack pointer of a tail call
        else
          other_use(i.operands[o], i.op == Op::store || i.op == Op::call);
      }
    }
    for (const ir::Edge& edge : f.blocks[block].terminator.edges)
      for (ValueId v : edge.arguments)
        if (above(v)) other_use(v, false);
  }
  if (saves_last_argument_below_base(state)) state.takes_stack_address = true;
  // Of inferred signatures choose_signature() knows more.
  if (state.takes_stack_address && state.prototype) assume(n, "callers pass at most 512 bytes of stack arguments");
}

void UnitRaiser::note_addresses_taken() {
  auto taken = [&](const std::string& name) {
    if (auto target = function_named(name)) states_[*target].address_taken = true;
  };
  for (const FunctionState& state : states_)
    for (const ir::Block& block : state.f.blocks)
      for (ValueId v : block.instructions) {
        if (state.f[v].op == Op::symbol_address) taken(state.f.symbols[state.f[v].index].name);
        if (state.f[v].op == Op::call) calls_by_pointer_ |= state.f.calls[state.f[v].index].indirect;
      }
  for (const assembly::Section& section : unit().sections) {
    if (!section.allocated) continue;
    for (const assembly::Fixup& fixup : section.fixups)
      if (fixup.value.symbol != assembly::kNoSymbol)
        if (auto place = index_.place_of(fixup.value.symbol, fixup.value.addend))
          if (auto at = by_place_.find(*place); at != by_place_.end()) states_[at->second].address_taken = true;
  }
}

// Compilers keep values in caller-saved registers across calls of functions that they have seen not to touch them
// (gcc's -fipa-ra), so what a call clobbers is what its callee, and those it calls, really write.
void UnitRaiser::find_written_slots(const std::vector<assembly::LiftResult>& functions) {
  size_t slots = convention_.slots().widths.size();
  std::vector<std::vector<size_t>> callees(functions.size());
  written_.assign(functions.size(), std::vector<bool>(slots, false));
  for (size_t n = 0; n < functions.size(); ++n) {
    const Function& f = functions[n].function;
    bool unknown = !states_[n].lifted;
    auto note_call = [&](const ir::CallTarget& target) {
      std::optional<size_t> callee = target.indirect ? std::nullopt : function_named(target.symbol.name);
      if (callee)
        callees[n].push_back(*callee);
      else
        unknown = true;
      if (convention_.machine().return_address != assembly::kNoSlot)
        written_[n][convention_.machine().return_address] = true;
    };
    for (const ir::Block& block : f.blocks) {
      for (ValueId v : block.instructions) {
        if (f[v].op == Op::set_slot) written_[n][f[v].index] = true;
        if (f[v].op == Op::call) note_call(f.calls[f[v].index]);
      }
      if (block.terminator.op == Op::tail_call) note_call(f.calls[block.terminator.index]);
      // With labels to go to it is taken for a switch; prepare() refuses if it turns out to be a call as well.
      if (block.terminator.op == Op::jump_indirect && block.terminator.edges.empty()) unknown = true;
    }
    if (unknown) written_[n].clear();
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t n = 0; n < functions.size(); ++n) {
      if (written_[n].empty()) continue;
      for (size_t callee : callees[n]) {
        if (written_[callee].empty()) {
          written_[n].clear();
          changed = true;
          break;
        }
        for (size_t slot = 0; slot < slots; ++slot)
          if (written_[callee][slot] && !written_[n][slot]) written_[n][slot] = changed = true;
      }
    }
  }
}

// Indirect jumps come with every label they could go to. Taking all of those at once would make registers look unknown
// that are not, the tables' addresses among them; so each jump starts with no target and gets those of its table, as
// long as that brings new code within reach. Jumps without a table get what no table accounts for.
void UnitRaiser::prune_indirect_jumps(Function& f, const ir::SlotConvention& slots,
                                      const std::set<uint64_t>& guessed) const {
  struct Jump {
    ir::Terminator all;
    std::set<uint64_t> known;
    bool table = false, open = false;
  };
  std::map<BlockId, Jump> jumps;
  for (BlockId block = 0; block < f.blocks.size(); ++block)
    if (f.blocks[block].terminator.op == Op::jump_indirect && !f.blocks[block].terminator.edges.empty()) {
      f.blocks[block].terminator.index = block;
      jumps[block].all = f.blocks[block].terminator;
    }
  auto restrict_edges = [&] {
    for (auto& [block, jump] : jumps) {
      ir::Terminator& t = f.blocks[block].terminator;
      t.edges.clear();
      t.cases.clear();
      for (size_t e = 0; e < jump.all.cases.size(); ++e)
        if (jump.known.contains(jump.all.cases[e])) {
          t.cases.push_back(jump.all.cases[e]);
          t.edges.push_back(jump.all.edges[e]);
        }
    }
  };
  for (bool changed = !jumps.empty(); changed;) {
    changed = false;
    restrict_edges();
    Function ssa = ir::simplify(ir::construct_ssa(f, slots));
    for (BlockId block : ir::reverse_post_order(ssa)) {
      const ir::Terminator& t = ssa.blocks[block].terminator;
      if (t.op != Op::jump_indirect || !jumps.contains(t.index)) continue;
      Jump& jump = jumps[t.index];
      for (uint64_t target : indirect_targets(ssa, block, index_, jump.all.cases)) {
        changed |= jump.known.insert(target).second;
        jump.table = true;
      }
    }
    if (changed) continue;
    std::set<uint64_t> accounted_for;
    for (const auto& [block, jump] : jumps)
      if (jump.table) accounted_for.insert(jump.known.begin(), jump.known.end());
    for (auto& [block, jump] : jumps) {
      if (jump.table || jump.open) continue;
      jump.open = true;
      for (uint64_t target : jump.all.cases)
        if (!accounted_for.contains(target) && !guessed.contains(target)) changed |= jump.known.insert(target).second;
    }
  }
  restrict_edges();
}

// Of the stack pointer, aligned by hand: addresses in the frame are computed for up to 64 bytes, beyond that storage is
// made when the function runs.
void UnitRaiser::note_alignment(size_t n, const Function& machine_level) {
  constexpr uint64_t kMost = 1024;  // of which resolve_stack_pointer() makes its distances multiples
  for (const Instruction& i : machine_level.values) {
    if (i.op == Op::bit_and)
      if (const APInt* c = machine_level.constant(i.operands[1]);
          c && c->getBitWidth() == 64 && c->isNegative() && (-*c).ugt(16))
        result_.functions[n].frame_alignment = std::max<uint32_t>(result_.functions[n].frame_alignment, 64);
    if (i.op != Op::set_slot || i.index != convention_.machine().stack_pointer) continue;
    const Instruction& to = machine_level[i.operands[0]];
    const APInt* c = to.op == Op::bit_and ? machine_level.constant(to.operands[1]) : nullptr;
    if (!c || !c->isNegative() || !(-*c).isPowerOf2()) continue;
    const uint64_t alignment = (-*c).getLimitedValue();
    if (alignment > kMost) refuse(n, i.line, fmt::format("it aligns the stack pointer to {} bytes", alignment));
    if (alignment > 64) result_.functions[n].frame_alignment = static_cast<uint32_t>(std::min(alignment, kMost));
  }
}

void UnitRaiser::prepare(size_t n, Function machine_level, const std::set<uint64_t>& guessed) {
  FunctionState& state = states_[n];
  note_alignment(n, machine_level);
  if (uint32_t x8 = convention_.machine().indirect_result; x8 != assembly::kNoSlot)
    state.reads_indirect_result = reads_entry_value(machine_level, x8);
  ir::SlotConvention slots = convention_.slots();
  slots.call_preserves = [&](const ir::CallTarget& target, uint32_t slot) {
    if (target.indirect) return false;
    std::optional<size_t> callee = function_named(target.symbol.name);
    return callee && !written_[*callee].empty() && !written_[*callee][slot];
  };
  prune_indirect_jumps(machine_level, slots, guessed);
  check_callee_saved(n, machine_level);
  state.f = ir::simplify(ir::construct_ssa(machine_level, slots));
  bool indirect = std::any_of(state.f.blocks.begin(), state.f.blocks.end(),
                              [](const ir::Block& b) { return b.terminator.op == Op::jump_indirect; });
  if (indirect) {
    resolve_indirect_jumps(state.f, index_, guessed);
    for (const ir::Block& block : state.f.blocks)
      if (block.terminator.op == Op::tail_call && state.f.calls[block.terminator.index].indirect &&
          !written_[n].empty())
        refuse(n, block.terminator.line, "it jumps both through tables and to functions by pointer");
    // What is left must be labels' addresses as they stand in data: arithmetic on them would be on other numbers here.
    for (const ir::Block& block : state.f.blocks) {
      if (block.terminator.op != Op::jump_indirect) continue;
      Op from = state.f[block.terminator.operands[0]].op;
      if (from != Op::load && from != Op::parameter && from != Op::select)
        refuse(n, block.terminator.line, "the table of this jump is not found");
    }
    state.f = ir::simplify(std::move(state.f));
  }
  if (restore_saved_stack_pointers(state.f)) state.f = ir::simplify(std::move(state.f));
  for (const Instruction& i : state.f.values)
    if (i.op == Op::frame_address) state.frame_low = std::min(state.frame_low, i.offset);
  bool dynamic = resolve_stack_pointer(state.f);
  if (dynamic) state.frame_low -= kRoomBelowFrame;
  if (convert_tail_calls(state.f) || dynamic) state.f = ir::simplify(std::move(state.f));
  check_returns(n);
  fold_constant_loads(state.f, unit());
  name_callees(state.f);
  place_stack_guard(state.f);
  split_by_format(n);
  for (bool last_round : {false, true}) {
    PrototypeCalls calls(*this, n, last_round);
    calls.run();
    state.f = ir::simplify(std::move(state.f));
    if (!calls.another_round()) break;
  }
}

// The loader calls what stands there and takes its result for the function.
void UnitRaiser::refuse_indirect_functions() {
  for (size_t n = 0; n < states_.size(); ++n) {
    const auto at = unit().symbol_by_name.find(states_[n].name);
    if (at == unit().symbol_by_name.end()) continue;
    if (unit().symbols[at->second].kind != assembly::SymbolKind::indirect_function) continue;
    refuse(n, line_of(n), "which function it is is chosen when the program is loaded (ifunc)");
    states_[n].lifted = false;
  }
}

RaisedUnit UnitRaiser::run(std::vector<assembly::LiftResult> functions) {
  const assembly::Unit& u = unit();
  std::vector<assembly::SymbolId> entries = u.functions();
  states_.resize(functions.size());
  result_.functions.resize(functions.size());
  for (size_t n = 0; n < functions.size(); ++n) {
    FunctionState& state = states_[n];
    state.name = functions[n].function.name;
    auto at = u.symbol_by_name.find(state.name);
    if (at != u.symbol_by_name.end()) {
      const assembly::Symbol& symbol = u.symbols[at->second];
      state.exported = symbol.binding != assembly::Binding::local;
      auto place = index_.place_of(at->second, 0);
      if (place && symbol.kind != assembly::SymbolKind::indirect_function) by_place_.emplace(*place, n);
    }
    result_.functions[n].name = state.name;
    result_.functions[n].refusals = std::move(functions[n].refusals);
    result_.functions[n].source_instructions = functions[n].instructions;
    state.lifted = result_.functions[n].refusals.empty();
  }
  refuse_indirect_functions();
  find_functions_without_return(functions);
  find_written_slots(functions);
  for (size_t n = 0; n < functions.size(); ++n) {
    if (!states_[n].lifted) continue;
    prepare(n, std::move(functions[n].function), functions[n].guessed_targets);
    apply_own_prototype(n);
    note_entry_values(states_[n]);
    note_stack_arguments(n);
  }
  note_addresses_taken();
  infer();
  for (size_t n = 0; n < functions.size(); ++n) check_unset(n);
  for (size_t n = 0; n < functions.size(); ++n) finish(n);
  return std::move(result_);
}

RaisedUnit raise_unit(const assembly::CodeIndex& index, std::vector<assembly::LiftResult> functions,
                      const RaiseOptions& options) {
  return UnitRaiser(index, options).run(std::move(functions));
}

}  // namespace portolan::raise
