// Further cut points where ways come together in both sides, tables that only the target has, and words around a byte.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

// Twelve decisions one after the other, each of which leaves `rax` one way or the other: 4096 ways.
Text decisions(const std::string& last) {
  std::string body = "movq %rsi, %rax\n";
  for (int n = 0; n < 12; ++n)
    body += "testl $" + std::to_string(1 << n) + ", %edi\nje 1f\nleaq " + std::to_string(n + 1) +
            "(%rax,%rax,2), %rax\nmovq %rax, (%rdx)\njmp 2f\n1: xorq $" + std::to_string(n == 11 ? 0 : n) +
            ", %rax\n2:\n";
  return {Isa::x86_64, body + last + "ret\n"};
}

Text decisions_too(const std::string& wrong, const std::string& last) {
  std::string body = "mov x8, x1\n";
  for (int n = 0; n < 12; ++n)
    body += "tbz w0, #" + std::to_string(n) + ", 1f\nadd x8, x8, x8, lsl #1\nadd x8, x8, #" + std::to_string(n + 1) +
            "\nstr x8, [x2]\nb 2f\n1: mov x9, #" + std::to_string(n == 11 ? 0 : n) + "\neor x8, x8, x9\n2:\n" +
            (n == 7 ? wrong : "");
  return {Isa::aarch64, body + last + "mov x0, x8\nret\n"};
}

TEST(Joins, ManyDecisionsOneAfterTheOther) {
  const Boundary b = integers({32, 64, 64}, 64);
  const Text source = decisions("addq $7, %rax\n");
  EXPECT_PROVED(prove_pair(source, decisions_too("", "add x8, x8, #7\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, decisions_too("", "add x8, x8, #8\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, decisions_too("add x8, x8, #1\n", "add x8, x8, #7\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, decisions_too("str x0, [x2]\n", "add x8, x8, #7\n"), b));
}

// The source computes where in its frame it writes, the target writes nothing there: there is no distance between the
// two.
TEST(Joins, AFrameThatTheOtherSideDoesNotHave) {
  const Boundary b = integers({32, 64, 64}, 64);
  const Text source = decisions("movl %edi, %ecx\nandl $1, %ecx\nmovq %rax, -16(%rsp,%rcx,8)\naddq $7, %rax\n");
  EXPECT_NOT_PROVED(prove_pair(source, decisions_too("", "add x8, x8, #8\n"), b));
}

// The lowest bit that is set, of eight: by counting, and by a table.
TEST(Joins, ATableThatOnlyTheTargetHas) {
  const Boundary b = integers({32}, 32);
  const Text source{Isa::x86_64, "andl $3, %edi\nleal 1(%rdi,%rdi), %eax\nret\n"};
  auto target = [](const std::string& mask, const std::string& entries) {
    return Text{Isa::aarch64, "and w8, w0, #" + mask +
                                  "\nadrp x9, t\nadd x9, x9, :lo12:t\nldrb w0, [x9, w8, uxtw]\nret\n"
                                  ".section .rodata\n.type t, %object\n.size t, 4\nt: .byte " +
                                  entries + "\n.byte 0,0,0,0\n"};
  };
  EXPECT_PROVED(prove_pair(source, target("3", "1,3,5,7"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("3", "1,3,5,8"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("7", "1,3,5,7"), b));
}

// Data that points to strings is one thing on both sides if the strings are, whatever they are called.
TEST(Joins, ATableOfStringsOfTheFilesOwn) {
  const Boundary b = integers({32}, 64);
  auto data = [](const std::string& a, const std::string& second) {
    return ".section .rodata\n" + a + "0: .string \"one\"\n" + a + "1: .string \"" + second +
           "\"\n.section .data.rel.ro,\"aw\"\n.globl t\n.type t, %object\n.size t, 16\nt: .quad " + a + "0, " + a +
           "1\n";
  };
  const Text source{Isa::x86_64,
                    "movslq %edi, %rdi\nleaq t(%rip), %rax\nmovq (%rax,%rdi,8), %rax\nret\n" + data(".LC", "two")};
  auto target = [&](const std::string& second) {
    return Text{Isa::aarch64,
                "adrp x9, t\nadd x9, x9, :lo12:t\nldr x0, [x9, w0, sxtw #3]\nret\n" + data(".Lp.C", second)};
  };
  EXPECT_PROVED(prove_pair(source, target("two"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("too"), b));
}

// RISC-V has no exchange of bytes: the word around one is read, and written with the rest as it was.
TEST(Joins, AByteIsExchangedInItsWord) {
  const Boundary b = integers({64}, 0);
  const Text source{Isa::x86_64, "movl $1, %eax\nxchgb %al, (%rdi)\nret\n"};
  auto target = [](const std::string& word, const std::string& mask) {
    return Text{Isa::riscv64,
                "andi a1, a0, " + word + "\nandi a2, a0, 3\nslli a2, a2, 3\nli a3, " + mask +
                    "\nsllw a3, a3, a2\nli a4, 1\nsllw a4, a4, a2\n1: lr.w.aqrl a5, (a1)\nxor a6, a4, a5\n"
                    "and a6, a6, a3\nxor a6, a6, a5\nsc.w.rl a6, a6, (a1)\nbnez a6, 1b\nret\n"};
  };
  EXPECT_PROVED(prove_pair(source, target("-4", "255"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("-4", "511"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("-8", "255"), b));
}

}  // namespace
}  // namespace portolan::prove
