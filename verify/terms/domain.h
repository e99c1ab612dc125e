// Terms as a domain of the IR's op semantics (ir/domain.h): a function of the IR read symbolically.
#pragma once

#include <string_view>

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
#define UNARY(name) \
  Term name(Term a) { return pool_.name(a); }
#define BINARY(name) \
  Term name(Term a, Term b) { return pool_.name(a, b); }
#define TERNARY(name) \
  Term name(Term a, Term b, Term c) { return pool_.name(a, b, c); }
  // clang-format off
  BINARY(add) BINARY(sub) BINARY(mul) BINARY(umulh) BINARY(smulh) BINARY(udiv) BINARY(urem) BINARY(sdiv) BINARY(srem)
  BINARY(bit_and) BINARY(bit_or) BINARY(bit_xor) UNARY(bit_not) BINARY(shl) BINARY(lshr) BINARY(ashr) BINARY(rotl)
  BINARY(rotr) UNARY(clz) UNARY(ctz) UNARY(popcount) BINARY(eq) BINARY(ult) BINARY(slt) BINARY(concat) TERNARY(select)
  TERNARY(add_carry) TERNARY(sub_borrow) TERNARY(add_overflow) TERNARY(sub_overflow)
  // clang-format on
#undef UNARY
#undef BINARY
#undef TERNARY
                  Term extract(Term a, unsigned low, unsigned width) {
    return pool_.extract(a, low, width);
  }
  Term join(std::span<const Term> lanes) { return pool_.join(lanes); }
  Term zext(Term a, unsigned width) { return pool_.zext(a, width); }
  Term sext(Term a, unsigned width) { return pool_.sext(a, width); }
  // An uninterpreted function named by operation, formats and rounding; floating_instruction() reads the name.
  std::optional<Term> native(const ir::Function& function, const ir::Instruction& inst, std::span<const Term> operands);
  Term floating(const ir::Instruction& inst, unsigned result_width, std::span<const Term> operands);

 private:
  Pool& pool_;
};

// The operation that the name of an `apply` stands for, if it is one that TermDomain made: those of ir/domain.h's
// floating(), and feq, flt and funordered. Its NaN rule is `any`: where an operand is a NaN, or the result is, users of
// the value don't look at its bits.
std::optional<ir::Instruction> floating_instruction(std::string_view name);
APInt evaluate_floating(const ir::Instruction& inst, unsigned width, std::span<const APInt> operands);

// An application of `function` with other arguments; folds those with a known meaning.
Term apply_again(Pool& pool, std::string_view function, unsigned width, std::span<const Term> arguments);

// The term of a pure instruction, compiled once.
Term evaluate_terms(Pool& pool, const ir::Function& function, const ir::Instruction& inst,
                    std::span<const Term> operands);

}  // namespace portolan::terms
