// The tester tested: hand-written x86-64 functions with hand-written AArch64 translations must come out as tested, and
// each of a list of wrong ones as refuted.
#include <gtest/gtest.h>

#include "verify/tester.h"

namespace portolan::verify {
namespace {

using Kind = BoundaryValue::Kind;
using PlaceKind = Place::Kind;

BoundaryValue integer(uint32_t index, uint32_t bits = 64) {
  return {Kind::integer, bits, false, {PlaceKind::integer_argument, index}, {PlaceKind::integer_argument, index}};
}
BoundaryValue floating(uint32_t index) {
  return {Kind::floating, 64, false, {PlaceKind::float_argument, index}, {PlaceKind::float_argument, index}};
}
BoundaryValue integer_result(uint32_t bits = 64) {
  return {Kind::integer, bits, false, {PlaceKind::integer_result, 0}, {PlaceKind::integer_result, 0}};
}
BoundaryValue floating_result() {
  return {Kind::floating, 64, false, {PlaceKind::float_result, 0}, {PlaceKind::float_result, 0}};
}

struct Mutant {
  const char* what;
  const char* from;  // in the correct translation, replaced by:
  const char* to;
};

struct Case {
  const char* name;
  std::vector<BoundaryValue> parameters, results;
  const char* source;  // x86-64
  const char* target;  // AArch64
  std::vector<Mutant> mutants;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"subtract",
       {integer(0), integer(1)},
       {integer_result()},
       "movq %rdi, %rax\nsubq %rsi, %rax\nret\n",
       "sub x0, x0, x1\nret\n",
       {{"operands swapped", "x0, x0, x1", "x0, x1, x0"},
        {"half the width", "x0, x0, x1", "w0, w0, w1"},
        {"add for sub", "sub", "add"},
        {"callee-saved register", "sub x0", "mov x19, x1\nsub x0"},
        {"callee-saved vector register", "sub x0", "fmov d8, x1\nsub x0"},
        {"stack pointer", "ret", "sub sp, sp, #16\nret"}}},
      {"polynomial",
       {integer(0)},
       {integer_result()},
       "imulq %rdi, %rdi\nleaq 7(%rdi,%rdi,2), %rax\nret\n",
       "mul x0, x0, x0\nadd x0, x0, x0, lsl #1\nadd x0, x0, #7\nret\n",
       {{"wrong constant", "#7", "#8"}, {"wrong shift", "#1", "#2"}}},
      {"sign_extends",
       {integer(0)},
       {integer_result()},
       "movslq %edi, %rax\nret\n",
       "sxtw x0, w0\nret\n",
       {{"missing sign extension", "sxtw x0, w0", "mov w0, w0"}, {"from 16 bits", "sxtw", "sxth"}}},
      {"maximum",
       {integer(0), integer(1)},
       {integer_result()},
       "cmpq %rsi, %rdi\nmovq %rsi, %rax\ncmovgq %rdi, %rax\nret\n",
       "cmp x0, x1\ncsel x0, x0, x1, gt\nret\n",
       {{"unsigned comparison", "gt", "hi"}, {"other way", "gt", "lt"}}},
      {"sum",
       {integer(0), integer(1)},
       {integer_result()},
       "xorl %eax, %eax\ntestq %rsi, %rsi\njle 2f\nxorl %ecx, %ecx\n"
       "1: addq (%rdi,%rcx,8), %rax\nincq %rcx\ncmpq %rsi, %rcx\njne 1b\n2: ret\n",
       "mov x2, xzr\ncmp x1, #0\nb.le 2f\n1: ldr x3, [x0], #8\nadd x2, x2, x3\nsubs x1, x1, #1\nb.ne 1b\n"
       "2: mov x0, x2\nret\n",
       {{"off by one", "1: ldr x3", "1: cmp x1, #1\nb.eq 2f\nldr x3"},
        {"one too many", "cmp x1, #0\n", "add x1, x1, #1\ncmp x1, #1\n"},
        {"half the element", "ldr x3, [x0], #8", "ldr w3, [x0], #8"},
        {"step", "#8", "#16"}}},
      {"swap",
       {integer(0), integer(1)},
       {},
       "movl (%rdi), %eax\nmovl (%rsi), %edx\nmovl %edx, (%rdi)\nmovl %eax, (%rsi)\nret\n",
       "ldr w2, [x0]\nldr w3, [x1]\nstr w3, [x0]\nstr w2, [x1]\nret\n",
       {{"dropped store", "str w2, [x1]\n", ""},
        {"wide store", "str w2", "str x2"},
        {"wrong register", "str w3", "str w2"},
        {"wrong offset", "str w2, [x1]", "str w2, [x1, #4]"}}},
      {"list_length",
       {integer(0)},
       {integer_result()},
       "xorl %eax, %eax\n1: testq %rdi, %rdi\nje 2f\nincq %rax\nmovq 8(%rdi), %rdi\njmp 1b\n2: ret\n",
       "mov x1, xzr\n1: cbz x0, 2f\nadd x1, x1, #1\nldr x0, [x0, #8]\nb 1b\n2: mov x0, x1\nret\n",
       {{"wrong link", "#8]", "#16]"}, {"counts two", "x1, #1", "x1, #2"}}},
      {"count_calls",
       {integer(0)},
       {integer_result(32)},
       "addl %edi, total(%rip)\nmovl total(%rip), %eax\nret\n.data\n.p2align 3\n.globl total\ntotal: .long 5, "
       "9\n.text\n",
       "adrp x1, total\nldr w2, [x1, :lo12:total]\nadd w0, w2, w0\nstr w0, [x1, :lo12:total]\nret\n"
       ".data\n.p2align 3\n.globl total\ntotal: .long 5, 9\n.text\n",
       {{"dropped store to data", "str w0, [x1, :lo12:total]\n", ""},
        {"other initial value", ".long 5", ".long 6"},
        {"wide store to data", "str w0", "str x0"}}},
      {"data_as_it_may_be",
       {integer(0)},
       {integer_result(32)},
       "addl total(%rip), %edi\nmovl %edi, %eax\nret\n"
       ".bss\n.p2align 3\n.globl total\n.type total,@object\n.size total,4\ntotal: .zero 4\n.text\n",
       "adrp x1, total\nldr w2, [x1, :lo12:total]\nadd w0, w2, w0\nret\n"
       ".bss\n.p2align 3\n.globl total\n.type total,%object\n.size total,4\ntotal: .zero 4\n.text\n",
       {{"taken for zero", "add w0, w2, w0\n", ""}, {"half of it", "ldr w2", "ldrh w2"}}},
      {"scale",
       {floating(0), floating(1)},
       {floating_result()},
       "subsd %xmm1, %xmm0\nmulsd %xmm0, %xmm0\nret\n",
       "fsub d0, d0, d1\nfmul d0, d0, d0\nret\n",
       {{"fused", "fmul d0, d0, d0", "fmul d0, d0, d1"},
        {"added", "fsub", "fadd"},
        {"single", "fsub d0, d0, d1", "fsub d0, d0, d1\nfcvt s0, d0\nfcvt d0, s0"}}},
      {"string_length",
       {integer(0)},
       {integer_result()},
       "subq $8, %rsp\ncall strlen@PLT\nincq %rax\naddq $8, %rsp\nret\n",
       "str x30, [sp, #-16]!\nbl strlen\nadd x0, x0, #1\nldr x30, [sp], #16\nret\n",
       {{"forgotten", "add x0, x0, #1\n", ""},
        {"register lost in the call", "bl strlen\nadd x0, x0, #1", "mov x9, x0\nbl strlen\nadd x0, x9, #1"}}},
      {"traps",
       {integer(0), integer(1)},
       {integer_result()},
       "leaq (%rdi,%rsi), %rax\nret\n",
       "add x0, x0, x1\nret\n",
       {{"traps sometimes", "add", "tbz x0, #0, 1f\nbrk #0\n1: add"}}},
  };
  return kCases;
}

