// Text files that are part of the binary. They are mapped with it and cost nothing until read.
#pragma once

#include <string_view>

#include "translate/abi/runtime.h"

namespace portolan::abi {

// libc's prototypes in the text form, sorted by name (made by portolan-headers at build time).
std::string_view embedded_libc_prototypes();

// runtime/NAME.c as clang compiled it for `target`; empty when source and target are the same.
std::string_view embedded_runtime(RuntimeFunction function, Isa source, Isa target);

}  // namespace portolan::abi
