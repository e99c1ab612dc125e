// The state of raising one unit; the phases are in raise.cpp (per function), external_call.cpp (calls with prototypes),
// own_prototype.cpp (functions with prototypes), infer.cpp (who passes what within the unit) and finish.cpp (the final
// form).
#pragma once

#include <map>
#include <set>

#include "ir/demand.h"
#include "translate/raise/convention.h"
#include "translate/raise/raise.h"

namespace portolan::raise {

// Copies a function's blocks one instruction at a time, so that instructions can be put before others or replaced.
class Rewriter {
 public:
  explicit Rewriter(ir::Function& f) : f_(f), replacement_(f.values.size(), ir::kNoValue) {}
  virtual ~Rewriter() = default;
  void run();

 protected:
  // Emits what stands for v with `b` and returns true, or returns false to keep v as it is.
  virtual bool rewrite(ir::Builder& b, ir::ValueId v) = 0;
  virtual void rewrite_terminator(ir::Builder&, ir::Terminator&) {}
  void replace(ir::ValueId v, ir::ValueId by) { replacement_[v] = by; }
  ir::ValueId use(ir::ValueId v) const {
    return v < replacement_.size() && replacement_[v] != ir::kNoValue ? replacement_[v] : v;
  }
  ir::Function& f_;

 private:
  std::vector<ir::ValueId> replacement_;
};

inline constexpr uint32_t kCopiedStackBytes = 512;  // of stack arguments, when nobody knows how many there are

struct FunctionState {
  std::string name;
  ir::Function f;
  bool lifted = false;
  bool exported = false;       // callers outside the unit may exist
  bool address_taken = false;  // callers by pointer may exist
  bool never_returns = false;
  std::optional<Signature> prototype;         // fixed by a prototype; else inferred
  std::vector<unsigned> prototype_positions;  // of its parameters, as parameter_positions below
  bool hands_on_va_list = false;
  std::optional<OutsideEntry> outside;  // then `exported` is false: callers outside get another function
  // Entry values by slot (get_slot in the entry block).
  std::map<uint32_t, ir::ValueId> entry;
  // Stack arguments: highest byte read at a constant offset, and whether their address goes elsewhere.
  uint32_t stack_bytes = 0;
  bool takes_stack_address = false;
  uint32_t copied_stack_bytes = kCopiedStackBytes;  // then: how many of them the function's frame has room for
  int64_t frame_low = 0;                            // the lowest place the stack pointer goes
  // Inferred: bits demanded of each call operand and each result, by position.
  std::vector<ir::APInt> operand_demand;
  std::vector<ir::APInt> result_demand;
  std::vector<bool> result_defined;
  std::set<unsigned> results_by_pointer;               // beyond the first of each kind, that calls by pointer use
  std::vector<bool> argument_defined;                  // by operand position: whether some caller puts a value there
  std::vector<uint8_t> holds_argument;                 // by value: whether anybody computed it
  std::map<ir::ValueId, std::vector<bool>> worked_on;  // by call of an unknown function: which of its results matter
  bool reads_indirect_result = false;                  // AArch64: an instruction reads x8's value at entry
  bool result_in_memory = false;                       // AArch64: x8 is where the result goes
  bool own_results = false;  // it gives more than the target's convention returns: to this unit only
  Signature signature;
  std::vector<unsigned>
      parameter_positions;  // of signature.parameters among call operands; stack slots from kStackSlot
  std::vector<unsigned> result_positions;
};

inline constexpr unsigned kStackSlot = 1000;     // kStackSlot + n: the n-th 8 bytes of stack arguments
inline constexpr unsigned kStackAddress = 2000;  // the address of the stack arguments

struct CallSite {
  size_t function;
  ir::ValueId call;
};

class UnitRaiser {
 public:
  UnitRaiser(const assembly::CodeIndex& index, const RaiseOptions& options)
      : index_(index), options_(options), convention_(index.unit().isa) {}

  RaisedUnit run(std::vector<assembly::LiftResult> functions);

  // Facts for the phases.
  const assembly::Unit& unit() const { return index_.unit(); }
  const Convention& convention() const { return convention_; }
  const RaiseOptions& options() const { return options_; }
  // Index of the unit's function that a symbol names, if it is one.
  std::optional<size_t> function_named(const std::string& name) const;
  uint32_t line_of(size_t function) const;  // of its label
  uint32_t add_signature(Signature signature);
  void refuse(size_t function, uint32_t line, const std::string& reason);
  void assume(size_t function, const std::string& what);

 private:
  void find_written_slots(const std::vector<assembly::LiftResult>& functions);
  void prepare(size_t n, ir::Function machine_level, const std::set<uint64_t>& guessed_targets);
  void prune_indirect_jumps(ir::Function& machine_level, const ir::SlotConvention& slots,
                            const std::set<uint64_t>& guessed_targets) const;
  bool convert_tail_calls(ir::Function& f) const;  // true: there was one
  void name_callees(ir::Function& f) const;
  void place_stack_guard(ir::Function& f) const;
  void check_returns(size_t n);
  void note_alignment(size_t n, const ir::Function& machine_level);
  void refuse_indirect_functions();
  void note_entry_values(FunctionState& state) const;
  void note_stack_arguments(size_t n);
  bool saves_last_argument_below_base(const FunctionState& state) const;
  void note_addresses_taken();

  // own_prototype.cpp
  void apply_own_prototype(size_t n);
  void apply_prototype(size_t n, const abi::FunctionType& type);
  void describe_outside_entry(size_t n, const abi::FunctionType& type);
  void describe_structure_entry(size_t n, const abi::FunctionType& type);
  void choose_variadic_kind(size_t n);
  // structure_entry.cpp
  void make_structure_entry(size_t n);

