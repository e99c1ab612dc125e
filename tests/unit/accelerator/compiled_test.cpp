// Meanings as machine code against their interpretation, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>

#include "emulate/accelerator/compiled/meanings.h"
#include "frontends/accelerator/assembler.h"
#include "frontends/accelerator/check.h"
#include "frontends/accelerator/embedded.h"
#include "frontends/accelerator/generate.h"
#include "tests/unit/accelerator/chip.h"
#include "tests/unit/accelerator/two_ways.h"

namespace portolan::accelerator {
namespace {

// Which instructions ran by their code to the end.
class Counted : public CompiledMeanings {
 public:
  explicit Counted(const Description& chip) : under_(compiled_meanings(chip, {.after = 0})) {}
  CompiledMeaning find(const Instruction& instruction) override {
    const CompiledMeaning code = under_->find(instruction);
    if (code) ++tries[instruction.name];
    return code;
  }
  void interpreted(const Instruction& instruction, Interpreted how) override {
    if (how.gave_up) --tries[instruction.name];  // the code stays, however often it gives up
  }
  size_t done() const {
    return static_cast<size_t>(std::ranges::count_if(tries, [](const auto& one) { return one.second > 0; }));
  }
  Counts counts() const override { return under_->counts(); }
  std::map<std::string, int> tries;

