// Inputs whose pointer arguments overlap, for pairs that are equal where they do not.
#pragma once

#include "verify/bench.h"

namespace portolan::judge {

// Every ordered pair of pointer parameters at every distance, with several kinds of numbers beside them.
std::vector<verify::Input> overlapping_inputs(const verify::Boundary& boundary, const verify::Shape& shape,
                                              const std::vector<uint64_t>& constants, verify::Random& random);

}  // namespace portolan::judge
