// One program run one expression after the other and in a faster way: the same end, for the same reason, with the same
// state.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "emulate/accelerator/machine.h"

namespace portolan::accelerator {

struct Ended {
  RunResult result;
  std::vector<std::vector<std::pair<uint64_t, bool>>> state;
};

struct Way {
  bool interpreted = false;
  CompiledMeanings* compiled = nullptr;
  bool with_registers = false;  // these hold random numbers too
};

inline Ended run_in(Way way, const Description& chip, const std::vector<Word>& program, uint64_t steps, uint64_t seed) {
  constexpr uint64_t kMost = 1 << 14;
  Limits limits;
  limits.interpreted = way.interpreted, limits.steps = steps;
  Machine machine(chip, limits, way.compiled);
  std::mt19937_64 random(seed);
  for (const State& s : chip.states) {
    if (s.is_register && !way.with_registers) continue;
    // Small numbers in half of the registers, so that addresses in them lie inside.
    const uint64_t mask = s.is_register && random() % 2 == 0 ? 63 : static_cast<uint64_t>(mask_of(s.type.width));
    Store& store = *machine.memory(s.name);
    for (uint64_t n = 0; n < std::min(store.size(), kMost); ++n)
      store.write(
          n, {random() & mask & static_cast<uint64_t>(mask_of(s.type.width)), seed % 3 != 0 || random() % 16 != 0});
  }
  Ended ended{machine.run(program), {}};
  for (const State& s : chip.states) {
    auto& cells = ended.state.emplace_back();
    Store& store = *machine.memory(s.name);
    for (uint64_t n = 0; n < std::min(store.size(), kMost); ++n) {
      const Cell cell = store.read(n);
      cells.emplace_back(cell.bits, cell.defined);
    }
  }
  return ended;
}

inline void compare(const Description& chip, const std::vector<Word>& program, uint64_t steps, uint64_t seed,
                    Way way = {}) {
  Way slow = way;
  slow.interpreted = true, slow.compiled = nullptr;
  const Ended expected = run_in(slow, chip, program, steps, seed), got = run_in(way, chip, program, steps, seed);
  const Outcome &a = got.result.outcome, &b = expected.result.outcome;
  ASSERT_EQ(to_string(a.kind), to_string(b.kind)) << a.why << "; " << b.why;
  ASSERT_EQ(a.why, b.why);
  ASSERT_EQ(a.instruction, b.instruction);
  ASSERT_EQ(a.at.line, b.at.line);
  ASSERT_EQ(a.at.column, b.at.column);
  ASSERT_TRUE(got.result.cycles == expected.result.cycles);
  ASSERT_EQ(got.state, expected.state);
}

}  // namespace portolan::accelerator
