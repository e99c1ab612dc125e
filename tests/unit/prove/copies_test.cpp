// Copies of a function, in other registers perhaps, are proved whatever they compute; a copy with one mistake is not.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

// A loop that no run enters with the prover's inputs, over values that no guess describes.
const std::string kHash =
    "pushq %rbx\nmovl $0x12345, %eax\ncmpl $0x1234567, %edx\njne 2f\nmovl %edx, %ebx\n"
    "1: imull %ebx, %eax\nmovzbl (%rdi), %ecx\nxorl %ecx, %ebx\nroll $5, %ebx\nincq %rdi\ndecq %rsi\njne 1b\n"
    "2: popq %rbx\nret\n";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

TEST(Copies, OtherRegisters) {
  const Boundary b = integers({64, 64, 32}, 32);
  const Text source{Isa::x86_64, kHash};
  EXPECT_PROVED(prove_pair(source, source, b));
  const std::string renamed = replaced(replaced(kHash, "%rbx", "%r12"), "%ebx", "%r12d");
  EXPECT_PROVED(prove_pair(source, {Isa::x86_64, renamed}, b));
  EXPECT_PROVED(prove_pair(source, {Isa::x86_64, replaced(kHash, "%ecx", "%r10d")}, b));
  // One mistake each: a register that is not saved, one that was missed, another rotation, another first value.
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::x86_64, replaced(kHash, "%ebx", "%r12d")}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::x86_64, replaced(kHash, "xorl %ecx", "xorl %edx")}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::x86_64, replaced(kHash, "$5", "$6")}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::x86_64, replaced(kHash, "movl %edx, %ebx", "movl %esi, %ebx")}, b));
}

TEST(Copies, WhatNobodyGaveMayBeAnythingInTheSourceOnly) {
  const Boundary b = integers({64}, 64);
  const Text junk{Isa::x86_64, "ret\n"}, parameter{Isa::x86_64, "movq %rdi, %rax\nret\n"};
  EXPECT_PROVED(prove_pair(junk, junk, b));
  EXPECT_NOT_PROVED(prove_pair(parameter, junk, b));
  EXPECT_NOT_PROVED(prove_pair(parameter, {Isa::x86_64, "movq %rcx, %rax\nret\n"}, b));
  // A callee-saved register is the caller's on both sides.
  EXPECT_NOT_PROVED(prove_pair(parameter, {Isa::x86_64, "movq %rdi, %rax\nmovq %r13, %r12\nret\n"}, b));
}

TEST(Copies, UpperHalvesOfResultsAreNotCompared) {
  // The loop keeps what g returns, above whose 32 bits anything may stand.
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Boundary b = integers({32}, 32);
  auto loop = [](const std::string& use) {
    return Text{Isa::x86_64, "pushq %rbx\nmovl %edi, %ebx\n1: movl %ebx, %edi\ncall g\n" + use +
                                 "decl %ebx\njne 1b\npopq %rbx\nret\n"};
  };
  EXPECT_PROVED(prove_pair(loop(""), loop(""), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(loop(""), loop("shrq $1, %rax\n"), b, {{"g", g}}));
}

// Nothing is known of h, nor of what a pointer leads to: all that they may be given must be the same.
TEST(Copies, CalleesOfUnknownSignature) {
  const Boundary b = integers({64, 32}, 32);
  auto calls = [](const std::string& before, const std::string& call, const std::string& after) {
    return Text{Isa::x86_64, "pushq %rbx\nmovq %rdi, %rbx\nsubq $16, %rsp\n" + before + "\n" + call + "\n" + after +
                                 "\naddq $16, %rsp\npopq %rbx\nret\n"};
  };
  for (const std::string call : {"call h", "call *%rbx"}) {
    const Text source = calls("movl %esi, (%rsp)\nmovl $7, %edx", call, "xorl %edx, %eax");
    EXPECT_PROVED(prove_pair(source, source, b));
    EXPECT_PROVED(
        prove_pair(source, calls("movl %esi, %r11d\nmovl %r11d, (%rsp)\nmovl $7, %edx", call, "xorl %edx, %eax"), b));
    // Another register argument, stack argument, vector argument, static chain, result.
    EXPECT_NOT_PROVED(prove_pair(source, calls("movl %esi, (%rsp)\nmovl $8, %edx", call, "xorl %edx, %eax"), b));
    EXPECT_NOT_PROVED(prove_pair(source, calls("movl %edi, (%rsp)\nmovl $7, %edx", call, "xorl %edx, %eax"), b));
    EXPECT_NOT_PROVED(
        prove_pair(source, calls("movl %esi, (%rsp)\nmovl $7, %edx\npxor %xmm3, %xmm3", call, "xorl %edx, %eax"), b));
    EXPECT_NOT_PROVED(
        prove_pair(source, calls("movl %esi, (%rsp)\nmovl $7, %edx\nmovl $1, %r10d", call, "xorl %edx, %eax"), b));
    EXPECT_NOT_PROVED(prove_pair(source, calls("movl %esi, (%rsp)\nmovl $7, %edx", call, "xorl %ecx, %eax"), b));
    // The callee may change what it got on the stack.
    EXPECT_NOT_PROVED(prove_pair(calls("movl %esi, (%rsp)", "movl %esi, %r12d", "movl %r12d, %eax"),
                                 calls("movl %esi, (%rsp)", call, "movl (%rsp), %eax"), b));
  }
  EXPECT_NOT_PROVED(prove_pair(calls("", "call h", ""), calls("", "call g", ""), b));
  // Beside a local whose address is given away.
  const std::string local = "leaq 8(%rsp), %rdi\n";
  const Text source = calls(local + "movl %esi, (%rsp)", "call h", "addl 8(%rsp), %eax");
  EXPECT_PROVED(prove_pair(source, source, b));
  EXPECT_NOT_PROVED(prove_pair(source, calls(local + "movl %ebx, (%rsp)", "call h", "addl 8(%rsp), %eax"), b));
  EXPECT_NOT_PROVED(
      prove_pair(source, calls("leaq 4(%rsp), %rdi\nmovl %esi, (%rsp)", "call h", "addl 8(%rsp), %eax"), b));
  EXPECT_NOT_PROVED(prove_pair(calls("", "call *%rbx", ""), calls("leaq 8(%rdi), %rbx", "call *%rbx", ""), b));
}

// What one keeps in a register, with anything above it, the other keeps in four bytes of its frame.
TEST(Copies, HalfARegisterInTheFrame) {
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Boundary b = integers({32}, 32);
  const Text source{
      Isa::x86_64,
      "pushq %rbx\npushq %rbp\nsubq $8, %rsp\ncall g\nmovq %rax, %rbp\nmovl $9, %ebx\n"
      "1: movl %ebp, %edi\ncall g\ndecl %ebx\njne 1b\nmovl %ebp, %eax\naddq $8, %rsp\npopq %rbp\npopq %rbx\nret\n"};
  auto in_frame = [](const std::string& kept) {
    return Text{Isa::x86_64,
                "pushq %rbx\nsubq $16, %rsp\ncall g\nmovl " + kept + ", 4(%rsp)\nmovl $9, %ebx\n" +
                    "1: movl 4(%rsp), %edi\ncall g\ndecl %ebx\njne 1b\nmovl 4(%rsp), %eax\naddq $16, %rsp\n"
                    "popq %rbx\nret\n"};
  };
  EXPECT_PROVED(prove_pair(source, in_frame("%eax"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, in_frame("%ecx"), b, {{"g", g}}));
}

TEST(Ends, ASourceThatTrapsPromisesNothing) {
  const Boundary b = integers({32, 32}, 32);
  const Text x86{Isa::x86_64, "movl %edi, %eax\ncltd\nidivl %esi\nret\n"}, arm{Isa::aarch64, "sdiv w0, w0, w1\nret\n"};
  EXPECT_PROVED(prove_pair(x86, arm, b));
  EXPECT_NOT_PROVED(prove_pair(arm, x86, b));
  EXPECT_NOT_PROVED(prove_pair(x86, {Isa::aarch64, "udiv w0, w0, w1\nret\n"}, b));
  // A call that does not return is no trap.
  Boundary stop = integers({32}, 0);
  stop.name = stop.target_name = "stop";
  stop.noreturn = true;
  const Text source{Isa::x86_64, "testl %edi, %edi\njne 1f\nmovl %esi, %eax\nret\n1: pushq %rax\ncall stop\n"};
  const std::string head = "cbnz w0, 1f\nmov w0, w1\nret\n1: ";
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, head + "str x30, [sp, #-16]!\nbl stop\n"}, b, {{"stop", stop}}));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, head + "mov w0, w1\nret\n"}, b, {{"stop", stop}}));
}

