#include "gpu/lifting/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

namespace portolan::lifting {

using Kind = Expression::Kind;

std::optional<std::string> whole_number(const std::vector<SizeValues>& sizes, const std::vector<int64_t>& values) {
  constexpr int64_t kLeastSize = 5;  // below that it is hardly one
  if (std::ranges::all_of(values, [&](int64_t v) { return v == values[0]; })) {
    // A size that was the same each time is what the number follows; tests at other sizes tell if it doesn't.
    for (const auto& [name, first] : sizes[0])
      if (first == values[0] && first >= kLeastSize &&
          std::ranges::all_of(sizes, [&](const SizeValues& one) { return one.at(name) == values[0]; }))
        return name;
    return fmt::format("{}", values[0]);
  }
  for (const auto& [name, first] : sizes[0]) {
    const auto all = [&](auto&& holds) {
      for (size_t n = 0; n < values.size(); ++n)
        if (!holds(values[n], sizes[n].at(name))) return false;
      return true;
    };
    if (all([](int64_t v, int64_t s) { return v == s; })) return name;
    const int64_t more = values[0] - first;
    if (std::abs(more) <= 16 && all([&](int64_t v, int64_t s) { return v == s + more; }))
      return fmt::format("{} {} {}", name, more < 0 ? "-" : "+", std::abs(more));
    constexpr int64_t kMostFactor = 64;
    const int64_t times = first != 0 ? values[0] / first : 0;
    if (2 <= times && times <= kMostFactor && all([&](int64_t v, int64_t s) { return v == s * times; }))
      return fmt::format("{} * {}", times, name);
    for (int64_t factor = 2; factor <= 4; ++factor) {
      if (all([&](int64_t v, int64_t s) { return v == s / factor; })) return fmt::format("{} / {}", name, factor);
    }
  }
  return std::nullopt;
}

std::optional<std::string> real_number(const std::vector<SizeValues>& sizes, const std::vector<double>& values,
                                       const std::string& type) {
  const auto text = [](double v) {
    std::string t = fmt::format("{}", v);
    if (t.find_first_of(".en") == std::string::npos) t += ".0";
    if (t.find('e') != std::string::npos) t = fmt::format("{:.20f}", v);
    return t;
  };
  const auto near = [](double a, double b) { return std::fabs(a - b) <= 2e-7 * std::fabs(b); };
  if (std::ranges::all_of(values, [&](double v) { return near(v, values[0]); })) return text(values[0]);
  for (const auto& [name, first] : sizes[0]) {
    const auto is = [&](auto&& f) {
      const double factor = values[0] / f(static_cast<double>(first));
      for (size_t n = 0; n < values.size(); ++n)
        if (!near(values[n], factor * f(static_cast<double>(sizes[n].at(name))))) return 0.0;
      return factor;
    };
    if (const double c = is([](double s) { return 1 / s; }); c != 0)
      return fmt::format("({} / {}({}))", text(c), type, name);
    if (const double c = is([](double s) { return 1 / std::sqrt(s); }); c != 0)
      return fmt::format("({} / sqrt({}({})))", text(c), type, name);
    if (const double c = is([](double s) { return s; }); c != 0)
      return fmt::format("({} * {}({}))", text(c), type, name);
  }
  return std::nullopt;
}

namespace {

// A part of an index as a text.
std::string text_of(const Digit& digit) {
  std::string text = fmt::format("i{}", digit.dimension);
  if (digit.divisor != 1) text = fmt::format("({} / {})", text, digit.divisor);
  if (digit.modulus != 0) text = fmt::format("({} % {})", text, digit.modulus);
  return text;
}

bool is_split(const Fit& fit) {
  return std::ranges::any_of(fit.digits, [](const Digit& digit) { return digit.divisor != 1 || digit.modulus != 0; });
}

// Why there is no formula.
template <class T>
std::string not_of_sizes(const char* what, const std::vector<SizeValues>& sizes, const std::vector<T>& values) {
  std::string text = what;
  for (size_t n = 0; n < 2 && n < values.size(); ++n) {
    text += fmt::format("{} {} for", n == 0 ? " is" : " and", values[n]);
    for (const auto& [name, value] : sizes[n]) text += fmt::format(" {}={}", name, value);
  }
  return text + ", which no multiple of one size or sum with it gives";
}

class Printer {
 public:
  Printer(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits, const std::vector<Tensor>& arguments,
          const Tensor& result)
      : sizes_(sizes), fits_(fits), arguments_(arguments), result_(result) {}

