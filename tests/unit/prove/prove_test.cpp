// Pairs of functions that do the same, and pairs that do not: the first must be proved, the second never. What is equal
// and what not follows from the instruction sets' manuals, not from the prover.
#include "verify/prove/prove.h"

#include <gtest/gtest.h>

#include "tests/unit/prove/pairs.h"

namespace portolan::prove {
namespace {

using namespace testing;

const Text kAdd{Isa::x86_64, "leal (%rdi,%rsi), %eax\nret\n"};

TEST(Prove, AdditionOnEachIsa) {
  const Boundary b = integers({32, 32}, 32);
  EXPECT_PROVED(prove_pair(kAdd, {Isa::aarch64, "add w0, w0, w1\nret\n"}, b));
  EXPECT_PROVED(prove_pair(kAdd, {Isa::aarch64, "add x0, x1, x0\nret\n"}, b));
  EXPECT_PROVED(prove_pair(kAdd, {Isa::riscv64, "addw a0, a0, a1\nret\n"}, b));
  EXPECT_PROVED(prove_pair(kAdd, kAdd, b));
}

TEST(Prove, ResultsOfRiscvAreExtended) {
  // psABI: 32-bit integers are sign-extended in registers.
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::riscv64, "add a0, a0, a1\nret\n"}, integers({32, 32}, 32)));
}

TEST(Prove, WrongOperations) {
  const Boundary b = integers({32, 32}, 32);
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "sub w0, w0, w1\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "add w0, w0, w2\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "add w0, w0, w1\nadd w0, w0, #1\nret\n"}, b));
}

TEST(Prove, CalleeSavedStackAndReturnAddress) {
  const Boundary b = integers({32, 32}, 32);
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "mov x19, x0\nadd w0, w19, w1\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "fmov d8, x0\nadd w0, w0, w1\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "sub sp, sp, #16\nadd w0, w0, w1\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "mov x30, x2\nadd w0, w0, w1\nret\n"}, b));
  EXPECT_PROVED(prove_pair(
      kAdd, {Isa::aarch64, "stp x19, x30, [sp, #-16]!\nmov x19, x0\nadd w0, w19, w1\nldp x19, x30, [sp], #16\nret\n"},
      b));
}

TEST(Prove, BranchAgainstSelect) {
  const Text source{Isa::x86_64, "movl %edi, %eax\ncmpl %esi, %edi\njge 1f\nmovl %esi, %eax\n1: ret\n"};
  const Boundary b = integers({32, 32}, 32);
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, "cmp w0, w1\ncsel w0, w0, w1, gt\nret\n"}, b));
  EXPECT_PROVED(prove_pair(source, {Isa::riscv64, "bge a0, a1, 1f\nmv a0, a1\n1: ret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, "cmp w0, w1\ncsel w0, w0, w1, hi\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, "cmp w0, w1\ncsel w0, w0, w1, lt\nret\n"}, b));
}

