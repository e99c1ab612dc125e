#include "frontends/ptx/source_lines.h"

#include <gtest/gtest.h>

namespace portolan::ptx {
namespace {

// As nvcc writes it: files at the end, what is inlined with the place of the call.
constexpr const char* kText = R"(.version 9.0
.visible .entry k()
{
 .loc 1 7 3
 mov.u32 %r1, %tid.x;
 add.s32 %r2, %r1, 1;
 .loc 2 88 9, function_name $L__info_string0, inlined_at 1 9 12
 mul.lo.s32 %r2, %r2, 3;
 .loc 2 90 1
 ret;
}
 mov.u32 %r9, 0;
 .file 1 "/some/where/k.cu"
 .file 2 "/usr/include/cuda/math.hpp"
)";

TEST(SourceLines, AreThoseOfTheFileThatWasCompiled) {
  const SourceLines lines(kText, "folder/k.cu");
  const auto at = [&](uint32_t line) { return lines.of(line).line; };
  EXPECT_EQ(at(1), 0u);
  EXPECT_EQ(at(5), 7u);
  EXPECT_EQ(at(6), 7u);
  EXPECT_EQ(at(8), 9u);   // where the header's function is called
  EXPECT_EQ(at(10), 0u);  // a header's line, and nothing says from where
  EXPECT_EQ(at(12), 0u);  // behind the function
  EXPECT_EQ(lines.of(5).file, "folder/k.cu");
}

TEST(SourceLines, OfAnError) {
  const SourceLines lines(kText, "k.cu");
  EXPECT_EQ(lines.said_there(error_at({"k.cu", 8, 4}, "no")).location.line, 9u);
  EXPECT_EQ(lines.said_there(error_at({"k.cu", 10, 4}, "no")).location.line, 10u);
  EXPECT_EQ(lines.said_there(error_at({"port.toml", 8, 4}, "no")).location.line, 8u);
  EXPECT_EQ(SourceLines().said_there(error_at({"k.cu", 8, 4}, "no")).location.line, 8u);
}

}  // namespace
}  // namespace portolan::ptx
