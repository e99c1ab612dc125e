// One program run one expression after the other and in a faster way: the same end, for the same reason, with the same
// state.
#pragma once

#include <gtest/gtest.h>

#include "emulate/accelerator/fill.h"

namespace portolan::accelerator {

struct Way {
  CompiledMeanings* compiled = nullptr;
  bool with_registers = false;  // these hold random numbers too
};

inline void compare(const Description& chip, const std::vector<Word>& program, uint64_t steps, uint64_t seed,
                    Way way = {}) {
  Limits limits;
  limits.steps = steps;
  Machine fast(chip, limits, way.compiled);
  limits.interpreted = true;
  Machine slow(chip, limits);
  for (Machine* one : {&fast, &slow}) {
    std::mt19937_64 random(seed);
    fill(*one, chip, random, {.registers = way.with_registers});
  }
  const RunResult expected = slow.run(program), got = fast.run(program);
  ASSERT_EQ(difference(chip, got, fast, expected, slow), "")
      << to_string(got.outcome.kind) << " " << got.outcome.why << "; " << to_string(expected.outcome.kind) << " "
      << expected.outcome.why;
}

}  // namespace portolan::accelerator
