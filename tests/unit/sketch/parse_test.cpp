// The text form of sketches: what is read, what is printed, and what is refused where.
#include <gtest/gtest.h>

#include "translate/sketch/sketch.h"

namespace portolan::sketch {
namespace {

Sketch parsed(const std::string& text, Isa isa = Isa::aarch64) {
  auto sketch = parse(text, "test.s", isa);
  EXPECT_TRUE(sketch) << to_string(sketch.error());
  return sketch ? *sketch : Sketch();
}

struct Bad {
  Isa isa;
  const char* text;
  uint32_t line, column;
  const char* message;
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.text;
}

TEST(SketchText, EveryKindOfHole) {
  const Sketch s = parsed(
      "f:\n\tadd x0, ?reg, #?imm:12\n\tb.?cond ?label\n\t?op{add,sub} x0, x1, x2, ?shift\n\tmov w0, v0.s[?lane]\n"
      "\t?seq:2\n");
  ASSERT_EQ(s.holes.size(), 8u);
  const HoleKind kinds[] = {HoleKind::reg, HoleKind::imm,   HoleKind::cond, HoleKind::label,
                            HoleKind::op,  HoleKind::shift, HoleKind::lane, HoleKind::seq};
  for (size_t h = 0; h < s.holes.size(); ++h) EXPECT_EQ(s.holes[h].kind, kinds[h]);
  EXPECT_EQ(s.holes[1].number, 12u);
  EXPECT_EQ(s.holes[4].candidates, (std::vector<std::string>{"add", "sub"}));
  EXPECT_EQ(s.holes[0].line, 2u);
  EXPECT_EQ(s.holes[0].column, 10u);
}

TEST(SketchText, OneNameIsOneHole) {
  const Sketch s = parsed("\taddi a0, a0, ?imm#n\n\taddi a1, a1, ?imm#n  # not a name\n", Isa::riscv64);
  ASSERT_EQ(s.holes.size(), 1u);
  EXPECT_EQ(s.lines[1].holes(), std::vector<HoleId>{0});
  EXPECT_EQ(instantiate(s, {"5"}), "\taddi a0, a0, 5\n\taddi a1, a1, 5\n");
}

TEST(SketchText, LabelsStayInFrontOfTheInstruction) {
  const Sketch s = parsed("a: .Lb: add x0, x0, #?imm // why\n");
  EXPECT_EQ(s.lines[0].labels, "a: .Lb:");
  EXPECT_EQ(instantiate(s.lines[0], {"1"}), " add x0, x0, #1");
}

TEST(SketchText, StringsAndCommentsHoldNoHoles) {
  const Sketch s = parsed("\t.asciz \"?imm \\\" ?\"\n\t/* ?what\n ?imm */ nop // ?reg\n# ?imm\n");
  EXPECT_TRUE(s.holes.empty());
}

TEST(SketchText, WhatIsPrintedIsReadAgain) {
  const char* texts[] = {"f:\tadd x0, x1, #?imm{ 1, 2 ,3 }#k\n\tadd x0, x0, #?imm#k\n", "\t?seq:3\n",
                         "\tld1 {?reg.4s}, [x0]\n\tmov w0, v0.s[?lane{0,1}]\n", "plain\n\n\ttext // ?x\n"};
  for (const char* text : texts) {
    const std::string once = print(parsed(text));
    EXPECT_EQ(print(parsed(once)), once);
  }
}

class Refused : public testing::TestWithParam<Bad> {};

TEST_P(Refused, WithPlaceAndReason) {
  auto sketch = parse(GetParam().text, "test.s", GetParam().isa);
  ASSERT_FALSE(sketch);
  EXPECT_EQ(sketch.error().location.line, GetParam().line);
  EXPECT_EQ(sketch.error().location.column, GetParam().column);
  EXPECT_NE(sketch.error().message.find(GetParam().message), std::string::npos) << sketch.error().message;
}

constexpr Isa kA = Isa::aarch64, kR = Isa::riscv64, kX = Isa::x86_64;
const Bad kBad[] = {
    {kA, "\tadd x0, x0, #?immediate\n", 1, 15, "there is no hole '?immediate'"},
    {kA, "\tadd x0, x0, ?\n", 1, 14, "its kind must follow"},
    {kA, "nop\n\tadd ?reg?reg, x0, x0\n", 2, 10, "two holes touch"},
    {kA, "\tadd x0, x0, #?imm{1,,2}\n", 1, 22, "an empty candidate"},
    {kA, "\tadd x0, x0, #?imm{1,1}\n", 1, 22, "stands twice"},
    {kA, "\tadd x0, x0, #?imm{1\n", 1, 19, "no '}'"},
    {kR, "\t?op{add a0 # x} a0, a0, a0\n", 1, 6, "begins a comment"},
    {kA, "\t?op{add;sub} x0, x0, x0\n", 1, 6, "cannot hold ';'"},
    {kA, "\tadd x0, x0, #?imm:0\n", 1, 20, "1 to 64 bits"},
    {kA, "\tadd x0, x0, ?reg:3\n", 1, 18, "only ?imm has a width"},
    {kA, "\t?seq\n", 1, 2, "needs a length"},
    {kA, "\t?seq:2 nop\n", 1, 2, "alone on its line"},
    {kA, "\tadd x0, x0, #?imm#n\n\tadd x0, ?reg#n, x0\n", 2, 10, "one name, one value"},
    {kA, "\t.word ?imm\n", 1, 1, "in a directive"},
    {kX, "\tnop; addl $?imm, %eax\n", 1, 5, "a line of its own"},
    {kX, "\tj?cond 1f\n", 1, 1, "a numbered label"},
    {kX, "\t.incbin \"/etc/passwd\"\n", 1, 2, "cannot read other files"},
    {kX, "\t.IncBin \"/etc/passwd\"\n", 1, 2, "cannot read other files"},
};
INSTANTIATE_TEST_SUITE_P(Sketches, Refused, testing::ValuesIn(kBad));

}  // namespace
}  // namespace portolan::sketch
