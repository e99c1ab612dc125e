// One function of one unit, ready to be executed symbolically: machine-level IR straight from the frontend (no pass
// that a translator uses too touches it), its cut points, and which slots matter where.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "frontends/asm/lift.h"
#include "verify/boundary.h"
#include "verify/prove/clobbers.h"
#include "verify/terms/term.h"

namespace portolan::prove {

using assembly::Slot;
using ir::BlockId;
using ir::ValueId;
using terms::Term;

enum class Which : uint8_t { source, target };

using Boundaries = std::map<std::string, verify::Boundary>;  // by source name

// By source name, the results by number (leftovers.h).
using Leftovers = std::map<std::string, std::set<size_t>>;

// The registers of one convention at a border.
const verify::Place& place_of(const verify::BoundaryValue& value, Which which);
// The slot that a place names; kNoSlot for places on the stack.
Slot slot_of(const assembly::Machine& machine, const verify::Place& place);

// What is taken for the border of callees of unknown signature.
struct UnknownCallee {
  verify::Boundary boundary;
  // Of code for one instruction set: any register may be given, and left. Between two, scalars only: which registers
  // are which is the convention's.
  bool any_register = false;
  // Whether a call of a variadic function is like any other, and one with floating-point arguments too.
  bool variadic = false, variadic_floats = false;
};
// More than these in 8-byte places of the stack are not compared: that there are no more is assumed.
inline constexpr uint32_t kUnknownStackArguments = 8;
UnknownCallee callee_of_unknown_signature(const assembly::Machine& source, const assembly::Machine& target);

class Side {
 public:
  // The error says why the function cannot be judged (unsupported instruction, no such function).
  static Expected<Side> make(Which which, const assembly::CodeIndex& index, const std::string& symbol,
                             const Boundaries& boundaries, const verify::Boundary& own, Clobbers* clobbers,
                             const UnknownCallee* unknown_callee = nullptr,
                             const verify::FormatBoundary* with_format = nullptr, bool cut_at_calls = false);

  Which which() const { return which_; }
  Isa isa() const { return machine_->isa; }
  const assembly::Machine& machine() const { return *machine_; }
  // The machine's registers and what expanded repetitions keep beside them.
  size_t slots() const { return machine_->slots.size() + extra_widths_.size(); }
  assembly::SlotInfo slot(Slot slot) const;
  const assembly::CodeIndex& index() const { return *index_; }
  const verify::Boundary& own() const { return *own_; }
  // x86-64: the caller of a function whose result is in memory finds its address in rax (psABI 3.2.3); kNoSlot: there
  // is no such result.
  Slot result_address() const;
  const ir::Function& function() const { return function_; }
  std::string_view prefix() const { return which_ == Which::source ? "s" : "t"; }

