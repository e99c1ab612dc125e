// Polynomials over the reals with exact coefficients, in normal form: two are the same function of their unknowns if
// and only if they are equal here. Unknowns are numbers; whoever uses them knows what they stand for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "llvm/ADT/APInt.h"

namespace portolan::proof {

using llvm::APInt;

// mantissa * 2^exponent, with an odd mantissa, or zero: all that sums and products of floating-point numbers give.
class Dyadic {
 public:
  Dyadic() = default;
  Dyadic(APInt mantissa, int64_t exponent);  // a signed mantissa
  static Dyadic of(double finite);

  bool is_zero() const { return mantissa_.isZero(); }
  bool is_negative() const { return mantissa_.isNegative(); }
  bool is_power_of_two() const { return mantissa_.isOne(); }
  // It has become longer than anybody needs: what it is part of is not computed further.
  bool too_long() const;
  Dyadic negated() const;
  Dyadic scaled(int64_t exponent) const;  // times 2^exponent
  int64_t exponent() const { return exponent_; }
  Dyadic operator+(const Dyadic& other) const;
  Dyadic operator*(const Dyadic& other) const;
  bool operator==(const Dyadic& other) const {
    return exponent_ == other.exponent_ && mantissa_.getBitWidth() == other.mantissa_.getBitWidth() &&
           mantissa_ == other.mantissa_;
  }
  std::string text() const;

 private:
  APInt mantissa_{2, 0};  // in as few bits as it needs, two at least
  int64_t exponent_ = 0;
};

// Unknowns with their exponents, sorted, none 0; negative ones are inverses.
using Monomial = std::vector<std::pair<uint32_t, int32_t>>;

class Polynomial {
 public:
  Polynomial() = default;  // zero
  explicit Polynomial(const Dyadic& constant);
  static Polynomial unknown(uint32_t id);
  static Polynomial product_of(Monomial monomial, const Dyadic& coefficient);

  struct Part {
    Monomial monomial;
    Dyadic coefficient;
    bool operator==(const Part& other) const = default;
  };
  const std::vector<Part>& parts() const { return parts_; }  // sorted by monomial
  bool is_constant() const { return parts_.empty() || (parts_.size() == 1 && parts_[0].monomial.empty()); }
  Dyadic constant() const;  // if it is one
  bool too_long() const;

  Polynomial operator+(const Polynomial& other) const;
  Polynomial operator*(const Polynomial& other) const;
  Polynomial times(const Dyadic& factor) const;
  Polynomial negated() const;
  bool operator==(const Polynomial& other) const = default;
  std::string text() const;  // equal texts are equal polynomials

 private:
  std::vector<Part> parts_;
};

}  // namespace portolan::proof
