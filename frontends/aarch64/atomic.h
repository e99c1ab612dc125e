// Calls of libgcc's outline atomics (__aarch64_ldadd4_acq_rel and its like), lifted as the operations they are.
#pragma once

#include "frontends/aarch64/operands.h"

namespace portolan::aarch64 {

// False, and nothing emitted, when the symbol is none of them.
bool lift_outline_atomic(LiftContext& c, std::string_view symbol);

}  // namespace portolan::aarch64
