// Functions of the C library that loops over numbers call, at machine level: they read the registers of their arguments
// and write that of their result.
#pragma once

#include <optional>
#include <string_view>

#include "frontends/asm/machine.h"
#include "ir/function.h"

namespace portolan::lifting {

// No value: it is not known here.
std::optional<ir::Function> library_function(std::string_view name, const assembly::Machine& machine);

}  // namespace portolan::lifting
