// The search knows patterns and the coverage table only; what it finds is proved.
#include <gtest/gtest.h>

#include <set>

#include "translate/enumerate/grammar.h"
#include "translate/enumerate/search.h"
#include "translate/rules/parse.h"

namespace portolan::enumerate {
namespace {

SearchResult searched(const std::string& text, unsigned longest) {
  const rules::ParsedRules parsed = rules::parse_rules(text, "r.rule");
  EXPECT_TRUE(parsed.errors.empty()) << parsed.errors[0].message;
  if (parsed.instances.empty()) return {};
  SearchOptions options;
  options.longest = longest;
  return search(parsed.instances[0], parsed.instances[0].templates[0], options);
}

TEST(Enumerate, FindsOneInstructionForThree) {
  const SearchResult result = searched(
      "rule r\norigin test\npattern (%a:b128, %b:b128) {\n%x:b128 = usub_saturate lanes=16 %a, %b\n"
      "%y:b128 = usub_saturate lanes=16 %b, %a\n%d:b128 = bit_or %x, %y\ngive %d\n}\n"
      "template aarch64 {\nmov {d}.16b, {a}.16b\n}\n",
      1);
  ASSERT_TRUE(result.found) << result.reason;
  EXPECT_NE(result.found->text.find("uabd"), std::string::npos) << result.found->text;
}

TEST(Enumerate, ExtensionsAreUsedWhereTheyAreDeclared) {
  const SearchResult result = searched(
      "rule r\norigin test\npattern (%a:b64, %b:b64) {\n%x:b64 = bit_xor %a, %b\n%d:b64 = bit_not %x\ngive %d\n}\n"
      "template riscv64 {\nmv {d}, {a}\n}\n",
      2);
  ASSERT_TRUE(result.found) << result.reason;
  EXPECT_EQ(result.found->instructions, 2u) << result.found->text;  // xnor is Zbb's
}

TEST(Enumerate, SaysWhenThereIsNothing) {
  const SearchResult result = searched(
      "rule r\norigin test\npattern (%a:b64, %b:b64) {\n%x:b64 = udiv %a, %b\n%d:b64 = mul %x, %x\ngive %d\n}\n"
      "template riscv64 {\nmv {d}, {a}\n}\n",
      1);
  EXPECT_FALSE(result.found);
  EXPECT_EQ(result.reason, "nothing of this length");
}

TEST(Grammar, ComputesAndTouchesNothingElse) {
  for (Isa isa : {Isa::aarch64, Isa::riscv64}) {
    const std::vector<Form> forms = make_grammar(isa, {0, 1, 7}, {});
    EXPECT_GT(forms.size(), 40u);
    for (const Form& form : forms) {
      ASSERT_EQ(form.operands.size(), form.slots.size()) << form.text;
      EXPECT_EQ(form.text.find("ldr"), std::string::npos) << form.text;
    }
  }
}

// Armv8.0 counts bits in vectors; in general registers FEAT_CSSC does, and what the assembler refuses ends a run.
TEST(Grammar, ExtensionsThatNobodyAskedForAreLeftOut) {
  std::set<std::string> opcodes;
  for (const Form& form : make_grammar(Isa::aarch64, {}, {})) opcodes.insert(form.opcode);
  EXPECT_TRUE(opcodes.contains("CNTv8i8"));
  for (const char* opcode : {"CNTWr", "CNTXr", "ABSWr", "SQRDMLAHv4i32", "SDOTv8i8"})
    EXPECT_FALSE(opcodes.contains(opcode)) << opcode;
}

// LLVM's printer never returns from 13 bits that are no bit mask: 127 is such a number.
TEST(Grammar, ImmediatesThatEncodeNothingAreLeftOut) {
  const std::vector<Form> forms = make_grammar(Isa::aarch64, {7, 127, 255, 8191, -1}, {});
  EXPECT_GT(forms.size(), 40u);
}

}  // namespace
}  // namespace portolan::enumerate
