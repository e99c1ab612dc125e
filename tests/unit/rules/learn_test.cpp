// What is learnt is a rule like any other: read back and proved here again, and measured against LLVM.
#include "translate/learn/learn.h"

#include <gtest/gtest.h>

#include "ir/parse.h"
#include "translate/learn/generalise.h"
#include "translate/rules/parse.h"

namespace portolan::learn {
namespace {

rules::ParsedRules parsed(const std::string& text) {
  rules::ParsedRules rules = rules::parse_rules(text, "learnt.rule");
  EXPECT_TRUE(rules.errors.empty()) << to_string(rules.errors[0]) << text;
  for (const rules::Instance& rule : rules.instances)
    EXPECT_EQ(rules::check(rule, rule.templates[0], {}).verdict, rules::CheckResult::Verdict::proved) << text;
  return rules;
}

General generalised(const std::string& text) {
  const rules::ParsedRules rule = parsed(text);
  return generalise(text, rule.instances.at(0), std::chrono::seconds(60));
}

ir::Function function(const std::string& text) {
  auto f = ir::parse_function(text, "test.ir");
  EXPECT_TRUE(f) << to_string(f.error());
  return std::move(*f);
}

TEST(Pieces, HoldWhatNobodyElseUses) {
  const std::vector<Piece> pieces = pieces_of(
      function("function \"f\" {\nb0(%0:b64, %1:b64):\n  %2:b64 = bit_xor %0, %1\n  %3:b64 = shl %2, 0x5:b64\n"
               "  %4:b64 = add %3, %0\n  ret %4, %2\n}\n"));
  // The exclusive or is given back: it stays outside.
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].name, "shl_add");
  EXPECT_NE(pieces[0].pattern.find("0x5:b64"), std::string::npos) << pieces[0].pattern;
  EXPECT_EQ(pieces[1].pattern.find("0x5:b64"), std::string::npos) << pieces[1].pattern;
}

TEST(Generalise, LaneCountsOfWhichAllAreProved) {
  const General general = generalised(
      "rule r\norigin enumerate\npattern (%v0:b128, %v1:b128) {\n  %v2:b128 = usub_saturate lanes=16 %v0, %v1\n"
      "  %v3:b128 = usub_saturate lanes=16 %v1, %v0\n  %v4:b128 = add lanes=16 %v2, %v3\n  give %v4\n}\n"
      "template aarch64\n  register %v0: vector\n  register %v1: vector\n  register %v4: vector\n{\n"
      "  uabd {v4}.16b, {v0}.16b, {v1}.16b\n}\n");
  EXPECT_EQ(general.instances.size(), 3u) << general.text;  // there is no uabd of doublewords
  EXPECT_EQ(parsed(general.text).instances.size(), 3u);
}

TEST(Generalise, ConstantsBecomeImmediatesWithTheirRelation) {
  const General general = generalised(
      "rule r\norigin enumerate\npattern (%v0:b64) {\n  %v1:b64 = shl %v0, 0x5:b64\n"
      "  %v2:b64 = lshr %v0, 0x3b:b64\n  %v3:b64 = bit_or %v1, %v2\n  give %v3\n}\n"
      "template aarch64\n  register %v0: general\n  register %v3: general\n{\n  ror {v3}, {v0}, #59\n}\n");
  const rules::ParsedRules rule = parsed(general.text);
  ASSERT_EQ(rule.instances.size(), 2u) << general.text;  // words too
  EXPECT_EQ(rules::immediate_values(rule.instances[0]).size(), 63u) << general.text;
  EXPECT_EQ(rules::immediate_values(rule.instances[1]).size(), 31u) << general.text;
}

TEST(Generalise, WhatHoldsForOneConstantStaysSo) {
  const std::string text =
      "rule r\norigin enumerate\npattern (%v0:b64) {\n  %v1:b64 = bit_and %v0, 0xff:b64\n"
      "  %v2:b64 = add %v1, 0x1:b64\n  give %v2\n}\n"
      "template aarch64\n  register %v0: general\n  register %v2: general\n  temporary %t0: general\n{\n"
      "  uxtb {t0:w}, {v0:w}\n  add {v2}, {t0}, #1\n}\n";
  const General general = generalised(text);
  EXPECT_NE(general.text.find("0xff:b64"), std::string::npos) << general.text;
  EXPECT_EQ(parsed(general.text).instances.size(), 1u);
}

TEST(Learn, FindsWhatLlvmDoesNotKnowAndKnowsItAfterwards) {
  const std::vector<Piece> pieces =
      pieces_of(function("function \"f\" {\nb0(%0:b128, %1:b128):\n  %2:b128 = usub_saturate lanes=16 %0, %1\n"
                         "  %3:b128 = usub_saturate lanes=16 %1, %0\n  %4:b128 = add lanes=16 %2, %3\n  ret %4\n}\n"));
  Options options;
  options.search = std::chrono::seconds(60);
  Learner learner({}, options);
  std::vector<Learnt> learnt;
  for (const Piece& piece : pieces)
    if (auto rule = learner.learn(piece, "f in test.s")) learnt.push_back(*rule);
  ASSERT_EQ(learnt.size(), 1u);
  EXPECT_LT(learnt[0].after, learnt[0].before);
  EXPECT_NE(learnt[0].text.find("origin learnt from f in test.s"), std::string::npos) << learnt[0].text;
  parsed(learnt[0].text);
  // In halfwords it is the same rule.
  Piece halfwords = pieces.back();
  for (size_t at; (at = halfwords.pattern.find("lanes=16")) != std::string::npos;)
    halfwords.pattern.replace(at, 8, "lanes=8");
  EXPECT_FALSE(learner.learn(halfwords, "g in test.s"));
  EXPECT_EQ(learner.tally().known, 1u);
}

}  // namespace
}  // namespace portolan::learn
