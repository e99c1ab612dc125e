#include "gpu/lifting/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace portolan::lifting {

using Kind = Expression::Kind;

namespace {

// Elements by number, row by row, that are computed alike.
struct Group {
  std::vector<size_t> elements;
  std::vector<std::vector<Affine>> places;
};

class Fitter {
 public:
  Fitter(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements, std::string& why)
      : extents_(extents), elements_(elements), why_(why), strides_(extents.size(), 1) {
    for (size_t d = extents.size(); d-- > 1;) strides_[d - 1] = strides_[d] * static_cast<size_t>(extents[d]);
  }

  std::optional<Fit> run() {
    if (auto fit = by_form(false)) return fit;
    return by_form(true);
  }

 private:
  // How far reductions run, with `extents` also part of the form: at borders some have fewer parts.
  std::optional<Fit> by_form(bool extents) {
    std::map<std::string, Group> groups;
    for (size_t n = 0; n < elements_.size(); ++n) {
      std::vector<Affine> places;
      std::string form = form_of(*elements_[n], places, nullptr);
      if (extents) add_extents(*elements_[n], form);
      Group& group = groups[form];
      group.elements.push_back(n);
      group.places.push_back(std::move(places));
    }
    // Of as many, those with most parts: the others are at a border.
    const auto largest = std::ranges::max_element(groups, {}, [&](const auto& g) {
      return std::pair(g.second.elements.size(), parts_of(*elements_[g.second.elements[0]]));
    });
    if (groups.size() == 1) return of(largest->second);
    if (groups.size() == 2) {
      for (const bool first : {true, false}) {
        const Group& inner = first ? groups.begin()->second : groups.rbegin()->second;
        const auto box = inner.elements.size() > 1 ? box_of(inner) : std::nullopt;
        auto inside = box ? of(inner) : std::nullopt;
        auto outside = inside ? of(first ? groups.rbegin()->second : groups.begin()->second) : std::nullopt;
        if (!outside) continue;
        inside->box = *box;
        inside->outside = std::make_shared<const Fit>(std::move(*outside));
        return inside;
      }
    }
    auto fit = of(largest->second);
    if (fit) fit->padded = true;
    return fit;
  }

  static int64_t parts_of(const Expression& e) {
    int64_t all = 0;
    for (const ExpressionPtr& part : e.parts) all += parts_of(*part);
    return e.kind == Kind::reduction ? e.extent.constant * std::max<int64_t>(all, 1) : std::max<int64_t>(all, 1);
  }

  static void add_extents(const Expression& e, std::string& form) {
    if (e.kind == Kind::reduction) form += fmt::format(" {}", e.extent.constant);
    for (const ExpressionPtr& part : e.parts) add_extents(*part, form);
  }

  int64_t coordinate(size_t element, size_t d) const {
    return static_cast<int64_t>(element / strides_[d] % static_cast<size_t>(extents_[d]));
  }

  // The bounds of a group that is all elements within them.
  std::optional<std::vector<std::pair<int64_t, int64_t>>> box_of(const Group& group) const {
    std::vector<std::pair<int64_t, int64_t>> box;
    size_t volume = 1;
    for (size_t d = 0; d < extents_.size(); ++d) {
      const auto [low, high] = std::ranges::minmax(group.elements, {}, [&](size_t n) { return coordinate(n, d); });
      box.emplace_back(coordinate(low, d), coordinate(high, d) + 1);
      volume *= static_cast<size_t>(box.back().second - box.back().first);
    }
    return volume == group.elements.size() ? std::optional(box) : std::nullopt;
  }

