// Text files that are part of the binary. They are mapped with it and cost nothing until read.
#pragma once

#include <string_view>

#include "ir/isa.h"

namespace portolan::abi {

// libc's prototypes in the text form, sorted by name (made by portolan-headers at build time).
std::string_view embedded_libc_prototypes();

// runtime/va_pack.c and runtime/stat.c as clang compiled them for `target`; empty when source and target are the same.
std::string_view embedded_va_pack(Isa source, Isa target);
std::string_view embedded_stat(Isa source, Isa target);

}  // namespace portolan::abi
