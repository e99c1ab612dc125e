// What comparisons of floating-point numbers mean, bit by bit: to a solver they are functions that it knows nothing of.
#pragma once

#include <span>
#include <vector>

#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;

// For each comparison (feq, flt, funordered) at or below the roots: it is what IEEE 754-2019, 5.11, makes of the bits
// of its operands.
std::vector<Term> float_facts(Pool& pool, std::span<const Term> roots);

}  // namespace portolan::solve
