// The engines' side of external calls: what happens when execution reaches a stub.
#pragma once

#include "emulate/engine.h"

namespace portolan::emulate {

// state.pc is a stub address. Asks the request's handler and, if it handled the call, moves `state` to the caller.
// True: go on from there. False: the run is over and `outcome` says how (ending, trap, calls; not its state).
bool step_external(const Image& image, const Request& request, MachineState& state, MemoryAccess& memory,
                   Outcome& outcome);

}  // namespace portolan::emulate