TestResult test_one(const Case& c, const std::string& target_text) {
  auto object = [&](Isa isa, const std::string& text) {
    auto made = object_of_text(isa, std::string(".text\n.globl f\n.type f,@function\nf:\n") + text, c.name);
    EXPECT_TRUE(bool(made)) << c.name << ": " << (made ? "" : to_string(made.error()));
    return made ? *made : emulate::Object{};
  };
  const emulate::Object source = object(Isa::x86_64, c.source), target = object(Isa::aarch64, target_text);
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  boundary.parameters = c.parameters;
  boundary.results = c.results;
  TestOptions options;
  options.time = std::chrono::milliseconds(0);
  const TestReport report = test_unit({Isa::x86_64, Isa::aarch64, source, target, {}}, {boundary}, options);
  EXPECT_EQ(report.problem, "");
  return report.results.at(0);
}

std::string replaced(std::string text, const Mutant& mutant) {
  const size_t at = text.find(mutant.from);
  EXPECT_NE(at, std::string::npos) << mutant.what;
  return at == std::string::npos ? text : text.replace(at, std::string(mutant.from).size(), mutant.to);
}

TEST(Tester, RightTranslationsAreTested) {
  for (const Case& c : cases()) {
    const TestResult verdict = test_one(c, c.target);
    EXPECT_EQ(verdict.level, TestResult::Level::tested) << c.name << ": " << verdict.reason;
    EXPECT_GE(verdict.tests, kFewestTests) << c.name;
    EXPECT_GE(verdict.coverage.source_blocks, 1u) << c.name;
    EXPECT_GE(verdict.coverage.target_blocks, 1u) << c.name;
  }
}

