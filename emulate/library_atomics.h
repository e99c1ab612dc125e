// GCC's outline atomics, the helper functions that AArch64 code compiled for any processor calls.
#pragma once

#include <string_view>

#include "emulate/library_handler.h"

namespace portolan::emulate {

const LibraryFunction* find_outline_atomic(std::string_view name);

}  // namespace portolan::emulate
