// Directives in data: the bytes that GNU as and objcopy make of the same text.
#include <gtest/gtest.h>

#include "frontends/asm/reader.h"
#include "tests/unit/asm/compare.h"
#include "tests/unit/asm/toolchain.h"

namespace portolan::assembly {
namespace {

using namespace testing;

constexpr const char* kDirectives = R"S(
	.data
	.balign 4
first:
	.byte 1, 2, -1, 0x80, 'a'
	.2byte 0x1234
	.short -2
	.p2align 3
	.long 0xdeadbeef, 5 + 3*2, ~0, 1 << 20, -(7)
	.quad 0x0123456789abcdef, -1
	.octa 0x00112233445566778899aabbccddeeff
	.ascii "a\tb\"c\\\n\0\101"
	.asciz "end"
	.string "x", "y"
	.zero 5
	.skip 3, 0x55
	.fill 3, 2, 0xabcd
	.fill 2, 8, 0x55667788
	.space 2
	.float 1.5, -0.0
	.double 3.25
	.uleb128 300
	.uleb128 0
	.uleb128 128
	.sleb128 -2
	.sleb128 -129
	.sleb128 64
	.org first + 220, 0x11
	.set size_so_far, . - first
	.long size_so_far
	.long . - first
	.equ constant, 42
	.byte constant
	.macro entry value:req, times=2
	.rept \times
	.short \value
	.endr
	.endm
	entry 7
	entry 9, 3
	.irp x, 1, 2, 3
	.byte \x
	.endr
	.if constant > 40
	.byte 0xaa
	.else
	.byte 0xbb
	.endif
	.ifdef nothing
	.byte 0xcc
	.endif
	.balign 16, 0x22
	.p2align 4,,3
	.byte 1
	.balign 16
last:
	.quad last - first
	.section .rodata.str1.1,"aMS",%progbits,1
	.string "merged"
	.section .custom,"aw",%progbits
	.previous
	.byte 3
	.pushsection .custom
	.byte 4
	.popsection
	.byte 5
)S";

std::string section_bytes(const std::string& object, const std::string& section) {
  std::string out = temporary_file("bytes");
  EXPECT_TRUE(run(objcopy() + " -O binary -j " + section + " " + object + " " + out));
  return read_file(out);
}

std::string contents(const Unit& unit, const std::string& name) {
  for (const Section& s : unit.sections)
    if (s.name == name) return {s.contents.begin(), s.contents.end()};
  return {};
}

TEST(Data, BytesAreThoseOfTheAssembler) {
  for (Isa isa : kIsas) {
    SCOPED_TRACE(to_string(isa));
    std::string text = temporary_file("data.s"), object = temporary_file("data.o");
    write_file(text, kDirectives);
    ASSERT_TRUE(run(gas(isa) + " " + text + " -o " + object));
    Unit unit = read_or_fail(text, isa);
    for (const char* section : {".data", ".rodata.str1.1", ".custom"})
      EXPECT_EQ(contents(unit, section), section_bytes(object, section)) << section;
    for (const std::string& difference : differences(unit, read_or_fail(object))) ADD_FAILURE() << difference;
  }
}

TEST(Data, SymbolsAndFixups) {
  Expected<Unit> unit = read_unit(R"S(
	.data
	.globl table
	.type table, %object
	.size table, 24
table:	.quad external + 16
	.quad other - 4
	.long other - table, external - table
	.local hidden_common
	.comm hidden_common, 40, 32
	.comm visible_common, 8, 8
	.weak maybe
	.quad maybe
other:
	.set other_name, other
	.globl other_name
	.hidden other_name
)S",
                                  "input.s", {.isa = Isa::x86_64, .cross_check = {}});
  ASSERT_TRUE(unit);
  ASSERT_TRUE(unit->diagnostics.empty()) << to_string(unit->diagnostics[0]);
  auto symbol = [&](const char* name) -> const Symbol& { return unit->symbols[unit->symbol_by_name.at(name)]; };
  const Section& data = unit->sections[symbol("table").section];
  ASSERT_EQ(data.fixups.size(), 4u);  // `other - table` is a number
  EXPECT_EQ(unit->symbols[data.fixups[0].value.symbol].name, "external");
  EXPECT_EQ(data.fixups[0].value.addend, 16);
  EXPECT_EQ(data.fixups[1].value.addend, -4);
  EXPECT_EQ(data.contents[16], 32);
  EXPECT_EQ(unit->symbols[data.fixups[2].value.minus].name, "table");
  EXPECT_EQ(symbol("hidden_common").size, 40u);
  EXPECT_EQ(unit->sections[symbol("hidden_common").section].name, ".bss");
  EXPECT_EQ(symbol("visible_common").section, kCommon);
  EXPECT_EQ(symbol("visible_common").alignment, 8u);
  EXPECT_EQ(symbol("maybe").binding, Binding::weak);
  EXPECT_EQ(symbol("external").binding, Binding::global);
  EXPECT_EQ(symbol("other_name").offset, 32u);
  EXPECT_EQ(symbol("other_name").visibility, Visibility::hidden);
}

}  // namespace
}  // namespace portolan::assembly
