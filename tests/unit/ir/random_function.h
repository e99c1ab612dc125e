// Functions at random: any shape of control flow, every pure op, and values near each other's patterns (the same
// operand twice, small constants, comparisons of differences), so that rules of simplification have something to match.
#pragma once

#include "ir/function.h"
#include "ir/ssa.h"
#include "tests/unit/ir/test_support.h"

namespace portolan::ir {

struct RandomShape {
  unsigned blocks = 1;
  unsigned instructions = 12;  // in each block
  bool memory = false;         // loads and stores in [0x1000, 0x2000)
  bool slots = false;          // machine level: get_slot and set_slot, no block parameters
};

// The entry's parameters: two values of each width in random_widths() (none with slots); slot n has the width
// random_widths()[n % count]. Returns some of its values.
Function random_function(Random& random, const RandomShape& shape);

std::vector<uint32_t> random_widths();
inline constexpr uint32_t kRandomSlots = 12;

// A value that is often 0, all ones, a power of two or next to one.
APInt random_bits(Random& random, uint32_t width);

// Arguments for the entry's parameters.
std::vector<APInt> random_arguments(Random& random, const Function& function);

}  // namespace portolan::ir