  std::string values;  // tensors on the way
  std::string why;

  std::string text(const Expression& e) {
    // What is whole becomes real as one number: in f32 its parts may not be what they are.
    if (real_ && real_type_ != "f64" && e.kind != Kind::number && e.kind != Kind::function && is_whole(e))
      return fmt::format("{}({})", real_type_, as(false, e));
    switch (e.kind) {
      case Kind::number:
        return next_number();
      case Kind::element: {
        std::vector<std::string> indices;
        for (size_t n = 0; n < e.index.size(); ++n) indices.push_back(next_place());
        const Tensor& t = arguments_[e.tensor];
        std::string element = indices.empty() ? t.name : fmt::format("{}[{}]", t.name, fmt::join(indices, ", "));
        if (real_) element = fmt::format("{}({})", real_type_, element);
        if (!fits_[0].padded) return element;
        std::string inside;
        for (size_t n = 0; n < indices.size(); ++n)
          if (indices[n].find_first_of("+-*") != std::string::npos)
            inside += fmt::format("{}0 <= {} and {} < {}", inside.empty() ? "" : " and ", indices[n], indices[n],
                                  t.extents[n]);
        return inside.empty() ? element : fmt::format("(if {} then {} else {})", inside, element, real_ ? "0.0" : "0");
      }
      case Kind::reduction:
        return reduction(e);
      case Kind::place: {
        const std::string whole = next_place();
        return real_ ? fmt::format("{}({})", real_type_, whole) : fmt::format("({})", whole);
      }
      case Kind::field:
        return field(e);
      case Kind::compare: {
        const std::string left = as(e.real, *e.parts[0]), right = as(e.real, *e.parts[1]);
        return fmt::format("({} {} {})", left, e.name, right);
      }
      case Kind::logic:
        return logic(e);
      case Kind::choice: {
        // A number alone would be of f64.
        const auto way = [&](const Expression& part) {
          const bool alone = part.kind == Kind::number && real_ && real_type_ != "f64";
          return alone ? fmt::format("{}({})", real_type_, text(part)) : text(part);
        };
        const std::string condition = text(*e.parts[0]), yes = way(*e.parts[1]), no = way(*e.parts[2]);
        return fmt::format("(if {} then {} else {})", condition, yes, no);
      }
      case Kind::inverse:
        return fmt::format("(1.0 / {})", text(*e.parts[0]));
      case Kind::function:
        if (e.name == "round_away") return rounded(e);
        if (e.name == "div_zero") return quotient(e);
        if (const size_t dot = e.name.find('.'); dot != std::string::npos) return made_whole(e, dot);
        return fmt::format("{}({})", e.name, text(*e.parts[0]));
      case Kind::product:
        return product(e);
      case Kind::maximum:
        if (!real_) return limited(e);
        [[fallthrough]];
      default: {
        std::vector<std::string> parts;
        for (const ExpressionPtr& part : e.parts) parts.push_back(text(*part));
        if (e.kind == Kind::sum) return fmt::format("({})", fmt::join(parts, " + "));
        return fmt::format("{}({})", e.kind == Kind::maximum ? "max" : "min", fmt::join(parts, ", "));
      }
    }
  }

 private:
  std::string as(bool real, const Expression& e) {
    const bool outer = std::exchange(real_, real);
    std::string result = text(e);
    real_ = outer;
    return result;
  }

  // Bits of a whole number.
  std::string field(const Expression& e) {
    const std::string low = next_place(), word = as(false, *e.parts[0]);
    // Of a number that was computed: what a register of so many bits holds of it.
    const bool computed = e.parts[0]->kind != Kind::element && e.extent.terms.empty();
    const int64_t all = e.extent.constant + e.variable <= 32 ? 32 : 64;
    std::string bits = fmt::format("{} >> ({})", word, low);
    if (computed) bits = e.extent.constant == 0 ? word : fmt::format("s{}.wrap({}) >> {}", all, word, low);
    if (computed && e.extent.constant > 0 && !e.real && e.extent.constant + e.variable == all)
      bits = fmt::format("({})", bits);
    else
      bits = fmt::format("{}{}.wrap({})", e.real ? 'u' : 's', e.variable, bits);
    return real_ ? fmt::format("{}({})", real_type_, bits) : bits;
  }

