// Values of a kernel as terms. Floating-point operations are functions that nothing is known of but what holds for all
// numbers: they do not tell NaNs apart, some commute, and signs go through products. NaNs of two processors differ in
// sign and payload, so two numbers that are equal here are equal up to which NaN they are; nan_bits.h looks whether
// anything depends on that.
#pragma once

#include "verify/terms/domain.h"

namespace portolan::proof {

using terms::APInt;
using terms::Pool;
using terms::Term;

class Domain : public terms::TermDomain {
 public:
  explicit Domain(Pool& pool) : TermDomain(pool), pool_(pool) {}
  std::optional<Term> native(const ir::Function& function, const ir::Instruction& inst, std::span<const Term> operands);

  // Minima and maxima in whatever order they are taken.
  Term smin(Term a, Term b) { return extreme(".smin", a, b); }
  Term smax(Term a, Term b) { return extreme(".smax", a, b); }
  Term umin(Term a, Term b) { return extreme(".umin", a, b); }
  Term umax(Term a, Term b) { return extreme(".umax", a, b); }
  // A choice by a comparison of what is chosen from is a minimum or maximum; a number, or one NaN where it is a NaN, is
  // the number made quiet.
  Term select(Term bit, Term one, Term zero);

 private:
  std::optional<Term> made_quiet(Term bit, Term nan, Term number);
  Term extreme(std::string_view name, Term a, Term b);
  Term from_integer(const ir::Instruction& inst, Term value);
  std::optional<Term> lane(const ir::Instruction& inst, std::span<const Term> operands);
  Term function(const ir::Instruction& inst, unsigned width, std::vector<Term> operands);
  Term chosen(const ir::Instruction& inst, Term a, Term b);
  Term product(const ir::Instruction& inst, std::vector<Term> operands);
  Term number_of(Term t);
  std::optional<Term> operation(const ir::Instruction& inst, std::vector<Term> numbers);
  Term unordered(const ir::Instruction& inst, std::span<const Term> numbers);
  Term compared(const ir::Instruction& inst, std::vector<Term> numbers);
  Term negated(Term t);
  bool takes_sign_off(Term& t);
  bool is_quiet(Term t) const;

  Pool& pool_;
};

// Names of functions beside those of terms/domain.h. A minimum or maximum of numbers, any NaN missing; the same where a
// signalling NaN is not; a number, its NaN made quiet.
inline constexpr std::string_view kChosen = ".chosen.", kChosenQuiet = ".chosen-quiet.", kQuiet = ".quiet.";

// A NaN that an operation made of another, whose bits nobody knows: a variable of this name and the format.
inline constexpr std::string_view kMadeNan = ".nan.";

// A choice between a NaN and another number.
struct ChosenNan {
  Term bit, otherwise;  // a NaN if the bit is 1
};
std::optional<ChosenNan> chosen_nan(Pool& pool, Term t, ir::FloatFormat format);
// The same number in one form, if it is a NaN that nobody looks at.
Term as_number(Pool& pool, Term t, ir::FloatFormat format);

// The number that differs from `t` in its sign alone, if t is written so. `from`: what the sign is computed from.
std::optional<Term> without_sign(Pool& pool, Term t, std::vector<Term>* from = nullptr);

Term evaluate(Pool& pool, const ir::Function& function, const ir::Instruction& inst, std::span<const Term> operands);

}  // namespace portolan::proof
