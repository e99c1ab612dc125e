#include "gpu/manifest/manifest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "frontends/ptx/parser.h"
#include "gpu/manifest/range.h"

namespace portolan::manifest {
namespace {

int64_t value_of(std::string_view text, const Sizes& sizes = {{"n", 33}, {"m", 4}}) {
  const auto value = evaluate(text, sizes);
  EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().message);
  return value ? *value : INT64_MIN;
}
std::string error_of(std::string_view text) {
  const auto value = evaluate(text, {{"n", 33}});
  EXPECT_FALSE(value) << text;
  return value ? "" : value.error().message;
}

TEST(Expression, ComputesAsWritten) {
  EXPECT_EQ(value_of("2 + 3 * 4 - 1"), 13);
  EXPECT_EQ(value_of("(2 + 3) * (n - m)"), 145);
  EXPECT_EQ(value_of("n / m"), 8);
  EXPECT_EQ(value_of("-1 / 4"), -1);
  EXPECT_EQ(value_of("3 - -n"), 36);
  EXPECT_EQ(value_of("n % m"), 1);
  EXPECT_EQ(value_of("divide_up(n, 32) + divide_up(32, 32)"), 3);
  EXPECT_EQ(value_of("max(n, m) * min(n, m)"), 132);
}

TEST(Expression, RefusesWhatHasNoValue) {
  EXPECT_EQ(error_of("k"), "there is no size 'k'");
  EXPECT_EQ(error_of("n / 0"), "a division needs a positive divisor");
  EXPECT_EQ(error_of("n n"), "'n' is too much");
  EXPECT_EQ(error_of("(n"), "a ')' is missing");
  EXPECT_EQ(error_of("9223372036854775807 + 1"), "the number is too large");
  EXPECT_EQ(error_of("9223372036854775807 * n"), "the number is too large");
  EXPECT_EQ(error_of("12x"), "'12x' is no number");
  EXPECT_EQ(error_of(std::string(1000, '(')), "this is nested too deeply");
}

std::string where_and_what(std::string_view text) {
  const auto manifest = parse(text, "port.toml");
  EXPECT_FALSE(manifest);
  if (manifest) return {};
  const SourceLocation& at = manifest.error().location;
  return at.file + ":" + std::to_string(at.line) + ": " + manifest.error().message;
}

TEST(Manifest, ReadsWhatAKernelNeeds) {
  const auto read = parse(R"toml(
[[kernel]]
name = "axpy"
file = "linear.cu"
sizes = { n = [1, 33], block = 32 }
grid = ["divide_up(n, block)", 2]
block = ["block"]
tolerance = { relative = 1e-5 }
arguments = [
  { name = "n", type = "i32", value = "n" },
  { type = "f32", value = 0.5 },
  { type = "f32", in = "n", low = -1, high = 1 },
  { type = "u8", out = "n * 2", any_order = true, tolerance = { ulps = 1 } },
])toml",
                          "port.toml");
  ASSERT_TRUE(read) << read.error().message;
  const Kernel* k = (*read).find("axpy", "some/linear.cu.ptx");
  ASSERT_NE(k, nullptr);
  EXPECT_EQ((*read).find("axpy", "some/linear.ptx"), k);
  EXPECT_EQ((*read).find("axpy", "some/nonlinear.cu"), nullptr);
  EXPECT_EQ((*read).find("gemv", "linear.cu"), nullptr);
  // A C++ function's symbol, for which the entry has its name as it stands in the source.
  EXPECT_EQ((*read).find("_Z4axpyifPKfPf", "some/linear.cu"), k);
  EXPECT_EQ((*read).find("_Z5axpyyifPKfPf", "some/linear.cu"), nullptr);
  EXPECT_EQ((*read).find("_ZN1n4axpyEifPKfPf", "some/linear.cu"), nullptr);
  EXPECT_EQ(plain_name("_ZN1n4axpyEifPKfPf"), "n::axpy");
  EXPECT_EQ(plain_name("_Z4axpyIfEvPT_"), "axpy<float>");
  EXPECT_EQ(plain_name("axpy"), "axpy");
  ASSERT_EQ(k->arguments.size(), 4u);
  EXPECT_EQ(k->arguments[1].real_value, 0.5);
  EXPECT_EQ(k->arguments[2].direction, Argument::in);
  EXPECT_TRUE(k->arguments[3].any_order);
  EXPECT_EQ(k->arguments[3].tolerance->ulps, 1u);
  EXPECT_EQ(k->tolerance.relative, 1e-5);
  EXPECT_EQ(*k->grid[0].evaluate({{"n", 33}, {"block", 32}}), 2);
}

