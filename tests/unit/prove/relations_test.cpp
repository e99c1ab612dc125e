// What the source knows of itself where loops begin, and what the target may do there because of it.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

Boundary named(std::string name, Boundary b) {
  b.name = b.target_name = std::move(name);
  return b;
}

// All lanes hold what a call returned; the target has it in a general register.
TEST(Relations, OneNumberInAllLanes) {
  const Text source{Isa::x86_64,
                    "pushq %rbx\nmovq %rdi, %rbx\ncall g\nmovd %eax, %xmm1\npshufd $0, %xmm1, %xmm1\n"
                    "leaq 64(%rbx), %rax\n1: movdqu (%rbx), %xmm0\npaddd %xmm1, %xmm0\nmovdqu %xmm0, (%rbx)\n"
                    "addq $16, %rbx\ncmpq %rax, %rbx\njne 1b\npopq %rbx\nret\n"};
  auto target = [](const std::string& lanes) {
    return Text{Isa::aarch64, "stp x30, x19, [sp, #-16]!\nmov x19, x0\nbl g\nadd x9, x19, #64\n1: ldr q0, [x19]\n" +
                                  lanes +
                                  "add v0.4s, v0.4s, v1.4s\nstr q0, [x19], #16\ncmp x19, x9\nb.ne 1b\n"
                                  "ldp x30, x19, [sp], #16\nret\n"};
  };
  const Boundary b = integers({64}, 0), g = named("g", integers({64}, 32));
  EXPECT_PROVED(prove_pair(source, target("dup v1.4s, w0\n"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, target("movi v1.4s, #0\nmov v1.s[1], w0\n"), b, {{"g", g}}));
}

// A pointer runs beside a counter, and the target has the counter alone.
TEST(Relations, APointerFollowsFromACounter) {
  const Text source{Isa::x86_64, "movl $16, %ecx\n1: movl %esi, (%rdi)\naddq $4, %rdi\nsubq $1, %rcx\njne 1b\nret\n"};
  auto target = [](const std::string& scale) {
    return Text{Isa::aarch64, "add x9, x0, #64\nmov x8, #16\n1: sub x10, x9, x8, lsl #" + scale +
                                  "\nstr w1, [x10]\nsubs x8, x8, #1\nb.ne 1b\nret\n"};
  };
  const Boundary b = integers({64, 32}, 0);
  EXPECT_PROVED(prove_pair(source, target("2"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("3"), b));
}

// The source's outer loop does nothing but begin the inner one; the target's begin at one place.
TEST(Relations, TwoLoopsMayBeginAtOnePlace) {
  const Text source{Isa::x86_64,
                    "xorl %eax, %eax\nmovl $3, %ecx\n2: xorl %edx, %edx\n1: addl (%rdi,%rdx,4), %eax\naddq $1, %rdx\n"
                    "cmpq $8, %rdx\njne 1b\nsubl $1, %ecx\njne 2b\nret\n"};
  auto target = [](const std::string& turns) {
    return Text{Isa::aarch64,
                "mov w8, #" + turns +
                    "\nmov x9, xzr\nmov w10, wzr\n1: ldr w11, [x0, x9, lsl #2]\nadd w10, w10, w11\nadd x9, x9, #1\n"
                    "cmp x9, #8\nb.ne 1b\nmov x9, xzr\nsubs w8, w8, #1\nb.ne 1b\nmov w0, w10\nret\n"};
  };
  const Boundary b = integers({64}, 32);
  EXPECT_PROVED(prove_pair(source, target("3"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("4"), b));
}

// In every turn the target reads what the source reads in some, and read before the loop.
TEST(Relations, WhatWasReadBeforeTheLoopMayBeReadInIt) {
  auto source = [](const std::string& before) {
    return Text{Isa::x86_64, before + "1: testl $1, %edx\nje 2f\naddl (%rdi), %eax\n2: subl $1, %esi\njne 1b\nret\n"};
  };
  auto target = [](const std::string& before) {
    return Text{Isa::aarch64, before +
                                  "1: ldr w9, [x0]\ntst w2, #1\ncsel w9, wzr, w9, eq\nadd w8, w8, w9\n"
                                  "subs w1, w1, #1\nb.ne 1b\nmov w0, w8\nret\n"};
  };
  const Boundary b = integers({64, 32, 32}, 32);
  EXPECT_PROVED(prove_pair(source("movl (%rdi), %eax\n"), target("ldr w8, [x0]\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source("xorl %eax, %eax\n"), target("mov w8, wzr\n"), b));
  // Half of it.
  EXPECT_NOT_PROVED(prove_pair(source("movzwl (%rdi), %eax\n"), target("ldrh w8, [x0]\n"), b));
}

// A callee may free it, on one way too.
TEST(Relations, WhatWasReadBeforeACallMayBeGone) {
  const Boundary b = integers({64, 32}, 32);
  const Boundary g = named("g", integers({}, 32));
  auto source = [](const std::string& before, const std::string& after) {
    return Text{Isa::x86_64, "pushq %rbx\npushq %rbp\nsubq $8, %rsp\nmovq %rdi, %rbx\nmovl %esi, %ebp\n" + before +
                                 "call g\n" + after +
                                 "testl $1, %ebp\nje 2f\naddl (%rbx), %eax\n2: addq $8, %rsp\npopq %rbp\npopq "
                                 "%rbx\nret\n"};
  };
  auto target = [](const std::string& before, const std::string& after) {
    return Text{Isa::aarch64, "stp x30, x19, [sp, #-32]!\nstr x20, [sp, #16]\nmov x19, x0\nmov w20, w1\n" + before +
                                  "bl g\n" + after +
                                  "ldr w9, [x19]\ntst w20, #1\ncsel w9, wzr, w9, eq\nadd w0, w0, w9\n"
                                  "ldr x20, [sp, #16]\nldp x30, x19, [sp], #32\nret\n"};
  };
  const std::string store = "movl %ebp, (%rbx)\n", same = "str w20, [x19]\n";
  EXPECT_NOT_PROVED(prove_pair(source(store, ""), target(same, ""), b, {{"g", g}}));
  EXPECT_PROVED(prove_pair(source("", store), target("", same), b, {{"g", g}}));
}

// RISC-V's callees extend what they return, the variadic ones too.
TEST(Relations, VariadicFunctionsReturnWhatTheirPrototypeSays) {
  const Text source{
      Isa::x86_64,
      "subq $8, %rsp\nxorl %eax, %eax\ncall g\ncmpl $-1, %eax\nsete %al\nmovzbl %al, %eax\naddq $8, %rsp\n"
      "ret\n"};
  const Text target{Isa::riscv64,
                    "addi sp, sp, -16\nsd ra, 8(sp)\ncall g\naddi a0, a0, 1\nseqz a0, a0\nld ra, 8(sp)\n"
                    "addi sp, sp, 16\nret\n"};
  Boundary g = named("g", integers({}, 32));
  g.variadic = true;
  g.untestable = "it is variadic";
  EXPECT_PROVED(prove_pair(source, target, integers({64}, 32), {{"g", g}}));
  g.results.clear();
  EXPECT_NOT_PROVED(prove_pair(source, target, integers({64}, 32), {{"g", g}}));
}

// al says how many vector registers a variadic callee is given.
TEST(Relations, VariadicCalleesAreGivenNoMoreFloatsThanTheCountSays) {
  auto source = [](const std::string& count) {
    return Text{Isa::x86_64,
                "subq $8, %rsp\ncvtsi2sdl %edi, %xmm0\nmovl $" + count + ", %eax\ncall g\naddq $8, %rsp\nret\n"};
  };
  const Text target{Isa::aarch64, "str x30, [sp, #-16]!\nbl g\nldr x30, [sp], #16\nret\n"};
  Boundary g = named("g", integers({}, 32));
  g.variadic = true;
  g.untestable = "it is variadic";
  EXPECT_PROVED(prove_pair(source("0"), target, integers({64}, 32), {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source("1"), target, integers({64}, 32), {{"g", g}}));
}

// A NaN's sign and payload differ between the two; that they are moved with the rest of a number is no matter, but they
// must not come to be another number's bits.
TEST(Relations, NansMayPassThroughIntegerRegisters) {
  Boundary b;
  b.name = b.target_name = "f";
  for (uint32_t n = 0; n < 2; ++n) {
    const Place place{Place::Kind::float_argument, n};
    b.parameters.push_back({BoundaryValue::Kind::floating, 32, false, place, place});
  }
  const Place place{Place::Kind::float_result, 0};
  b.results.push_back({BoundaryValue::Kind::floating, 32, false, place, place});
  const Proof proof = prove_pair({Isa::x86_64, "addss %xmm1, %xmm0\nret\n"},
                                 {Isa::riscv64, "fadd.s fa5, fa0, fa1\nfmv.x.w a0, fa5\nfmv.w.x fa0, a0\nret\n"}, b);
  EXPECT_EQ(proof.level, Proof::Level::proved) << proof.reason << ": " << proof.detail;
  EXPECT_NE(proof.floating_point, "bit-exact");
  EXPECT_NOT_PROVED(
      prove_pair({Isa::x86_64, "addss %xmm1, %xmm0\nmovd %xmm0, %eax\nshll $4, %eax\nmovd %eax, %xmm0\nret\n"},
                 {Isa::riscv64, "fadd.s fa5, fa0, fa1\nfmv.x.w a0, fa5\nslliw a0, a0, 4\nfmv.w.x fa0, a0\nret\n"}, b));
  EXPECT_NOT_PROVED(
      prove_pair({Isa::x86_64, "addss %xmm1, %xmm0\nmovd %xmm0, %eax\nbswapl %eax\nmovd %eax, %xmm0\nret\n"},
                 {Isa::aarch64, "fadd s0, s0, s1\nfmov w8, s0\nrev w8, w8\nfmov s0, w8\nret\n"}, b));
}

}  // namespace
}  // namespace portolan::prove
