// The stack pointer's moves, once SSA form shows which are constant.
#pragma once

#include "ir/function.h"

namespace portolan::raise {

// Removes the marks that SSA construction left. Moves to a constant place in the frame need nothing; other moves down
// are storage whose size is known at run time only (alloca, variable-length arrays) and become stack_allocate; moves
// back up become stack_release.
void resolve_stack_pointer(ir::Function& function);

}  // namespace portolan::raise
