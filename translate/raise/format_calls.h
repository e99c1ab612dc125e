// The format strings that a printf-like call may get.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/unit.h"
#include "ir/function.h"

namespace portolan::raise {

struct FormatStrings {
  std::vector<ir::SymbolRef> symbols;  // each string once
  std::vector<std::string> texts;
  bool from_stack = false;  // one was kept on the stack: what is loaded again needs a check
};

// All strings that v can be, through selects, joins and the stack; none if any of them is not a constant.
FormatStrings format_strings(const assembly::Unit& unit, const ir::Function& function, ir::ValueId v);

}  // namespace portolan::raise
