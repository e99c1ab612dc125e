// What a prototype can't say: where the same call means something else on another ISA.
#pragma once

#include <vector>

#include "tools/headers/collect.h"

namespace portolan::headers {

// Sets abi_differs of the functions whose types or reachable layouts differ between `own` and one of `others`.
void mark_layout_differences(Collected& own, const std::vector<Collected>& others);

// For the C library: differences in the meaning of values, and the formats of functions clang does not know.
void apply_libc_knowledge(Collected& own);

}  // namespace portolan::headers
