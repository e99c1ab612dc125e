// The operands that a call has between SSA construction and the choice of its signature: everything the source's
// convention could pass, in a fixed order. Likewise results.
#pragma once

#include "frontends/asm/machine.h"
#include "ir/ssa.h"

namespace portolan::raise {

class Convention {
 public:
  explicit Convention(Isa isa);

  const assembly::Machine& machine() const { return *machine_; }
  const ir::SlotConvention& slots() const { return slots_; }

  // Positions among a call's operands, not counting an indirect call's target.
  unsigned integer_argument(unsigned n) const { return n; }
  unsigned float_argument(unsigned n) const { return integer_arguments() + n; }
  unsigned indirect_result() const { return integer_arguments() + float_arguments(); }  // AArch64 only
  unsigned vector_count() const { return integer_arguments() + float_arguments(); }     // x86-64 only
  // Scratch registers, for functions all of whose callers are known.
  unsigned private_argument(unsigned n) const {
    return vector_count() + (machine_->indirect_result != assembly::kNoSlot) +
           (machine_->vector_count != assembly::kNoSlot) + n;
  }
  unsigned private_integers() const { return static_cast<unsigned>(machine_->private_integer_arguments.size()); }
  unsigned private_arguments() const {
    return private_integers() + static_cast<unsigned>(machine_->private_float_arguments.size());
  }
  unsigned stack_pointer() const { return static_cast<unsigned>(slots_.call_reads.size()) - 1; }
  unsigned integer_arguments() const { return static_cast<unsigned>(machine_->integer_arguments.size()); }
  unsigned float_arguments() const { return static_cast<unsigned>(machine_->float_arguments.size()); }
  unsigned operands() const { return static_cast<unsigned>(slots_.call_reads.size()); }

  // Result n of all results (integer ones first): its lowest bit and width in the call's result.
  unsigned results() const { return static_cast<unsigned>(slots_.call_results.size()); }
  unsigned integer_results() const { return static_cast<unsigned>(machine_->integer_results.size()); }
  bool is_first_result(unsigned n) const { return n == 0 || n == integer_results(); }  // of its kind
  uint32_t result_low(unsigned n) const { return result_low_[n]; }
  uint32_t result_width(unsigned n) const { return slots_.widths[slots_.call_results[n]]; }

  // Offset of the stack pointer at entry from the frame base (ir/ops.def).
  int64_t entry_stack_offset() const { return -static_cast<int64_t>(machine_->return_address_bytes); }

 private:
  const assembly::Machine* machine_;
  ir::SlotConvention slots_;
  std::vector<uint32_t> result_low_;
};

}  // namespace portolan::raise
