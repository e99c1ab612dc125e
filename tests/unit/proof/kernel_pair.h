// Two kernels that differ in one place, written as PTX, and what is proved of them.
#pragma once

#include <gtest/gtest.h>

#include "gpu/differential/test.h"
#include "gpu/proof/prove.h"

namespace portolan::proof {

// Of thread %r2 of 64 in block %r7: %r4 = in[i], %f1 the same as a number, %d2 = &out[i], %d4 and %d6 its own word of
// shared memory and that of thread 63 - %r2; %p1: i < n.
inline constexpr const char* kHead = R"(.version 7.0
.target sm_80
.address_size 64
.visible .entry k(.param .u64 in, .param .u64 out, .param .u32 n)
{
 .reg .b32 %r<30>;
 .reg .f32 %f<9>;
 .reg .b64 %d<9>;
 .reg .pred %p<4>;
 .shared .align 4 .b8 s[256];
 ld.param.u64 %d1, [in];
 ld.param.u64 %d2, [out];
 ld.param.u32 %r1, [n];
 mov.u32 %r2, %tid.x;
 mov.u32 %r7, %ctaid.x;
 mad.lo.s32 %r8, %r7, 64, %r2;
 mul.wide.u32 %d3, %r8, 4;
 mul.wide.u32 %d5, %r2, 4;
 mov.u64 %d4, s;
 add.s64 %d4, %d4, %d5;
 mov.u32 %r5, 63;
 sub.u32 %r5, %r5, %r2;
 mul.wide.u32 %d5, %r5, 4;
 mov.u64 %d6, s;
 add.s64 %d6, %d6, %d5;
 add.s64 %d1, %d1, %d3;
 mov.u64 %d7, %d2;
 add.s64 %d2, %d2, %d3;
 setp.lt.u32 %p1, %r8, %r1;
 mov.u32 %r4, 0;
 @%p1 ld.global.u32 %r4, [%d1];
 mov.b32 %f1, %r4;
)";
inline constexpr const char* kTail = " @%p1 st.global.u32 [%d2], %r6;\n ret;\n}\n";

inline Proof proved(const std::string& source, const std::string& target, const std::string& type = "u32",
                    const std::string& tail = kTail) {
  const auto from = simt::load_module("source.ptx", kHead + source + tail),
             to = simt::load_module("target.ptx", kHead + target + tail);
  const auto launches = manifest::parse(
      "[[kernel]]\nname = \"k\"\nsizes = { n = [1, 63, 64, 100] }\n"
      "grid = [\"divide_up(n, 64)\"]\nblock = [64]\narguments = [\n"
      "  { name = \"in\", type = \"" +
          type +
          "\", in = \"n\" },\n"
          "  { name = \"out\", type = \"" +
          type +
          "\", inout = \"n\" },\n"
          "  { name = \"n\", type = \"u32\", value = \"n\" },\n]\n",
      "port.toml");
  EXPECT_TRUE(from) << (from ? "" : from.error().message);
  EXPECT_TRUE(to) << (to ? "" : to.error().message);
  EXPECT_TRUE(launches) << (launches ? "" : launches.error().message);
  for (const simt::Module* m : {&*from, &*to})
    for (const Diagnostic& d : m->refusals) ADD_FAILURE() << to_string(d);
  return prove(*from, *to, (*launches).kernels[0], {});
}

}  // namespace portolan::proof
