// The part of a unit that is not code, as assembler text for any target: sections, labels, bytes, addresses.
#pragma once

#include <functional>
#include <string>

#include "frontends/asm/lift.h"

namespace portolan::translate {

struct DataOptions {
  // The name a symbol has in the output.
  std::function<std::string(const std::string&)> name;
};

// Prints every allocated section without code, common symbols, and the attributes of undefined symbols. References to
// the inside of a function become the numbers that the raised code jumps by (assembly::code_address).
std::string print_data(const assembly::CodeIndex& index, const DataOptions& options);

}  // namespace portolan::translate
