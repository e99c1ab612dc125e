// Programs on the made-up chip: how they end, what they may depend on, and text and bits of instructions.
#include <gtest/gtest.h>

#include "emulate/accelerator/vectors.h"
#include "frontends/accelerator/assembler.h"
#include "tests/unit/accelerator/chip.h"

namespace portolan::accelerator {
namespace {

const char* const kUnits = R"(
queue a2b
queue b2a
unit left
unit right
format token { op [3:0]  wait [4]  tell [5]  value [15:8] }
instruction l : token {
  encoding op = 1
  syntax "l {value} {wait?} {tell?}"
  unit left
  waits b2a if wait
  signals a2b if tell
  meaning { total := value }
  cost 5
}
instruction r : token {
  encoding op = 2
  syntax "r {value} {wait?} {tell?}"
  unit right
  waits a2b if wait
  signals b2a if tell
  meaning { host[value] := u8.wrap(total) }
  cost 3
}
)";

struct Ran {
  RunResult result;
  std::vector<Cell> host;
};

Ran run(const std::string& description, const std::string& program, uint32_t first = 0, Limits limits = {}) {
  Loaded loaded = load_description(chip_with(description), "toy.isa");
  EXPECT_TRUE(loaded.description) << (loaded.errors.empty() ? "" : loaded.errors[0].message);
  const Assembled words = assemble(*loaded.description, program, "p.s");
  EXPECT_TRUE(words.errors.empty()) << to_string(words.errors[0]);
  Machine machine(*loaded.description, limits);
  for (uint64_t i = 0; i < 4; ++i) machine.external()->write(i, {250 + i, true});
  Ran ran{machine.run(words.words, first), {}};
  for (uint64_t i = 0; i < 32; ++i) ran.host.push_back(machine.external()->read(i));
  return ran;
}

TEST(Machine, Finishes) {
  const Ran ran = run(kInstructions, "load 0\nset -5\nadd 0\nsave 2\n");
  EXPECT_EQ(ran.result.outcome.kind, Outcome::Kind::finished) << ran.result.outcome.why;
  // -5 + (-6 - 5 - 4 - 3), little-endian.
  EXPECT_EQ(ran.host[8].bits, 0xe9u);
  EXPECT_EQ(ran.host[11].bits, 0xffu);
}

TEST(Machine, WhatNothingDefinedStaysUndefined) {
  const Ran ran = run(kInstructions, "add 3\nsave 2\n");
  EXPECT_EQ(ran.result.outcome.kind, Outcome::Kind::finished);
  EXPECT_FALSE(ran.host[8].defined);
  EXPECT_TRUE(ran.host[0].defined);
  const std::string decides = std::string(kInstructions) +
                              "instruction test : plain { encoding op = 6 syntax \"test {row}\"\n"
                              "meaning { if pad[row][0] == 0 { total := 1 } } }\n";
  EXPECT_EQ(run(decides, "test 1\n").result.outcome.kind, Outcome::Kind::undefined);
}

TEST(Machine, IllegalIsAResult) {
  const std::string outside = std::string(kInstructions) +
                              "instruction far : number { encoding op = 6 syntax \"far {value}\"\n"
                              "meaning { total := pad[value][0] } }\n";
  EXPECT_EQ(run(outside, "far 16\n").result.outcome.kind, Outcome::Kind::illegal);
  EXPECT_EQ(run(outside, "far -1\n").result.outcome.kind, Outcome::Kind::illegal);
  EXPECT_EQ(run(kInstructions, ".word 0xffff\n").result.outcome.kind, Outcome::Kind::illegal);
  const std::string narrow = std::string(kInstructions) +
                             "register small : s8\ninstruction put : number { encoding op = 6 syntax \"put {value}\"\n"
                             "meaning { small := value } }\n";
  EXPECT_EQ(run(narrow, "put 127\n").result.outcome.kind, Outcome::Kind::finished);
  EXPECT_EQ(run(narrow, "put 128\n").result.outcome.kind, Outcome::Kind::undefined);
}

TEST(Machine, EndlessLoopsEnd) {
  EXPECT_EQ(run(kInstructions, "set 1\nagain\n", 0, {.steps = 1000, .instructions = 1'000'000}).result.outcome.kind,
            Outcome::Kind::endless);
  const std::string turns = std::string(kInstructions) +
                            "instruction turn : number { encoding op = 6 syntax \"turn {value}\"\n"
                            "meaning { for i in 0 .. 1 << 100 { total := 1 } } }\n";
  EXPECT_EQ(run(turns, "turn 0\n", 0, {.steps = 100'000, .instructions = 10}).result.outcome.kind,
            Outcome::Kind::endless);
}

TEST(Machine, TokensMakeTheOrder) {
  const std::string ordered = "l 7 tell\nr 20 wait tell\nl 9 wait\n";
  for (uint32_t first : {0u, 1u}) {
    const Ran ran = run(kUnits, ordered, first);
    EXPECT_EQ(ran.result.outcome.kind, Outcome::Kind::finished) << ran.result.outcome.why;
    EXPECT_EQ(ran.host[20].bits, 7u);
    EXPECT_EQ(ran.result.cycles, 13);
  }
  // Without tokens the units overlap, and which value is stored depends on who goes first.
  const std::string loose = "l 7\nr 20\nl 9\n";
  EXPECT_EQ(run(kUnits, loose, 0).host[20].bits, 9u);
  EXPECT_EQ(run(kUnits, loose, 1).host[20].bits, 0u);
  EXPECT_EQ(run(kUnits, loose, 0).result.cycles, 10);
}

TEST(Machine, DeadlockIsAResult) {
  const Ran ran = run(kUnits, "l 1 wait tell\nr 20 wait tell\n");
  EXPECT_EQ(ran.result.outcome.kind, Outcome::Kind::deadlock);
  EXPECT_EQ(ran.result.outcome.why,
            "instruction 0 (l) waits for a token of b2a; instruction 1 (r) waits for a token of a2b");
}

TEST(Machine, TogetherReadsWhatWasThereBefore) {
  const std::string rotate = std::string(kInstructions) +
                             "instruction rotate : plain { encoding op = 6 syntax \"rotate {row}\"\n"
                             "meaning { together j in 0 .. N { pad[row][j] := pad[row][(j + 1) % N] } } }\n"
                             "instruction out : plain { encoding op = 7 syntax \"out {row}\"\n"
                             "meaning { for j in 0 .. N { host[16 + j] := u8.wrap(pad[row][j]) } } }\n";
  const Ran ran = run(rotate, "load 0\nrotate 0\nout 0\n");
  EXPECT_EQ(ran.host[16].bits, 251u);
  EXPECT_EQ(ran.host[19].bits, 250u);
}

TEST(Assembler, Errors) {
  const Loaded loaded = load_description(chip_with(kInstructions), "toy.isa");
  const auto message = [&](const std::string& text) {
    const Assembled a = assemble(*loaded.description, text, "p.s");
    return a.errors.empty() ? "none"
                            : std::to_string(a.errors[0].location.line) + ":" +
                                  std::to_string(a.errors[0].location.column) + ": " + a.errors[0].message;
  };
  EXPECT_EQ(message("load 3 // fine\n\n# so is this\n"), "none");
  EXPECT_EQ(message("load 16\n"), "1:6: row can't be 16; it is 0..15");
  EXPECT_EQ(message("set 1\nset 2048\n"), "2:5: value can't be 2048; it is -2048..2047");
  EXPECT_EQ(message("laod 1\n"), "1:1: toy has no instruction 'laod'");
  EXPECT_EQ(message("load\n"), "1:5: expected a number at the end of the line");
  EXPECT_EQ(message("load 1 2\n"), "1:8: '2' is too much here");
  EXPECT_EQ(message(".word 0x10000\n"), "1:7: 'instruction' has 16 bits");
}

}  // namespace
}  // namespace portolan::accelerator
