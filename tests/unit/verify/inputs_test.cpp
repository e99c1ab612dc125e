// Inputs of kinds that draws of independent numbers give seldom: each pair differs only on these, so the tester refutes
// it or does not know them.
#include <gtest/gtest.h>

#include "verify/tester.h"

namespace portolan::verify {
namespace {

// `f`, of one 32-bit number, which returns one, with a writable object of so many bytes; x86-64 and AArch64.
TestResult::Level level_of(const std::string& source, const std::string& target, unsigned bytes) {
  const std::string size = std::to_string(bytes);
  auto object = [&size](Isa isa, const std::string& code, const std::string& type) {
    auto made = object_of_text(isa,
                               "\t.text\n\t.globl f\n\t.type f, " + type + "function\nf:\n" + code +
                                   "\t.bss\n\t.balign 16\n\t.globl table\n\t.type table, " + type +
                                   "object\n\t.size table, " + size + "\ntable:\n\t.zero " + size + "\n",
                               "inputs");
    EXPECT_TRUE(made) << (made ? "" : to_string(made.error()));
    return made ? *made : emulate::Object{};
  };
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  BoundaryValue value{BoundaryValue::Kind::integer, 32, false, {Place::Kind::integer_argument, 0}, {}};
  value.target = value.source;
  boundary.parameters = {value};
  value.source = value.target = {Place::Kind::integer_result, 0};
  boundary.results = {value};
  TestOptions options;
  options.tests = 200;
  options.time = std::chrono::seconds(60);
  // As verify gives them: what stands in the code.
  options.constants = [](const Boundary&) { return std::vector<uint64_t>{0x20}; };
  const TestReport report =
      test_unit({Isa::x86_64, Isa::aarch64, object(Isa::x86_64, source, "@"), object(Isa::aarch64, target, "%"), {}},
                {boundary}, options);
  EXPECT_EQ(report.problem, "");
  return report.results.at(0).level;
}

// How many there are stands behind many of them.
TEST(Inputs, TheEndOfALargeObjectIsFilledToo) {
  const std::string source = "\tmovl %edi, %eax\n\taddl table+7996(%rip), %eax\n\tret\n";
  EXPECT_EQ(
      level_of(source, "\tadrp x8, table+7996\n\tldr w8, [x8, :lo12:table+7996]\n\tadd w0, w0, w8\n\tret\n", 8000),
      TestResult::Level::tested);
  EXPECT_EQ(level_of(source, "\tret\n", 8000), TestResult::Level::refuted);
}

// v = table[v]: the same number all along a table.
TEST(Inputs, ATableMayLeadToItself) {
  const std::string source =
      "\tandl $511, %edi\n\tleaq table(%rip), %rdx\n\txorl %eax, %eax\n\tcmpl $5, %edi\n\tjb 1f\n"
      "\tcmpl (%rdx,%rdi,4), %edi\n\tsete %al\n1:\tret\n";
  EXPECT_EQ(level_of(source, "\tmov w0, wzr\n\tret\n", 2048), TestResult::Level::refuted);
}

// A mark, and none beside it.
TEST(Inputs, MarksStandAlone) {
  const std::string source =
      "\tandl $1023, %edi\n\tleaq table(%rip), %rdx\n\txorl %eax, %eax\n\tcmpb $32, 1(%rdx,%rdi)\n\tjne 1f\n"
      "\tcmpb $0, (%rdx,%rdi)\n\tjne 1f\n\tcmpb $0, 2(%rdx,%rdi)\n\tsete %al\n1:\tret\n";
  EXPECT_EQ(level_of(source, "\tmov w0, wzr\n\tret\n", 2048), TestResult::Level::refuted);
}

// Three comparisons of one way, of which the last looks at a range that begins at no small number: no draw meets all.
TEST(Inputs, WhatIsComparedMeetsInTurn) {
  const std::string source =
      "\tleaq table(%rip), %rdx\n\txorl %eax, %eax\n\tcmpl (%rdx), %edi\n\tjne 1f\n\tleal 7(%rdi), %ecx\n"
      "\tcmpl 4(%rdx), %ecx\n\tjne 1f\n\tmovl 8(%rdx), %ecx\n\tsubl $16180, %ecx\n\tcmpl $31, %ecx\n\tja 1f\n"
      "\tmovl $1, %eax\n1:\tret\n";
  const std::string target =
      "\tadrp x8, table\n\tadd x8, x8, :lo12:table\n\tldr w9, [x8]\n\tcmp w9, w0\n\tb.ne 1f\n\tldr w9, [x8, #4]\n"
      "\tadd w10, w0, #7\n\tcmp w9, w10\n\tb.ne 1f\n\tldr w9, [x8, #8]\n\tmov w10, #16180\n\tsub w9, w9, w10\n"
      "\tcmp w9, #31\n\tcset w0, ls\n\tret\n1:\tmov w0, wzr\n\tret\n";
  EXPECT_EQ(level_of(source, target, 64), TestResult::Level::tested);
  EXPECT_EQ(level_of(source, "\tmov w0, wzr\n\tret\n", 64), TestResult::Level::refuted);
}

}  // namespace
}  // namespace portolan::verify
