// Cut points that no run comes to, and loops that end in their first turn.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

// The first loop ends when g has left a 56 behind, which no run is seen to do; the second one sums up a few bytes.
Text waits(const std::string& last, const std::string& sum) {
  return {Isa::x86_64,
          "pushq %rbx\nmovq %rdi, %rbx\n1: movq %rbx, %rdi\ncall g\ncmpl $56, 104(%rbx)\njne 1b\n"
          "xorl %eax, %eax\nxorl %ecx, %ecx\n2: movzbl (%rbx,%rcx), %edx\n" +
              sum + "\nincq %rcx\ncmpq $" + last + ", %rcx\njne 2b\npopq %rbx\nret\n"};
}

Text waits_too(const std::string& last, const std::string& sum) {
  return {Isa::aarch64,
          "stp x29, x30, [sp, #-32]!\nstr x19, [sp, #16]\nmov x19, x0\n1: mov x0, x19\nbl g\nldr w8, [x19, #104]\n"
          "cmp w8, #56\nb.ne 1b\nmov w0, wzr\nmov x9, xzr\n2: ldrb w10, [x19, x9]\n" +
              sum + "\nadd x9, x9, #1\ncmp x9, #" + last +
              "\nb.ne 2b\nldr x19, [sp, #16]\nldp x29, x30, [sp], #32\nret\n"};
}

TEST(Meeting, BehindALoopThatNoRunLeaves) {
  const Boundary b = integers({64}, 32);
  Boundary g = integers({64}, 0);
  g.name = g.target_name = "g";
  const Text source = waits("24", "addl %edx, %eax");
  EXPECT_PROVED(prove_pair(source, waits_too("24", "add w0, w0, w10"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, waits_too("25", "add w0, w0, w10"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, waits_too("24", "sub w0, w0, w10"), b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, waits_too("24", "add x0, x0, x10, lsl #1"), b, {{"g", g}}));
}

// AArch64 adds in a loop, which x86-64 does in one instruction; what follows are loops on both sides.
TEST(Meeting, AnExclusiveStoreIsNoLoop) {
  const Boundary b = integers({64, 64}, 32);
  const Text source{Isa::x86_64,
                    "movl $1, %eax\nlock xaddl %eax, (%rdi)\n1: movl (%rsi), %edx\naddq $4, %rsi\ncmpl "
                    "%edx, %eax\njne 1b\nret\n"};
  auto target = [](const std::string& amount, const std::string& step) {
    return Text{Isa::aarch64, "mov x8, x0\n1: ldaxr w0, [x8]\nadd w10, w0, #" + amount +
                                  "\nstlxr w11, w10, [x8]\ncbnz w11, 1b\n2: ldr w9, [x1], #" + step +
                                  "\ncmp w0, w9\nb.ne 2b\nret\n"};
  };
  EXPECT_PROVED(prove_pair(source, target("1", "4"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("2", "4"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("1", "8"), b));
}

// The target reads before the loop what the source reads in every turn: right unless the loop writes there.
TEST(Meeting, ARegisterHoldsWhatMemoryHolds) {
  const Boundary b = integers({64, 64}, 32);
  const std::string data = "ret\n.data\n.globl x\n.type x, %object\n.size x, 16\nx: .quad 1, 2\n";
  auto source = [&](const std::string& written) {
    return Text{Isa::x86_64, "xorl %eax, %eax\n1: addl x(%rip), %eax\n" + written + "decq %rsi\njne 1b\n" + data};
  };
  auto target = [&](const std::string& offset, const std::string& written) {
    return Text{Isa::aarch64, "adrp x9, x\nadd x9, x9, :lo12:x\nldr w8, [x9, #" + offset +
                                  "]\nmov w10, wzr\n1: add w10, w10, w8\n" + written +
                                  "subs x1, x1, #1\nb.ne 1b\nmov w0, w10\n" + data};
  };
  EXPECT_PROVED(prove_pair(source(""), target("0", ""), b));
  EXPECT_NOT_PROVED(prove_pair(source(""), target("4", ""), b));
  EXPECT_PROVED(prove_pair(source("movl %eax, x+4(%rip)\n"), target("0", "str w10, [x9, #4]\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source("movl %eax, (%rdi)\n"), target("0", "str w10, [x0]\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source("movb %al, x+3(%rip)\n"), target("0", "strb w10, [x9, #3]\n"), b));
}

}  // namespace
}  // namespace portolan::prove
