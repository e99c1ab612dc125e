// Text and object of the same compilation give the same unit. The object goes through another parser (the assembler
// itself, then LLVM's disassembler), so that agreement means something.
#include <gtest/gtest.h>

#include "tests/unit/asm/compare.h"
#include "tests/unit/asm/programs.h"
#include "tests/unit/asm/toolchain.h"

namespace portolan::assembly {
namespace {

using namespace testing;

void compare(const Compiler& compiler, const std::string& options) {
  SCOPED_TRACE(compiler.name + " " + options);
  std::string source = temporary_file("program.c"), text = temporary_file("program.s"),
              object = temporary_file("program.o");
  write_file(source, kDataProgram);
  ASSERT_TRUE(run(compiler.command + " -w " + options + " -S " + source + " -o " + text));
  ASSERT_TRUE(run(compiler.command + " -c " + text + " -o " + object));
  Unit from_text = read_or_fail(text), from_object = read_or_fail(object);
  EXPECT_EQ(from_text.isa, compiler.isa);
  EXPECT_EQ(from_object.isa, compiler.isa);
  for (const std::string& difference : differences(from_text, from_object)) ADD_FAILURE() << difference;
}

class BothInputs : public ::testing::TestWithParam<int> {};

TEST_P(BothInputs, Levels) {
  const Compiler compiler = compilers()[static_cast<size_t>(GetParam())];
  for (const char* level : {"-O0", "-O1", "-O2", "-O3"}) compare(compiler, level);
}

TEST_P(BothInputs, PositionIndependent) {
  const Compiler compiler = compilers()[static_cast<size_t>(GetParam())];
  compare(compiler, "-O2 -fno-pic");
  compare(compiler, "-O2 -fPIE");
}

TEST_P(BothInputs, DebugInformation) {
  const Compiler compiler = compilers()[static_cast<size_t>(GetParam())];
  compare(compiler, "-O0 -g");
  compare(compiler, "-O2 -g");
}

TEST_P(BothInputs, Sections) {
  const Compiler compiler = compilers()[static_cast<size_t>(GetParam())];
  compare(compiler, "-O2 -ffunction-sections -fdata-sections -fcommon");
}

INSTANTIATE_TEST_SUITE_P(Compilers, BothInputs, ::testing::Range(0, 6), [](const auto& info) {
  std::string name = compilers()[static_cast<size_t>(info.param)].name;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

TEST(BothInputs, IntelSyntax) {
  for (const char* options :
       {"-O0 -masm=intel", "-O2 -masm=intel", "-O3 -masm=intel -mavx2", "-O3 -masm=intel -mavx512f"}) {
    compare({Isa::x86_64, "gcc", "gcc"}, options);
    compare({Isa::x86_64, "clang-19 --target=x86_64-linux-gnu", "clang"}, options);
  }
}

TEST(BothInputs, CallingThroughTheGot) {
  compare({Isa::x86_64, "gcc", "gcc"}, "-O2 -fPIC -fno-plt -ftls-model=initial-exec");
  compare({Isa::aarch64, "aarch64-linux-gnu-gcc", "gcc"}, "-O2 -fPIC");
  compare({Isa::riscv64, "riscv64-linux-gnu-gcc", "gcc"}, "-O2 -fPIC");
}

TEST(BothInputs, NoJumpTablesAndCet) {
  compare({Isa::x86_64, "gcc", "gcc"}, "-O2 -fcf-protection");
  compare({Isa::aarch64, "aarch64-linux-gnu-gcc", "gcc"}, "-O2 -mbranch-protection=standard");
  compare({Isa::riscv64, "riscv64-linux-gnu-gcc", "gcc"}, "-O2 -mcmodel=medany -fno-jump-tables");
  compare({Isa::riscv64, "riscv64-linux-gnu-gcc", "gcc"}, "-O2 -march=rv64g");
}

}  // namespace
}  // namespace portolan::assembly
