// Assembling and linking: every relocation is resolved to the address the image promises.
#include "emulate/image.h"

#include <gtest/gtest.h>

#include <cstring>

#include "emulate/assemble.h"

namespace portolan::emulate {
namespace {

Image must_link(Isa isa, std::string_view text, const LinkOptions& options = {}) {
  Expected<Object> object = assemble(isa, text);
  EXPECT_TRUE(object) << (object ? "" : to_string(object.error()));
  if (!object) return {};
  Expected<Image> image = link_image(isa, {&*object, 1}, options);
  EXPECT_TRUE(image) << (image ? "" : to_string(image.error()));
  return image ? *image : Image{};
}

uint64_t word_at(const Image& image, uint64_t address) {
  for (const Segment& segment : image.segments) {
    if (address < segment.address || address + 8 > segment.address + segment.bytes.size()) continue;
    uint64_t value = 0;
    std::memcpy(&value, segment.bytes.data() + (address - segment.address), 8);
    return value;
  }
  ADD_FAILURE() << "not in the image";
  return 0;
}

class EveryIsa : public testing::TestWithParam<Isa> {};
INSTANTIATE_TEST_SUITE_P(Isas, EveryIsa, testing::ValuesIn(kIsas),
                         [](const auto& info) { return std::string(to_string(info.param)).substr(0, 3); });

TEST_P(EveryIsa, UndefinedSymbolsGetAddresses) {
  const bool riscv = GetParam() == Isa::riscv64;
  const std::string call = GetParam() == Isa::x86_64 ? "call outside@PLT\n" : riscv ? "call outside\n" : "bl outside\n";
  const Image image =
      must_link(GetParam(), ".globl entry\nentry:\n" + call +
                                ".weak missing\n.data\ntable: .quad entry, outside, variable, missing\n");
  ASSERT_NE(image.find_symbol("table"), nullptr);
  const uint64_t table = *image.find_symbol("table");
  EXPECT_EQ(word_at(image, table), *image.find_symbol("entry"));
  const uint64_t outside = word_at(image, table + 8);
  EXPECT_TRUE(is_stub(outside));
  EXPECT_NE(outside, kReturnAddress);
  EXPECT_EQ(image.externals.at(outside), "outside");
  EXPECT_EQ(word_at(image, table + 16), kExternalDataBase);
  EXPECT_EQ(word_at(image, table + 24), 0u);
}

TEST_P(EveryIsa, DeclaredFunctionsGetStubs) {
  const Image image = must_link(GetParam(), ".data\ntable: .quad callback\n", {.functions = {"callback"}});
  EXPECT_TRUE(is_stub(word_at(image, *image.find_symbol("table"))));
}

TEST_P(EveryIsa, SegmentsStandOnPagesOfTheirOwn) {
  const Image image = must_link(GetParam(),
                                ".text\nf: .zero 8\n.section .rodata\nr: .quad 1\n.data\nd: .quad 2\n"
                                ".bss\nb: .zero 9000\n.section .tdata,\"awT\",%progbits\nt: .quad 3\n");
  uint64_t end = 0;
  for (const Segment& segment : image.segments) {
    EXPECT_EQ(segment.address % kPageSize, 0u);
    EXPECT_GE(segment.address, end);
    EXPECT_GE(segment.memory_size, segment.bytes.size());
    end = segment.address + segment.memory_size;
  }
  EXPECT_EQ(word_at(image, *image.find_symbol("t")), 3u);
  EXPECT_NE(image.identity, 0u);
}

TEST_P(EveryIsa, AssemblerErrorsAreLocated) {
  Expected<Object> object = assemble(GetParam(), "nop\n  frobnicate 1\n", {.name = "input.s", .features = ""});
  ASSERT_FALSE(object);
  EXPECT_EQ(object.error().location.file, "input.s");
  EXPECT_EQ(object.error().location.line, 2u);
}

TEST_P(EveryIsa, GarbageIsRefused) {
  const Object garbage = {1, 2, 3};
  EXPECT_FALSE(link_image(GetParam(), {&garbage, 1}));
  Expected<Object> truncated = assemble(GetParam(), "nop\n");
  ASSERT_TRUE(truncated);
  truncated->resize(truncated->size() / 2);
  EXPECT_FALSE(link_image(GetParam(), {&*truncated, 1}));
}

}  // namespace
}  // namespace portolan::emulate
