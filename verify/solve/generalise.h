// A stronger condition that is often easier: parts that are hard to reason about and stand in several places become
// variables. If it holds, so does the condition itself; if not, that says nothing.
#pragma once

#include <optional>

#include "verify/terms/term.h"

namespace portolan::solve {

// Nothing: there is no such part.
std::optional<terms::Term> generalised(terms::Pool& pool, terms::Term condition);

}  // namespace portolan::solve
