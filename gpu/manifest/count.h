// Whole numbers that host code computes, as formulas of named sizes (expression.h reads them) in a normal form: what is
// multiplied by an element's size and divided by it again is the number of elements. Sizes are taken to be at least 0.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace portolan::manifest {

class Count {
 public:
  Count(int64_t constant = 0) {
    if (constant != 0) terms_[{}] = constant;
  }
  static Count named(const std::string& size) { return atom({size, {size}, {}, true, {}}); }

  std::optional<int64_t> constant() const;
  // A sum of at least one unknown, and false where a coefficient became too large.
  bool valid() const { return valid_; }
  std::set<std::string> sizes() const;
  // Sizes that are divided by a number: host code that rounds down means multiples of it.
  std::map<std::string, int64_t> divided() const;
  std::string text() const;

  Count operator+(const Count& other) const;
  Count operator-(const Count& other) const { return *this + other * Count(-1); }
  Count operator*(const Count& other) const;
  bool operator==(const Count& other) const { return valid_ == other.valid_ && terms_ == other.terms_; }
  static Count quotient(const Count& a, const Count& b);  // rounds down
  static Count quotient_up(const Count& a, const Count& b) { return quotient(a + b - Count(1), b); }
  static Count remainder(const Count& a, const Count& b);
  static Count least(const Count& a, const Count& b) { return extreme(a, b, false); }
  static Count greatest(const Count& a, const Count& b) { return extreme(a, b, true); }

 private:
  // A size, or what is no sum and no product: its text is its identity.
  struct Atom {
    std::string text;
    std::set<std::string> sizes;
    std::map<std::string, int64_t> divided;
    bool not_negative = false;
    std::vector<Count> extremes;  // of max and min: both, so that they can be divided
    bool operator<(const Atom& other) const { return text < other.text; }
    bool operator==(const Atom& other) const { return text == other.text; }
  };
  using Product = std::vector<Atom>;  // sorted

  static Count atom(Atom a);
  static Count extreme(const Count& a, const Count& b, bool greatest);
  static std::optional<Count> cancelled(const Count& a, const Count& b);
  Atom made_of(std::string text, const Count& other) const;
  bool not_negative() const;
  std::string operand() const;

  std::map<Product, int64_t> terms_;
  bool valid_ = true;
};

}  // namespace portolan::manifest
