// Terms as a domain of the IR's op semantics (ir/domain.h): a function of the IR read symbolically.
#pragma once

#include "ir/domain.h"
#include "verify/terms/term.h"

namespace portolan::terms {

class TermDomain {
 public:
  using Value = Term;
  explicit TermDomain(Pool& pool) : pool_(pool) {}

  // Subclasses that know symbols and frames hide this one: a variable by the instruction's kind and index.
  Term leaf(const ir::Function& function, const ir::Instruction& inst);
  // An open lane of a shuffle: the same for the same width, which both sides may rely on only where it is never used.
  Term unspecified(unsigned width);
  std::optional<bool> known(Term bit);

  unsigned width(Term t) { return pool_.width(t); }
  Term constant(const APInt& bits) { return pool_.constant(bits); }
  // … the primitives and native ops, each one call of the pool.
  Term floating(const ir::Instruction& inst, unsigned result_width, std::span<const Term> operands);

 private:
  Pool& pool_;
};

// The term of a pure instruction, compiled once.
Term evaluate_terms(Pool& pool, const ir::Function& function, const ir::Instruction& inst,
                    std::span<const Term> operands);

}  // namespace portolan::terms
