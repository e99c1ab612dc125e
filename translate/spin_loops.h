// Loops that wait for what somebody else writes: nothing of the function's own changes from turn to turn, and memory is
// read. They need no atomic access or fence where an instruction set's plain accesses are ordered enough.
#pragma once

#include "ir/function.h"

namespace portolan::translate {

// Of a function at machine level or raised.
bool has_spin_loop(const ir::Function& function);

}  // namespace portolan::translate
