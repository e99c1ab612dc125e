// Constants that stand in no single instruction: expected values are written down by hand from the manuals' rules
// (A64 MOVZ, MOVN, MOVK; RISC-V LUI, ADDI, ADDIW, SLLI).
#include "translate/sketch/filling/constants.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "frontends/asm/text_reader.h"

namespace portolan::sketch::filling {
namespace {

bool has(Isa isa, const std::string& text, int64_t constant) {
  const assembly::Unit unit = assembly::read_text("\t.text\nf:\n" + text, "constants.s", isa);
  EXPECT_TRUE(unit.diagnostics.empty()) << text;
  const std::vector<int64_t> all = constants_of(unit);
  return std::find(all.begin(), all.end(), constant) != all.end();
}

TEST(Constants, AreMadeOfSeveralInstructions) {
  EXPECT_TRUE(has(Isa::aarch64, "\tmov w1, #0x6b64\n\tnop\n\tmovk w1, #0xe654, lsl #16\n", int32_t(0xe6546b64)));
  EXPECT_TRUE(has(Isa::aarch64, "\tmov x1, #0x6b64\n\tmovk x1, #0xe654, lsl #16\n", 0xe6546b64));
  EXPECT_TRUE(has(Isa::aarch64, "\tmov x1, #-1\n\tmovk x1, #0x1234, lsl #48\n", 0x1234ffffffffffff));
  EXPECT_TRUE(has(Isa::riscv64, "\tlui a0, 0x12345\n\taddiw a0, a0, 0x678\n", 0x12345678));
  EXPECT_TRUE(has(Isa::riscv64, "\tlui a0, 0xfffff\n\taddi a0, a0, -1\n\tslli a0, a0, 4\n", -16 * 4097));
}

TEST(Constants, AreNotMadeOfOtherRegisters) {
  EXPECT_FALSE(has(Isa::aarch64, "\tmov w1, #0x6b64\n\tmovk w2, #0xe654, lsl #16\n", int32_t(0xe6546b64)));
  EXPECT_FALSE(
      has(Isa::aarch64, "\tmov w1, #0x6b64\n\tmov w1, w3\n\tmovk w1, #0xe654, lsl #16\n", int32_t(0xe6546b64)));
  EXPECT_FALSE(has(Isa::riscv64, "\tlui a0, 0x12345\n\taddiw a0, a1, 0x678\n", 0x12345678));
}

}  // namespace
}  // namespace portolan::sketch::filling
