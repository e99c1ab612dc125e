// Where values cross a function's border, in words for prompts.
#pragma once

#include <string>
#include <vector>

#include "ir/isa.h"
#include "verify/boundary.h"

namespace portolan::propose {

// "parameter 1: integer of 32 bits, in rdi in the source, in x0 here"
std::vector<std::string> describe_values(std::string_view what, const std::vector<verify::BoundaryValue>& values,
                                         Isa source, Isa target);

}  // namespace portolan::propose
