// Memories that are compared write by write.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

// Counts in the row, column and box of a cell: which ones follows from divisions by nine and three. Compilers multiply
// by nine in two ways; any of the counters may be the cell, for all that the prover knows.
Text counters(const std::string& second) {
  return {Isa::x86_64,
          "movslq %esi, %rcx\nimulq $954437177, %rcx, %rax\nsarq $33, %rax\nmovl %esi, %r8d\nsarl $31, %r8d\n"
          "subl %r8d, %eax\nleal (%rax,%rax,8), %r9d\nsubl %r9d, %esi\nmovslq %esi, %rsi\n"
          "movslq %eax, %rax\nmovzwl 82(%rdi,%rax,2), %r10d\norl %edx, %r10d\n"
          "movzwl 100(%rdi,%rsi,2), %r11d\norl %edx, %r11d\nmovb %dl, (%rdi,%rcx)\n" +
              second + "ret\n"};
}

Text counters_too(const std::string& eight, const std::string& second) {
  return {Isa::aarch64,
          "mov w8, #36409\nmovk w8, #14563, lsl #16\nsmull x8, w1, w8\nasr w9, w1, #31\nasr x8, x8, #33\n"
          "sub w8, w8, w9\nadd w10, w8, w8, lsl #" +
              eight +
              "\nsub w10, w1, w10\nadd x8, x0, w8, sxtw #1\n"
              "add x10, x0, w10, sxtw #1\nldrh w12, [x8, #82]\norr w12, w12, w2\nldrh w13, [x10, #100]\n"
              "orr w13, w13, w2\nstrb w2, [x0, w1, sxtw]\n" +
              second + "ret\n"};
}

TEST(Writes, WhereQuotientsSay) {
  const Boundary b = integers({64, 32, 32}, 0);
  const Text source = counters("movw %r10w, 82(%rdi,%rax,2)\nmovw %r11w, 100(%rdi,%rsi,2)\n");
  const std::string in_order = "strh w12, [x8, #82]\nstrh w13, [x10, #100]\n";
  EXPECT_PROVED(prove_pair(source, counters_too("3", in_order), b));
  EXPECT_NOT_PROVED(prove_pair(source, counters_too("2", in_order), b));
  EXPECT_NOT_PROVED(prove_pair(source, counters_too("3", "strh w12, [x8, #82]\nstrh w12, [x10, #100]\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, counters_too("3", "strh w12, [x8, #82]\nstrh w13, [x10, #98]\n"), b));
}

// The last write counts where two meet.
TEST(Writes, InTheirOrder) {
  const Boundary b = integers({64, 64, 32, 32}, 0);
  const Text source{Isa::x86_64, "movl %edx, (%rdi)\nmovl %ecx, (%rsi)\nret\n"};
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, "str w2, [x0]\nstr w3, [x1]\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, "str w3, [x1]\nstr w2, [x0]\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, "str w3, [x0]\nstr w2, [x1]\nret\n"}, b));
}

}  // namespace
}  // namespace portolan::prove
