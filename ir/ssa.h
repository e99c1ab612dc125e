// From slots to SSA: reads and writes of register slots become values and block parameters.
#pragma once

#include <functional>

#include "ir/builder.h"

namespace portolan::ir {

struct SlotConvention {
  std::vector<uint32_t> widths;              // of every slot
  std::vector<uint32_t> call_reads;          // become operands of every call (after an indirect call's target)
  std::vector<uint32_t> call_results;        // given by the call's result, concatenated, first lowest
  std::vector<uint32_t> call_clobbers;       // undefined after a call
  std::vector<uint32_t> call_clobbers_high;  // only the low half survives a call
  // Slots that a call of this target leaves alone although the convention lets it change them. Optional.
  std::function<bool(const CallTarget&, uint32_t slot)> call_preserves;
  std::vector<uint32_t> return_reads;  // become operands of ret
  uint32_t stack_pointer = 0;
  // The value a slot starts with; by default a get_slot in the entry block stays.
  std::function<ValueId(Builder&, uint32_t slot)> entry_value;
};

// The same function without set_slot but for the stack pointer's, which stay as marks, operands (new, old value), until
// it is known which are constant; get_slot only in the entry block. What is read of a slot that nobody has set is undef
// with `index` 1 + the slot. Blocks that cannot be reached are gone.
Function construct_ssa(const Function& function, const SlotConvention& convention);

// Folds again with all that is known across blocks, removes what nothing uses (loads too), parameters that are always
// the same value, branches on constants, and joins blocks. Repeats until nothing changes.
Function simplify(Function function);

}  // namespace portolan::ir