TEST(Tester, WrongTranslationsAreRefuted) {
  for (const Case& c : cases())
    for (const Mutant& mutant : c.mutants) {
      const TestResult verdict = test_one(c, replaced(c.target, mutant));
      EXPECT_EQ(verdict.level, TestResult::Level::refuted) << c.name << ", " << mutant.what << ": " << verdict.reason;
      EXPECT_TRUE(verdict.counterexample.has_value());
    }
}

TEST(Tester, CounterexamplesReplay) {
  const Case& c = cases()[0];
  const std::string wrong = replaced(c.target, c.mutants[0]);
  const TestResult verdict = test_one(c, wrong);
  ASSERT_TRUE(verdict.counterexample.has_value());
  auto source = object_of_text(Isa::x86_64, std::string(".globl f\nf:\n") + c.source, "source");
  auto target = object_of_text(Isa::aarch64, ".globl f\nf:\n" + wrong, "target");
  ASSERT_TRUE(source && target);
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  boundary.parameters = c.parameters;
  boundary.results = c.results;
  auto again = replay({Isa::x86_64, Isa::aarch64, *source, *target, {}}, boundary, verdict.counterexample->input);
  ASSERT_TRUE(bool(again));
  EXPECT_EQ(again->comparison.finding, Finding::differs);
  EXPECT_EQ(again->comparison.what, verdict.reason);
}

// What is not defined is not compared, and what cannot be run is not called tested.
TEST(Tester, NothingIsPromisedWithoutComparison) {
  Case undefined{"undefined",
                 {integer(0)},
                 {integer_result()},
                 "testq %rdi, %rdi\nsetne %al\nret\n",
                 "cmp x0, #0\ncset w0, ne\nret\n",
                 {}};
  EXPECT_EQ(test_one(undefined, undefined.target).level, TestResult::Level::tested);
  EXPECT_EQ(test_one(undefined, "cmp x0, #0\ncset w0, eq\nret\n").level, TestResult::Level::refuted);
  Case faults{"faults", {integer(0)}, {integer_result()}, "movq 1, %rax\nret\n", "mov x0, xzr\nret\n", {}};
  EXPECT_EQ(test_one(faults, faults.target).level, TestResult::Level::unknown);
  Case stranger{"stranger",
                {integer(0)},
                {integer_result()},
                "subq $8, %rsp\ncall nobody_knows_me@PLT\naddq $8, %rsp\nret\n",
                "b nobody_knows_me\n",
                {}};
  const TestResult verdict = test_one(stranger, stranger.target);
  EXPECT_EQ(verdict.level, TestResult::Level::unknown);
  EXPECT_NE(verdict.reason.find("nobody_knows_me"), std::string::npos) << verdict.reason;
}

}  // namespace
}  // namespace portolan::verify
