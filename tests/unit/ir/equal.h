// Structural equality of two functions, field by field and not through the text form: what differs, or nothing. Where
// constants stand in a block does not count, nor how values are numbered.
#pragma once

#include <string>

#include "ir/function.h"

namespace portolan::ir {

std::string difference(const Function& a, const Function& b);

}  // namespace portolan::ir