  // Whole numbers, toward zero.
  std::string quotient(const Expression& e) {
    const bool outer = std::exchange(real_, false);
    const std::string x = text(*e.parts[0]), by = next_number();
    real_ = outer;
    const std::string whole = fmt::format("div_zero({}, {})", x, by);
    return real_ ? fmt::format("{}({})", real_type_, whole) : whole;
  }

  // A real number made a whole one, in the format that its name ends with.
  std::string made_whole(const Expression& e, size_t dot) {
    const std::string type = std::exchange(real_type_, e.name.substr(dot + 1));
    const std::string whole = fmt::format("{}({})", e.name.substr(0, dot), as(true, *e.parts[0]));
    real_type_ = type;
    return real_ ? fmt::format("{}({})", real_type_, whole) : whole;
  }

  // A whole number that is not below this, nor above that: saturated, if these are the limits of a format.
  std::string limited(const Expression& e) {
    std::vector<std::string> parts, inner;
    std::string lowest, highest;
    for (const ExpressionPtr& part : e.parts) {
      if (part->kind == Kind::number) {
        parts.push_back(lowest = next_number());
      } else if (part->kind == Kind::minimum && inner.empty()) {
        for (const ExpressionPtr& one : part->parts) {
          std::string text_of_one = one->kind == Kind::number ? next_number() : text(*one);
          if (one->kind == Kind::number)
            highest = text_of_one;
          else
            inner.push_back(text_of_one);
        }
        parts.emplace_back();
      } else {
        parts.push_back(text(*part));
      }
    }
    const std::string within = inner.size() == 1 ? inner[0] : fmt::format("min({})", fmt::join(inner, ", "));
    if (e.parts.size() == 2 && !lowest.empty())
      for (const auto& [format, least, most] : {std::tuple("s8", "-128", "127"),
                                                {"u8", "0", "255"},
                                                {"s16", "-32768", "32767"},
                                                {"u16", "0", "65535"},
                                                {"s32", "-2147483648", "2147483647"}}) {
        if (highest != most || (lowest != least && (lowest != "0" || inner.empty()))) continue;
        const std::string saturated = fmt::format("{}.saturate({})", format, within);
        return lowest == least ? saturated : fmt::format("max({}, {})", saturated, lowest);
      }
    if (!highest.empty()) inner.push_back(highest);
    for (std::string& part : parts)
      if (part.empty()) part = fmt::format("min({})", fmt::join(inner, ", "));
    return fmt::format("max({})", fmt::join(parts, ", "));
  }

  std::string logic(const Expression& e) {
    if (e.name == "not") return fmt::format("(not {})", text(*e.parts[0]));
    std::vector<std::string> parts;
    for (const ExpressionPtr& part : e.parts) parts.push_back(text(*part));
    return fmt::format("({})", fmt::join(parts, " " + e.name + " "));
  }

  // To the nearest whole number, halves away from zero.
  std::string rounded(const Expression& e) {
    const std::string x = as(true, *e.parts[0]);
    const std::string whole = fmt::format("(if {0} < 0.0 then ceil({0} - 0.5) else floor({0} + 0.5))", x);
    return real_ ? fmt::format("{}({})", real_type_, whole) : whole;
  }

  // Quotients are written as such.
  std::string product(const Expression& e) {
    std::string above, below;
    for (const ExpressionPtr& part : e.parts) {
      std::string& side = part->kind == Kind::inverse ? below : above;
      side += (side.empty() ? "" : " * ") + text(part->kind == Kind::inverse ? *part->parts[0] : *part);
    }
    if (above.empty()) above = "1.0";
    return below.empty() ? fmt::format("({})", above) : fmt::format("({} / ({}))", above, below);
  }

