// What a chip would have to be able to do for a term: for messages.
#pragma once

#include <span>
#include <string>

#include "translate/mapping/term.h"

namespace portolan::mapping {

// Kinds of operations in `wanted` that are in none of `there`: "'>>' of whole numbers, 's64.wrap'"; empty: each of them
// is somewhere.
std::string lacking(const Term* wanted, std::span<const Term* const> there);

}  // namespace portolan::mapping
