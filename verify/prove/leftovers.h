// Results that a function of inferred signature does not always give: on some way its code leaves there what a callee
// left. Nobody who keeps to the convention wants those; so the target need not give the same, and a caller may not
// count on it.
#pragma once

#include "verify/prove/side.h"

namespace portolan::prove {

Leftovers find_leftovers(const assembly::CodeIndex& source, const Boundaries& boundaries, Clobbers* clobbers,
                         const UnknownCallee& unknown_callee);

}  // namespace portolan::prove
