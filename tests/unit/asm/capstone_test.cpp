// Capstone agrees with LLVM on what compilers make.
#ifdef PORTOLAN_HAS_CAPSTONE
#include <gtest/gtest.h>

#include "frontends/asm/capstone/cross_check.h"
#include "frontends/asm/reader.h"
#include "tests/unit/asm/programs.h"
#include "tests/unit/asm/toolchain.h"

namespace portolan::assembly {
namespace {

using namespace testing;

TEST(Capstone, Agrees) {
  for (const Compiler& compiler : compilers()) {
    for (const char* level : {"-O0", "-O2", "-O3"}) {
      SCOPED_TRACE(compiler.name + level);
      std::string source = temporary_file("p.c"), object = temporary_file("p.o");
      write_file(source, kDataProgram);
      ASSERT_TRUE(run(compiler.command + " -w " + level + " -c " + source + " -o " + object));
      ReadOptions options;
      options.cross_check = cross_check_with_capstone;
      Expected<Unit> unit = read_unit_from_file(object, options);
      ASSERT_TRUE(unit);
      for (const Diagnostic& d : unit->diagnostics) ADD_FAILURE() << to_string(d);
    }
  }
}

// A jump called an addition is noticed.
TEST(Capstone, Disagrees) {
  std::string source = temporary_file("p.s"), object = temporary_file("p.o");
  write_file(source, "f:\n addl %eax, %ebx\n ret\n");
  ASSERT_TRUE(run(gas(Isa::x86_64) + " " + source + " -o " + object));
  Unit unit = read_or_fail(object);
  std::swap(unit.sections[0].instructions[0].inst, unit.sections[0].instructions[1].inst);
  EXPECT_FALSE(cross_check_with_capstone(unit).empty());
}

}  // namespace
}  // namespace portolan::assembly
#endif
