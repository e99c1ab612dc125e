// Pure functions of the IR, and straight-line machine code, as terms.
#pragma once

#include <optional>
#include <vector>

#include "frontends/asm/lift.h"
#include "verify/terms/term.h"

namespace portolan::rules {

using terms::Term;

// What the function's only block gives.
std::vector<Term> run_pattern(terms::Pool& pool, const ir::Function& f, const std::vector<Term>& arguments);

// Runs machine-level code that computes and returns, changing `slots`. An error names what it does besides.
std::optional<std::string> run_machine(terms::Pool& pool, const ir::Function& f, std::vector<Term>& slots);

}  // namespace portolan::rules
