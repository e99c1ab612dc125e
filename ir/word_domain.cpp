#include "ir/word_domain.h"

#include "ir/op_semantics.h"

namespace portolan::ir {

static_assert(Domain<WordDomain> && HasKnown<WordDomain> && HasJoin<WordDomain>);

Word WordDomain::floating(const Instruction& inst, unsigned result_width, std::span<const Word> operands) {
  llvm::SmallVector<APInt, 3> bits;
  for (const Word& operand : operands) bits.emplace_back(operand.width, operand.bits);
  return constant(ConcreteDomain().floating(inst, result_width, bits));
}

std::optional<Word> evaluate_words(const Function& function, const Instruction& inst, std::span<const Word> operands) {
  WordDomain domain;
  const Word result = evaluate(domain, function, inst, operands);
  return domain.is_wide() ? std::nullopt : std::optional(result);
}

}  // namespace portolan::ir
