#include "gpu/lifting/shape.h"

#include <fmt/format.h>

#include <cctype>

namespace portolan::lifting {

// Words of the specification language.
std::string safe_name(const std::string& name) {
  static const std::set<std::string> kTaken = {
      "in",  "out",    "if",    "then",  "else",   "let",    "match", "sum",   "max",    "min",
      "and", "or",     "not",   "any",   "all",    "count",  "exp",   "sin",   "cos",    "sqrt",
      "abs", "size",   "input", "value", "output", "spec",   "here",  "floor", "ceil",   "bits",
      "fma", "number", "names", "note",  "source", "within", "log2",  "times", "follow", "function"};
  return kTaken.contains(name) ? name + "_" : name;
}

bool is_lifted(manifest::Element e) {
  return e.is_float() || e.bytes <= 4;
}

// The name of a type in specifications.
std::string type_name(manifest::Element e) {
  if (e.is_float()) return std::string(manifest::to_string(e));
  return fmt::format("{}{}", e.kind == manifest::Element::is_signed ? 's' : 'u', 8 * e.bytes);
}

ir::FloatFormat format_of(manifest::Element e) {
  if (e.kind == manifest::Element::brain) return ir::FloatFormat::bf16;
  if (e.kind != manifest::Element::floating) return ir::FloatFormat::none;
  return e.bytes == 2 ? ir::FloatFormat::f16 : e.bytes == 4 ? ir::FloatFormat::f32 : ir::FloatFormat::f64;
}

// The factors of a count such as "m * k" or "(n / 2) * divide_up(m, b)", but for ones.
std::vector<std::string> factors(const std::string& text) {
  std::vector<std::string> all;
  std::string word;
  int depth = 0;
  for (char c : text + "*") {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != '*' || depth != 0) {
      if (c != ' ' || depth != 0) word += c;
      continue;
    }
    if (word != "1") all.push_back(word);
    word.clear();
  }
  // What binds weaker than a product is one factor.
  for (const std::string& one : all)
    if (one[0] != '(' && one.find_first_of("+-/%") != std::string::npos && !one.starts_with("divide_up("))
      return {text};
  return all;
}

std::vector<std::string> one_row(const std::vector<std::string>& factors) {
  if (factors.size() < 2) return factors;
  std::string text;
  for (const std::string& one : factors) text += (text.empty() ? "(" : " * (") + one + ")";
  return {text};
}

std::vector<std::string> shared_square(const std::vector<std::string>& factors) {
  if (factors.size() != 3 || factors[2].find_first_not_of("0123456789") != std::string::npos) return factors;
  for (int64_t side = 2; side <= 64; ++side)
    if (std::to_string(side * side) == factors[2])
      return {fmt::format("({}) * {}", factors[0], side), fmt::format("({}) * {}", factors[1], side)};
  return factors;
}

// A factor in the language of specifications, with the names of sizes made safe; `names` gets these. No value: it can't
// be said there.
std::optional<std::string> extent_text(const std::string& factor, const manifest::Sizes& sizes,
                                       std::set<std::string>& names) {
  if (factor.starts_with("divide_up(")) {
    const size_t comma = factor.find(',');
    if (comma == std::string::npos || factor.find('(', 10) != std::string::npos) return std::nullopt;
    const auto a = extent_text(factor.substr(10, comma - 10), sizes, names);
    const auto b = extent_text(factor.substr(comma + 1, factor.size() - comma - 2), sizes, names);
    if (!a || !b) return std::nullopt;
    return fmt::format("(({} + {} - 1) / {})", *a, *b, *b);
  }
  std::string result, word;
  for (char c : factor + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    if (!word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) == 0) {
      if (!sizes.contains(word)) return std::nullopt;
      names.insert(word);
      word = safe_name(word);
    }
    result += word;
    word.clear();
    if (c == ',' || c == '%') return std::nullopt;
    if (c != ' ') result += c;
  }
  return result;
}

}  // namespace portolan::lifting
