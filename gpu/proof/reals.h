// Terms of kernels as if every operation on floating-point numbers gave the exact real number: sums, products and
// quotients in the normal form of rational expressions; roots, roundings to whole numbers, minima, choices and whatever
// is made of bits are functions of which nothing is known but that equal arguments give equal results. Formats don't
// count: a conversion to another one changes nothing. Comparisons are those of reals, and no number is a NaN.
//
// What is the same here is the same over the reals if no operation that counts takes or makes a NaN or an infinity and
// nothing is divided by zero. Sums with a constant so large that it cuts off what lies behind the point are functions
// of which nothing is known; an infinity that stands in the code goes through minima, maxima and choices only, and
// whatever else takes it is a function of which nothing is known. Not everything that is the same is seen to be:
// relations between functions (exp, sqrt) are not known.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "gpu/proof/domain.h"
#include "gpu/proof/polynomial.h"

namespace portolan::proof {

// `t` where no operation and no comparison takes or makes a NaN: no two numbers are unordered. A NaN that stands in the
// code and is chosen by something else stays: that is no operation's.
Term without_nans(Pool& pool, Term t);

class Reals {
 public:
  explicit Reals(Pool& pool) : pool_(pool) {}
  // Whether both are seen to be the same number; format none: the same bits, made of numbers by comparisons and
  // conversions to integers.
  bool same(Term a, Term b, ir::FloatFormat format);

 private:
  using Number = uint32_t;  // of a polynomial; equal ones are one
  using Fact = uint32_t;    // of a node that is a condition
  struct Node {
    std::vector<uint32_t> parts;
    unsigned relation = 0;  // of two numbers: which of less, equal, greater
    bool maybe_infinite = false;
  };
  static constexpr Fact kFalse = 0, kTrue = 1;

  uint32_t node(const std::string& name, Node made);
  Number intern(Polynomial p);
  Number unknown(const std::string& name, std::vector<uint32_t> parts = {}, bool maybe_infinite = false);
  const Polynomial& of(Number n) const { return polynomials_[n]; }
  bool maybe_infinite(Number n) const;

  Number number(Term t, ir::FloatFormat format);
  Number read(Term t, ir::FloatFormat format);
  Number applied(Term t, ir::FloatFormat format);
  Number arithmetic(const ir::Instruction& inst, Term t);
  bool rounds_on_purpose(const ir::Instruction& inst, const std::vector<Number>& n) const;
  Number constant(const APInt& bits, ir::FloatFormat format);
  Number opaque(Term t, ir::FloatFormat format);
  Number sum(Number a, Number b);
  Number product(Number a, Number b);
  Number inverse(Number n);
  Number extreme(bool greatest, Number a, Number b);
  Number choice(Fact condition, Number yes, Number no);
  // The number up to its sign and a power of two; `negative`: it was turned round.
  Number primitive(Number n, bool& negative);

  Fact fact(Term bit);
  Fact relation(Number a, Number b, unsigned set);
  Fact negation(Fact f);
  Fact all_of(std::vector<Fact> facts);
  Term whole(Term t);
  bool has_numbers(Term t);
  bool differ_by_nothing(Polynomial difference);

  Pool& pool_;
  std::vector<Polynomial> polynomials_;
  std::unordered_map<std::string, Number> by_text_;
  std::vector<Node> nodes_ = {{}, {}};  // false, true, and what else there is
  std::unordered_map<std::string, uint32_t> by_name_;
  std::unordered_map<uint32_t, Number> inverse_of_;  // unknowns: of which number they are
  std::unordered_map<uint32_t, bool> extremes_;      // unknowns: maxima, minima
  std::unordered_map<uint32_t, Fact> negation_of_;
  std::map<std::pair<uint32_t, ir::FloatFormat>, Number> known_;
  std::unordered_map<uint32_t, Fact> facts_;
  std::unordered_map<uint32_t, Term> whole_;
  std::unordered_map<uint32_t, bool> has_numbers_;
  unsigned depth_ = 0;
  uint64_t work_ = 0;
};

}  // namespace portolan::proof
