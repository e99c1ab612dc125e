// The numbers that stand in a function's code: what a condition compares with is a better guess at an input than any
// random number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "frontends/asm/lift.h"
#include "verify/boundary.h"

namespace portolan::judge {

// In ascending order; nothing if the function cannot be read.
std::vector<uint64_t> constants_of(const assembly::CodeIndex& index, const std::string& function);

// Those of both sides of a pair, for the tester. The indexes must outlive what is returned.
std::function<std::vector<uint64_t>(const verify::Boundary&)> constants_of(const assembly::CodeIndex& source,
                                                                           const assembly::CodeIndex& target);

}  // namespace portolan::judge
