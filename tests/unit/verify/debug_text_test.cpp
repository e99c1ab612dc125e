// Text that GCC wrote with -g assembles for the tests: what belongs to the line table is left out.
#include <gtest/gtest.h>

#include "verify/tester.h"

namespace portolan::verify {
namespace {

TEST(DebugText, FilesWithNumbersGoWithTheirLines) {
  const std::string text =
      "\t.file\t\"a.c\"\n\t.text\n\t.file 0 \"/tmp\" \"/tmp/b/a.c\"\n\t.globl f\n\t.type f, @function\nf:\n"
      "\t.file 1 \"/tmp/b/a.c\"\n\t.loc 1 3 1 view -0\n\tmovl $7, %eax\n\tret\n\t.file 2 \"b.h\"\n\t.loc 2 3 1\n";
  const auto object = object_of_text(Isa::x86_64, text, "a.s");
  ASSERT_TRUE(static_cast<bool>(object)) << object.error().message;
  EXPECT_FALSE(static_cast<bool>(object_of_text(Isa::x86_64, text + "\t.file x\n", "a.s")));
}

}  // namespace
}  // namespace portolan::verify
