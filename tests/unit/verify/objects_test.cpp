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

TestReport report_of(const std::string& target_code) {
  const std::string source = with_objects(kSource, '@', {"table", "other", "count"});
  const std::string target = with_objects(target_code, '%', {"other", "count", "table"});
  auto source_object = object_of_text(Isa::x86_64, source, "source.s");
  auto target_object = object_of_text(Isa::aarch64, target, "target.s");
  EXPECT_TRUE(source_object) << to_string(source_object.error());
  EXPECT_TRUE(target_object) << to_string(target_object.error());
  if (!source_object || !target_object) return {};
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  BoundaryValue value{BoundaryValue::Kind::integer, 64, false, {Place::Kind::integer_argument, 0}, {}};
  value.target = value.source;
  boundary.parameters = {value};
  value.source = value.target = {Place::Kind::integer_result, 0};
  boundary.results = {value};
  TestOptions options;
  options.tests = 200;
  options.seed = 1;
  options.time = std::chrono::seconds(60);
  return test_unit({Isa::x86_64, Isa::aarch64, *source_object, *target_object, {}}, {boundary}, options);
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

}  // namespace
}  // namespace portolan::verify
