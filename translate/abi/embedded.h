// Text files that are part of the binary. They are mapped with it and cost nothing until read.
#pragma once

#include <string_view>

namespace portolan::abi {

// libc's prototypes in the text form, sorted by name (made by portolan-headers at build time).
std::string_view embedded_libc_prototypes();

}  // namespace portolan::abi
