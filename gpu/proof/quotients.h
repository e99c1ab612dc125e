// Divisions of AMD's: the sequence of instructions that LLVM writes for a quotient of two singles to nearest
// (frontends/amdgcn/divide.h) is that quotient, if the denominator is below 2^126. This is a lemma, not a proof of
// ours: Markstein's theorem (IBM Journal 34, 1990) says it where the reciprocal is a normal number, and tests compare
// both on hard and special cases. A proof that uses it says so. Larger denominators have subnormal reciprocals, and
// then a quotient near the middle of two numbers may be the other one; so has the sequence for doubles, where the
// result is subnormal: it is not taken for a quotient.
#pragma once

#include <map>
#include <unordered_set>

#include "gpu/proof/domain.h"

namespace portolan::proof {

class Quotients {
 public:
  explicit Quotients(Pool& pool);

  // Where divisions of machine code may end.
  void know(const ir::Function& code);
  // What `inst` made, as a quotient: if it ends a division and the whole sequence, carried out again on the numerator
  // and the denominator, makes the very same term.
  std::optional<Term> quotient(const ir::Instruction& inst, Term made);
  bool used() const { return used_; }
  // Whether one was used whose denominator is no constant below 2^126.
  bool maybe_large() const { return maybe_large_; }

 private:
  Term carried_out(Term numerator, Term denominator);
  std::optional<Term> divided(Term above, Term below, Term made);

  Pool& pool_;
  std::unordered_set<const ir::Instruction*> ends_;
  const ir::Function sequence_;
  std::map<Term, std::optional<Term>> known_;
  bool used_ = false, maybe_large_ = false;
};

}  // namespace portolan::proof
