// Constants that were kept on the stack for want of registers.
#pragma once

#include <vector>

#include "ir/function.h"

namespace portolan::raise {

// What the last stores to fixed places of the frame put where `load`, of 64 bits, reads, on each way there. It may also
// be what a store through a pointer or a callee put there: who relies on the list checks at run time. Empty if v is no
// such load, if some way there stores nothing, or only a part.
std::vector<ir::ValueId> stored_values(const ir::Function& function, ir::ValueId load);

}  // namespace portolan::raise
