// Calls as places where the two sides meet, what callees leave behind, and arguments on the stack.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

Boundary callee(std::initializer_list<uint32_t> parameters, uint32_t result) {
  Boundary g = integers(parameters, result);
  g.name = g.target_name = "g";
  return g;
}

std::string framed(const std::string& body) {
  return "pushq %rbx\n" + body + "\npopq %rbx\nret\n";
}

// A callee may leave anything in rcx and rdx: a copy may pass it on, but it is one value, and that of its own register.
TEST(Calls, WhatCalleesLeaveIsTheSameInCopies) {
  const Boundary b = integers({64}, 64), g = callee({64}, 64);
  auto text = [](const std::string& after) { return Text{Isa::x86_64, framed("call g\n" + after)}; };
  const Text left = text("movq %rcx, %rax");
  EXPECT_PROVED(prove_pair(left, left, b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(left, text("movq %rdx, %rax"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(text("xorl %eax, %eax"), left, b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(text("movq %rcx, %rax\nsubq %rcx, %rax"), text("movq %rcx, %rax\nsubq %rdx, %rax"), b, {{"g", g}}));
  // Of two calls each leaves its own.
  const std::string twice = "movq %rcx, %rbx\ncall g\n";
  EXPECT_PROVED(
      prove_pair(text(twice + "leaq (%rbx,%rcx), %rax"), text(twice + "leaq (%rcx,%rbx), %rax"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(text(twice + "leaq (%rbx,%rcx), %rax"), text(twice + "leaq (%rbx,%rbx), %rax"), b, {{"g", g}}));
}

// So are the bytes of the frame that a callee may have changed.
TEST(Calls, TheFrameBelowACalleeIsAnybodys) {
  const Boundary b = integers({64}, 64), g = callee({64}, 64);
  auto text = [](const std::string& offset) {
    return Text{Isa::x86_64,
                framed("movq %rdi, -16(%rsp)\nmovq %rdi, -32(%rsp)\ncall g\nmovq " + offset + "(%rsp), %rax")};
  };
  EXPECT_PROVED(prove_pair(text("-16"), text("-16"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(text("-16"), text("-32"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair({Isa::x86_64, framed("call g\nmovq %rdi, %rax")}, text("-16"), b, {{"g", g}}));
}

// Arguments on the stack, beside a local whose address is given away: that part of the frame is memory.
TEST(Calls, StackArgumentsBesideALocal) {
  const Boundary b = integers({64, 64}, 64);
  Boundary g = callee({64, 64}, 64);
  for (BoundaryValue& p : g.parameters)
    p.source = p.target = {Place::Kind::stack, static_cast<uint32_t>(&p - g.parameters.data())};
  g.parameters.push_back(integers({64}, 0).parameters[0]);
  auto text = [](const std::string& arguments, const std::string& local = "16(%rsp)") {
    return Text{Isa::x86_64, framed("subq $32, %rsp\nmovq %rsi, 16(%rsp)\n" + arguments + "leaq " + local +
                                    ", %rdi\ncall g\naddq 16(%rsp), %rax\naddq $32, %rsp")};
  };
  const std::string right = "movq %rdi, (%rsp)\nmovq %rsi, 8(%rsp)\n";
  EXPECT_PROVED(prove_pair(text(right), text(right), b, {{"g", g}}));
  EXPECT_PROVED(prove_pair(text(right), text("movq %rsi, 8(%rsp)\nmovq %rdi, (%rsp)\n"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(text(right), text("movq %rsi, (%rsp)\nmovq %rdi, 8(%rsp)\n"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(text(right), text("movq %rdi, (%rsp)\n"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(text(right), text(right, "24(%rsp)"), b, {{"g", g}}));
  // What the callee got it may change.
  const Text changed = {Isa::x86_64, framed("subq $32, %rsp\nmovq %rdi, (%rsp)\nmovq %rdi, 8(%rsp)\nleaq 16(%rsp), "
                                            "%rdi\ncall g\nmovq (%rsp), %rax\naddq $32, %rsp")};
  const Text kept = {Isa::x86_64, framed("subq $32, %rsp\nmovq %rdi, (%rsp)\nmovq %rdi, 8(%rsp)\nmovq %rdi, %rbx\nleaq "
                                         "16(%rsp), %rdi\ncall g\nmovq %rbx, %rax\naddq $32, %rsp")};
  EXPECT_NOT_PROVED(prove_pair(kept, changed, b, {{"g", g}}));
  // The stack pointer is no multiple of 16 at the call.
  EXPECT_NOT_PROVED(
      prove_pair(text(right),
                 {Isa::x86_64, "subq $32, %rsp\nmovq %rsi, 16(%rsp)\n" + right +
                                   "leaq 16(%rsp), %rdi\ncall g\naddq 16(%rsp), %rax\naddq $32, %rsp\nret\n"},
                 b, {{"g", g}}));
}

// A frame whose size depends on an argument.
TEST(Calls, FramesThatGrow) {
  const Boundary b = integers({64, 64}, 64), g = callee({64}, 64);
  auto text = [](const std::string& size, const std::string& body) {
    return Text{Isa::x86_64, "pushq %rbp\nmovq %rsp, %rbp\nandl $255, %edi\n" + size +
                                 "andq $-16, %rdi\nsubq %rdi, %rsp\n1: movq %rsi, (%rsp,%rdi)\nsubq $8, %rdi\njg 1b\n" +
                                 body + "\nmovq %rbp, %rsp\npopq %rbp\nret\n"};
  };
  const Text source = text("addq $16, %rdi\n", "movq %rsp, %rdi\ncall g\naddq (%rsp), %rax");
  EXPECT_PROVED(prove_pair(source, source, b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(source, text("addq $32, %rdi\n", "movq %rsp, %rdi\ncall g\naddq (%rsp), %rax"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(source, text("addq $16, %rdi\n", "movq %rsp, %rdi\ncall g\naddq 8(%rsp), %rax"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(source, text("addq $16, %rdi\n", "leaq 8(%rsp), %rdi\ncall g\naddq (%rsp), %rax"), b, {{"g", g}}));
}

// Six branches one after another: 729 ways, or six times three from call to call.
std::string branches(bool arm, const std::string& odd, int odd_one) {
  std::string text;
  for (int n = 0; n < 6; ++n) {
    const std::string way = std::to_string(n), bit = std::to_string(1 << n);
    const std::string& wrong = n == odd_one ? odd : "";
    if (arm)
      text += "tbz w20, #" + way + ", 1f\nadd w0, w19, #" + way + "\n" + wrong +
              "bl g\nadd w19, w19, w0\n1: tbz w20, #" + std::to_string(n + 8) + ", 1f\neor w19, w19, #1\n1:\n";
    else
      text += "testl $" + bit + ", %ebp\nje 1f\nleal " + way + "(%rbx), %edi\n" + wrong +
              "call g\naddl %eax, %ebx\n1: testl $" + std::to_string(256 << n) + ", %ebp\nje 1f\nxorl $1, %ebx\n1:\n";
  }
  return text;
}

Text many_ways(bool arm, const std::string& odd = "", int odd_one = 0) {
  if (arm)
    return {Isa::aarch64, "stp x29, x30, [sp, #-32]!\nstp x19, x20, [sp, #16]\nmov w20, w0\nmov w19, w1\n" +
                              branches(true, odd, odd_one) +
                              "mov w0, w19\nldp x19, x20, [sp, #16]\nldp x29, x30, [sp], #32\nret\n"};
  return {Isa::x86_64, "pushq %rbx\npushq %rbp\nsubq $8, %rsp\nmovl %edi, %ebp\nmovl %esi, %ebx\n" +
                           branches(false, odd, odd_one) +
                           "movl %ebx, %eax\naddq $8, %rsp\npopq %rbp\npopq %rbx\nret\n"};
}

TEST(Calls, ManyWaysAreCutAtCalls) {
  const Boundary b = integers({32, 32}, 32), g = callee({32}, 32);
  EXPECT_PROVED(prove_pair(many_ways(false), many_ways(false), b, {{"g", g}}));
  EXPECT_PROVED(prove_pair(many_ways(false), many_ways(true), b, {{"g", g}}));
  for (const int n : {0, 3, 5}) {
    EXPECT_NOT_PROVED(prove_pair(many_ways(false), many_ways(false, "incl %edi\n", n), b, {{"g", g}}));
    EXPECT_NOT_PROVED(prove_pair(many_ways(false), many_ways(true, "add w0, w0, #1\n", n), b, {{"g", g}}));
    EXPECT_NOT_PROVED(prove_pair(many_ways(false), many_ways(true, "mov x21, x0\n", n), b, {{"g", g}}));
    EXPECT_NOT_PROVED(prove_pair(many_ways(false), many_ways(true, "bl g\n", n), b, {{"g", g}}));
    EXPECT_NOT_PROVED(prove_pair(many_ways(false), many_ways(true, "str w0, [sp, #24]\n", n), b, {{"g", g}}));
  }
}

// The index into a table of ways may come from memory.
TEST(Calls, JumpsByATableWithALoadedIndex) {
  const Boundary b = integers({64}, 32);
  auto x86 = [](const std::string& order, const std::string& limit) {
    return Text{Isa::x86_64,
                "movl (%rdi), %eax\ncmpl $" + limit +
                    ", %eax\nja 4f\nleaq 9f(%rip), %rdx\nmovslq (%rdx,%rax,4), %rax\naddq %rdx, %rax\njmp "
                    "*%rax\n1: movl $10, %eax\nret\n2: movl $20, %eax\nret\n3: movl $30, %eax\nret\n4: xorl "
                    "%eax, %eax\nret\n.section .rodata\n.balign 4\n9:" +
                    order + "\n"};
  };
  const std::string right = ".long 1b-9b, 2b-9b, 3b-9b";
  const Text source = x86(right, "2");
  const std::string arm =
      "ldr w8, [x0]\ncmp w8, #2\nb.hi 4f\ncbz w8, 1f\ncmp w8, #1\nb.eq 2f\nmov w0, #30\nret\n1: mov w0, #10\nret\n2: "
      "mov "
      "w0, #20\nret\n4: mov w0, wzr\nret\n";
  EXPECT_PROVED(prove_pair(source, source, b));
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, arm}, b));
  EXPECT_NOT_PROVED(prove_pair(source, x86(".long 1b-9b, 3b-9b, 2b-9b", "2"), b));
  EXPECT_NOT_PROVED(prove_pair(source, x86(right, "1"), b));
  EXPECT_NOT_PROVED(prove_pair({Isa::aarch64, arm}, x86(right, "3"), b));
  // Entered with an index that is known, as state machines are.
  auto machine = [](const std::string& first, const std::string& order) {
    return Text{Isa::x86_64, "movl $" + first +
                                 ", %eax\nleaq 9f(%rip), %rdx\nxorl %ecx, %ecx\n5: movslq (%rdx,%rax,4), %rax\naddq "
                                 "%rdx, %rax\njmp *%rax\n1: addl $3, %ecx\nmovl (%rdi), %eax\naddq $4, %rdi\ncmpl $2, "
                                 "%eax\njbe 5b\n2: movl %ecx, %eax\nret\n3: subl $5, %ecx\nmovl $1, %eax\njmp "
                                 "5b\n.section .rodata\n.balign 4\n9:" +
                                 order + "\n"};
  };
  EXPECT_PROVED(prove_pair(machine("0", right), machine("0", right), b));
  EXPECT_NOT_PROVED(prove_pair(machine("0", right), machine("1", right), b));
  EXPECT_NOT_PROVED(prove_pair(machine("0", right), machine("0", ".long 1b-9b, 3b-9b, 2b-9b"), b));
}

}  // namespace
}  // namespace portolan::prove
