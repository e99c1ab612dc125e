// PTX text to a Module (PTX ISA, 4, 5, 7 and 11). Text may come from a stranger: whatever it is, the result is a module
// or an error with its place.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "frontends/ptx/module.h"

namespace portolan::ptx {

Expected<Module> parse_module(std::string_view text, const std::string& file);

// Statements alone, as between the braces of a function with these registers: what a recorded test vector holds.
Expected<Function> parse_body(std::string_view text, const std::string& file, std::span<const Register> registers);

}  // namespace portolan::ptx