  // What depends on no other reduction is a tensor of its own, over the result's indices that it depends on.
  std::string reduction(const Expression& e) {
    const std::set<int> free = free_variables(e, place_);
    const std::string end = next_place();
    // Nor for elements that are computed otherwise: its places may lie outside there.
    if (e.name == "any" || e.name == "all" || fits_[0].outside || is_split(fits_[0]) ||
        std::ranges::any_of(free, [](int v) { return v >= kReductions; }))
      return fmt::format("({}({} in 0 .. {}) {})", e.name, variable(e.variable), end, text(*e.parts[0]));
    std::string indices, bounds;
    for (int v : free) {
      indices += fmt::format("{}{}", indices.empty() ? "" : ", ", variable(v));
      bounds += fmt::format("{}{} in 0 .. {}", bounds.empty() ? "" : ", ", variable(v),
                            result_.extents[static_cast<size_t>(v)]);
    }
    const std::string right = fmt::format("{}({} in 0 .. {}) {}", e.name, variable(e.variable), end, text(*e.parts[0]));
    const std::string left = bounds.empty() ? "" : fmt::format("[{}]", bounds);
    std::string& name = known_[left + right + (real_ ? real_type_ : "")];
    if (name.empty()) {
      name = fmt::format("{}_r{}", result_.name, known_.size() - 1);
      values += real_ ? fmt::format("value {}{} : {} = {}\n", name, left, real_type_, right)
                      : fmt::format("value {}{} : s32 = s32.wrap({})\n", name, left, right);
    }
    return indices.empty() ? name : fmt::format("{}[{}]", name, indices);
  }

  // Variables that places of `e` name, beginning with number `at`, other than those bound within.
  std::set<int> free_variables(const Expression& e, size_t at) const {
    std::vector<Affine> inner;
    (void)form_of(e, inner, nullptr);
    std::set<int> found, bound;
    bind(e, bound);
    for (size_t n = 0; n < inner.size(); ++n)
      for (const Fit& fit : fits_)
        for (const auto& [v, step] : fit.places[at + n].terms)
          if (!bound.contains(v)) found.insert(v);
    return found;
  }
  static void bind(const Expression& e, std::set<int>& bound) {
    if (e.kind == Kind::reduction) bound.insert(e.variable);
    for (const ExpressionPtr& part : e.parts) bind(*part, bound);
  }

  std::string variable(int v) const {
    return v < kReductions ? text_of(fits_[0].digits[static_cast<size_t>(v)]) : fmt::format("k{}", v - kReductions);
  }

  std::string next_number() {
    std::vector<double> all;
    for (const Fit& fit : fits_) all.push_back(fit.numbers[number_]);
    ++number_;
    const auto found = real_ ? real_number(sizes_, all, real_type_) : whole_number(sizes_, {all.begin(), all.end()});
    if (!found) why = not_of_sizes("a number in it", sizes_, all);
    return found.value_or("0.0");
  }

  std::string next_place() {
    const size_t p = place_++;
    std::string text;
    const std::vector<Affine> places = places_of(p);
    // Of the launches for which `has` holds: an index of one element only makes no difference.
    const auto whole = [&](auto&& pick, auto&& has) {
      std::vector<int64_t> all;
      std::vector<SizeValues> of;
      for (size_t n = 0; n < fits_.size(); ++n)
        if (has(places[n])) all.push_back(pick(places[n])), of.push_back(sizes_[n]);
      auto found = whole_number(of, all);
      if (!found && std::ranges::all_of(all, [](int64_t v) { return v < 0; })) {
        for (int64_t& v : all) v = -v;
        if ((found = whole_number(of, all))) found = fmt::format("0 - ({})", *found);
      }
      if (!found) why = not_of_sizes("a place or bound in it", of, all);
      return found.value_or("0");
    };
    std::set<int> variables;
    for (const Affine& place : places)
      for (const auto& [v, step] : place.terms) variables.insert(v);
    for (int v : variables) {
      const std::string factor =
          whole([v](const Affine& a) { return a.terms.at(v); }, [v](const Affine& a) { return a.terms.contains(v); });
      text +=
          (text.empty() ? "" : " + ") + (factor == "1" ? variable(v) : fmt::format("({}) * {}", factor, variable(v)));
    }
    const std::string constant = whole([](const Affine& a) { return a.constant; }, [](const Affine&) { return true; });
    const bool limited = places[0].most != INT64_MAX;
    if (text.empty())
      text = constant;
    else if (constant.starts_with('-'))
      text = fmt::format("{} - {}", text, constant.substr(1));
    else if (constant != "0")
      text = fmt::format("{} + {}", text, constant);
    if (!limited) return text;
    return fmt::format("min({}, {})", whole([](const Affine& a) { return a.most; }, [](const Affine&) { return true; }),
                       text);
  }

