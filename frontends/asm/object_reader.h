// A relocatable ELF object to a Unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

bool is_elf(std::string_view contents);

// Fails for what is no 64-bit little-endian relocatable object of a known CPU, or is damaged.
Expected<Unit> read_object(std::string_view contents, const std::string& name, std::optional<Isa> expected);

}  // namespace portolan::assembly
