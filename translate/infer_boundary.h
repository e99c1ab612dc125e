// The border of two functions of which only the code is known.
#pragma once

#include "translate/raise/raise.h"
#include "verify/boundary.h"

namespace portolan::translate {

// Arguments: what the source's code reads before it writes. Results: the first result registers that both sides' code
// leaves a value in. All of that is an assumption, and said.
verify::Boundary infer_boundary(const raise::RaisedUnit& source_unit, const raise::RaisedFunction& source,
                                const raise::RaisedUnit& target_unit, const raise::RaisedFunction& target,
                                Isa source_isa, Isa target_isa);

// By the source alone: all that its code leaves in result registers is a result, which may be more than the function
// promises.
verify::Boundary infer_boundary(const raise::RaisedUnit& unit, const raise::RaisedFunction& source, Isa source_isa,
                                Isa target_isa);

}  // namespace portolan::translate