  // no_return.cpp: calls that do not come back.
  bool never_returns(const ir::CallTarget& target) const;
  bool cut_behind_calls(ir::Function& machine_level) const;
  void find_functions_without_return(std::vector<assembly::LiftResult>& functions);

  // format_calls.cpp: one call for each format that a variadic call may get.
  std::optional<unsigned> format_operand(const ir::CallTarget& target) const;
  void split_by_format(size_t n);

  // infer.cpp
  void infer();
  void demand_result(size_t n, unsigned result, const ir::APInt& bits);
  void demand_result_by_pointer(unsigned result, const ir::APInt& bits);
  void demand_operand(size_t n, unsigned operand, const ir::APInt& bits);
  void demand_operand_of(const CallSite& site, size_t callee);
  void spread_demand(size_t n);
  void require_roots(size_t n);
  void demand_call(size_t n, ir::ValueId call);
  bool demand_calls_by_pointer();
  void note_results_worked_on(size_t n);
  void demand_unknown_call(size_t n, ir::ValueId call);
  void choose_signature(size_t n);
  void choose_results(size_t n);
  void drop_leftovers(size_t n, std::vector<unsigned>& results);
  Passed floating(size_t n, const ir::APInt& demand, bool whole);
  bool result_has_place(unsigned result, size_t before) const;
  bool callers_work_on(size_t n, unsigned result) const;

  // defined.cpp: what somebody computed, and what a register only happens to hold.
  enum class EntryValues : uint8_t { none, arguments, passed };  // which values at entry count as defined
  bool takes_operand(const ir::CallTarget& target, size_t operand) const;
  bool moved_to(const ir::CallTarget& target, size_t operand, unsigned result) const;
  bool matters_to(const ir::CallTarget& target, size_t operand, unsigned result) const;
  bool is_moved_argument(size_t n, ir::ValueId v, unsigned result) const;
  bool argument_matters(size_t n, unsigned position, int depth) const;
  bool call_uses(const ir::CallTarget& target, size_t operand, unsigned position, int depth) const;
  bool returned_matters(size_t n, unsigned result, int depth) const;
  std::vector<bool> results_worked_on(size_t n, ir::ValueId call, int depth = 0) const;
  bool is_leftover(const ir::Function& f, unsigned position, ir::ValueId v) const;
  std::optional<unsigned> result_in_place(unsigned position) const;
  bool computes_result(size_t n, unsigned result) const;
  bool entry_is_defined(size_t n, const ir::Instruction& entry, EntryValues counts) const;
  bool call_defines(const ir::Function& f, const ir::Instruction& part) const;
  std::vector<uint8_t> defined_values(size_t n, EntryValues counts) const;
  void find_defined_results();
  void find_defined_arguments();
  bool holds_argument(size_t n, unsigned position, ir::ValueId v) const {
    return states_[n].holds_argument[v] && !is_leftover(states_[n].f, position, v);
  }

  // variadic_call.cpp: x86-64's count in al of the vector registers that a call uses, if it is a constant.
  std::optional<unsigned> vectors_counted(const ir::Function& f, const ir::Instruction& call) const;

  // callee_saved.cpp: registers that calls have to keep.
  void check_callee_saved(size_t n, const ir::Function& machine_level);

  // unset.cpp: registers that are read although nobody has set them.
  std::vector<uint8_t> unset_values(size_t n) const;
  bool delivers(const ir::Function& f, const ir::Instruction& part) const;
  std::optional<uint32_t> slot_carried(const ir::Function& f, ir::ValueId v) const;
  void check_unset(size_t n);
  bool computes_with(size_t n, unsigned position) const;
  void check_return_address(size_t n);
  void check_unset_handed_on(size_t n, const std::vector<uint8_t>& unset);

  // whole_vectors.cpp: vector registers that hold more than a number.
  bool passes_whole_vector(const ir::Function& f, ir::ValueId v) const;
  bool returns_whole_vector(size_t n, unsigned result) const;
  bool works_on_argument(size_t n, unsigned position) const;  // rather than only hands it on

  // memory_result.cpp: AArch64's x8.
  static bool reads_entry_value(const ir::Function& machine_level, uint32_t slot);
  bool is_result_place(size_t n, ir::ValueId v) const;
  bool every_caller_gives_result_place(size_t n) const;
  bool stores_result_in_memory(size_t n) const;
  void find_results_in_memory();
  std::optional<ir::ValueId> hidden_result_address(size_t n, const ir::Instruction& call) const;

  // outgoing_arguments.cpp
  uint32_t outgoing_stack_bytes(const CallSite& site) const;
  uint32_t copied_stack_bytes(size_t n) const;

  // finish.cpp
  bool needs_prototype(const FunctionState& state) const;
  void check_addresses(size_t n);
  void finish(size_t n);

  const assembly::CodeIndex& index_;
  const RaiseOptions& options_;
  Convention convention_;
  std::map<assembly::Place, size_t> by_place_;
  std::vector<FunctionState> states_;
  std::vector<std::vector<bool>> written_;  // slots that a call of each function may change; empty: any
  std::vector<ir::Demand> demand_;
  std::vector<std::vector<CallSite>> callers_;  // of each function of the unit, direct calls
  std::vector<uint8_t> dirty_;
  bool calls_by_pointer_ = false;  // some function of the unit does
  RaisedUnit result_;

  friend class PrototypeCalls;
  friend class Finisher;
  friend class UnknownCalls;
};

}  // namespace portolan::raise