  bool is_cut(BlockId block) const { return cuts_.contains(block); }
  const std::set<BlockId>& cuts() const { return cuts_; }
  bool has_loops() const { return has_loops_; }
  // Where ways come together, but for loop heads and where calls return.
  std::set<BlockId> joins() const;
  // The same, cut at these blocks too.
  Side cut_at(const std::set<BlockId>& blocks) const;
  // By the block that a loop begins with: those that go back there.
  const std::map<BlockId, std::set<BlockId>>& back_edges() const { return back_edges_; }
  // Loops that end in their first turn whatever happens are none (AArch64's exclusive stores, which succeed here).
  void drop_cuts(const std::set<BlockId>& idle);
  // Beginnings of loops from which the only way on leads to another's, as where a loop around another does nothing but
  // begin the inner one: that one cuts both.
  std::set<BlockId> passed_through() const;
  // How many ways lead from one cut point to the next, of the one where they are most, as far as the graph says.
  // `more`: taken for cut points too.
  uint64_t most_ways(const std::set<BlockId>& more = {}) const;
  bool live(BlockId block, Slot slot) const { return live_in_[block][slot]; }
  // Values that something which matters needs; the others (flags that nobody reads) are not computed.
  bool needed(ValueId v) const { return needed_[v]; }
  // What crosses a call of this callee; nothing is known of it: that of the unknown callee, which may be nullptr.
  const verify::Boundary* boundary_of(const ir::CallTarget& target) const;
  // What a call leaves whose border is taken for this one: results of a variadic function are known by themselves.
  const std::vector<verify::BoundaryValue>& results_of(const ir::CallTarget& target,
                                                       const verify::Boundary& boundary) const;
  const verify::Boundary* unknown_callee() const { return unknown_ != nullptr ? &unknown_->boundary : nullptr; }
  bool is_unknown(const verify::Boundary* callee) const { return callee == unknown_callee(); }
  // Whether unknown callees are given, and leave, whatever is in any register.
  const UnknownCallee& unknown() const { return *unknown_; }
  // Whether it is known of the callee that it is variadic, but not what it is given.
  bool is_variadic(const ir::CallTarget& target) const;
  bool shares_registers() const { return unknown_ != nullptr && unknown_->any_register; }
  // Registers that carry something into calls that no prototype names: the static chain of nested functions.
  std::vector<Slot> unnamed_arguments() const;
  // Whether each register of some kind of argument may have been given a value, so that the callee may have more of
  // them on the stack.
  bool fills_argument_registers(uint32_t call) const;
  // On no way to the call did the function give the register a value, nor did its caller or a callee.
  bool is_unset(uint32_t call, Slot slot) const;
  // The same with what a format string asks for; nullptr: it is not understood.
  const verify::Boundary* boundary_of(const verify::Boundary& variadic, const std::string& format) const;
  // RISC-V's global and thread pointers, which belong to the program, and x86-64's direction flag, which is clear
  // between functions: a call leaves them as they are, and so must the function itself.
  std::vector<Slot> reserved() const;
  // Of functions of this unit; none are known until somebody says so.
  void know_leftovers(const Leftovers* leftovers) { leftovers_ = leftovers; }
  bool may_be_left_over(const verify::Boundary& callee, size_t result) const;
  // Slots that may hold something else after the call.
  std::vector<Slot> clobbered_by(const ir::CallTarget& target) const;
  // 8-byte places of the own stack arguments.
  uint32_t stack_arguments() const;
  // Whether the function is one of this unit.
  bool defines(const std::string& symbol) const;
  uint32_t line_of(BlockId block) const;
  std::string describe(BlockId block) const;

 private:
  using SlotSet = std::vector<bool>;

  // Where loops begin that no block of `known` cuts.
  void find_cuts(const std::set<BlockId>& known);
  void find_live();
  void find_unset();
  SlotSet live_through(BlockId block, SlotSet live, bool mark);
  void use_reserved(SlotSet& live) const;
  void use_call(uint32_t call, SlotSet& live) const;
  void unset_by_call(const ir::CallTarget& target, SlotSet& unset) const;

  Which which_ = Which::source;
  const assembly::Machine* machine_ = nullptr;
  const assembly::CodeIndex* index_ = nullptr;
  const verify::Boundary* own_ = nullptr;
  const UnknownCallee* unknown_ = nullptr;
  Clobbers* clobbers_ = nullptr;
  const Leftovers* leftovers_ = nullptr;
  const verify::FormatBoundary* with_format_ = nullptr;
  std::map<std::string, const verify::Boundary*> callees_;  // by this side's name
  ir::Function function_;
  std::vector<uint32_t> extra_widths_;
  std::set<BlockId> cuts_, cuts_at_calls_;
  std::map<BlockId, std::set<BlockId>> back_edges_;
  bool has_loops_ = false;
  std::vector<SlotSet> live_in_;
  std::vector<bool> needed_;
  std::map<uint32_t, SlotSet> unset_;  // by call
};

}  // namespace portolan::prove
