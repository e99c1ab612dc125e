// The stack pointer's moves, once SSA form shows which are constant.
#pragma once

#include "ir/function.h"

namespace portolan::raise {

inline constexpr int64_t kRoomBelowFrame = 4096;

// Stack pointers that gcc computes from an address it has saved in the frame become constant; true if there was one.
// Folding is left to do.
bool restore_saved_stack_pointers(ir::Function& function);

// Removes the marks that SSA construction left. Moves to a constant place in the frame need nothing; other moves down
// are storage whose size is known at run time only (alloca, variable-length arrays) and become stack_allocate; moves
// back up become stack_release. True if there was any of these: constant steps from a stack pointer that was saved and
// restored may then go below the fixed frame by kRoomBelowFrame bytes.
bool resolve_stack_pointer(ir::Function& function);

}  // namespace portolan::raise
