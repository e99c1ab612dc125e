// Programs with sums run at once and one by one: the same end, for the same reason, with the same state.
#include <gtest/gtest.h>

#include "emulate/accelerator/sum_plan.h"
#include "frontends/accelerator/assembler.h"
#include "frontends/accelerator/check.h"
#include "frontends/accelerator/embedded.h"
#include "frontends/accelerator/generate.h"
#include "tests/unit/accelerator/chip.h"
#include "tests/unit/accelerator/two_ways.h"

namespace portolan::accelerator {
namespace {

const char* const kSums = R"(
number f32 = float(exponent 8, fraction 23)
number half = float(exponent 5, fraction 10)
memory reals : half[8][N]
memory wide : u64[16] = 0
register result : f32 = 0
function masked(i, j) = if not (i < 3 and j < 3) or i == 2 then 7 else pad[i + j][j]
function shifted(a, b) = let c = a * 2 + b in if c < 5 then c else pad[row_of(c)][b % 2]
function row_of(c) = 15 - c
procedure put(value) { total := s32.wrap(value) }
instruction products : plain { encoding op = 1  syntax "products {row}" meaning {
  put(total + sum(j in 0 .. N) (pad[row][j] * pad[15 - row][N - 1 - j])) } }
instruction columns : plain { encoding op = 2  syntax "columns {row}" meaning {
  put(sum(i in 0 .. row) (pad[i + row][1] * (i - 3))) } }
instruction masks : plain { encoding op = 3  syntax "masks {row}" meaning {
  for i in 0 .. 5 { put(total + sum(j in 0 .. row) (masked(i, j) * masked(j, i))) } } }
instruction shifts : plain { encoding op = 4  syntax "shifts {row}" meaning {
  put(sum(j in 0 .. N) shifted(j, 1)) } }
instruction wides : plain { encoding op = 5  syntax "wides {row}" meaning {
  wide[row] := u64.wrap(0 - 1 - row)
  put((sum(j in 0 .. 16) (wide[j] * wide[15 - j])) % 1000) } }
instruction floats : plain { encoding op = 6  syntax "floats {row}" meaning {
  result := f32(result) + sum(j in 0 .. N) (f32(reals[row][j]) * f32(reals[7 - row][j])) } }
instruction halves : plain { encoding op = 7  syntax "halves {row}" meaning {
  result := f32(sum(j in 0 .. N) (reals[row][j] * reals[(row + 1) % 8][j])) } }
instruction fill : plain { encoding op = 8  syntax "fill {row}" meaning { pad[row][0] := 1
  reals[row % 8][0] := reals[0][1] } }
)";

TEST(Sums, OfAllKinds) {
  const Loaded loaded = load_description(chip_with(kSums), "toy.isa");
  ASSERT_TRUE(loaded.description) << (loaded.errors.empty() ? "" : loaded.errors[0].message);
  size_t planned = 0;
  for (const Instruction& i : loaded.description->instructions)
    for (const Statement& s : i.meaning)
      planned += s.value && s.value->kind == Expression::Kind::binary &&
                 plan_sum(*loaded.description, *s.value->operands[1]).has_value();
  EXPECT_GT(planned, 0u);  // else both are the same
  for (const char* name : {"products", "columns", "masks", "shifts", "wides", "floats", "halves"})
    for (unsigned row = 0; row < 16; ++row) {
      const Assembled words = assemble(*loaded.description, std::string(name) + " " + std::to_string(row), "p.s");
      ASSERT_TRUE(words.errors.empty()) << to_string(words.errors[0]);
      for (uint64_t seed = 0; seed < 6; ++seed)
        for (uint64_t steps : {uint64_t{7}, uint64_t{100'000}}) compare(*loaded.description, words.words, steps, seed);
    }
}

TEST(Sums, OfRandomProgramsOnAllChips) {
  for (const char* name : {"gemmini", "vta", "plena"}) {
    const Loaded loaded = load_description(std::string(*embedded_description(name)), name);
    ASSERT_TRUE(loaded.description);
    std::mt19937_64 random(7);
    for (uint64_t n = 0; n < 150; ++n) {
      std::vector<Word> program;
      for (size_t length = 1 + random() % 8; length > 0; --length)
        program.push_back(
            random_word(*loaded.description,
                        loaded.description->instructions[random() % loaded.description->instructions.size()], random));
      compare(*loaded.description, program, 20'000, n);
    }
  }
}

}  // namespace
}  // namespace portolan::accelerator
