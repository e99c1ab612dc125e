#include "gpu/proof/polynomial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "llvm/ADT/SmallString.h"

namespace portolan::proof {
namespace {

APInt shortest(const APInt& value) {
  return value.sextOrTrunc(std::max(2u, value.getSignificantBits()));
}

}  // namespace

Dyadic::Dyadic(APInt mantissa, int64_t exponent) {
  if (mantissa.isZero()) return;
  const unsigned zeros = mantissa.countr_zero();
  mantissa_ = shortest(mantissa.ashr(zeros));
  exponent_ = exponent + zeros;
}

Dyadic Dyadic::of(double finite) {
  constexpr int kDigits = 53;
  int exponent = 0;
  const double fraction = std::frexp(finite, &exponent);
  const auto mantissa = static_cast<int64_t>(std::ldexp(fraction, kDigits));
  return {APInt(64, static_cast<uint64_t>(mantissa), true), exponent - kDigits};
}

bool Dyadic::too_long() const {
  constexpr unsigned kMostBits = 2048;
  constexpr int64_t kFarthest = 4096;
  return mantissa_.getBitWidth() > kMostBits || exponent_ > kFarthest || exponent_ < -kFarthest;
}

Dyadic Dyadic::negated() const {
  return {-mantissa_.sext(mantissa_.getBitWidth() + 1), exponent_};
}

Dyadic Dyadic::scaled(int64_t exponent) const {
  return is_zero() ? *this : Dyadic(mantissa_, exponent_ + exponent);
}

Dyadic Dyadic::operator+(const Dyadic& other) const {
  if (is_zero()) return other;
  if (other.is_zero()) return *this;
  const Dyadic &low = exponent_ <= other.exponent_ ? *this : other,
               &high = exponent_ <= other.exponent_ ? other : *this;
  const auto apart = static_cast<unsigned>(high.exponent_ - low.exponent_);
  const unsigned width = std::max(low.mantissa_.getBitWidth(), high.mantissa_.getBitWidth() + apart) + 1;
  return {low.mantissa_.sext(width) + high.mantissa_.sext(width).shl(apart), low.exponent_};
}

Dyadic Dyadic::operator*(const Dyadic& other) const {
  if (is_zero() || other.is_zero()) return {};
  const unsigned width = mantissa_.getBitWidth() + other.mantissa_.getBitWidth();
  return {mantissa_.sext(width) * other.mantissa_.sext(width), exponent_ + other.exponent_};
}

std::string Dyadic::text() const {
  llvm::SmallString<32> digits;
  mantissa_.toString(digits, 36, true);
  return fmt::format("{}e{}", std::string_view(digits.data(), digits.size()), exponent_);
}

Polynomial::Polynomial(const Dyadic& constant) {
  if (!constant.is_zero()) parts_.push_back({{}, constant});
}

Polynomial Polynomial::unknown(uint32_t id) {
  return product_of({{id, 1}}, Dyadic::of(1));
}

Polynomial Polynomial::product_of(Monomial monomial, const Dyadic& coefficient) {
  Polynomial made;
  if (!coefficient.is_zero()) made.parts_.push_back({std::move(monomial), coefficient});
  return made;
}

Dyadic Polynomial::constant() const {
  return parts_.empty() ? Dyadic() : parts_[0].coefficient;
}

bool Polynomial::too_long() const {
  return std::ranges::any_of(parts_, [](const Part& p) { return p.coefficient.too_long(); });
}

Polynomial Polynomial::operator+(const Polynomial& other) const {
  Polynomial sum;
  auto a = parts_.begin(), b = other.parts_.begin();
  while (a != parts_.end() || b != other.parts_.end()) {
    if (b == other.parts_.end() || (a != parts_.end() && a->monomial < b->monomial)) {
      sum.parts_.push_back(*a++);
    } else if (a == parts_.end() || b->monomial < a->monomial) {
      sum.parts_.push_back(*b++);
    } else {
      const Dyadic both = a->coefficient + b->coefficient;
      if (!both.is_zero()) sum.parts_.push_back({a->monomial, both});
      ++a, ++b;
    }
  }
  return sum;
}

Polynomial Polynomial::operator*(const Polynomial& other) const {
  std::map<Monomial, Dyadic> all;
  for (const Part& a : parts_)
    for (const Part& b : other.parts_) {
      Monomial product;
      auto x = a.monomial.begin(), y = b.monomial.begin();
      while (x != a.monomial.end() || y != b.monomial.end()) {
        if (y == b.monomial.end() || (x != a.monomial.end() && x->first < y->first)) {
          product.push_back(*x++);
        } else if (x == a.monomial.end() || y->first < x->first) {
          product.push_back(*y++);
        } else {
          if (x->second + y->second != 0) product.emplace_back(x->first, x->second + y->second);
          ++x, ++y;
        }
      }
      Dyadic& coefficient = all[std::move(product)];
      coefficient = coefficient + a.coefficient * b.coefficient;
    }
  Polynomial made;
  for (auto& [monomial, coefficient] : all)
    if (!coefficient.is_zero()) made.parts_.push_back({monomial, coefficient});
  return made;
}

Polynomial Polynomial::times(const Dyadic& factor) const {
  Polynomial made;
  if (factor.is_zero()) return made;
  for (const Part& p : parts_) made.parts_.push_back({p.monomial, p.coefficient * factor});
  return made;
}

Polynomial Polynomial::negated() const {
  return times(Dyadic::of(-1));
}

std::string Polynomial::text() const {
  std::string all;
  for (const Part& p : parts_) {
    all += p.coefficient.text();
    for (const auto& [unknown, exponent] : p.monomial) all += fmt::format("*{}^{}", unknown, exponent);
    all += '+';
  }
  return all;
}

}  // namespace portolan::proof
