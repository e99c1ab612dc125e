// What counts as a difference, and what verdict follows from it: PTX against PTX, so that every case is written here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gpu/differential/test.h"

namespace portolan::differential {
namespace {

constexpr Element kF32{Element::floating, 4};

std::vector<uint8_t> floats(std::initializer_list<float> values) {
  std::vector<uint8_t> bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}
bool close(float a, float b, const manifest::Tolerance& t) {
  return agrees(kF32, t, floats({a}).data(), floats({b}).data());
}

TEST(Agrees, BitForBitUnlessTold) {
  EXPECT_TRUE(close(1.5f, 1.5f, {}));
  EXPECT_FALSE(close(0.0f, -0.0f, {}));
  EXPECT_FALSE(close(1.0f, std::nextafter(1.0f, 2.0f), {}));
  EXPECT_TRUE(close(1.0f, std::nextafter(1.0f, 2.0f), {1, 0, 0}));
  EXPECT_FALSE(close(1.0f, 1.0f + 0x1p-22f, {1, 0, 0}));
  EXPECT_TRUE(close(-0x1p-149f, 0x1p-149f, {2, 0, 0}));
  EXPECT_TRUE(close(100.0f, 100.1f, {0, 0.01, 0}));
  EXPECT_FALSE(close(100.0f, 110.0f, {0, 0.01, 0}));
  EXPECT_TRUE(close(0.0f, 0.001f, {0, 0, 0.01}));
}

TEST(Agrees, NanIsEqualToNanOnly) {
  EXPECT_TRUE(close(NAN, -NAN, {}));
  EXPECT_FALSE(close(NAN, 1.0f, {0, 1e8, 1e8}));
  EXPECT_FALSE(close(INFINITY, 3e38f, {1000, 1, 1e8}));
}

TEST(Numbers, EveryFormatKeepsWhatItHolds) {
  for (const char* name : {"f16", "bf16", "f32", "f64"}) {
    const Element type = *manifest::element_from_name(name);
    uint8_t bytes[8] = {};
    for (double v : {0.0, 1.0, -2.5, 96.0}) {
      put_number(type, v, bytes);
      EXPECT_EQ(number_at(type, bytes), v) << name;
    }
  }
  uint8_t bytes[8] = {0xfe, 0xff};
  EXPECT_EQ(integer_at({Element::is_signed, 2}, bytes), -2);
  EXPECT_EQ(integer_at({Element::is_unsigned, 2}, bytes), 65534);
}

constexpr const char* kHead = R"(.version 7.0
.target sm_80
.address_size 64
.visible .entry k(.param .u64 in, .param .u64 out, .param .u32 n)
{
 .reg .b32 %r<9>;
 .reg .b64 %d<9>;
 .reg .pred %p<4>;
 .shared .align 4 .b8 s[256];
 ld.param.u64 %d1, [in];
 ld.param.u64 %d2, [out];
 ld.param.u32 %r1, [n];
 mov.u32 %r2, %tid.x;
 mul.wide.u32 %d3, %r2, 4;
 mov.u64 %d4, s;
 add.s64 %d4, %d4, %d3;
 add.s64 %d1, %d1, %d3;
 add.s64 %d2, %d2, %d3;
)";

// Reverses 64 numbers in shared memory; beyond n zero.
std::string kernel(const std::string& guard, const std::string& barrier, const std::string& last = "") {
  return std::string(kHead) + " setp." + guard +
         ".u32 %p1, %r2, %r1;\n mov.u32 %r3, 0;\n @%p1 ld.global.u32 %r3, [%d1];\n" + " st.shared.u32 [%d4], %r3;\n" +
         barrier +
         " mov.u32 %r5, 63;\n sub.u32 %r5, %r5, %r2;\n mul.wide.u32 %d5, %r5, 4;\n mov.u64 %d6, s;\n add.s64 %d6, %d6, "
         "%d5;\n ld.shared.u32 %r6, [%d6];\n" +
         last + " st.global.u32 [%d2], %r6;\n ret;\n}\n";
}
constexpr const char* kBarrier = " bar.sync 0;\n";

constexpr const char* kManifest = R"(
[[kernel]]
name = "k"
sizes = { n = [1, 31, 63, 64] }
block = [64]
arguments = [
  { name = "in", type = "u32", in = "n" },
  { name = "out", type = "u32", out = 64 },
  { name = "n", type = "u32", value = "n" },
])";

Result judged(const std::string& source, const std::string& target, const std::string& manifest = kManifest) {
  const auto from = simt::load_module("source.ptx", source), to = simt::load_module("target.ptx", target);
  const auto launches = manifest::parse(manifest, "port.toml");
  EXPECT_TRUE(from) << (from ? "" : from.error().message);
  EXPECT_TRUE(to) << (to ? "" : to.error().message);
  EXPECT_TRUE(launches) << (launches ? "" : launches.error().message);
  const auto result = test(*from, *to, (*launches).kernels[0], {});
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return *result;
}

TEST(Kernels, EqualOnesAreTested) {
  const Result r = judged(kernel("lt", kBarrier), kernel("lt", kBarrier));
  EXPECT_EQ(r.verdict.level, judge::Level::tested) << r.sentence;
  EXPECT_EQ(r.verdict.tests->tests, 20u);
}

TEST(Kernels, AReadBeyondTheEndRefutes) {
  const Result r = judged(kernel("lt", kBarrier), kernel("le", kBarrier));
  EXPECT_EQ(r.verdict.level, judge::Level::refuted) << r.sentence;
  EXPECT_NE(r.verdict.detail.find("out of bounds"), std::string::npos) << r.verdict.detail;
  ASSERT_TRUE(r.counterexample);
  EXPECT_EQ(r.counterexample->instance.arguments.size(), 3u);
}

TEST(Kernels, AWrongNumberRefutes) {
  const Result r = judged(kernel("lt", kBarrier), kernel("lt", kBarrier, " add.u32 %r6, %r6, 1;\n"));
  EXPECT_EQ(r.verdict.level, judge::Level::refuted) << r.sentence;
  EXPECT_NE(r.verdict.detail.find("out[0] is"), std::string::npos) << r.verdict.detail;
}

TEST(Kernels, AMissingBarrierIsNoTest) {
  const Result r = judged(kernel("lt", kBarrier), kernel("lt", ""));
  EXPECT_TRUE(r.verdict.level == judge::Level::refuted || r.verdict.reason == "race") << r.sentence;
}

TEST(Kernels, ASourceAtFaultAsksNothing) {
  const Result r =
      judged(kernel("le", kBarrier), kernel("lt", kBarrier),
             std::string(kManifest).replace(std::string(kManifest).find("[1, 31, 63, 64]"), 15, "[1, 31, 63]"));
  EXPECT_EQ(r.verdict.level, judge::Level::unknown) << r.sentence;
  EXPECT_EQ(r.verdict.reason, "vacuous");
}

TEST(Kernels, WhatNobodyWroteIsNotTaken) {
  // The target leaves out[5] to chance: both runs would have to agree with the source.
  const std::string target = kernel("lt", kBarrier, " setp.eq.u32 %p2, %r2, 5;\n @%p2 ret;\n");
  const Result r = judged(kernel("lt", kBarrier), target);
  EXPECT_EQ(r.verdict.level, judge::Level::refuted) << r.sentence;
  EXPECT_NE(r.verdict.detail.find("out[5]"), std::string::npos) << r.verdict.detail;
}

// NaNs are equal to each other, so that of such a kernel nothing is shown.
TEST(Kernels, OneThatLeavesNansAloneIsNotTested) {
  std::string manifest = kManifest;
  manifest.replace(manifest.find("\"u32\", out"), 5, "\"f32\"");
  const auto leaves = [](const char* number) {
    return kernel("lt", kBarrier, std::string(" mov.b32 %r6, ") + number + ";\n");
  };
  const Result all = judged(leaves("0x7fc00000"), leaves("0x7fc00001"), manifest);
  EXPECT_EQ(all.verdict.level, judge::Level::unknown) << all.sentence;
  EXPECT_EQ(all.verdict.reason, "vacuous");
  EXPECT_NE(all.verdict.detail.find("every result of the source is a NaN, on 80 launches"), std::string::npos)
      << all.verdict.detail;
  EXPECT_EQ(judged(leaves("0x3f800000"), leaves("0x3f800000"), manifest).verdict.level, judge::Level::tested);
  EXPECT_EQ(judged(leaves("0x7fc00000"), leaves("0x3f800000"), manifest).verdict.level, judge::Level::refuted);

  // All but one of 64: tested, and said.
  const std::string most =
      kernel("lt", kBarrier, " setp.ne.u32 %p2, %r2, 5;\n mov.b32 %r6, 0x3f800000;\n @%p2 mov.b32 %r6, 0x7fc00000;\n");
  const Result some = judged(most, most, manifest);
  EXPECT_EQ(some.verdict.level, judge::Level::tested) << some.sentence;
  EXPECT_NE(std::find(some.notes.begin(), some.notes.end(), "1260 of 1280 results are NaNs"), some.notes.end());
}

TEST(Kernels, AManifestForAnotherKernelIsAnError) {
  const auto module = simt::load_module("source.ptx", kernel("lt", kBarrier));
  const auto launches = manifest::parse("[[kernel]]\nname = \"k\"\nblock = 64\n", "port.toml");
  ASSERT_TRUE(module && launches);
  const auto result = test(*module, *module, (*launches).kernels[0], {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "kernel 'k' takes 3 arguments, and 0 are described");
}

}  // namespace
}  // namespace portolan::differential
