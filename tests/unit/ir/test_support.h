// Helpers of the IR tests: a random source that prints its seed, and single instructions without a builder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "ir/function.h"
#include "tests/support/random.h"

namespace portolan::ir {

// Seeded from PORTOLAN_SEED if it is set, so that a failure can be repeated.
class Random : public portolan::testing::Random {
 public:
  Random()
      : portolan::testing::Random(std::getenv("PORTOLAN_SEED") ? std::strtoull(std::getenv("PORTOLAN_SEED"), nullptr, 0)
                                                               : 1) {}
};

inline Instruction instruction(Op op, uint32_t width, uint16_t lanes = 1) {
  Instruction inst;
  inst.op = op;
  inst.width = width;
  inst.lanes = lanes;
  return inst;
}

}  // namespace portolan::ir
