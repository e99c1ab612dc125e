// Conditions over terms as a question of linear integer arithmetic: each term is an integer in [0, 2^width), what wraps
// is divided with remainder, and products of two unknowns are integers of their own. Constant division, high halves of
// products and carry chains fall in a tenth of a second at widths where bit-vectors never end.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;

// How these questions begin.
inline constexpr std::string_view kIntegerLogic = "(set-logic QF_LIA)\n";

// Unsatisfiable means that no valuation makes all `conditions` true; satisfiable means nothing. Empty: too large.
std::string print_integer_question(Pool& pool, std::span<const Term> conditions);

}  // namespace portolan::solve
