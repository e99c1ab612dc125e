// Where things are: objects and indices into them, halves of the frame, tables that begin at negative numbers, loops
// that begin at another place than the other side's.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

bool assumes(const Proof& proof, std::string_view id) {
  return std::any_of(proof.assumptions.begin(), proof.assumptions.end(), [&](const auto& a) { return a.id == id; });
}

// Two objects, with or without their sizes.
std::string objects(bool sizes) {
  std::string text = ".bss\n.balign 8\n";
  for (const std::string name : {"count", "list"})
    text += ".globl " + name + "\n.type " + name + ", %object\n" + (sizes ? ".size " + name + ", 64\n" : "") + name +
            ": .zero 64\n";
  return text;
}

Text stores_first(bool sizes) {
  return {Isa::x86_64,
          "movl %esi, count(%rip)\nleaq list(%rip), %rdx\nmovslq %edi, %rdi\nmovl (%rdx,%rdi,4), %eax\nret\n" +
              objects(sizes)};
}

Text loads_first(bool sizes, const std::string& array = "list") {
  return {Isa::aarch64, "adrp x8, " + array + "\nadd x8, x8, :lo12:" + array +
                            "\nldr w0, [x8, w0, sxtw #2]\nadrp x9, count\nstr w1, [x9, :lo12:count]\nret\n" +
                            objects(sizes)};
}

// That an index stays in its object is assumed, and said; where no size says what the object is, it is not.
TEST(Places, AnIndexStaysInItsObject) {
  const Boundary b = integers({32, 32}, 32);
  const Proof proof = prove_pair(stores_first(true), loads_first(true), b);
  EXPECT_EQ(proof.level, Proof::Level::proved) << proof.reason << ": " << proof.detail;
  EXPECT_TRUE(assumes(proof, "indices"));
  EXPECT_NOT_PROVED(prove_pair(stores_first(false), loads_first(false), b));
  // In the same object the order matters.
  EXPECT_NOT_PROVED(
      prove_pair({Isa::x86_64,
                  "movl %esi, count(%rip)\nleaq count(%rip), %rdx\nmovslq %edi, %rdi\nmovl (%rdx,%rdi,4), %eax\nret\n" +
                      objects(true)},
                 loads_first(true, "count"), b));
}

TEST(Places, NothingIsAssumedOfIndicesWithoutNeed) {
  const Text same{Isa::aarch64, "adrp x9, count\nstr w1, [x9, :lo12:count]\nmov w0, w1\nret\n" + objects(true)};
  const Proof proof = prove_pair({Isa::x86_64, "movl %esi, count(%rip)\nmovl %esi, %eax\nret\n" + objects(true)}, same,
                                 integers({32, 32}, 32));
  EXPECT_EQ(proof.level, Proof::Level::proved) << proof.reason << ": " << proof.detail;
  EXPECT_FALSE(assumes(proof, "indices"));
}

// Two numbers of 4 bytes that lie side by side in the target's frame are two, whatever 8 bytes of it begin with them.
TEST(Places, HalvesOfTheFrameAreTheirOwn) {
  const Text source{Isa::x86_64,
                    "movl %esi, %eax\nmovl %edx, %r8d\n1: movl %r8d, %ecx\naddl %eax, %ecx\nmovl %eax, %r8d\n"
                    "movl %ecx, %eax\nsubl $1, %edi\njne 1b\nret\n"};
  auto target = [](const std::string& first, const std::string& second) {
    return Text{Isa::aarch64, "sub sp, sp, #16\nstp w1, w2, [sp, #8]\n1: ldp w8, w9, [sp, #8]\nadd w9, w9, w8\nstr " +
                                  first + ", [sp, #12]\nstr " + second +
                                  ", [sp, #8]\nsubs w0, w0, #1\nb.ne 1b\nldr w0, [sp, #8]\nadd sp, sp, #16\nret\n"};
  };
  const Boundary b = integers({32, 32, 32}, 32);
  EXPECT_PROVED(prove_pair(source, target("w8", "w9"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("w9", "w8"), b));
}

// Numbers from -2 to 1 that a table is read with: its first entry is the one for -2.
TEST(Places, TablesMayBeginAtANegativeNumber) {
  const Text source{Isa::x86_64,
                    "leal 2(%rdi), %eax\ncmpl $3, %eax\nja 9f\ncmpl $-2, %edi\nje 1f\ncmpl $-1, %edi\nje 2f\n"
                    "testl %edi, %edi\nje 3f\nmovl $40, %eax\nret\n1: movl $10, %eax\nret\n2: movl $20, %eax\nret\n"
                    "3: movl $30, %eax\nret\n9: xorl %eax, %eax\nret\n"};
  auto target = [](const std::string& second, const std::string& third) {
    return Text{Isa::riscv64,
                "addiw a1, a0, 2\nli a2, 3\nbltu a2, a1, 9f\nsext.w a0, a0\naddi a0, a0, 2\nslli a0, a0, 2\n"
                ".Lhi: auipc a1, %pcrel_hi(.Ltable)\naddi a1, a1, %pcrel_lo(.Lhi)\nadd a0, a0, a1\n"
                "lw a0, 0(a0)\nadd a1, a1, a0\njr a1\n.La: li a0, 10\nret\n.Lb: li a0, 20\nret\n"
                ".Lc: li a0, 30\nret\n.Ld: li a0, 40\nret\n9: li a0, 0\nret\n.section .rodata\n"
                ".p2align 2\n.Ltable: .word .La-.Ltable\n.word " +
                    second + "-.Ltable\n.word " + third + "-.Ltable\n.word .Ld-.Ltable\n"};
  };
  const Boundary b = integers({32}, 32);
  EXPECT_PROVED(prove_pair(source, target(".Lb", ".Lc"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target(".Lc", ".Lb"), b));
}

// The source calls before its loop and at the end of each turn, the target in one place, where its loop begins.
TEST(Places, LoopsThatBeginElsewhereMeetAtCalls) {
  Boundary g = integers({64}, 32), h = integers({64, 64}, 32);
  g.name = g.target_name = "g";
  h.name = h.target_name = "h";
  const Text source{Isa::x86_64,
                    "pushq %rbx\nmovq %rdi, %rbx\ncall g\ntestl %eax, %eax\njne 2f\n1: movq %rbx, %rdi\nmovl $3, %esi\n"
                    "call h\ntestl %eax, %eax\njne 2f\nleaq 8(%rbx), %rdi\ncall g\ntestl %eax, %eax\nje 1b\n2: popq "
                    "%rbx\nret\n"};
  auto target = [](const std::string& distance) {
    return Text{Isa::aarch64,
                "stp x30, x19, [sp, #-16]!\nmov x19, x0\n1: bl g\ncbnz w0, 2f\nmov x0, x19\nmov w1, #3\n"
                "bl h\ncbnz w0, 2f\nadd x0, x19, #" +
                    distance + "\nb 1b\n2: ldp x30, x19, [sp], #16\nret\n"};
  };
  const Boundary b = integers({64}, 32);
  EXPECT_PROVED(prove_pair(source, target("8"), b, {{"g", g}, {"h", h}}));
  EXPECT_NOT_PROVED(prove_pair(source, target("16"), b, {{"g", g}, {"h", h}}));
}

}  // namespace
}  // namespace portolan::prove
