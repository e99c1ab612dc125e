// What a rule is worth by itself: instructions of a function that loads the operands, does what the pattern says and
// stores the results, by LLVM alone and with the rule.
#pragma once

#include <optional>

#include "ir/diagnostic.h"
#include "ir/isa.h"
#include "translate/rules/rule.h"

namespace portolan::translate {

struct RuleWorth {
  uint32_t llvm = 0, rule = 0;  // instructions, loads and stores included in both
};

// The rule's proof is not asked for, and `unused` is disregarded. Templates for chips with features cannot be measured:
// code is generated for the base architecture.
Expected<RuleWorth> measure_rule(const rules::Instance& rule, size_t target);

// Instructions of the pattern by LLVM alone, without the loads, stores and return around it. Nothing: it cannot be
// measured, or takes none.
std::optional<uint32_t> llvm_instructions(const rules::Instance& rule, Isa target);

}  // namespace portolan::translate
