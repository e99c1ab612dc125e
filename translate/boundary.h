// Describes the border of a raised function for the tester.
#pragma once

#include "translate/raise/raise.h"
#include "verify/boundary.h"

namespace portolan::translate {

verify::Boundary describe_boundary(const raise::RaisedUnit& unit, const raise::RaisedFunction& function, Isa source,
                                   Isa target);

}  // namespace portolan::translate
