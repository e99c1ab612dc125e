// A rule's template as one call of LLVM inline assembly: the register allocator chooses its registers as it does for
// everything around it.
#pragma once

#include <span>
#include <vector>

#include "translate/llvm/domain.h"
#include "translate/rules/match.h"

namespace portolan::llvm_proposer {

// What a function's rules are, for the emitter.
struct RulePlans {
  const rules::Library* library = nullptr;
  std::map<const ir::Function*, rules::Plan> plans;
};

// The outputs for these operands, in the rule's order; immediates' values stand in the match.
std::vector<llvm::Value*> emit_rule(llvm::IRBuilder<>& b, LlvmDomain& domain, const rules::Instance& rule,
                                    const rules::Match& match, std::span<llvm::Value* const> operands);

}  // namespace portolan::llvm_proposer