  // Of all launches. What is limited in some is in all: where nothing is ragged the end comes after the last whole
  // part.
  std::vector<Affine> places_of(size_t p) const {
    std::vector<Affine> all;
    const Affine* limited = nullptr;
    for (const Fit& fit : fits_) {
      all.push_back(fit.places[p]);
      if (fit.places[p].most != INT64_MAX) limited = &fit.places[p];
    }
    if (!limited) return all;
    const int digit = limited->terms.begin()->first;
    for (size_t n = 0; n < all.size(); ++n) {
      if (all[n].most != INT64_MAX || !all[n].terms.empty()) continue;
      all[n].most = all[n].constant;
      all[n].terms[digit] = -all[n].most;
      all[n].constant *= fits_[n].lengths[static_cast<size_t>(digit)];
    }
    return all;
  }

  const std::vector<SizeValues>& sizes_;
  const std::vector<Fit>& fits_;
  const std::vector<Tensor>& arguments_;
  const Tensor& result_;
  size_t place_ = 0, number_ = 0;
  bool real_ = result_.real;  // what is being written is a real number
  std::string real_type_ = "f64";
  std::map<std::string, std::string> known_;
};

}  // namespace

namespace {

// The fits of a result as one text; `values`: tensors on the way.
std::optional<std::string> right_side(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits,
                                      const std::vector<Tensor>& arguments, const Tensor& result, std::string& values,
                                      std::string& why) {
  for (const Fit& fit : fits)
    if (fit.form != fits[0].form || fit.places.size() != fits[0].places.size() || fit.digits != fits[0].digits) {
      why =
          fmt::format("for other sizes the result is another expression: {:.100} and {:.100}", fits[0].form, fit.form);
      return std::nullopt;
    }
  Printer printer(sizes, fits, arguments, result);
  const std::string right = printer.text(*fits[0].expression);
  values += printer.values;
  if (printer.why.empty()) return right;
  why = printer.why;
  return std::nullopt;
}

// Whether an element is within the bounds of the first.
std::optional<std::string> within_box(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits,
                                      std::string& why) {
  std::string text;
  for (size_t d = 0; d < fits[0].box.size(); ++d) {
    std::vector<int64_t> low, high;
    bool all = true;
    for (const Fit& fit : fits) {
      if (fit.box.size() != fits[0].box.size()) return std::nullopt;
      low.push_back(fit.box[d].first), high.push_back(fit.box[d].second);
      all &= low.back() == 0 && high.back() == fit.lengths[d];
    }
    if (all) continue;
    const auto from = whole_number(sizes, low), to = whole_number(sizes, high);
    if (!from || !to) {
      why = "where the result is computed otherwise doesn't follow from the sizes";
      return std::nullopt;
    }
    const std::string index = text_of(fits[0].digits[d]);
    text += fmt::format("{}{} <= {} and {} < {}", text.empty() ? "" : " and ", *from, index, index, *to);
  }
  return text;
}

}  // namespace

std::optional<std::string> equations(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits,
                                     const std::vector<Tensor>& arguments, const Tensor& result, double within,
                                     std::string& why) {
  std::string values;
  auto right = right_side(sizes, fits, arguments, result, values, why);
  if (!right) return std::nullopt;
  if (fits[0].outside) {
    std::vector<Fit> outside;
    for (const Fit& fit : fits) {
      if (!fit.outside) return std::nullopt;
      outside.push_back(*fit.outside);
    }
    const auto inside = within_box(sizes, fits, why);
    const auto other = right_side(sizes, outside, arguments, result, values, why);
    if (!inside || !other) return std::nullopt;
    right = fmt::format("if {} then {} else {}", *inside, *right, *other);
  }
  std::string indices;
  for (size_t d = 0; d < result.extents.size(); ++d)
    indices += fmt::format("{}i{} in 0 .. {}", d == 0 ? "" : ", ", d, result.extents[d]);
  const std::string left =
      fmt::format("{}output {}{}", values, result.name, indices.empty() ? "" : "[" + indices + "]");
  if (!result.real && right->starts_with(result.type + ".saturate(") && !fits[0].outside &&
      right->find(')') == right->find_last_not_of(')') + 1)
    return fmt::format("{} : {} = {}\n", left, result.type, *right);
  if (!result.real) return fmt::format("{} : {} = {}.wrap({})\n", left, result.type, result.type, *right);
  return fmt::format("{} : f64 = {} within {}\n", left, *right, within);
}

}  // namespace portolan::lifting
