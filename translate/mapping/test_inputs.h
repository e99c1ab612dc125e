// Inputs of several kinds for tests of programs and of operations.
#pragma once

#include <random>
#include <string_view>

#include "emulate/accelerator/reference.h"

namespace portolan::mapping {

// Bits of an element. `kind`: small, any, ramp, ends or mixed. Real numbers are between lowest and highest, if these
// differ.
uint64_t drawn(const accelerator::Type& type, std::string_view kind, uint64_t index, std::mt19937_64& random,
               double lowest = 0, double highest = 0, uint64_t period = 64);

// All inputs of a specification.
void draw_inputs(const accelerator::Description& specification, std::string_view kind, std::mt19937_64& random,
                 accelerator::Reference& reference);

}  // namespace portolan::mapping
