// What is wrong with a description is said with its place. Each case is a description that is right but for one thing.
#include <gtest/gtest.h>

#include "frontends/accelerator/check.h"
#include "tests/unit/accelerator/chip.h"

namespace portolan::accelerator {
namespace {

// "LINE: message" of the first error, with the line of `more` counted from 1.
std::string first_error(const std::string& more, const ParameterValues& parameters = {}) {
  const Loaded loaded = load_description(chip_with(more), "toy.isa", parameters);
  if (loaded.errors.empty()) return "none";
  const int line = static_cast<int>(loaded.errors[0].location.line);
  const std::string head = chip_with("");
  const int offset = static_cast<int>(std::count(head.begin(), head.end(), '\n'));
  return std::to_string(line - offset) + ": " + loaded.errors[0].message;
}

void expect_error(const std::string& more, const std::string& place, const std::string& part) {
  const std::string error = first_error(more);
  EXPECT_TRUE(error.starts_with(place + ": ")) << error;
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST(Description, IsRead) {
  EXPECT_EQ(first_error(kInstructions), "none");
  const Loaded loaded = load_description(chip_with(kInstructions), "toy.isa", {{"N", 8}});
  ASSERT_TRUE(loaded.description);
  EXPECT_EQ(loaded.description->states[1].elements(), 128);
}

TEST(Description, OverlappingEncodings) {
  expect_error(
      "instruction a : plain { encoding op = 1 syntax \"a {row}\" meaning {} }\n"
      "instruction b : number { encoding op = 1 syntax \"b {value}\" meaning {} }\n",
      "2", "the encodings of a (line 12) and b overlap: 0x0001 would be both");
}

TEST(Description, FieldOutsideItsWord) {
  expect_error("format bad { x [16:4] }\n", "1",
               "bit 16 of field x is outside its word 'instruction', whose highest bit is 15");
  expect_error("layout bad : 8 { x [8] }\n", "1", "bit 8 of field x is outside layout bad");
}

TEST(Description, FieldsThatShareBits) {
  expect_error(
      "format two { op [3:0] x [9:4] y [8:8] }\n"
      "instruction a : two { encoding op = 1\n syntax \"a {x} {y}\" meaning {} }\n",
      "3", "fields x and y of a share bits");
}

TEST(Description, NoEncoding) {
  expect_error("instruction a : plain { syntax \"a {row}\" meaning {} }\n", "1", "instruction a has no encoding");
}

TEST(Description, ReadsWhatNothingDefines) {
  expect_error("instruction a : plain {\n encoding op = 1 syntax \"a {row}\"\n meaning { total := step } }\n", "3",
               "'step' is read here, but has no initial value and nothing writes it");
  expect_error("instruction a : plain {\n encoding op = 1 syntax \"a {row}\"\n meaning { total := stepp } }\n", "3",
               "nothing is called 'stepp' here");
}

TEST(Description, Recursion) {
  expect_error(
      "instruction a : plain { encoding op = 1 syntax \"a {row}\"\n meaning { issue b(row = row) } }\n"
      "instruction b : plain { encoding op = 2 syntax \"b {row}\"\n meaning { issue a(row = row) } }\n",
      "4", "'a' issues itself");
  expect_error("function f(x) = if x == 0 then 0 else\n f(x - 1)\n", "2", "'f' uses itself");
  expect_error("procedure p() {\n p() }\n", "2", "'p' uses itself");
}

TEST(Description, ValuesThatDontFit) {
  expect_error("instruction a : plain { encoding op = 16 syntax \"a {row}\" meaning {} }\n", "1",
               "field op can't be 16; it holds 0..15");
  expect_error("register r : u4 = 16\n", "1", "16 doesn't fit in u4");
}

TEST(Description, Types) {
  expect_error(
      "register r : bf16 = 0\ninstruction a : plain { encoding op = 1 syntax \"a {row}\"\n meaning { total := r } }\n",
      "3", "this place holds an integer, and the value is bf16");
  expect_error("register r : bf16 = 0\nregister q : f32 = 0\nfunction f(x) =\n r + q\n", "4", "bf16 and f32 don't mix");
  expect_error("function f(x) = if\n x then 1 else 2\n", "2", "a condition is a comparison or a single bit");
  expect_error("function f(x) =\n s8(x)\n", "2", "s8.wrap(x) or s8.saturate(x)");
}

TEST(Description, SyntaxText) {
  expect_error("instruction a : plain { encoding op = 1\n syntax \"a {rwo}\" meaning {} }\n", "2",
               "format plain has no field 'rwo'");
  expect_error("instruction a : plain { encoding op = 1\n syntax \"a {op}\" meaning {} }\n", "2",
               "'op' is fixed by the encoding");
  expect_error("instruction a : plain { encoding op = 1 syntax \"a\" meaning { total := row } }\n", "1",
               "the meaning of a uses field row, which neither its syntax writes nor its encoding fixes");
}

TEST(Description, Sources) {
  const Loaded loaded = load_description("chip x \"x\"\nword w : 8\n", "x.isa");
  ASSERT_FALSE(loaded.errors.empty());
  EXPECT_NE(loaded.errors[0].message.find("who says so?"), std::string::npos) << loaded.errors[0].message;
  expect_error("register r : u4 = 1 @nobody\n", "1", "no source 'nobody' is declared above");
}

TEST(Description, Parameters) {
  const std::string error = first_error(kInstructions, {{"N", 3}});
  EXPECT_NE(error.find("N is 3, and may be: 2, 4, 8"), std::string::npos) << error;
}

TEST(Description, GoesOnAfterAnError) {
  const Loaded loaded = load_description(chip_with("memory : u8\nregister r ;\nqueue 5\n"), "toy.isa");
  EXPECT_EQ(loaded.errors.size(), 3u);
}

TEST(Description, AChipIsDeclaredOnce) {
  expect_error("chip again \"x\"\nregister r : u4 = 1\n", "1", "expected a declaration");
}

TEST(Description, NestingHasAnEnd) {
  const std::string deep(100000, '(');
  expect_error("let x = " + deep + "\n", "1", "nested too deeply");
  std::string chain = "1";
  for (int i = 0; i < 100000; ++i) chain += " + 1";
  expect_error("let x = " + chain + "\n", "1", "too long");
}

}  // namespace
}  // namespace portolan::accelerator
