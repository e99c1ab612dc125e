// Attacks on the claim that a specification is the same expressions as a kernel: specifications that are right for some
// sizes or for all numbers that tests draw, and wrong for others. What they must come to follows from the kernels' text
// (trojans.cu).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "gpu/compile/compile.h"
#include "gpu/lifting/lift.h"

namespace portolan {
namespace {

using manifest::Sizes;

const simt::Module& trojans() {
  static const simt::Module module = [] {
    const std::string path = std::string(PORTOLAN_SOURCE) + "/tests/unit/lifting/trojans.cu";
    const auto ptx = compile::to_ptx(path, compile::Compiler::any, {});
    EXPECT_TRUE(ptx) << to_string(ptx.error());
    auto loaded = simt::load_module(path, ptx ? ptx->ptx : "");
    EXPECT_TRUE(loaded);
    return loaded ? std::move(*loaded) : simt::Module{};
  }();
  return module;
}

manifest::Kernel entry(const std::string& name, bool rows = false, const std::string& type = "f32") {
  const std::string text =
      fmt::format(R"([[kernel]]
name = "{}"
sizes = {{ {}n = [4, 6, 7, 8, 9, 13, 16] }}
grid = [2]
block = [8]
arguments = [
  {}{{ name = "n", type = "i32", value = "n" }},
  {{ name = "x", type = "{}", in = "{}" }},
  {{ name = "y", type = "{}", out = "{}" }},
]
)",
                  name, rows ? "m = [3, 5], " : "", rows ? "{ name = \"m\", type = \"i32\", value = \"m\" },\n  " : "",
                  type, rows ? "m * n" : "n", type, rows ? "m" : "n");
  const auto read = manifest::parse(text, "port.toml");
  EXPECT_TRUE(read) << text;
  return read->kernels.at(0);
}

std::vector<Sizes> all_sizes(bool rows = false) {
  std::vector<Sizes> all;
  for (int64_t n : {4, 6, 7, 8, 9, 13, 16}) {
    all.push_back({{"n", n}});
    if (rows) all.back()["m"] = 5;
  }
  return all;
}

std::string specification(const std::string& value, bool rows = false, const std::string& type = "f32") {
  return fmt::format("spec s \"s\"\n{}size n = 8\ninput x : {}[{}]\noutput y[i in 0 .. {}] : {}{}\n",
                     rows ? "size m = 5\n" : "", type, rows ? "m, n" : "n", rows ? "m" : "n",
                     type == "f32" ? "f64 = " : "s32 = ", value + (type == "f32" ? " within 0.001" : ""));
}

// At which of the sizes they are the same.
std::set<int64_t> same(const manifest::Kernel& kernel, const std::string& text, bool rows = false) {
  const auto found = lifting::same_expressions(trojans(), kernel, text, all_sizes(rows), {});
  EXPECT_TRUE(found) << to_string(found.error());
  std::set<int64_t> at;
  if (!found) return at;
  for (const Sizes& one : found->same_at) at.insert(one.at("n"));
  EXPECT_EQ(found->differs.empty(), at.size() == all_sizes().size()) << found->differs;
  return at;
}

const std::set<int64_t> kAll = {4, 6, 7, 8, 9, 13, 16}, kNone;
const std::string kThrice = "3.0 * f64(x[i])";

TEST(Sameness, WhatIsTheSameIsFoundToBe) {
  EXPECT_EQ(same(entry("thrice"), specification(kThrice)), kAll);
  EXPECT_EQ(same(entry("thrice"), specification("f64(x[i]) * 1.5 * 2.0")), kAll);
  // Sums have no order.
  EXPECT_EQ(same(entry("row_sums", true), specification("sum(k) f64(x[i, k])", true), true), kAll);
}

TEST(Sameness, NumbersThatNoTestDraws) {
  EXPECT_EQ(same(entry("zero_when_huge"), specification(kThrice)), kNone);
  EXPECT_EQ(same(entry("zero_at_one_number"), specification(kThrice)), kNone);
  EXPECT_EQ(same(entry("limited"), specification(kThrice)), kNone);
  EXPECT_EQ(same(entry("nearly_thrice"), specification(kThrice)), kNone);
  EXPECT_EQ(same(entry("thrice"), specification("if f64(x[i]) > 1.0e20 then 0.0 else 3.0 * f64(x[i])")), kNone);
  EXPECT_EQ(same(entry("thrice"), specification("min(3.0 * f64(x[i]), 1000000.0)")), kNone);
  EXPECT_EQ(same(entry("low_bits", false, "i32"), specification("x[i]", false, "s32")), kNone);
  EXPECT_EQ(same(entry("never_less", false, "i32"), specification("s32.wrap(x[i] + 1)", false, "s32")), kNone);
}

TEST(Sameness, SizesAtWhichItIsOtherwise) {
  EXPECT_EQ(same(entry("neighbour_at_13"), specification(kThrice)), (std::set<int64_t>{4, 6, 7, 8, 9, 16}));
  EXPECT_EQ(same(entry("first_for_last"), specification(kThrice)), kNone);
  // The specification's fault, not the kernel's.
  EXPECT_EQ(same(entry("thrice"), specification("3.0 * f64(x[if i < 9 then i else 0])")),
            (std::set<int64_t>{4, 6, 7, 8, 9}));
  EXPECT_EQ(same(entry("thrice"), specification("3.0 * f64(x[n - 1 - i])")), kNone);
}

TEST(Sameness, WhatIsLeftOver) {
  const auto fours = entry("sums_of_fours", true), all = entry("row_sums", true);
  EXPECT_EQ(same(fours, specification("sum(k) f64(x[i, k])", true), true), (std::set<int64_t>{4, 8, 16}));
  EXPECT_EQ(same(all, specification("sum(k in 0 .. n / 4 * 4) f64(x[i, k])", true), true),
            (std::set<int64_t>{4, 8, 16}));
  EXPECT_EQ(same(all, specification("sum(k in 0 .. n - 1) f64(x[i, k])", true), true), kNone);
}

// Nothing that rests on trials is said for all numbers.
TEST(Sameness, WhatWasTriedAtSomePlacesIsNoMoreThanTested) {
  const auto exponentials = lifting::lift(trojans(), entry("exponentials"), {});
  ASSERT_TRUE(exponentials) << to_string(exponentials.error());
  EXPECT_FALSE(exponentials->sampled.empty());
  EXPECT_FALSE(exponentials->is_bounded());
  const auto thrice = lifting::lift(trojans(), entry("thrice"), {});
  ASSERT_TRUE(thrice) << to_string(thrice.error());
  EXPECT_TRUE(thrice->sampled.empty());
  EXPECT_EQ(thrice->differs, "");
  EXPECT_TRUE(thrice->is_bounded());
  EXPECT_GT(thrice->same_at.size(), 3u) << "sizes that it was not found from";
}

// A trojan is lifted with what it hides, or not at all, or is no more than tested.
TEST(Sameness, HiddenCasesAreNeverBounded) {
  for (const char* name : {"zero_when_huge", "zero_at_one_number", "limited"}) {
    const auto found = lifting::lift(trojans(), entry(name), {});
    if (!found || !found->is_bounded()) continue;
    const bool says_it =
        found->specification.find("if ") != std::string::npos || found->specification.find("min") != std::string::npos;
    EXPECT_TRUE(says_it) << name << "\n" << found->specification;
  }
  // With few sizes each is tried.
  EXPECT_FALSE(lifting::lift(trojans(), entry("neighbour_at_13"), {}));
  EXPECT_FALSE(lifting::agrees_with(trojans(), entry("neighbour_at_13"), specification(kThrice), {}));
}

}  // namespace
}  // namespace portolan
