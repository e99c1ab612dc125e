// A disjunction in one form, whatever negations, conjunctions and comparisons of numbers it was put together from.
#pragma once

#include "verify/terms/term.h"

namespace portolan::proof {

terms::Term one_of(terms::Pool& pool, terms::Term bit);

}  // namespace portolan::proof
