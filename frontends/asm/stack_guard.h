// Where glibc keeps the canary of stack protectors: in a variable, but on x86-64 in the thread control block
// (sysdeps/x86_64/nptl/tls.h, stackguard-macros.h). In the IR it is the variable.
#pragma once

#include <cstdint>

namespace portolan::assembly {

inline constexpr const char* kStackGuard = "__stack_chk_guard";
inline constexpr int64_t kStackGuardOffset = 40;  // x86-64: from the thread pointer

}  // namespace portolan::assembly
