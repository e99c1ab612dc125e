// Runs that leave an object of the files' data by an index: two compilers' layouts of the same objects are the oracle,
// since with the other layout the same code does something else.
#include <gtest/gtest.h>

#include "verify/tester.h"

namespace portolan::verify {
namespace {

const char* const kSource =
    "\tmovslq count(%rip), %rax\n\tleaq table(%rip), %rdx\n\tmovq %rdi, (%rdx,%rax,8)\n\tmovq other(%rip), "
    "%rax\n\tret\n";
const char* const kTarget =
    "\tadrp x8, count\n\tldrsw x8, [x8, :lo12:count]\n\tadrp x9, table\n\tadd x9, x9, :lo12:table\n"
    "\tstr x0, [x9, x8, lsl #3]\n\tadrp x9, other\n\tldr x0, [x9, :lo12:other]\n\tret\n";

std::string with_objects(const std::string& code, char type, const std::vector<std::string>& names) {
  std::string text =
      "\t.text\n\t.globl f\n\t.type f, @function\nf:\n" + code + "\t.size f, .-f\n\t.bss\n\t.balign 16\n";
  for (const std::string& name : names)
    text += "\t.type " + name + ", @object\n\t.size " + name + ", " + (name == "count" ? "4" : "64") + "\n" + name +
            ":\n\t.zero 64\n";
  for (char& c : text)
    if (c == '@') c = type;
  return text;
}

// `f`, of one number, which returns one.
Boundary one_number() {
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  BoundaryValue value{BoundaryValue::Kind::integer, 64, false, {Place::Kind::integer_argument, 0}, {}};
  value.target = value.source;
  boundary.parameters = {value};
  value.source = value.target = {Place::Kind::integer_result, 0};
  boundary.results = {value};
  return boundary;
}

TestReport report_of(const std::string& target_code) {
  const std::string source = with_objects(kSource, '@', {"table", "other", "count"});
  const std::string target = with_objects(target_code, '%', {"other", "count", "table"});
  auto source_object = object_of_text(Isa::x86_64, source, "source.s");
  auto target_object = object_of_text(Isa::aarch64, target, "target.s");
  EXPECT_TRUE(source_object) << to_string(source_object.error());
  EXPECT_TRUE(target_object) << to_string(target_object.error());
  if (!source_object || !target_object) return {};
  TestOptions options;
  options.tests = 200;
  options.seed = 1;
  options.time = std::chrono::seconds(60);
  return test_unit({Isa::x86_64, Isa::aarch64, *source_object, *target_object, {}}, {one_number()}, options);
}

TEST(Objects, WhatDependsOnTheirPlacesShowsNothing) {
  const TestReport report = report_of(kTarget);
  ASSERT_EQ(report.results.size(), 1u) << report.problem;
  EXPECT_EQ(report.results[0].level, TestResult::Level::tested) << report.results[0].reason;
}

TEST(Objects, WhatIsWrongInsideOfThemIsRefuted) {
  std::string wrong = kTarget;
  wrong.insert(wrong.find("str x0"), "add x0, x0, #1\n\t");
  const TestReport report = report_of(wrong);
  ASSERT_EQ(report.results.size(), 1u) << report.problem;
  EXPECT_EQ(report.results[0].level, TestResult::Level::refuted) << report.results[0].reason;
}

// Two tables of a hundred bytes, in one order or the other; on all of them something stands that is not zero.
std::string tables(const std::string& code, char type, const char* first, const char* second) {
  std::string text = "\t.text\n\t.globl f\n\t.type f, @function\nf:\n" + code + "\t.section .rodata\n";
  for (const std::string name : {first, second})
    text += "\t.type " + name + ", @object\n\t.size " + name + ", 100\n" + name + ":\t.fill 100, 1, " +
            (name == "table" ? "7" : "9") + "\n";
  for (char& c : text)
    if (c == '@') c = type;
  return text;
}

// The sum of the first bytes of a table, as many as the argument's low bits say, or the byte there.
TestResult::Level level_of(Isa isa, const std::string& code, const std::string& x86_code) {
  const std::string source = tables(code, isa == Isa::x86_64 ? '@' : '%', "table", "other");
  auto source_object = object_of_text(isa, source, "source.s");
  auto target_object = object_of_text(Isa::x86_64, tables(x86_code, '@', "other", "table"), "target.s");
  EXPECT_TRUE(source_object) << to_string(source_object.error());
  EXPECT_TRUE(target_object) << to_string(target_object.error());
  if (!source_object || !target_object) return TestResult::Level::unknown;
  TestOptions options;
  options.tests = 100;
  options.time = std::chrono::seconds(60);
  const TestReport report = test_unit({isa, Isa::x86_64, *source_object, *target_object, {}}, {one_number()}, options);
  EXPECT_EQ(report.problem, "");
  return report.results.at(0).level;
}

// Where no instruction has an address of two registers, the index shows in what was added before.
TEST(Objects, AnIndexMayBeAddedBefore) {
  const std::string byte = "\tandl $127, %edi\n\tleaq table(%rip), %rax\n\tmovzbl (%rax,%rdi), %eax\n\tret\n";
  const std::string source = "\tandi a0, a0, 127\n\tlla a1, table\n\tadd a0, a0, a1\n\tlbu a0, 0(a0)\n\tret\n";
  EXPECT_EQ(level_of(Isa::riscv64, source, byte), TestResult::Level::tested);
  std::string wrong = byte;
  wrong.replace(wrong.find("127"), 3, "63");
  EXPECT_EQ(level_of(Isa::riscv64, source, wrong), TestResult::Level::tested);  // all bytes are the same
  wrong.insert(wrong.find("\tret"), "\txorl $1, %eax\n");
  EXPECT_EQ(level_of(Isa::riscv64, source, wrong), TestResult::Level::refuted);
}

TEST(Objects, APointerMayBeCountedUp) {
  const std::string sum =
      "\tandl $127, %edi\n\tleaq table(%rip), %rdx\n\txorl %eax, %eax\n\tjmp 2f\n1:\tmovzbl (%rdx), %ecx\n\tincq %rdx\n"
      "\taddq %rcx, %rax\n\tdecq %rdi\n2:\ttestq %rdi, %rdi\n\tjne 1b\n\tret\n";
  const std::string arm =
      "\tand x1, x0, #127\n\tmov x0, xzr\n\tadrp x2, table\n\tadd x2, x2, :lo12:table\n\tb 2f\n1:\tldrb w3, [x2], #1\n"
      "\tadd x0, x0, x3\n\tsub x1, x1, #1\n2:\tcbnz x1, 1b\n\tret\n";
  const std::string riscv =
      "\tandi a1, a0, 127\n\tli a0, 0\n\tlla a2, table\n\tj 2f\n1:\tlbu a3, 0(a2)\n\taddi a2, a2, 1\n\tadd a0, a0, a3\n"
      "\taddi a1, a1, -1\n2:\tbnez a1, 1b\n\tret\n";
  std::string wrong = sum;
  wrong.replace(wrong.find("incq %rdx"), 9, "addq $2, %rdx");
  for (const auto& [isa, source] : {std::pair(Isa::aarch64, arm), {Isa::riscv64, riscv}, {Isa::x86_64, sum}}) {
    EXPECT_EQ(level_of(isa, source, sum), TestResult::Level::tested) << to_string(isa);
    EXPECT_EQ(level_of(isa, source, wrong), TestResult::Level::refuted) << to_string(isa);
  }
}

// The end of one object is where the next begins, and code that runs through the first may start from there.
TEST(Objects, TheEndOfOneIsNotTheNext) {
  const std::string source =
      "\tmov x0, xzr\n\tadrp x2, table+100\n\tadd x2, x2, :lo12:table+100\n\tmov x1, #-100\n1:\tldrb w3, [x2, x1]\n"
      "\tadd x0, x0, x3\n\tadds x1, x1, #1\n\tb.ne 1b\n\tret\n";
  EXPECT_EQ(level_of(Isa::aarch64, source, "\tmovl $700, %eax\n\tret\n"), TestResult::Level::tested);
  EXPECT_EQ(level_of(Isa::aarch64, source, "\tmovl $701, %eax\n\tret\n"), TestResult::Level::refuted);
  // What runs through both leaves one of them.
  std::string both = source;
  both.replace(both.find("b.ne"), 4, "cmp x1, #50\n\tb.ne");
  EXPECT_NE(level_of(Isa::aarch64, both, "\tmovl $701, %eax\n\tret\n"), TestResult::Level::refuted);
}

}  // namespace
}  // namespace portolan::verify
