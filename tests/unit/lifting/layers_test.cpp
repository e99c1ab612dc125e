// Kernels of a user's project (layers.cu): lifted where launches with few elements look like something else, and
// refused at the line of the source.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "emulate/accelerator/reference.h"
#include "frontends/ptx/source_lines.h"
#include "gpu/compile/compile.h"
#include "gpu/lifting/lift.h"

namespace portolan {
namespace {

const std::string kPath = std::string(PORTOLAN_SOURCE) + "/tests/unit/lifting/layers.cu";

Expected<lifting::Lifted> lifted(const std::string& kernel, const std::string& sizes, const std::string& arguments) {
  const auto ptx = compile::to_ptx(kPath, compile::Compiler::any, {}, compile::Lines::kept);
  EXPECT_TRUE(ptx) << to_string(ptx.error());
  const auto module = simt::load_module(kPath, ptx ? ptx->ptx : "");
  EXPECT_TRUE(module);
  const ptx::SourceLines lines(ptx ? ptx->ptx : "", kPath);
  const lifting::ModuleSource source(*module, &lines);
  const auto read = manifest::parse(
      fmt::format(
          "[[kernel]]\nname = \"{}\"\nsizes = {}\ngrid = [\"divide_up(n, 32)\"]\nblock = [32]\narguments = [\n{}]\n",
          kernel, sizes, arguments),
      "port.toml");
  EXPECT_TRUE(read) << to_string(read.error());
  for (const std::string& symbol : module->kernels())
    if (const manifest::Kernel* entry = read->find(symbol, kPath)) {
      manifest::Kernel described = *entry;
      described.name = symbol;
      return lifting::lift(source, described, {});
    }
  return error_at({kPath, 0, 0}, "there is no such kernel");
}

Expected<lifting::Lifted> convolution(const std::string& taps) {
  return lifted("conv1d", "{ n = [5, 16, 33, 70], taps = " + taps + " }",
                "{ name = \"x\", type = \"f32\", in = \"n\" }, { name = \"w\", type = \"f32\", in = \"taps\" },"
                "{ name = \"y\", type = \"f32\", out = \"n\" }, { name = \"n\", type = \"i32\", value = \"n\" },"
                "{ name = \"taps\", type = \"i32\", value = \"taps\" }, ");
}

// With three taps the borders are one element each, with five they are two.
TEST(Layers, BordersOfOneElementAndOfTwo) {
  for (const char* taps : {"[3, 5]", "[3, 5, 7]", "[3, 5, 6]"}) {
    const auto found = convolution(taps);
    ASSERT_TRUE(found) << taps << ": " << to_string(found.error());
    for (const int64_t count : {3, 4, 5, 7}) {
      const int64_t n = 11;
      const accelerator::Loaded loaded =
          accelerator::load_specification(found->specification, "conv1d.spec", {{"n", n}, {"taps", count}});
      ASSERT_TRUE(loaded.description) << found->specification;
      accelerator::Reference reference(*loaded.description);
      const auto x = [](int64_t k) { return static_cast<double>(k * k % 7 - 3); };
      const auto w = [](int64_t k) { return static_cast<double>(k + 1); };
      const auto inputs = accelerator::inputs_of(*loaded.description);
      ASSERT_EQ(inputs.size(), 2u);
      for (size_t which : {0, 1})
        for (int64_t k = 0; k < (which == 0 ? n : count); ++k) {
          const auto& type = loaded.description->states[inputs[which]].type;
          reference.tensor(inputs[which])
              .write(static_cast<uint64_t>(k), {type.real->bits(which == 0 ? x(k) : w(k)), true});
        }
      ASSERT_EQ(reference.run().kind, accelerator::Outcome::Kind::finished);
      const uint32_t y = accelerator::outputs_of(*loaded.description)[0];
      for (int64_t t = 0; t < n; ++t) {
        double wanted = 0;
        for (int64_t k = 0; k < count; ++k)
          if (const int64_t p = t + k - count / 2; p >= 0 && p < n) wanted += x(p) * w(k);
        EXPECT_EQ(
            loaded.description->states[y].type.real->value(reference.tensor(y).read(static_cast<uint64_t>(t)).bits),
            wanted)
            << taps << ", " << count << " taps, element " << t << "\n"
            << found->specification;
      }
    }
  }
}

uint32_t line_with(const std::string& text) {
  std::ifstream in(kPath);
  std::string line;
  for (uint32_t n = 1; std::getline(in, line); ++n)
    if (line.find(text) != std::string::npos) return n;
  return 0;
}

TEST(Layers, RefusalsNameTheConstructAndItsLine) {
  const auto refusal = [](const char* kernel, const char* type) {
    const auto found =
        lifted(kernel, "{ n = [7, 16, 33] }",
               fmt::format("{{ name = \"x\", type = \"{0}\", in = \"n\" }}, {{ name = \"y\", type = \"{0}\", out "
                           "= \"n\" }}, {{ name = \"n\", type = \"i32\", value = \"n\" }}, ",
                           type));
    return found ? Diagnostic{} : found.error();
  };
  const Diagnostic hashed = refusal("hashed", "u32"), converges = refusal("converges", "f32");
  EXPECT_EQ(hashed.location.file, kPath);
  EXPECT_EQ(hashed.location.line, line_with("said of this line"));
  EXPECT_NE(hashed.message.find("the upper half of a product (__mulhi"), std::string::npos) << hashed.message;
  EXPECT_EQ(converges.location.line, line_with("and of this one"));
  EXPECT_NE(converges.message.find("control depends on data"), std::string::npos) << converges.message;
}

}  // namespace
}  // namespace portolan