  std::optional<Fit> of(const Group& group) {
    std::map<size_t, size_t> at;  // an element's number in the group
    for (size_t k = 0; k < group.elements.size(); ++k) at[group.elements[k]] = k;
    // How a place changes from one element to the next, wherever two neighbours are in the group.
    Fit fit;
    fit.places = group.places[0];
    for (size_t p = 0; p < fit.places.size(); ++p) {
      std::vector<int64_t> steps(extents_.size(), 0);
      for (size_t d = 0; d < extents_.size(); ++d)
        for (size_t k = 0; k < group.elements.size(); ++k) {
          const size_t n = group.elements[k];
          if (coordinate(n, d) + 1 >= extents_[d]) continue;
          const auto next = at.find(n + strides_[d]);
          if (next == at.end()) continue;
          steps[d] = group.places[next->second][p].constant - group.places[k][p].constant;
          break;
        }
      int64_t origin = group.places[0][p].constant;
      for (size_t d = 0; d < extents_.size(); ++d) {
        origin -= steps[d] * coordinate(group.elements[0], d);
        if (steps[d] != 0) fit.places[p].terms[static_cast<int>(d)] = steps[d];
      }
      fit.places[p].constant = origin;
      for (size_t k = 0; k < group.elements.size(); ++k) {
        int64_t expected = origin;
        for (size_t d = 0; d < extents_.size(); ++d) expected += steps[d] * coordinate(group.elements[k], d);
        if (group.places[k][p].constant == expected && group.places[k][p].terms == group.places[0][p].terms) continue;
        why_ = fmt::format("a place in element {} of the result is no sum of its indices", group.elements[k]);
        return std::nullopt;
      }
    }
    size_t used = 0;
    fit.expression = with_places(elements_[group.elements[0]], fit.places, used);
    std::vector<Affine> unused;
    fit.form = form_of(*fit.expression, unused, &fit.numbers);
    return fit;
  }

  const std::vector<int64_t>& extents_;
  const std::vector<ExpressionPtr>& elements_;
  std::string& why_;
  std::vector<size_t> strides_;
};

}  // namespace

std::optional<Fit> fit_elements(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements,
                                std::string& why) {
  return Fitter(extents, elements, why).run();
}

std::optional<std::string> whole_number(const std::vector<SizeValues>& sizes, const std::vector<int64_t>& values) {
  if (std::ranges::all_of(values, [&](int64_t v) { return v == values[0]; })) return fmt::format("{}", values[0]);
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
    for (int64_t factor = 2; factor <= 4; ++factor) {
      if (all([&](int64_t v, int64_t s) { return v == s * factor; })) return fmt::format("{} * {}", factor, name);
      if (all([&](int64_t v, int64_t s) { return v == s / factor; })) return fmt::format("{} / {}", name, factor);
    }
  }
  return std::nullopt;
}

std::optional<std::string> real_number(const std::vector<SizeValues>& sizes, const std::vector<double>& values) {
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
      return fmt::format("({} / f64({}))", text(c), name);
    if (const double c = is([](double s) { return 1 / std::sqrt(s); }); c != 0)
      return fmt::format("({} / sqrt(f64({})))", text(c), name);
    if (const double c = is([](double s) { return s; }); c != 0) return fmt::format("({} * f64({}))", text(c), name);
  }
  return std::nullopt;
}

namespace {

class Printer {
 public:
  Printer(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits, const std::vector<Tensor>& arguments,
          const Tensor& result)
      : sizes_(sizes), fits_(fits), arguments_(arguments), result_(result) {}

  std::string values;  // tensors on the way
  std::string why;

  std::string text(const Expression& e) {
    switch (e.kind) {
      case Kind::number:
        return next_number();
      case Kind::element: {
        std::vector<std::string> indices;
        for (size_t n = 0; n < e.index.size(); ++n) indices.push_back(next_place());
        const Tensor& t = arguments_[e.tensor];
        std::string element = indices.empty() ? t.name : fmt::format("{}[{}]", t.name, fmt::join(indices, ", "));
        if (result_.real) element = fmt::format("f64({})", element);
        if (!fits_[0].padded) return element;
        std::string inside;
        for (size_t n = 0; n < indices.size(); ++n)
          if (indices[n].find_first_of("+-*") != std::string::npos)
            inside += fmt::format("{}0 <= {} and {} < {}", inside.empty() ? "" : " and ", indices[n], indices[n],
                                  t.extents[n]);
        return inside.empty() ? element
                              : fmt::format("(if {} then {} else {})", inside, element, result_.real ? "0.0" : "0");
      }
      case Kind::reduction:
        return reduction(e);
      case Kind::inverse:
        return fmt::format("(1.0 / {})", text(*e.parts[0]));
      case Kind::function:
        return fmt::format("{}({})", e.name, text(*e.parts[0]));
      case Kind::product:
        return product(e);
      default: {
        std::vector<std::string> parts;
        for (const ExpressionPtr& part : e.parts) parts.push_back(text(*part));
        if (e.kind == Kind::sum) return fmt::format("({})", fmt::join(parts, " + "));
        return fmt::format("{}({})", e.kind == Kind::maximum ? "max" : "min", fmt::join(parts, ", "));
      }
    }
  }