 private:
  std::unique_ptr<CompiledMeanings> under_;
};

const char* const kMeanings = R"(
number f32 = float(exponent 8, fraction 23)
number half = float(exponent 5, fraction 10)
number tiny = float(exponent 4, fraction 3)
memory reals : half[8][N]
memory tinies : tiny[8][N]
memory wide : u64[16] = 0
memory longs : s64[16] = 0
register result : f32 = 0
function shifted(a, b) = let c = a * 2 + b in if c < 5 then c else pad[row_of(c)][b % 2]
function row_of(c) = 15 - c
procedure put(value) { total := s32.wrap(value) }
instruction wides : plain { encoding op = 1  syntax "wides {row}" meaning {
  wide[row] := u64.wrap(wide[15 - row] * 3 + longs[row])
  longs[row] := s64.wrap(longs[15 - row] << (row & 3)) } }
instruction divisions : plain { encoding op = 2  syntax "divisions {row}" meaning {
  for i in 0 .. 16 {
    let d = pad[i][0]
    if d != 0 { pad[i][1] := s8.wrap(longs[i] / d + longs[15 - i] % d + div_zero(longs[i], d) - rem_zero(pad[row][0], d)) }
  } } }
instruction bits_of_it : plain { encoding op = 3  syntax "bits_of_it {row}" meaning {
  let x = longs[row]
  put((x & 255) + (x[11:4] | pad[row][0]) + (~x ^ 77) % 1000 + (x >> row) % 50 + (1 << row) + log2(1 + abs(pad[row][1]))) } }
instruction counts : plain { encoding op = 4  syntax "counts {row}" meaning {
  let any_low = any(j in 0 .. N) (pad[row][j] < -100)
  let all_low = all(j in 0 .. N) (pad[row][j] < 100)
  put(any_low * 2 + all_low * 4 + 8 * count(i in 0 .. 16) (pad[i][0] > 3) + max(j in 0 .. N) pad[row][j]
      - min(i in 0 .. row, j in 0 .. N) pad[i][j]) } }
instruction filtered : plain { encoding op = 5  syntax "filtered {row}" meaning {
  var largest = -128
  for i in 0 .. row, j in 0 .. N { if pad[i][j] > largest { largest := pad[i][j] } }
  put(match row { 0: largest
                  1: largest * 2
                  7: shifted(1, 1)
                  else: shifted(row, row % 2) }) } }
instruction floats : plain { encoding op = 6  syntax "floats {row}" meaning {
  result := f32(result) + sum(j in 0 .. N) (f32(reals[row % 8][j]) * f32(reals[7 - row % 8][j]))
  for j in 0 .. N { reals[row % 8][j] := half(tinies[row % 8][j]) * reals[j][j] } } }
instruction halves : plain { encoding op = 7  syntax "halves {row}" meaning {
  for j in 0 .. N {
    let x = reals[row % 8][j]
    tinies[row % 8][j] := tiny(if x > half(1.0) then sqrt(x) else exp(-x))
    reals[(row + 1) % 8][j] := max(min(x, reals[j][0]), half(0.5)) / half(pad[row][j])
  }
  result := f32(max(j in 0 .. N) reals[row % 8][j]) } }
instruction roundings : plain { encoding op = 8  syntax "roundings {row}" meaning {
  for j in 0 .. N { pad[row][j] := s8.saturate(round_even(f32(reals[row % 8][j]) * 37.5)) }
  put(floor(f32(tinies[row % 8][0])) + ceil(f32(tinies[row % 8][1])) + s8.saturate(round_zero(result))) } }
instruction swapped : plain { encoding op = 9  syntax "swapped {row}" meaning {
  together i in 0 .. 16, j in 0 .. N { pad[15 - i][j] := pad[i][N - 1 - j] } } }
instruction bytes : plain { encoding op = 10  syntax "bytes {row}" meaning {
  host[5 * row as s32] := host[4090 - row as s32]
  host[7 * row as f32] := host[row as f32] + result } }
instruction narrow : plain { encoding op = 11  syntax "narrow {row}" meaning {
  for j in 0 .. N { pad[j][0] := 0 }
  pad[row][0] := pad[row][1] + 1 } }
instruction leaves : number { encoding op = 12  syntax "leaves {value}" meaning {
  undefined "too low" if value < -1000
  put(here + value)
  if value < 0 { jump value + 1010 } else { if value > 1500 { stop } } } }
procedure put_high(value) { total := s32.wrap(value[63:40] ^ value[40:9]) }
instruction words : plain { encoding op = 13  syntax "words {row}" meaning {
  let x = wide[row]
  longs[row] := s64.wrap(x)
  wide[row] := wide[15 - row]
  put_high(x)
  pad[row][0] := s8.wrap(x)
  pad[row][1] := s8.wrap(x[62:0] >> 5) } }
instruction fits : plain { encoding op = 14  syntax "fits {row}" meaning { longs[row] := wide[row] } }
)";

TEST(Compiled, WhatExpressionsAndStatementsMean) {
  const Loaded loaded = load_description(chip_with(kMeanings), "toy.isa");
  ASSERT_TRUE(loaded.description) << (loaded.errors.empty() ? "" : to_string(loaded.errors[0]));
  Counted compiled(*loaded.description);
  const Way way{.compiled = &compiled, .with_registers = true};
  for (const Instruction& instruction : loaded.description->instructions)
    for (int row = 0; row < 16; ++row) {
      const int value = instruction.name == "leaves" ? row * 250 - 2000 : row;
      const Assembled words = assemble(*loaded.description, instruction.name + " " + std::to_string(value), "p.s");
      ASSERT_TRUE(words.errors.empty()) << to_string(words.errors[0]);
      for (uint64_t seed = 0; seed < 8; ++seed)
        for (uint64_t steps : {uint64_t{7}, uint64_t{100'000}}) {
          SCOPED_TRACE(instruction.name + " " + std::to_string(value) + " " + std::to_string(seed));
          compare(*loaded.description, words.words, steps, seed, way);
          ASSERT_FALSE(HasFatalFailure());
        }
    }
  EXPECT_EQ(compiled.done(), loaded.description->instructions.size());
  for (const auto& [name, times] : compiled.tries) EXPECT_GT(times, 2) << name;
  // Where only bits count it makes no difference that half of the words are 2^63 and more.
  EXPECT_EQ(compiled.tries["words"], 16 * 8 * 2);
  EXPECT_LT(compiled.tries["fits"], 16 * 8 * 2);
}

TEST(Compiled, RandomProgramsOnAllChips) {
  for (const auto& [name, least] : {std::pair{"gemmini", 10u}, std::pair{"vta", 3u}, std::pair{"plena", 30u}}) {
    const Loaded loaded = load_description(std::string(*embedded_description(name)), name);
    ASSERT_TRUE(loaded.description);
    Counted compiled(*loaded.description);
    std::mt19937_64 random(11);
    const auto& instructions = loaded.description->instructions;
    for (uint64_t n = 0; n < 300; ++n) {
      std::vector<Word> program;
      for (size_t length = n % 2 == 0 ? 1 : random() % 8; length > 0; --length)
        program.push_back(random_word(*loaded.description, instructions[random() % instructions.size()], random));
      SCOPED_TRACE(std::string(name) + " " + std::to_string(n));
      compare(*loaded.description, program, 20'000, n, {.compiled = &compiled, .with_registers = n % 4 < 2});
      ASSERT_FALSE(HasFatalFailure());
    }
    EXPECT_GE(compiled.done(), least) << name;
  }
}

}  // namespace
}  // namespace portolan::accelerator
