// Helpers of the IR tests: a random source that prints its seed, and single instructions without a builder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "ir/function.h"

namespace portolan::ir {

// Seeded from PORTOLAN_SEED if it is set, so that a failure can be repeated.
class Random {
 public:
  Random() {
    const char* text = std::getenv("PORTOLAN_SEED");
    seed_ = text ? std::strtoull(text, nullptr, 0) : 20261122;
    engine_.seed(seed_);
  }
  uint64_t seed() const { return seed_; }
  uint64_t bits() { return engine_(); }
  uint64_t below(uint64_t n) { return engine_() % n; }
  // Boundary values, powers of two and their neighbours, and words of any bit density.
  uint64_t value(unsigned width) {
    const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    switch (below(6)) {
      case 0:
        return below(3) & mask;
      case 1:
        return (uint64_t{0} - below(3)) & mask;
      case 2:
        return ((uint64_t{1} << below(width)) + below(3) - 1) & mask;
      case 3:
        return (mask >> 1) + below(2);
      default: {
        const uint64_t density = below(65);
        uint64_t result = 0;
        for (unsigned i = 0; i < width; ++i) result |= uint64_t{below(64) < density} << i;
        return result;
      }
    }
  }

 private:
  uint64_t seed_;
  std::mt19937_64 engine_;
};

inline Instruction instruction(Op op, uint32_t width, uint16_t lanes = 1) {
  Instruction inst;
  inst.op = op;
  inst.width = width;
  inst.lanes = lanes;
  return inst;
}

}  // namespace portolan::ir
