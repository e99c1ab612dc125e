// What is wrong with a rule is said with its line; what is wrong about its meaning is found, with an input.
#include <gtest/gtest.h>

#include "translate/rules/book.h"
#include "translate/rules/check.h"
#include "translate/rules/parse.h"

namespace portolan::rules {
namespace {

std::string rule(std::string_view pattern, std::string_view target) {
  return "rule r\norigin test\n" + std::string(pattern) + std::string(target);
}

constexpr std::string_view kAdd = "pattern (%a:b64, %b:b64) {\n%d:b64 = add %a, %b\ngive %d\n}\n";

struct Wrong {
  const char* name;
  std::string text;
  uint32_t line;
  const char* message;
};

TEST(Parse, ErrorsNameTheLine) {
  const std::string good = "template aarch64 {\nadd {d}, {a}, {b}\n}\n";
  const std::vector<Wrong> cases = {
      {"no rule", "pattern", 1, "expected 'rule NAME'"},
      {"no origin", "rule r\n" + std::string(kAdd) + good, 1, "where it comes from"},
      {"impossible types", rule("pattern (%a:b64, %b:b32) {\n%d:b64 = add %a, %b\ngive %d\n}\n", good), 4, "add"},
      {"unbound", rule("pattern (%a:b64, %b:b64, %c:b8) {\n%d:b64 = add %a, %b\ngive %d\n}\n", good), 3, "'%c'"},
      {"unknown value", rule("pattern (%a:b64) {\n%d:b64 = add %a, %b\ngive %d\n}\n", good), 4, "defined nowhere"},
      {"gives an operand", rule("pattern (%a:b64) {\n%d:b64 = bit_not %a\ngive %a\n}\n", good), 3, "nothing to match"},
      {"simplified away", rule("pattern (%a:b64) {\n%d:b64 = add %a, 0:b64\ngive %d\n}\n", good), 3, "never matches"},
      {"memory", rule("pattern (%a:b64) {\n%d:b64 = load %a\ngive %d\n}\n", good), 3, "does more than compute"},
      {"no template", rule(kAdd, ""), 1, "needs a pattern and a template"},
      {"unknown target", rule(kAdd, "template z80 {\nadd {d}\n}\n"), 7, "z80"},
      {"unknown operand", rule(kAdd, "template aarch64 {\nadd {d}, {a}, {c}\n}\n"), 8, "'{c}'"},
      {"not written", rule(kAdd, "template aarch64 {\nadd {a}, {a}, {b}\n}\n"), 7, "does not write '{d}'"},
      {"unclosed", rule(kAdd, "template aarch64 {\nadd {d}, {a}, {b}\n"), 7, "'}' is missing"},
      {"two statements", rule(kAdd, "template aarch64 {\nadd {d}, {a}, {b}; nop\n}\n"), 8, "one instruction"},
      {"parameter", rule(kAdd, "template aarch64 {\nadd {d}, {a}, $x\n}\n"), 8, "'x'"},
      {"no immediate",
       rule("pattern (%a:b64, %n:b8 imm) {\n%m:b64 = zext %n\n%d:b64 = shl %a, %m\ngive %d\n}\n"
            "require {\n%x:b1 = ult %n, 0:b8\ngive %x\n}\n",
            "template aarch64 {\nlsl {d}, {a}, #{n}\n}\n"),
       1, "never matches"},
  };
  for (const Wrong& wrong : cases) {
    const ParsedRules parsed = parse_rules(wrong.text, "r.rule");
    ASSERT_FALSE(parsed.errors.empty()) << wrong.name;
    EXPECT_EQ(parsed.errors[0].location.line, wrong.line) << wrong.name << ": " << parsed.errors[0].message;
    EXPECT_NE(parsed.errors[0].message.find(wrong.message), std::string::npos)
        << wrong.name << ": " << parsed.errors[0].message;
    EXPECT_TRUE(parsed.instances.empty()) << wrong.name;
  }
}

TEST(Parse, ParametersMakeInstances) {
  const ParsedRules parsed = parse_rules(
      "rule r // a comment\norigin test\neach (w) (32) (64)\neach (op, name) (add, add) (sub, sub)\n"
      "pattern (%a:b$w, %b:b${w}) {\n%d:b$w = $op %a, %b\ngive %d\n}\ntemplate riscv64 {\n$name {d}, {a}, {b}\n}\n",
      "r.rule");
  ASSERT_TRUE(parsed.errors.empty()) << parsed.errors[0].message;
  ASSERT_EQ(parsed.instances.size(), 4u);
  EXPECT_EQ(parsed.instances[3].name, "r.64.sub.sub");
  EXPECT_EQ(parsed.instances[2].operands[0].width, 32u);
}

CheckResult checked(const std::string& text) {
  const ParsedRules parsed = parse_rules(text, "r.rule");
  EXPECT_TRUE(parsed.errors.empty()) << parsed.errors[0].message;
  if (parsed.instances.empty()) return {};
  return check(parsed.instances[0], parsed.instances[0].templates[0], {});
}

using Verdict = CheckResult::Verdict;

struct Checked {
  std::string target;
  Verdict verdict;
  const char* detail;
};

TEST(Check, SaysWhatFails) {
  const std::vector<Checked> cases = {
      {"template aarch64 {\nadd {d}, {a}, {b}\n}\n", Verdict::proved, ""},
      {"template riscv64 {\nadd {d}, {a}, {b}\n}\n", Verdict::proved, ""},
      {"template aarch64 {\nsub {d}, {a}, {b}\n}\n", Verdict::wrong, "output 'd'"},
      {"template aarch64 {\nadd {d:w}, {a:w}, {b:w}\n}\n", Verdict::wrong, "output 'd'"},
      // Flags are not declared.
      {"template aarch64 {\nadds {d}, {a}, {b}\n}\n", Verdict::wrong, "is not declared"},
      {"template aarch64\nflags\n{\nadds {d}, {a}, {b}\n}\n", Verdict::proved, ""},
      // A register that the text names itself.
      {"template aarch64 {\nmov x9, {a}\nadd {d}, x9, {b}\n}\n", Verdict::wrong, "is not declared"},
      {"template aarch64\ntemporary %t\n{\nmov {t}, {a}\nadd {d}, {t}, {b}\n}\n", Verdict::proved, ""},
      // An input is spoilt.
      {"template aarch64 {\nadd {a}, {a}, {b}\nmov {d}, {a}\n}\n", Verdict::wrong, "is not declared"},
      // A temporary is read before it is written.
      {"template aarch64\ntemporary %t\n{\nadd {d}, {a}, {t}\n}\n", Verdict::wrong, "output 'd'"},
      {"template aarch64 {\nfrobnicate {d}, {a}, {b}\n}\n", Verdict::malformed, "r.rule:8"},
      {"template aarch64 {\nldr {d}, [{a}]\nadd {d}, {d}, {b}\n}\n", Verdict::malformed, "more than compute"},
      {"template riscv64 {\nbeqz {a}, .\nadd {d}, {a}, {b}\n}\n", Verdict::malformed, "r"},
      // The output may be in an input's register only while no input is needed any more.
      {"template aarch64 {\nmov {d}, {a}\nadd {d}, {d}, {b}\n}\n", Verdict::proved, ""},
      {"template aarch64\ntied %d = %a\n{\nadd {d}, {d}, {b}\n}\n", Verdict::proved, ""},
  };
  for (const Checked& c : cases) {
    const CheckResult result = checked(rule(kAdd, c.target));
    EXPECT_EQ(result.verdict, c.verdict) << c.target << result.detail;
    EXPECT_NE(result.detail.find(c.detail), std::string::npos) << c.target << result.detail;
  }
}

TEST(Check, WrongRulesComeWithAnInput) {
  const CheckResult result = checked(rule("pattern (%a:b32, %b:b32) {\n%d:b32 = udiv %a, %b\ngive %d\n}\n",
                                          "template aarch64 {\nudiv {d:w}, {a:w}, {b:w}\n}\n"));
  EXPECT_EQ(result.verdict, Verdict::wrong);  // by zero the IR gives all ones, AArch64 zero
  EXPECT_NE(result.detail.find("b=0x0"), std::string::npos) << result.detail;
}

TEST(Check, EveryImmediateIsProved) {
  const std::string pattern = "pattern (%a:b64, %n:b6 imm) {\n%m:b64 = zext %n\n%d:b64 = rotl %a, %m\ngive %d\n}\n";
  EXPECT_EQ(checked(rule(pattern, "template aarch64 {\nror {d}, {a}, #{n}\n}\n")).verdict, Verdict::wrong);
  const std::string required = pattern + "require {\n%x:b1 = ne %n, 0:b6\ngive %x\n}\n";
  EXPECT_EQ(checked(rule(required, "template aarch64 {\nror {d}, {a}, #{64-n}\n}\n")).verdict, Verdict::proved);
}

TEST(Check, ARegisterHoldsMoreThanANarrowValue) {
  const std::string pattern = "pattern (%a:b32, %b:b32) {\n%d:b1 = slt %a, %b\ngive %d\n}\n";
  const std::string text = "{\nslt {d}, {a}, {b}\n}\n";
  EXPECT_EQ(checked(rule(pattern, "template riscv64\n" + text)).verdict, Verdict::wrong);
  EXPECT_EQ(checked(rule(pattern,
                         "template riscv64\nregister %a: general sign\nregister %b: general sign\n"
                         "register %d: general zeros\n" +
                             text))
                .verdict,
            Verdict::proved);
}

TEST(Book, IsReadWithoutErrors) {
  const Book book = embedded_rules();
  for (const Diagnostic& d : book.errors) ADD_FAILURE() << to_string(d);
  EXPECT_FALSE(book.instances.empty());
}

TEST(Book, OverlapsAreErrorsThatNameTheCheaper) {
  const std::string one = rule(kAdd, "template aarch64 {\nadd {d}, {a}, {b}\n}\n");
  const std::string other =
      "rule slow\norigin test\n" + std::string(kAdd) + "template aarch64 {\nmov {d}, {a}\nadd {d}, {d}, {b}\n}\n";
  const std::string path = testing::TempDir() + "/overlap.rule";
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs((one + other).c_str(), file);
  std::fclose(file);
  const Expected<Book> book = read_book(path);
  ASSERT_TRUE(book);
  ASSERT_EQ(book->errors.size(), 1u);
  EXPECT_NE(book->errors[0].message.find("the cheaper one is 'r'"), std::string::npos) << book->errors[0].message;
}

TEST(ProofStore, RemembersProofsOfExactlyThisRule) {
  const ParsedRules parsed = parse_rules(rule(kAdd, "template aarch64 {\nadd {d}, {a}, {b}\n}\n"), "r.rule");
  ASSERT_EQ(parsed.instances.size(), 1u);
  const ProofStore store(testing::TempDir() + "/proofs");
  Instance other = parsed.instances[0];
  other.text += "// changed";
  store.remember(parsed.instances[0], 0);
  EXPECT_TRUE(store.proved(parsed.instances[0], 0));
  EXPECT_FALSE(store.proved(other, 0));
  EXPECT_FALSE(ProofStore("").proved(parsed.instances[0], 0));
}

}  // namespace
}  // namespace portolan::rules
