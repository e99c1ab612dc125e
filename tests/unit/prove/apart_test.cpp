// Which argument an address is computed from, as far as --assume no-alias is concerned: stores through two addresses
// change places, which is right only where these are known to come from different arguments.
#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

// The address of the first store is computed into rax by `address`, that of the second is rsi.
Proof exchanged(const std::string& address, bool no_alias) {
  const std::string first = "movl $1, (%rax)\n", second = "movl $2, (%rsi)\n";
  Options options;
  options.no_alias = no_alias;
  const std::string start = "movl (%rdi), %r8d\nmovl (%rsi), %r9d\n" + address;
  return prove_pair({Isa::x86_64, start + first + second + "ret\n"}, {Isa::x86_64, start + second + first + "ret\n"},
                    integers({64, 64, 64, 32}, 32), {}, options);
}

constexpr const char* kFromTheFirst[] = {
    "movq %rdi, %rax\n",
    "leaq 16(%rdi), %rax\n",
    "leaq (%rdi,%rdx,8), %rax\n",
    "movl %ecx, %ecx\nleaq (%rdi,%rcx,4), %rax\n",
    "movslq (%rdi), %rcx\nleaq (%rdi,%rcx,4), %rax\n",
    "pushq %rdi\nmovq %rsi, %rdi\npopq %rax\n",
    "movq %rdi, %rax\nmovl $3, %ecx\n1: addq $4, %rax\ndecl %ecx\njne 1b\n",
    "leaq (%rdi,%rsi), %rax\nsubq %rsi, %rax\n",
};

// The second argument, or something that may be equal to it though it isn't computed from it alone.
constexpr const char* kNotFromTheFirst[] = {
    "movq %rsi, %rax\n",
    "movq (%rdi), %rax\n",
    "movq %rsi, %rax\nsubq %rdi, %rax\naddq %rdi, %rax\n",
    "movq %rdi, %rax\nandl $1, %ecx\ncmovneq %rsi, %rax\n",
    "movq %rsi, %rax\nsubq %rdi, %rax\nandq $-4, %rax\naddq %rdi, %rax\n",
    "movq %rsi, %rax\nsubq %rdi, %rax\nsarq $2, %rax\nleaq (%rdi,%rax,4), %rax\n",
    "movl %esi, %eax\nmovl %edi, %r10d\nsubq %r10, %rax\naddq %rdi, %rax\n",
    "movq %rdi, %rax\ncmpl $7, %ecx\njne 1f\nmovq %rsi, %rax\n1:\n",
    "movq %rsi, %r10\nsubq %rdi, %r10\nmovl $3, %ecx\nmovq %rdi, %rax\n1: incl %ecx\ncmpl $9, %ecx\njne 1b\naddq %r10, "
    "%rax\n",
    "movq %rdi, %rax\nmovl $3, %ecx\n1: movq %rsi, %r10\nsubq %rax, %r10\nleaq (%rax,%r10), %rax\ndecl %ecx\njne 1b\n",
    "movq %rdi, %rax\nxorq %rsi, %rax\nxorq %rdi, %rax\n",
};

TEST(Apart, AddressesOfTheFirstArgument) {
  for (const char* address : kFromTheFirst) {
    SCOPED_TRACE(address);
    EXPECT_PROVED(exchanged(address, true));
    const Proof without = exchanged(address, false);
    EXPECT_NE(without.level, Proof::Level::proved);
    EXPECT_TRUE(without.without_overlap);
    EXPECT_EQ(without.reason, "unresolved-address");
  }
}

TEST(Apart, AddressesOfWhichNothingIsSaid) {
  for (const char* address : kNotFromTheFirst) {
    SCOPED_TRACE(address);
    for (const bool no_alias : {true, false}) {
      const Proof proof = exchanged(address, no_alias);
      EXPECT_NE(proof.level, Proof::Level::proved);
      EXPECT_FALSE(proof.without_overlap);
    }
  }
}

TEST(Apart, AProofThatNeedsNoAssumptionListsNone) {
  Options options;
  options.no_alias = true;
  const Text copy{Isa::x86_64, "movl (%rsi), %eax\nmovl %eax, (%rdi)\nret\n"};
  const Proof proof = prove_pair(copy, copy, integers({64, 64}, 32), {}, options);
  EXPECT_EQ(proof.level, Proof::Level::proved);
  for (const Assumption& a : proof.assumptions) EXPECT_NE(a.id, "no-alias");
}

}  // namespace
}  // namespace portolan::prove
