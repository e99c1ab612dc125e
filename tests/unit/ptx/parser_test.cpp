// PTX text read, and refused where it is wrong.
#include "frontends/ptx/parser.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "frontends/ptx/lift.h"
#include "frontends/ptx/row.h"
#include "ir/check.h"

namespace portolan::ptx {
namespace {

std::string seed() {
  std::ifstream file(SEEDS "/reduce.ptx");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string kernel(const std::string& body) {
  return ".version 9.0\n.target sm_90\n.address_size 64\n.entry k(.param .u64 p)\n{\n" + body + "\n}\n";
}

TEST(Ptx, ReadsWhatAModuleHolds) {
  const Expected<Module> module = parse_module(seed(), "reduce.ptx");
  ASSERT_TRUE(module) << to_string(module.error());
  EXPECT_EQ(module->version, "9.0");
  ASSERT_EQ(module->functions.size(), 2u);
  EXPECT_TRUE(module->functions[1].is_kernel);
  EXPECT_EQ(module->functions[1].block_size[0], 256u);
  ASSERT_EQ(module->variables.size(), 3u);
  const Variable& weights = module->variables[0];
  EXPECT_EQ(weights.size, 16u);
  // 1.0, 0.5, -2.5, 3.0 in IEEE 754, little-endian.
  const std::vector<uint8_t> expected = {0, 0, 0x80, 0x3f, 0, 0, 0, 0x3f, 0, 0, 0x20, 0xc0, 0, 0, 0x40, 0x40};
  EXPECT_EQ(weights.bytes, expected);
  EXPECT_EQ(module->variables[1].addresses.size(), 1u);
  EXPECT_EQ(module->variables[1].addresses[0].addend, 4);
}

TEST(Ptx, LiftsToWellFormedFunctions) {
  const Expected<Module> module = parse_module(seed(), "reduce.ptx");
  ASSERT_TRUE(module);
  const Program program = lift(*module);
  for (const Diagnostic& d : program.refusals) ADD_FAILURE() << to_string(d);
  ASSERT_EQ(program.functions.size(), 2u);
  for (const LiftedFunction& f : program.functions) {
    const auto defect = ir::check(f.code);
    EXPECT_FALSE(defect) << defect->message;
  }
  const LiftedFunction* reduce = program.find("reduce");
  ASSERT_EQ(reduce->parameters.size(), 2u);
  EXPECT_EQ(reduce->parameters[1].offset, 8u);
  EXPECT_EQ(reduce->parameters[1].size, 16u);
  EXPECT_EQ(program.static_shared_bytes, 1024u);
}

struct Bad {
  std::string body;
  uint32_t line, column;
  std::string message;
};

TEST(Ptx, RefusesWithThePlace) {
  const Bad cases[] = {
      {"add.s32 %r1, 1, 2;", 6, 1, "'add.s32': expected a register to write"},
      {".reg .b32 %r<4>;\n\tfrob.b32 %r1, %r2;", 7, 2, "instruction 'frob.b32' is not known"},
      {".reg .b32 %r<4>;\nadd.s32 %r1, %r2;", 7, 1, "'add.s32': too few operands"},
      {".reg .b32 %r<4>;\nadd.s32 %r1, %r2, %r3, %r0;", 7, 1, "'add.s32': too many operands"},
      {".reg .b64 %r<4>;\nadd.s32 %r1, %r2, %r2;", 7, 1, "'add.s32': register '%r2' has 64 bits instead of 32"},
      {".reg .b32 %r<4>;\nadd.s32 %r1, %r2, %r4;", 7, 1, "'add.s32': special register '%r4' is not supported"},
      {"bra NOWHERE;", 6, 1, "'bra': there is no label 'NOWHERE'"},
      {"A:\nA:\nret;", 7, 1, "label 'A' stands twice"},
      {".reg .b32 %r<2>;\ncall (%r1), printf, ();", 7, 1, "'call': 'printf' has no body in this module"},
      {".reg .b32 %r<2>;\ntex.2d.v4.f32.s32 %r1, %r1;", 7, 1,
       "instruction 'tex.2d.v4.f32.s32' is not supported: textures"},
  };
  for (const Bad& bad : cases) {
    const Expected<Module> module = parse_module(kernel(bad.body), "bad.ptx");
    ASSERT_TRUE(module) << bad.body << to_string(module.error());
    const Program program = lift(*module);
    ASSERT_EQ(program.refusals.size(), 1u) << bad.body;
    const Diagnostic& d = program.refusals[0];
    EXPECT_EQ(d.message, bad.message);
    EXPECT_EQ(d.location.line, bad.line) << bad.body;
    EXPECT_EQ(d.location.column, bad.column) << bad.body;
  }
}

TEST(Ptx, SyntaxErrorsHaveTheirPlace) {
  const Bad cases[] = {
      {"add.s32 %r1, ;", 6, 14, "expected a number"},
      {".reg .b32 %r<4>;\nadd.s32 %r1 %r2;", 7, 13, "expected ','"},
      {".reg .v4 .b32 %r;", 6, 6, "registers that are vectors are not supported"},
      {"@%p ret;", 6, 2, "expected a predicate register"},
      {".reg .b32 a;\n.reg .b32 a;", 7, 11, "this name is taken"},
      {"mov.b32 a, 0f3F80;", 6, 12, "0f takes 8 hexadecimal digits"},
      {"/* never", 6, 1, "a comment that does not end"},
      {"mov.b32 a, 1/0;", 6, 13, "this cannot be computed"},
  };
  for (const Bad& bad : cases) {
    const Expected<Module> module = parse_module(kernel(bad.body), "bad.ptx");
    ASSERT_FALSE(module) << bad.body;
    EXPECT_EQ(module.error().message, bad.message) << bad.body;
    EXPECT_EQ(module.error().location.line, bad.line) << bad.body;
    EXPECT_EQ(module.error().location.column, bad.column) << bad.body;
  }
}

// No prefix of a module and no changed byte crashes the reader or the lifter, and what is lifted is well-formed.
TEST(Ptx, PrefixesAndChangedBytes) {
  const std::string text = seed();
  uint64_t random = 1;
  auto below = [&](uint64_t limit) {
    random = random * 6364136223846793005 + 1442695040888963407;
    return (random >> 33) % limit;
  };
  size_t lifted = 0;
  for (size_t n = 0; n < 3000; ++n) {
    std::string part = n % 3 == 0 ? text.substr(0, below(text.size())) : text;
    for (uint64_t times = below(4); times-- > 0 && !part.empty();)
      part[below(part.size())] = n % 2 == 0 ? static_cast<char>(below(256)) : text[below(text.size())];
    const Expected<Module> module = parse_module(part, "changed.ptx");
    if (!module) continue;
    for (const LiftedFunction& f : lift(*module).functions) {
      EXPECT_FALSE(ir::check(f.code)) << part;
      ++lifted;
    }
  }
  EXPECT_GT(lifted, 100u);
}

TEST(Ptx, PatternsOfRows) {
  EXPECT_TRUE(matches("add{,.rn,.rz}{,.ftz}.f32", "add.f32"));
  EXPECT_TRUE(matches("add{,.rn,.rz}{,.ftz}.f32", "add.rz.ftz.f32"));
  EXPECT_FALSE(matches("add{,.rn,.rz}{,.ftz}.f32", "add.ftz.rz.f32"));
  EXPECT_FALSE(matches("add{,.rn,.rz}{,.ftz}.f32", "add.f32x"));
  EXPECT_EQ(count_forms("add{,.rn,.rz}{,.ftz}.f32"), 6u);
  EXPECT_NE(find_row("ld.global.L1::no_allocate.L2::128B.v4.f32"), nullptr);
  EXPECT_EQ(find_row("ld.global.v3.f32"), nullptr);
}

// Braces close and do not nest, and who is refused learns why.
TEST(Ptx, NoPatternIsSpeltWrong) {
  for (RowSpan family : families())
    for (const Row& row : family) {
      int depth = 0;
      for (char c : row.pattern) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        EXPECT_TRUE(depth == 0 || depth == 1) << row.pattern;
      }
      EXPECT_EQ(depth, 0) << row.pattern;
      EXPECT_TRUE(row.lift || !row.note.empty()) << row.pattern;
    }
}

}  // namespace
}  // namespace portolan::ptx