 private:
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
    if (fits_[0].outside || std::ranges::any_of(free, [](int v) { return v >= kReductions; }))
      return fmt::format("({}({} in 0 .. {}) {})", e.name, variable(e.variable), end, text(*e.parts[0]));
    std::string indices, bounds;
    for (int v : free) {
      indices += fmt::format("{}{}", indices.empty() ? "" : ", ", variable(v));
      bounds += fmt::format("{}{} in 0 .. {}", bounds.empty() ? "" : ", ", variable(v),
                            result_.extents[static_cast<size_t>(v)]);
    }
    const std::string right = fmt::format("{}({} in 0 .. {}) {}", e.name, variable(e.variable), end, text(*e.parts[0]));
    const std::string left = bounds.empty() ? "" : fmt::format("[{}]", bounds);
    std::string& name = known_[left + right];
    if (name.empty()) {
      name = fmt::format("{}_r{}", result_.name, known_.size() - 1);
      values += result_.real ? fmt::format("value {}{} : f64 = {}\n", name, left, right)
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

  static std::string variable(int v) {
    return v < kReductions ? fmt::format("i{}", v) : fmt::format("k{}", v - kReductions);
  }

  std::string next_number() {
    std::vector<double> all;
    for (const Fit& fit : fits_) all.push_back(fit.numbers[number_]);
    ++number_;
    const auto found = result_.real ? real_number(sizes_, all) : whole_number(sizes_, {all.begin(), all.end()});
    if (!found) why = fmt::format("a number is {} for some sizes and {} for others", all[0], all[1]);
    return found.value_or("0.0");
  }

  std::string next_place() {
    const size_t p = place_++;
    std::string text;
    // Of the launches for which `has` holds: an index of one element only makes no difference.
    const auto whole = [&](auto&& pick, auto&& has) {
      std::vector<int64_t> all;
      std::vector<SizeValues> of;
      for (size_t n = 0; n < fits_.size(); ++n)
        if (has(fits_[n].places[p])) all.push_back(pick(fits_[n].places[p])), of.push_back(sizes_[n]);
      const auto found = whole_number(of, all);
      if (!found) why = fmt::format("a place is {} for some sizes and {} for others", all[0], all[1]);
      return found.value_or("0");
    };
    std::set<int> variables;
    for (const Fit& fit : fits_)
      for (const auto& [v, step] : fit.places[p].terms) variables.insert(v);
    for (int v : variables) {
      const std::string factor =
          whole([v](const Affine& a) { return a.terms.at(v); }, [v](const Affine& a) { return a.terms.contains(v); });
      text +=
          (text.empty() ? "" : " + ") + (factor == "1" ? variable(v) : fmt::format("({}) * {}", factor, variable(v)));
    }
    const std::string constant = whole([](const Affine& a) { return a.constant; }, [](const Affine&) { return true; });
    if (constant == "0" && !text.empty()) return text;
    if (constant.starts_with('-')) return fmt::format("{} - {}", text, constant.substr(1));
    return text.empty() ? constant : fmt::format("{} + {}", text, constant);
  }

  const std::vector<SizeValues>& sizes_;
  const std::vector<Fit>& fits_;
  const std::vector<Tensor>& arguments_;
  const Tensor& result_;
  size_t place_ = 0, number_ = 0;
  std::map<std::string, std::string> known_;
};

}  // namespace

namespace {

// The fits of a result as one text; `values`: tensors on the way.
std::optional<std::string> right_side(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits,
                                      const std::vector<Tensor>& arguments, const Tensor& result, std::string& values,
                                      std::string& why) {
  for (const Fit& fit : fits)
    if (fit.form != fits[0].form || fit.places.size() != fits[0].places.size()) {
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
    for (const Fit& fit : fits) {
      if (fit.box.size() != fits[0].box.size()) return std::nullopt;
      low.push_back(fit.box[d].first), high.push_back(fit.box[d].second);
    }
    const auto from = whole_number(sizes, low), to = whole_number(sizes, high);
    if (!from || !to) {
      why = "where the result is computed otherwise doesn't follow from the sizes";
      return std::nullopt;
    }
    text += fmt::format("{}{} <= i{} and i{} < {}", d == 0 ? "" : " and ", *from, d, d, *to);
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
  if (!result.real) return fmt::format("{} : s32 = s32.wrap({})\n", left, *right);
  return fmt::format("{} : f64 = {} within {}\n", left, *right, within);
}

}  // namespace portolan::lifting
