#include "gpu/manifest/count.h"

#include <algorithm>

namespace portolan::manifest {
namespace {

bool has_outer_parentheses(const std::string& text) {
  return text.starts_with('(') && text.ends_with(')');
}

}  // namespace

Count Count::atom(Atom a) {
  Count c;
  c.terms_[{std::move(a)}] = 1;
  return c;
}

std::optional<int64_t> Count::constant() const {
  if (!valid_) return std::nullopt;
  if (terms_.empty()) return 0;
  if (terms_.size() == 1 && terms_.begin()->first.empty()) return terms_.begin()->second;
  return std::nullopt;
}

std::set<std::string> Count::sizes() const {
  std::set<std::string> all;
  for (const auto& [product, factor] : terms_)
    for (const Atom& a : product) all.insert(a.sizes.begin(), a.sizes.end());
  return all;
}

std::map<std::string, int64_t> Count::divided() const {
  std::map<std::string, int64_t> all;
  for (const auto& [product, factor] : terms_)
    for (const Atom& a : product)
      for (const auto& [size, by] : a.divided) all[size] = std::max(all[size], by);
  return all;
}

bool Count::not_negative() const {
  return std::all_of(terms_.begin(), terms_.end(), [](const auto& term) {
    return term.second >= 0 &&
           std::all_of(term.first.begin(), term.first.end(), [](const Atom& a) { return a.not_negative; });
  });
}

Count Count::operator+(const Count& other) const {
  Count sum = *this;
  sum.valid_ = valid_ && other.valid_;
  for (const auto& [product, factor] : other.terms_) {
    int64_t& to = sum.terms_[product];
    if (__builtin_add_overflow(to, factor, &to)) sum.valid_ = false;
    if (to == 0) sum.terms_.erase(product);
  }
  return sum;
}

Count Count::operator*(const Count& other) const {
  Count all;
  all.valid_ = valid_ && other.valid_;
  for (const auto& [a, by_a] : terms_)
    for (const auto& [b, by_b] : other.terms_) {
      Count one;
      Product product = a;
      product.insert(product.end(), b.begin(), b.end());
      std::sort(product.begin(), product.end());
      int64_t factor = 0;
      if (__builtin_mul_overflow(by_a, by_b, &factor)) all.valid_ = false;
      one.terms_[product] = factor;
      all = all + one;
    }
  return all;
}

Count::Atom Count::made_of(std::string text, const Count& other) const {
  Atom a{std::move(text), sizes(), divided(), not_negative() && other.not_negative(), {}};
  a.sizes.merge(other.sizes());
  a.divided.merge(other.divided());
  return a;
}

// Without a remainder, whatever the sizes are: every product of `a` holds `b`'s.
std::optional<Count> Count::cancelled(const Count& a, const Count& b) {
  if (b.terms_.size() != 1) return std::nullopt;
  const auto& [divisor, by] = *b.terms_.begin();
  Count result;
  for (const auto& [product, factor] : a.terms_) {
    if (factor % by != 0 || !std::includes(product.begin(), product.end(), divisor.begin(), divisor.end()))
      return std::nullopt;
    Product rest;
    std::set_difference(product.begin(), product.end(), divisor.begin(), divisor.end(), std::back_inserter(rest));
    result.terms_[rest] = factor / by;
  }
  return result;
}

Count Count::quotient(const Count& a, const Count& b) {
  Count failed;
  failed.valid_ = false;
  const auto by = b.constant();
  if (!a.valid_ || !b.valid_ || (by && *by <= 0)) return failed;
  if (const auto number = a.constant(); number && by) return Count(*number / *by - (*number % *by < 0 ? 1 : 0));
  if (const auto exact = cancelled(a, b)) return *exact;
  if (a.terms_.size() == 1 && a.terms_.begin()->second == 1 && a.terms_.begin()->first.size() == 1 && by)
    if (const Atom& only = a.terms_.begin()->first[0]; !only.extremes.empty())
      return extreme(quotient(only.extremes[0], b), quotient(only.extremes[1], b), only.text.starts_with("max"));
  // (p + b - 1) / b for every p.
  const Count up = a - b + Count(1);
  if (up.valid_ && up.terms_.size() < a.terms_.size()) {
    if (const auto exact = cancelled(up, b)) return *exact;
    Atom made = a.made_of("divide_up(" + up.text() + ", " + b.text() + ")", b);
    made.not_negative = up.not_negative() && b.not_negative();
    return atom(std::move(made));
  }
  Atom made = a.made_of("(" + a.operand() + " / " + b.operand() + ")", b);
  if (by)
    for (const std::string& size : a.sizes()) made.divided[size] = std::max(made.divided[size], *by);
  return atom(std::move(made));
}

Count Count::remainder(const Count& a, const Count& b) {
  const auto number = a.constant(), by = b.constant();
  if (number && by && *number >= 0 && *by > 0) return Count(*number % *by);
  Count made = atom(a.made_of("(" + a.operand() + " % " + b.operand() + ")", b));
  made.valid_ = a.valid_ && b.valid_ && (!by || *by > 0);
  return made;
}

Count Count::extreme(const Count& a, const Count& b, bool greatest) {
  if (a == b || !b.valid_) return b;
  if (!a.valid_) return a;
  const auto x = a.constant(), y = b.constant();
  if (x && y) return Count(greatest ? std::max(*x, *y) : std::min(*x, *y));
  if (x && *x <= 0 && b.not_negative()) return greatest ? b : a;
  if (y && *y <= 0 && a.not_negative()) return greatest ? a : b;
  Atom made = a.made_of((greatest ? "max(" : "min(") + a.text() + ", " + b.text() + ")", b);
  made.extremes = {a, b};
  return atom(std::move(made));
}

std::string Count::text() const {
  if (terms_.empty()) return "0";
  std::string sum;
  // What is subtracted goes behind, and a number last of all.
  for (const bool negative : {false, true})
    for (const bool number : {false, true})
      for (const auto& [product, factor] : terms_) {
        if (product.empty() != number || (factor < 0) != negative) continue;
        std::string one;
        if (product.empty() || (factor != 1 && factor != -1)) one = std::to_string(factor);
        if (one.starts_with('-') && !sum.empty()) one = one.substr(1);
        for (const Atom& a : product) one += (one.empty() ? "" : " * ") + a.text;
        if (negative && (sum.empty() ? factor == -1 && !product.empty() : true))
          sum += sum.empty() ? "-" : " - ";
        else if (!sum.empty())
          sum += " + ";
        sum += one;
      }
  // Alone it needs no parentheses of its own.
  if (terms_.size() == 1 && terms_.begin()->first.size() == 1 && terms_.begin()->second == 1 &&
      has_outer_parentheses(sum))
    sum = sum.substr(1, sum.size() - 2);
  return sum;
}

std::string Count::operand() const {
  const bool one_word =
      terms_.empty() ||
      (terms_.size() == 1 && terms_.begin()->second >= 0 &&
       (terms_.begin()->first.empty() || (terms_.begin()->first.size() == 1 && terms_.begin()->second == 1)));
  if (!one_word) return "(" + text() + ")";
  return terms_.empty() || terms_.begin()->first.empty() ? text() : terms_.begin()->first[0].text;
}

}  // namespace portolan::manifest