TEST(Ends, TailCallsLeaveTheReturnAddress) {
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Boundary b = integers({32}, 32);
  const Text source{Isa::x86_64, "incl %edi\njmp g\n"};
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, "add w0, w0, #1\nb g\n"}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, "add w0, w0, #1\nmov x30, x1\nb g\n"}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(source, {Isa::aarch64, "add w0, w0, #1\nstp x19, x30, [sp, #-16]!\nb g\n"}, b, {{"g", g}}));
}

// AAPCS64 6.1.2: the lower halves of v8 to v15 outlive calls, so a loop with a call leaves them as they were.
TEST(Ends, LowerHalvesOutliveCallsInLoops) {
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Boundary b = integers({32}, 32);
  const Text source{Isa::x86_64,
                    "pushq %rbx\nmovl %edi, %ebx\n1: movl %ebx, %edi\ncall g\ndecl %ebx\njne 1b\npopq %rbx\nret\n"};
  auto target = [](const std::string& before) {
    return Text{Isa::aarch64, "stp x19, x30, [sp, #-16]!\nmov w19, w0\n1: mov w0, w19\n" + before +
                                  "bl g\nsubs w19, w19, #1\nb.ne 1b\nldp x19, x30, [sp], #16\nret\n"};
  };
  EXPECT_PROVED(prove_pair(source, target(""), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, target("fmov d9, x19\n"), b, {{"g", g}}));
}

// Tested before the loop on one side, at its top on the other, which so enters it once more.
TEST(Ends, ALoopMayBeEnteredOnlyToBeLeft) {
  const Boundary b = integers({64, 64}, 64);
  const Text source{
      Isa::x86_64,
      "xorl %eax, %eax\ntestq %rsi, %rsi\nje 2f\n1: addq %rdi, %rax\nrolq $3, %rax\ndecq %rsi\njne 1b\n2: ret\n"};
  auto top_tested = [](const std::string& start, const std::string& end) {
    return Text{Isa::aarch64, "mov x8, " + start +
                                  "\n1: cbz x1, 2f\nadd x8, x8, x0\nror x8, x8, #61\nsub x1, x1, #1\nb 1b\n2: " + end +
                                  "mov x0, x8\nret\n"};
  };
  EXPECT_PROVED(prove_pair(source, top_tested("#0", ""), b));
  EXPECT_NOT_PROVED(prove_pair(source, top_tested("#1", ""), b));
  EXPECT_NOT_PROVED(prove_pair(source, top_tested("#0", "add x8, x8, #1\n"), b));
}

}  // namespace
}  // namespace portolan::prove
