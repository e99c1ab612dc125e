// Device functions put into the kernels that call them, at machine level: for targets to which no call is written, and
// for whoever wants a kernel in one piece.
#pragma once

#include "frontends/ptx/lift.h"

namespace portolan::ptx {

// Each call becomes a copy of the callee with slots of its own; its local variables lie below the caller's. The error,
// with the line of the call: recursion, a callee that was refused, too much code.
Expected<LiftedFunction> inline_calls(const Program& program, const LiftedFunction& kernel);

}  // namespace portolan::ptx
