// Assembler text to a Unit, through LLVM's parser.
#pragma once

#include <string>
#include <string_view>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

// Always gives a unit; what could not be read stands in its diagnostics.
Unit read_text(std::string_view text, const std::string& name, Isa isa);

}  // namespace portolan::assembly