TEST(Range, HoldsTheEndsAndWhatLiesBesidePowersOfTwo) {
  const auto all = range_of_sizes("1..300");
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)[0], 1);
  EXPECT_EQ((*all)[1], 300);
  for (const int64_t wanted : {2, 3, 5, 31, 32, 33, 63, 65, 95, 96, 97, 127, 129, 255, 257})
    EXPECT_EQ(std::count(all->begin(), all->end(), wanted), 1) << wanted;
  for (const int64_t v : *all) EXPECT_TRUE(v >= 1 && v <= 300) << v;
  EXPECT_LT(all->size(), 70u);
  auto blocks = range_of_sizes("32..256/32");
  ASSERT_TRUE(blocks);
  std::sort(blocks->begin(), blocks->end());
  EXPECT_EQ(*blocks, (std::vector<int64_t>{32, 64, 96, 128, 160, 192, 224, 256}));
  EXPECT_EQ(range_of_sizes("5..5"), (std::vector<int64_t>{5}));
  for (const char* text : {"", "1", "1..", "..3", "3..1", "1..2/0", "1..2x", "-1..2", "1..99999999999"})
    EXPECT_FALSE(range_of_sizes(text)) << text;
}

TEST(Manifest, ErrorsNameTheirPlace) {
  const std::string head = "[[kernel]]\nname = \"k\"\nblock = 32\n";
  EXPECT_EQ(where_and_what("[[kernel]]\nname = \"k\"\n"), "port.toml:1: kernel 'k': the size of a block is missing");
  EXPECT_EQ(where_and_what(head + "grid = \"m\"\n"), "port.toml:4: in 'm': there is no size 'm'");
  EXPECT_EQ(where_and_what(head + "arguments = [{ type = \"f33\", in = 1 }]\n"),
            "port.toml:4: unknown type 'f33'; there are: i8 u8 i16 u16 i32 u32 i64 u64 f16 bf16 f32 f64");
  EXPECT_EQ(where_and_what(head + "arguments = [\n{ type = \"f32\", in = 1, out = 1 }]\n"),
            "port.toml:5: an argument has one of value, in, out, inout");
  EXPECT_EQ(where_and_what(head + head), "port.toml:4: kernel 'k' is described twice");
  EXPECT_EQ(where_and_what("kernels = 1\n"), "port.toml:1: unknown key 'kernels'; the manifest has [[kernel]] tables");
  EXPECT_TRUE(where_and_what("[[kernel]\n").starts_with("port.toml:1: "));
  // What toml++ asserts of its input.
  for (const char* text :
       {"[^kernel]]\n", "[[=]]\n", "a = [,]\n", "a = ,\n", "a = [1,,2]\n", "a = { b = , c = 1 }\n", "[", "a = ]\n"})
    EXPECT_TRUE(where_and_what(text).starts_with("port.toml:1: ")) << text;
  // A letter that toml++ does not expect there, and where the end of a string is easily missed.
  for (const char* text : {"name = \"k\" \xc3\xa4\n", "\n\xc4\x80 = 1\n", "a = [\"\\\\\", \"#\" \xc3\xa4]\n",
                           "a = \"\"\"\n# \"\"\" \xc3\xa4\n"})
    EXPECT_NE(where_and_what(text).find("letters beyond ASCII"), std::string::npos) << text;
  EXPECT_EQ(where_and_what("# Gr\xc3\xb6\xc3\x9f"
                           "e\nkernels = 1\n"),
            "port.toml:2: unknown key 'kernels'; the manifest has [[kernel]] tables");
}

}  // namespace
}  // namespace portolan::manifest
