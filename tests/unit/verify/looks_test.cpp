// What the tester makes of runs that end badly on one side only, or leave the file: traps beside data and stacks,
// stacks that are used up, functions outside that answer as they like, integers that look like NaNs.
#include <gtest/gtest.h>

#include <algorithm>

#include "emulate/library_handler.h"
#include "ir/fair_clock.h"
#include "verify/tester.h"

namespace portolan::verify {
namespace {

using Level = TestResult::Level;

BoundaryValue integer(uint32_t bits = 64) {
  return {BoundaryValue::Kind::integer,
          bits,
          bits == 32,
          {Place::Kind::integer_argument, 0},
          {Place::Kind::integer_argument, 0}};
}

BoundaryValue result(uint32_t bits = 64) {
  BoundaryValue value = integer(bits);
  value.source = value.target = {Place::Kind::integer_result, 0};
  return value;
}

using StandIns = std::map<std::string, std::string>;

// Both texts define `f`, of one integer, which returns one; x86-64 and AArch64.
TestResult test(const std::string& source, const std::string& target, StandIns stand_ins = {}, uint32_t bits = 64) {
  auto object = [](Isa isa, const std::string& text) {
    auto made = object_of_text(isa, ".text\n.globl f\n.type f,@function\nf:\n" + text, "looks");
    EXPECT_TRUE(bool(made)) << (made ? "" : to_string(made.error()));
    return made ? *made : emulate::Object{};
  };
  Boundary boundary;
  boundary.name = boundary.target_name = "f";
  boundary.parameters = {integer(bits)};
  boundary.results = {result(bits)};
  TestOptions options;
  options.time = std::chrono::milliseconds(0);
  const TestReport report =
      test_unit({Isa::x86_64, Isa::aarch64, object(Isa::x86_64, source), object(Isa::aarch64, target), {}, stand_ins},
                {boundary}, options);
  EXPECT_EQ(report.problem, "");
  return report.results.at(0);
}

bool says(const TestResult& verdict, const char* words) {
  return verdict.reason.find(words) != std::string::npos;
}

TEST(Looks, WritesIntoTheCallersFrameAreRefuted) {
  const std::string source = "pushq %rbx\nmovq %rdi, %rbx\nmovq %rbx, %rax\npopq %rbx\nret\n";
  const std::string frame = "sub sp, sp, #16\n", no_frame =
                                                     "str x19, [sp, #8]\nmov x19, x0\nmov x0, x19\n"
                                                     "ldr x19, [sp, #8]\n";
  EXPECT_EQ(test(source, frame + no_frame + "add sp, sp, #16\nret\n").level, Level::tested);
  const TestResult verdict = test(source, no_frame + "ret\n");
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_TRUE(says(verdict, "memory access")) << verdict.reason;
}

// Programs may stand at low addresses; who called does not.
TEST(Looks, HalfAReturnAddressIsRefuted) {
  const std::string source = "movq %rdi, %rax\nret\n";
  auto target = [](const char* load) {
    return "str x30, [sp, #-16]!\n" + std::string(load) + ", [sp]\nadd sp, sp, #16\nret\n";
  };
  EXPECT_EQ(test(source, target("ldr x30")).level, Level::tested);
  EXPECT_EQ(test(source, target("ldr w30")).level, Level::refuted);
  EXPECT_EQ(test(source, target("ldrsw x30")).level, Level::refuted);
}

// What stands there is nobody's number.
TEST(Looks, ReadsFromTheCallersFrameAreNotWhatTheSourceComputes) {
  const TestResult verdict = test("pushq %rbx\nmovq %rdi, %rax\npopq %rbx\nret\n", "ldr x30, [sp], #16\nret\n");
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_EQ(test("movq %rdi, %rax\nret\n", "ldr x1, [sp, #8]\nmov x1, x0\nret\n").level, Level::unknown);
}

// A page of words, all of which are read, or one more; `behind`: another object that stands behind them.
std::string sums(bool x86, unsigned words, bool behind) {
  const std::string data = std::string(
                               ".bss\n.balign 4096\n.globl words\n.type words,@object\n.size words,4096\n"
                               "words: .zero 4096\n") +
                           (behind ? ".globl more\n.type more,@object\n.size more,4096\nmore: .zero 4096\n" : "");
  const std::string count = std::to_string(words);
  return x86 ? "leaq words(%rip), %rdx\nmovq %rdi, %rax\nxorl %ecx, %ecx\n1: addq (%rdx,%rcx,8), %rax\nincq %rcx\n"
               "cmpq $" +
                   count + ", %rcx\njne 1b\nret\n" + data
             : "adrp x1, words\nadd x1, x1, :lo12:words\nmov x2, xzr\n1: ldr x3, [x1, x2, lsl #3]\nadd x0, x0, x3\n"
               "add x2, x2, #1\ncmp x2, #" +
                   count + "\nb.ne 1b\nret\n" + data;
}

TEST(Looks, LeavingTheDataIsRefutedIfTheSourceDoesNot) {
  EXPECT_EQ(test(sums(true, 512, false), sums(false, 512, false)).level, Level::tested);
  const TestResult verdict = test(sums(true, 512, false), sums(false, 513, false));
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_TRUE(says(verdict, "the source touches nothing like that")) << verdict.reason;
}

// What stands behind an object is a matter of the linker's.
TEST(Looks, LeavingTheDataIsNoDifferenceIfTheSourceDoesToo) {
  const TestResult verdict = test(sums(true, 513, true), sums(false, 513, false));
  EXPECT_NE(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_EQ(verdict.tests, 0u);
}

// A string has no name; what follows it is another on the other side. With zeros between, its end is not the section's.
std::string letter(bool x86, const char* behind, const char* mask) {
  const std::string strings =
      std::string(".section .rodata\n.Lletters: .string \"ABCDEFGH\"\n.zero 7\n.Lbehind: ") + behind + "\n";
  return x86 ? std::string("movl %edi, %eax\nandl $") + mask +
                   ", %eax\nleaq .Lletters(%rip), %rdx\nmovzbl (%rdx,%rax), %eax\nleaq .Lbehind(%rip), %rdx\naddb "
                   "(%rdx), %al\n"
                   "subb (%rdx), %al\nmovzbl %al, %eax\nret\n" +
                   strings
             : std::string("and w8, w0, #") + mask +
                   "\nadrp x9, .Lletters\nadd x9, x9, :lo12:.Lletters\nldrb w0, [x9, w8, uxtw]\nret\n" + strings;
}

TEST(Looks, LeavingAStringIsNoDifference) {
  const TestResult verdict = test(letter(true, ".string \"xyz\"", "31"), letter(false, ".string \"abc\"", "31"));
  EXPECT_EQ(verdict.level, Level::tested) << verdict.reason;
  EXPECT_TRUE(std::any_of(verdict.not_compared.begin(), verdict.not_compared.end(),
                          [](const auto& reason) { return reason.first.find("by an index") != std::string::npos; }));
  const TestResult inside = test(letter(true, ".string \"xyz\"", "7"), letter(false, ".string \"abc\"", "3"));
  EXPECT_EQ(inside.level, Level::refuted) << inside.reason;
}

// An index that comes out negative and is taken for a large number leads nowhere near the file.
TEST(Looks, LeavingAStringForNowhereIsRefutedIfTheSourceStays) {
  const std::string source = letter(true, ".string \"x\"", "7");
  std::string target = letter(false, ".string \"x\"", "7");
  EXPECT_EQ(test(source, target).level, Level::tested);
  target.insert(target.find("adrp"), "tst w8, #4\nmov w10, #251658240\ncsel w10, wzr, w10, eq\norr w8, w8, w10\n");
  const TestResult verdict = test(source, target);
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_TRUE(says(verdict, "beside the files' data")) << verdict.reason;
}

// What an unset register holds may be small.
TEST(Looks, RegistersThatNobodySetHoldSmallNumbersToo) {
  const TestResult verdict = test("movl %edi, %eax\nret\n", "cmp x9, #256\nb.hi 1f\nmov x0, xzr\n1: ret\n", {}, 32);
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
}

// Behind an object that both have stands one that each compiler calls as it likes.
TEST(Looks, WhatHasNoNameOnTheOtherSideRefutesNothing) {
  auto object = [](const std::string& name) {
    return ".type " + name + ",%object\n.size " + name + ",8\n" + name + ": .zero 8\n";
  };
  const std::string source_data = ".bss\n.balign 8\n" + object("common") + object("id.4"),
                    target_data = ".bss\n.balign 64\n.zero 32\n" + object("f.id") + object("common");
  const TestResult counts =
      test("addq $1, id.4(%rip)\nmovq %rdi, %rax\nret\n" + source_data,
           "adrp x8, f.id\nldr x9, [x8, :lo12:f.id]\nadd x9, x9, #1\nstr x9, [x8, :lo12:f.id]\nret\n" + target_data);
  EXPECT_EQ(counts.level, Level::unknown) << counts.reason;
  EXPECT_TRUE(says(counts, "no name")) << counts.reason;
  const TestResult points =
      test("leaq id.4(%rip), %rax\nret\n" + source_data, "adrp x0, f.id\nadd x0, x0, :lo12:f.id\nret\n" + target_data);
  EXPECT_EQ(points.level, Level::unknown) << points.reason;
  const TestResult elsewhere = test("leaq id.4(%rip), %rax\nret\n" + source_data,
                                    "adrp x0, common\nadd x0, x0, :lo12:common\nret\n" + target_data);
  EXPECT_EQ(elsewhere.level, Level::refuted) << elsewhere.reason;
  const TestResult beside = test("leaq common(%rip), %rdx\nmovq %rdi, (%rdx)\nmovq %rdi, %rax\nret\n" + source_data,
                                 "adrp x8, common\nstr xzr, [x8, :lo12:common]\nret\n" + target_data);
  EXPECT_EQ(beside.level, Level::refuted) << beside.reason;
}

// What is given is never the address of a local, however much the code compares it with one: the other side's locals
// lie elsewhere.
TEST(Looks, ArgumentsDoNotReachTheFrame) {
  const TestResult verdict = test(
      "subq $24, %rsp\nleaq 8(%rsp), %rdx\nmovl $1, %eax\ncmpq %rdx, %rdi\njne 1f\nmovl $2, %eax\n1: addq $24, "
      "%rsp\nret\n",
      "sub sp, sp, #64\nadd x8, sp, #8\ncmp x0, x8\nmov w9, #2\ncsinc w0, w9, wzr, eq\nadd sp, sp, #64\nret\n");
  EXPECT_EQ(verdict.level, Level::tested) << verdict.reason;
}

TEST(Looks, EndlessRecursionIsRefuted) {
  const std::string source = "movq %rdi, %rax\nret\n";
  const TestResult verdict = test(source, "stp x29, x30, [sp, #-16]!\nbl f\nldp x29, x30, [sp], #16\nret\n");
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  EXPECT_TRUE(says(verdict, "calls itself without end")) << verdict.reason;
  // What it counts down need not stand in a register.
  const std::string spills =
      "sub sp, sp, #32\nstr x30, [sp]\nstr x0, [sp, #8]\nldr x0, [sp, #8]\nbl f\nldr x30, [sp]\nadd sp, sp, #32\nret\n";
  EXPECT_EQ(test(source, spills).level, Level::refuted);
  // A frame that is only large is none of the caller's business.
  EXPECT_EQ(test(source, "sub sp, sp, #40, lsl #12\nstr x0, [sp]\nldr x0, [sp]\nadd sp, sp, #40, lsl #12\nret\n").level,
            Level::tested);
}

// A loop may have been a recursion: n levels for a number n. Half of the numbers are too many for any stack.
TEST(Looks, DeepRecursionIsNotRefuted) {
  const std::string source = "xorl %eax, %eax\ntestq %rdi, %rdi\njle 2f\n1: addq $3, %rax\ndecq %rdi\njne 1b\n2: ret\n";
  const std::string in_register =
      "mov x1, x0\nmov x0, xzr\ncmp x1, #0\nb.le 1f\nstp x29, x30, [sp, #-16]!\nsub x0, x1, #1\n"
      "bl f\nadd x0, x0, #3\nldp x29, x30, [sp], #16\n1: ret\n";
  EXPECT_NE(test(source, in_register).level, Level::refuted);
  // It goes down by as much as the stack pointer does.
  std::string in_step = in_register, counts = source;
  in_step.replace(in_step.find("x1, #1\n"), 7, "x1, #16\n");
  counts.replace(counts.find("decq %rdi\njne"), 13, "subq $16, %rdi\njg");
  EXPECT_NE(test(counts, in_step).level, Level::refuted);
  // The number goes down the stack, and only there.
  const std::string in_frame =
      "str x30, [sp, #-16]!\nstr x0, [sp, #8]\nbl .Linner\nldr x30, [sp], #16\nret\n"
      ".Linner: ldr x1, [sp, #8]\nmov x0, xzr\ncmp x1, #0\nb.le 1f\nsub x1, x1, #1\nstr x30, [sp, #-16]!\nstr x1, [sp, "
      "#8]\n"
      "mov x1, xzr\nbl .Linner\nadd x0, x0, #3\nldr x30, [sp], #16\n1: ret\n";
  EXPECT_NE(test(source, in_frame).level, Level::refuted);
}

const std::string kCalls = "subq $8, %rsp\ncall outside@PLT\nincq %rax\naddq $8, %rsp\nret\n";
std::string calls(const std::string& before, const std::string& after) {
  return "stp x29, x30, [sp, #-16]!\n" + before + "bl outside\n" + after + "ldp x29, x30, [sp], #16\nret\n";
}

TEST(Looks, FunctionsOutsideAnswerAsTheyLike) {
  const StandIns known = {{"outside", "ll"}};
  const TestResult verdict = test(kCalls, calls("", "add x0, x0, #1\n"), known);
  EXPECT_EQ(verdict.level, Level::tested) << verdict.reason;
  EXPECT_EQ(verdict.stood_in, std::set<std::string>{"outside"});
  EXPECT_EQ(test(kCalls, calls("", "add x0, x0, #2\n"), known).level, Level::refuted);
  EXPECT_EQ(test(kCalls, calls("add x0, x0, #1\n", "add x0, x0, #1\n"), known).level, Level::refuted);
  EXPECT_EQ(test(kCalls, "add x0, x0, #1\nret\n", known).level, Level::refuted);
}

// Such a function may be there to put something into the frame; where it does not, what stands there says nothing, be
// it zero on one side.
TEST(Looks, WhatAFunctionOutsideLeavesUnsetShowsNothing) {
  const StandIns unknown = {{"outside", emulate::LibraryHandler::kUnknownSignature}};
  const std::string source =
      "pushq %rbx\nsubq $16, %rsp\nmovq %rdi, %rbx\nmovq %rsp, %rdi\ncall outside@PLT\nxorl %eax, %eax\n"
      "cmpq $0, (%rsp)\nsete %al\naddq %rbx, %rax\naddq $16, %rsp\npopq %rbx\nret\n";
  auto target = [](const std::string& change) {
    return "stp x30, x19, [sp, #-32]!\nmov x19, x0\nadd x0, sp, #16\nbl outside\nldr x8, [sp, #16]\ncmp x8, #0\n"
           "cset x8, eq\nadd x0, x8, x19\n" +
           change + "ldp x30, x19, [sp], #32\nret\n";
  };
  const TestResult same = test(source, target(""), unknown);
  EXPECT_EQ(same.level, Level::tested) << same.reason;
  EXPECT_EQ(test(source, target("add x0, x0, #1\n"), unknown).level, Level::refuted);
}

// How large the caller's block is nobody knows; what stands before it is rubbish, and other rubbish on the other side.
TEST(Looks, BlocksOfTheCallersMayGrow) {
  const std::string source = "subq $8, %rsp\nmovl $16, %esi\ncall realloc@PLT\naddq $8, %rsp\nret\n";
  auto target = [](const char* size) {
    return std::string("stp x29, x30, [sp, #-16]!\nmov x1, #") + size + "\nbl realloc\nldp x29, x30, [sp], #16\nret\n";
  };
  const TestResult same = test(source, target("16"));
  EXPECT_EQ(same.level, Level::tested) << same.reason;
  EXPECT_EQ(test(source, target("8")).level, Level::refuted);
}

// What the answers are drawn from is none of the program's memory, and the same on both sides.
TEST(Looks, OnlyOneSideMayKnowAFunctionOutside) {
  const std::string source = "xorl %ecx, %ecx\ntestl %ecx, %ecx\njne outside@PLT\nmovq %rdi, %rax\nret\n";
  const TestResult verdict = test(source, "mov x1, xzr\ncbnz x1, 1f\nret\n1: b memcpy\n", {{"outside", "ll"}});
  EXPECT_EQ(verdict.level, Level::tested) << verdict.reason;
}

// Its arguments are not known, so nothing is said of them.
TEST(Looks, FunctionsOfWhichNothingIsKnownGiveOneInteger) {
  const StandIns unknown = {{"outside", emulate::LibraryHandler::kUnknownSignature}};
  EXPECT_EQ(test(kCalls, calls("", "add x0, x0, #1\n"), unknown).level, Level::tested);
  EXPECT_EQ(test(kCalls, calls("", "add x0, x0, #2\n"), unknown).level, Level::refuted);
  EXPECT_EQ(test(kCalls, calls("add x0, x0, #1\n", "add x0, x0, #1\n"), unknown).level, Level::tested);
  // What else it may have left in registers is nothing that a target has to have too.
  const std::string floating = "subq $8, %rsp\ncall outside@PLT\nmovq %xmm0, %rax\naddq $8, %rsp\nret\n";
  const TestResult verdict = test(floating, calls("", "fmov x0, d0\n"), unknown);
  EXPECT_EQ(verdict.level, Level::tested) << verdict.reason;
  EXPECT_EQ(test(floating, calls("", "mov x0, xzr\n"), unknown).level, Level::tested);
}

TEST(Looks, FunctionsThatSeemNotToReturnAreLeftAlone) {
  const StandIns unknown = {{"outside", emulate::LibraryHandler::kUnknownSignature}};
  const TestResult verdict = test(
      "subq $8, %rsp\ncall outside@PLT\n.balign 16, 0x90\n.globl g\ng: addq $8, %rsp\nret\n", calls("", ""), unknown);
  EXPECT_EQ(verdict.tests, 0u);
  EXPECT_EQ(verdict.level, Level::unknown);
}

// So many bytes that are no zeros cannot be made smaller one by one.
TEST(Looks, LargeCounterexamplesTakeNoLongerThanTheyMay) {
  const auto begin = FairClock::now();
  const TestResult verdict = test("movq 300000(%rdi), %rax\nret\n",
                                  "mov x1, #37856\nmovk x1, #4, lsl #16\nldr x0, [x0, x1]\nadd x0, x0, #1\nret\n");
  EXPECT_EQ(verdict.level, Level::refuted) << verdict.reason;
  ASSERT_TRUE(verdict.counterexample.has_value());
  EXPECT_GT(verdict.counterexample->input.regions.at(0).bytes.size(), 300000u);
  EXPECT_LT(FairClock::now() - begin, std::chrono::seconds(20));
}

// As 32 bits of a float -2 and -3 are NaNs.
TEST(Looks, IntegersThatLookLikeNansAreCompared) {
  const std::string source = "movl $-2, %eax\ntestl %edi, %edi\ncmovnsl %edi, %eax\nret\n";
  auto target = [](const char* number) {
    return std::string("mov w1, #") + number + "\ncmp w0, #0\ncsel w0, w0, w1, ge\nret\n";
  };
  EXPECT_EQ(test(source, target("-2"), {}, 32).level, Level::tested);
  EXPECT_EQ(test(source, target("-3"), {}, 32).level, Level::refuted);
}

// Which NaN comes of one that was given is the processor's to say.
TEST(Looks, NansThatDifferAsTheyMayAreNot) {
  const std::string source = "movd %edi, %xmm0\naddss %xmm0, %xmm0\nmovd %xmm0, %eax\nret\n";
  EXPECT_EQ(test(source, "fmov s0, w0\nfadd s0, s0, s0\nfmov w0, s0\nret\n", {}, 32).level, Level::tested);
  const std::string other =
      "fmov s0, w0\nfadd s0, s0, s0\nfmov w1, s0\nfcmp s0, s0\norr w2, w1, #0x1f\n"
      "csel w0, w2, w1, vs\nret\n";
  EXPECT_NE(test(source, other, {}, 32).level, Level::refuted);
}

}  // namespace
}  // namespace portolan::verify
