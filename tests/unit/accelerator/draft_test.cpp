// Programs that are drafted to do something do it.
#include "emulate/accelerator/draft.h"

#include <gtest/gtest.h>

#include <set>

#include "emulate/accelerator/fill.h"
#include "frontends/accelerator/check.h"
#include "tests/unit/accelerator/chip.h"

namespace portolan::accelerator {
namespace {

// `narrow` is illegal for fifteen rows of sixteen, and `never` for all.
const char* const kPicky = R"(
instruction narrow : plain { encoding op = 1  syntax "narrow {row}" meaning { illegal "not that row" if row != 1  step := row } }
instruction never : plain { encoding op = 2  syntax "never {row}" meaning { illegal "never" if row < 16 } }
instruction after : plain { encoding op = 3  syntax "after {row}" meaning { illegal "too early" if step != 1  total := row } }
)";

TEST(Draft, WhatIsDraftedRunsToItsEnd) {
  const Loaded loaded = load_description(chip_with(kPicky), "toy.isa");
  ASSERT_TRUE(loaded.description) << (loaded.errors.empty() ? "" : to_string(loaded.errors[0]));
  const Description& chip = *loaded.description;
  std::mt19937_64 random(1);
  std::set<std::string> names;
  size_t finished = 0;
  for (int n = 0; n < 50; ++n) {
    Machine start(chip), again(chip);
    const uint64_t seed = random();
    for (Machine* one : {&start, &again}) {
      std::mt19937_64 numbers(seed);
      fill(*one, chip, numbers, {.all_defined = true});
    }
    const Draft draft = program_that_runs(chip, start, 8, {}, random);
    ASSERT_EQ(draft.words.size(), draft.made_as.size());
    const RunResult result = again.run(draft.words);
    EXPECT_EQ(result.outcome.kind, Outcome::Kind::finished) << result.outcome.why;
    EXPECT_EQ(result.instructions, draft.words.size());
    finished += !draft.words.empty();
    for (const Instruction* one : draft.made_as) names.insert(one->name);
  }
  EXPECT_GT(finished, 40u);
  EXPECT_EQ(names, (std::set<std::string>{"narrow", "after"}));  // the second only behind the first
}

}  // namespace
}  // namespace portolan::accelerator
