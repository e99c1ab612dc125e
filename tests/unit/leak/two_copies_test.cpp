// The proof about two copies, without the runs that would show a leak first: what shows a secret it must never clear.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"
#include "verify/leak/judge.h"

namespace portolan::leak {
namespace {

using prove::testing::integers;
using prove::testing::Text;

Level judged(const Text& text) {
  assembly::ReadOptions read;
  read.isa = text.isa;
  auto unit = assembly::read_unit(".text\n.globl f\n.type f, %function\nf:\n" + text.body, "f.s", read);
  EXPECT_TRUE(unit && unit->diagnostics.empty());
  const assembly::CodeIndex index(*unit);
  const verify::Boundary boundary = integers({64, 64, 64}, 64);
  const Question question{index, prove::Which::source, boundary, {{0, false}}, false};
  return judge(question, nullptr, {}).level;
}

TEST(TwoCopies, WhatShowsASecretIsNeverCleared) {
  for (const char* body : {
           "testq %rdi, %rdi\nje 1f\nincq %rsi\n1: movq %rsi, %rax\nret\n",
           "testq %rdi, %rdi\nje 1f\nnop\n1: movq %rsi, %rax\nret\n",
           "movzbl (%rsi,%rdi), %eax\nret\n",
           "movb $1, (%rsi,%rdi)\nmovq %rdx, %rax\nret\n",
           "movq %rsi, %rax\nxorl %edx, %edx\ndivq %rdi\nret\n",
           "movq %rdi, %rax\nxorl %edx, %edx\ndivq %rsi\nmovq %rsi, %rax\nret\n",
           "movq %rsi, %rax\n1: incq %rax\ndecq %rdi\njne 1b\nret\n",
           "movl $4, %ecx\n1: testb $1, %dil\nje 2f\nincq %rsi\n2: shrq $1, %rdi\ndecl %ecx\njne 1b\nmovq %rsi, "
           "%rax\nret\n",
           "movl $4, %ecx\n1: movzbl (%rsi,%rdi), %eax\nshrq $1, %rdi\ndecl %ecx\njne 1b\nret\n",
           "pushq %rdi\npopq %rcx\ntestb $1, %cl\njne 1f\nud2\n1: movq %rsi, %rax\nret\n",
           "movq %rdi, (%rsi)\nmovq (%rsi), %rcx\nmovzbl (%rdx,%rcx), %eax\nret\n",
           "movq %rdi, (%rsi)\nmovq (%rdx), %rcx\nmovzbl (%rdx,%rcx), %eax\nret\n",
           "movq %rsi, %rax\nxorl %edx, %edx\ncmpq $77, %rdi\nsete %dl\ntestl %edx, %edx\nje 1f\nincq %rax\n1: ret\n",
           "movq %rdi, %rcx\nmovq %rsi, %rdi\nmovq %rdx, %rax\nrep stosb\nmovq %rsi, %rax\nret\n",
           "subq $16, %rsp\nandl $1, %edi\nmovq $0, (%rsp,%rdi,8)\nmovq %rsi, %rax\naddq $16, %rsp\nret\n",
           "movq %rsi, %rax\ntestq %rdi, %rdi\njne 1f\ncall g\n1: ret\n",
           "call g\nret\n",
           "prefetcht0 (%rdi)\nmovq %rsi, %rax\nret\n",
       }) {
    SCOPED_TRACE(body);
    EXPECT_NE(judged({Isa::x86_64, body}), Level::constant_time);
  }
  for (const char* body : {
           "divu a2, a0, a1\nmv a0, a1\nret\n",
           "beqz a0, 1f\naddi a1, a1, 1\n1: mv a0, a1\nret\n",
           "add a2, a2, a0\nlbu a0, 0(a2)\nret\n",
       }) {
    SCOPED_TRACE(body);
    EXPECT_NE(judged({Isa::riscv64, body}), Level::constant_time);
  }
}

TEST(TwoCopies, WhatOnlySeemsToShowASecretIsCleared) {
  for (const char* body : {
           "movq %rdi, %rax\norq %rdx, %rax\nandq %rdx, %rax\nandl $15, %eax\nmovzbl (%rsi,%rax), %eax\nret\n",
           "movq %rdi, %rcx\nandl $1, %ecx\nshrl $1, %ecx\njne 1f\nincq %rsi\n1: movq %rsi, %rax\nret\n",
           "movl $3, %ecx\n1: movq %rdi, %rdx\nandl $1, %edx\nshrl $1, %edx\nsubl %edx, %ecx\ndecl %ecx\njne 1b\n"
           "movq %rsi, %rax\nret\n",
       }) {
    SCOPED_TRACE(body);
    EXPECT_EQ(judged({Isa::x86_64, body}), Level::constant_time);
  }
}

}  // namespace
}  // namespace portolan::leak