TEST(Prove, LoadsAndStores) {
  const Text swap{Isa::x86_64, "movq (%rdi), %rax\nmovq (%rsi), %rdx\nmovq %rdx, (%rdi)\nmovq %rax, (%rsi)\nret\n"};
  const Boundary b = integers({64, 64}, 0);
  EXPECT_PROVED(prove_pair(swap, {Isa::aarch64, "ldr x8, [x0]\nldr x9, [x1]\nstr x9, [x0]\nstr x8, [x1]\nret\n"}, b));
  // The same stores in the other order differ when the pointers overlap.
  EXPECT_NOT_PROVED(
      prove_pair(swap, {Isa::aarch64, "ldr x8, [x0]\nldr x9, [x1]\nstr x8, [x1]\nstr x9, [x0]\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(swap, {Isa::aarch64, "ldr x8, [x0]\nldr x9, [x1]\nstr x9, [x0]\nret\n"}, b));
  EXPECT_NOT_PROVED(
      prove_pair(swap, {Isa::aarch64, "ldr x8, [x0]\nldr x9, [x1]\nstr x9, [x0]\nstr w8, [x1]\nret\n"}, b));
  // Reads that the source doesn't make may fault.
  EXPECT_NOT_PROVED(prove_pair(
      swap, {Isa::aarch64, "ldr x8, [x0]\nldr x9, [x1]\nldr x10, [x1, #8]\nstr x9, [x0]\nstr x8, [x1]\nret\n"}, b));
}

const Text kSum{Isa::x86_64,
                "testq %rsi, %rsi\njle 2f\nleaq (%rdi,%rsi,4), %rcx\nxorl %eax, %eax\n"
                "1: movslq (%rdi), %rdx\naddq $4, %rdi\naddq %rdx, %rax\ncmpq %rcx, %rdi\njne 1b\nret\n"
                "2: xorl %eax, %eax\nret\n"};

// The stack pointer is a multiple of 16 (AMD64 psABI 3.2.2, AAPCS64 6.4.5.1), and of no more.
TEST(Prove, FramesAreAligned) {
  const Boundary b = integers({32, 32, 32}, 32);
  const Text words{Isa::x86_64,
                   "subq $24, %rsp\nmovl %edi, (%rsp)\nmovl %esi, 4(%rsp)\nandl $1, %edx\nmovl (%rsp,%rdx,4), %eax\n"
                   "addq $24, %rsp\nret\n"};
  EXPECT_PROVED(prove_pair(words,
                           {Isa::aarch64,
                            "sub sp, sp, #16\nstr w0, [sp]\nmov x9, sp\norr x9, x9, #4\nstr w1, [x9]\nand w2, w2, #1\n"
                            "mov x8, sp\nldr w0, [x8, w2, uxtw #2]\nadd sp, sp, #16\nret\n"},
                           b));
  const Text far{Isa::x86_64,
                 "subq $40, %rsp\nmovl %edi, (%rsp)\nmovl %esi, 16(%rsp)\nandl $1, %edx\nshll $4, %edx\n"
                 "movl (%rsp,%rdx), %eax\naddq $40, %rsp\nret\n"};
  EXPECT_NOT_PROVED(
      prove_pair(far,
                 {Isa::aarch64,
                  "sub sp, sp, #48\nstr w0, [sp]\nmov x9, sp\norr x9, x9, #16\nstr w1, [x9]\n"
                  "and w2, w2, #1\nlsl w2, w2, #4\nmov x8, sp\nldr w0, [x8, w2, uxtw]\nadd sp, sp, #48\nret\n"},
                 b));
}

TEST(Prove, Loop) {
  const Boundary b = integers({64, 64}, 64);
  const std::string head = "cmp x1, #1\nb.lt 2f\nadd x9, x0, x1, lsl #2\nmov x8, xzr\n";
  const std::string tail = "mov x0, x8\nret\n2: mov x0, xzr\nret\n";
  EXPECT_PROVED(prove_pair(
      kSum, {Isa::aarch64, head + "1: ldrsw x10, [x0], #4\nadd x8, x8, x10\ncmp x0, x9\nb.ne 1b\n" + tail}, b));
  // Counts bytes instead of comparing pointers.
  EXPECT_PROVED(prove_pair(kSum,
                           {Isa::aarch64,
                            "cmp x1, #1\nb.lt 2f\nlsl x9, x1, #2\nmov x8, xzr\n1: ldrsw x10, [x0], #4\nsubs x9, x9, "
                            "#4\nadd x8, x8, x10\nb.ne 1b\n" +
                                tail},
                           b));
  // Counts elements: another number of turns where 4 n does not fit in 64 bits.
  EXPECT_NOT_PROVED(prove_pair(
      kSum, {Isa::aarch64, head + "1: ldrsw x10, [x0], #4\nsubs x1, x1, #1\nadd x8, x8, x10\nb.ne 1b\n" + tail}, b));
  EXPECT_NOT_PROVED(prove_pair(
      kSum, {Isa::aarch64, head + "1: ldr w10, [x0], #4\nadd x8, x8, x10\ncmp x0, x9\nb.ne 1b\n" + tail}, b));
  EXPECT_NOT_PROVED(prove_pair(
      kSum, {Isa::aarch64, head + "1: ldrsw x10, [x0], #4\nadd x8, x8, x10\ncmp x0, x9\nb.lo 1b\n" + tail}, b));
  EXPECT_NOT_PROVED(prove_pair(
      kSum, {Isa::aarch64, head + "1: ldrsw x10, [x0], #8\nadd x8, x8, x10\ncmp x0, x9\nb.ne 1b\n" + tail}, b));
}

TEST(Prove, InfiniteLoopAgainstReturn) {
  const Text returns{Isa::x86_64, "movl $1, %eax\nret\n"};
  const Boundary b = integers({64}, 32);
  EXPECT_NOT_PROVED(prove_pair(returns, {Isa::aarch64, "1: b 1b\n"}, b));
  EXPECT_NOT_PROVED(prove_pair({Isa::x86_64, "1: jmp 1b\n"}, {Isa::aarch64, "mov w0, #1\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair({Isa::x86_64, "1: jmp 1b\n"}, {Isa::aarch64, "1: b 1b\n"}, b));
}

TEST(Prove, Calls) {
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Text source{Isa::x86_64, "pushq %rbx\nmovl %esi, %ebx\ncall g\naddl %ebx, %eax\npopq %rbx\nret\n"};
  const Boundary b = integers({32, 32}, 32);
  const std::string head = "stp x19, x30, [sp, #-16]!\nmov w19, w1\n", tail = "ldp x19, x30, [sp], #16\nret\n";
  EXPECT_PROVED(prove_pair(source, {Isa::aarch64, head + "bl g\nadd w0, w0, w19\n" + tail}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(
      prove_pair(source, {Isa::aarch64, head + "mov w0, w1\nbl g\nadd w0, w0, w19\n" + tail}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, head + "bl g\nadd w0, w0, w1\n" + tail}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, head + "bl g\nbl g\nadd w0, w0, w19\n" + tail}, b, {{"g", g}}));
  EXPECT_NOT_PROVED(prove_pair(source, {Isa::aarch64, head + "add w0, w0, w19\n" + tail}, b, {{"g", g}}));
}

TEST(Prove, TheStackEndsAtItsPointer) {
  const Boundary b = integers({32, 32}, 32);
  // A signal may come between the two; x86-64 alone keeps 128 bytes.
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::aarch64, "str w1, [sp, #-4]\nldr w8, [sp, #-4]\nadd w0, w0, w8\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::riscv64, "sw a1, -4(sp)\nlw a1, -4(sp)\naddw a0, a0, a1\nret\n"}, b));
  EXPECT_PROVED(prove_pair(kAdd, {Isa::x86_64, "movl %esi, -4(%rsp)\nmovl %edi, %eax\naddl -4(%rsp), %eax\nret\n"}, b));
  EXPECT_NOT_PROVED(
      prove_pair(kAdd, {Isa::x86_64, "movl %esi, -132(%rsp)\nmovl %edi, %eax\naddl -132(%rsp), %eax\nret\n"}, b));
  // Calls write into it.
  Boundary g = integers({32}, 32);
  g.name = g.target_name = "g";
  const Text source{Isa::x86_64, "pushq %rbx\nmovl %esi, %ebx\ncall g\naddl %ebx, %eax\npopq %rbx\nret\n"};
  EXPECT_NOT_PROVED(prove_pair(
      source, {Isa::x86_64, "movl %esi, -4(%rsp)\nsubq $8, %rsp\naddq $8, %rsp\ncall g\naddl -4(%rsp), %eax\nret\n"}, b,
      {{"g", g}}));
}

TEST(Prove, ReservedRegisters) {
  const Boundary b = integers({32, 32}, 32);
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::riscv64, "addw a0, a0, a1\nmv gp, a0\nret\n"}, b));
  EXPECT_NOT_PROVED(prove_pair(kAdd, {Isa::x86_64, "leal (%rdi,%rsi), %eax\nstd\nret\n"}, b));
}

// printf, and what it takes with the formats "%d" and "%f".
Boundary printf_of(BoundaryValue::Kind kind, Place second) {
  const Place first{Place::Kind::integer_argument, 0}, result{Place::Kind::integer_result, 0};
  Boundary b;
  b.name = b.target_name = "printf";
  b.parameters = {{BoundaryValue::Kind::integer, 64, false, first, first},
                  {kind, kind == BoundaryValue::Kind::integer ? 32u : 64u, true, second, second}};
  b.results = {{BoundaryValue::Kind::integer, 32, true, result, result}};
  return b;
}

Options with_formats() {
  static const Boundary number = printf_of(BoundaryValue::Kind::integer, {Place::Kind::integer_argument, 1});
  static const Boundary real = printf_of(BoundaryValue::Kind::floating, {Place::Kind::float_argument, 0});
  Options options;
  options.with_format = [](const std::string& function, const std::string& format) -> const Boundary* {
    if (function != "printf") return nullptr;
    return format == "%d" ? &number : format == "%f" ? &real : nullptr;
  };
  return options;
}

std::map<std::string, Boundary> variadic_printf() {
  Boundary b = printf_of(BoundaryValue::Kind::integer, {});
  b.parameters.pop_back();
  b.format = 0;
  return {{"printf", b}};
}

std::string format_data(const std::string& format) {
  return ".section .rodata\nfmt: .string \"" + format + "\"\n";
}

TEST(Prove, FormatsSayWhatACallPasses) {
  const Text source{Isa::x86_64,
                    "subq $8, %rsp\nmovl %edi, %esi\nleaq fmt(%rip), %rdi\nxorl %eax, %eax\ncall printf\n"
                    "addq $8, %rsp\nret\n" +
                        format_data("%d")};
  auto target = [](const std::string& argument, const std::string& format) {
    return Text{Isa::aarch64, "stp x29, x30, [sp, #-16]!\n" + argument +
                                  "\nadrp x0, fmt\nadd x0, x0, :lo12:fmt\nbl printf\nldp x29, x30, [sp], #16\nret\n" +
                                  format_data(format)};
  };
  const Boundary b = integers({32}, 32);
  EXPECT_PROVED(prove_pair(source, target("mov w1, w0", "%d"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("add w1, w0, #1", "%d"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("mov w2, w0", "%d"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("mov w1, w0", "%f"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("mov w1, w0", "%s"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("mov w1, w0", "%d"), b, variadic_printf()));
}

TEST(Prove, VectorRegistersOfAVariadicCallAreCounted) {
  const Text source{Isa::aarch64,
                    "stp x29, x30, [sp, #-16]!\nadrp x0, fmt\nadd x0, x0, :lo12:fmt\nfmov d0, #1.0\n"
                    "bl printf\nldp x29, x30, [sp], #16\nret\n" +
                        format_data("%f")};
  auto target = [](const std::string& count) {
    return Text{Isa::x86_64,
                "subq $8, %rsp\nleaq fmt(%rip), %rdi\nmovabsq $0x3ff0000000000000, %rax\n"
                "movq %rax, %xmm0\n" +
                    count + "\ncall printf\naddq $8, %rsp\nret\n" + format_data("%f")};
  };
  const Boundary b = integers({}, 32);
  EXPECT_PROVED(prove_pair(source, target("movl $1, %eax"), b, variadic_printf(), with_formats()));
  EXPECT_PROVED(prove_pair(source, target("movl $8, %eax"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("xorl %eax, %eax"), b, variadic_printf(), with_formats()));
  EXPECT_NOT_PROVED(prove_pair(source, target("movl $9, %eax"), b, variadic_printf(), with_formats()));
}

TEST(Prove, ConstantsUnderOtherNames) {
  const std::string data = ".section .rodata\nname: .string \"abc\"\n";
  const Text source{Isa::x86_64, "leaq name(%rip), %rax\nret\n" + data};
  auto target = [](const std::string& more) {
    return Text{Isa::aarch64, "adrp x0, other\nadd x0, x0, :lo12:other\nret\n.section .rodata\n" + more};
  };
  const Boundary b = integers({}, 64);
  EXPECT_PROVED(prove_pair(source, target("other: .string \"abc\"\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("other: .string \"abd\"\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("other: .string \"abcd\"\n"), b));
  EXPECT_NOT_PROVED(prove_pair(source, target("other: .string \"ab\"\n"), b));
  // Which of two equal ones it is cannot be told.
  EXPECT_NOT_PROVED(prove_pair(source, target("other: .string \"abc\"\nmore: .string \"abc\"\n"), b));
  const Text twice{Isa::x86_64, source.body + "more: .string \"abc\"\n"};
  EXPECT_NOT_PROVED(prove_pair(twice, target("other: .string \"abc\"\n"), b));
  // What may be written to is an object of its own.
  EXPECT_NOT_PROVED(prove_pair(source, target(".data\nother: .string \"abc\"\n"), b));
}

TEST(Prove, BoundedWhereNoRelationIsFound) {
  // Where the last node of a list is: one side compares pointers, the other looks one further.
  const Text source{Isa::x86_64,
                    "movq %rdi, %rax\n1: movq (%rax), %rdx\ntestq %rdx, %rdx\nje 2f\nmovq %rdx, %rax\n"
                    "jmp 1b\n2: ret\n"};
  const Text target{Isa::aarch64,
                    "mov x8, x0\n1: mov x0, x8\nldr x8, [x8]\ncbz x8, 2f\nmov x0, x8\nldr x8, [x8]\n"
                    "cbnz x8, 1b\n2: ret\n"};
  const Boundary b = integers({64}, 64);
  const Proof proof = prove_pair(source, target, b);
  EXPECT_NE(proof.level, Proof::Level::unknown) << proof.reason << ": " << proof.detail;
  EXPECT_TRUE(proof.reason.empty());
  const Text wrong{Isa::aarch64,
                   "mov x8, x0\n1: mov x0, x8\nldr x8, [x8]\ncbz x8, 2f\nldr x8, [x8]\n"
                   "cbnz x8, 1b\n2: ret\n"};
  EXPECT_EQ(prove_pair(source, wrong, b).level, Proof::Level::unknown);
}

}  // namespace
}  // namespace portolan::prove
