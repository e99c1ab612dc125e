#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gpu/lifting/template.h"

namespace portolan::lifting {

using Kind = Expression::Kind;

namespace {

constexpr int64_t kDivisors[] = {32, 16, 64, 8, 4, 2};

// Elements by number, row by row, that are computed alike.
struct Group {
  std::vector<size_t> elements;
  std::vector<std::vector<Affine>> places;
};

struct Told {  // of an element: its form and its places
  std::string form;
  std::vector<Affine> places;
};

class Fitter {
 public:
  Fitter(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements, std::string& why)
      : extents_(extents), elements_(elements), why_(why) {
    for (const ExpressionPtr& e : elements_) {
      Told one;
      one.form = form_of(*e, one.places, nullptr);
      told_.push_back(std::move(one));
    }
    count_single_parts();
  }

  std::optional<Fit> run(const std::vector<Digit>& digits) {
    std::vector<Digit> whole;
    for (size_t d = 0; d < extents_.size(); ++d) whole.push_back({d, 1, 0});
    auto plain = with(digits.empty() ? whole : digits);
    if (!digits.empty() || (plain && !plain->padded)) return plain;
    const std::string why = why_;
    for (const std::vector<Digit>& once : splits(whole)) {
      if (auto fit = with(once); fit && !fit->padded) return fit;
      for (const std::vector<Digit>& twice : splits(once))
        if (auto fit = with(twice); fit && !fit->padded) return fit;
    }
    why_ = why;
    return plain;
  }

  std::optional<Fit> run_padded(const std::vector<Digit>& digits) {
    place_elements(digits);
    return without_border(groups_by_form(true));
  }

 private:
  // What is a reduction in other elements and a single part in this one is a reduction over one.
  void count_single_parts() {
    std::map<std::string, size_t> sample;  // a reduction's part: an element that has it
    for (size_t n = 0; n < elements_.size(); ++n) {
      if (elements_[n]->kind != Kind::reduction) continue;
      std::vector<Affine> unused;
      sample.emplace(form_of(*elements_[n]->parts[0], unused, nullptr), n);
    }
    const std::vector<Told> before = told_;
    for (Told& one : told_) {
      const auto like = sample.find(one.form);
      if (like == sample.end()) continue;
      const Told& whole = before[like->second];
      std::vector<Affine> places = {{1, {}}};
      places.insert(places.end(), one.places.begin(), one.places.end());
      for (size_t p = 1; p < places.size(); ++p) places[p].terms = whole.places[p].terms;
      one = {whole.form, std::move(places)};
    }
  }

  // One index in two.
  std::vector<std::vector<Digit>> splits(const std::vector<Digit>& digits) const {
    std::vector<std::vector<Digit>> all;
    for (size_t d = 0; d < digits.size(); ++d) {
      const int64_t length = length_of(digits[d]);
      for (const int64_t divisor : kDivisors) {
        if (divisor >= length) continue;
        std::vector<Digit> more = digits;
        more[d].divisor *= divisor;
        if (digits[d].modulus != 0) {
          if (digits[d].modulus % divisor != 0) continue;
          more[d].modulus = digits[d].modulus / divisor;
        }
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(d) + 1,
                    Digit{digits[d].dimension, digits[d].divisor, divisor});
        all.push_back(std::move(more));
      }
    }
    return all;
  }

  int64_t length_of(const Digit& digit) const {
    const int64_t all = (extents_[digit.dimension] + digit.divisor - 1) / digit.divisor;
    return digit.modulus == 0 ? all : std::min(all, digit.modulus);
  }

  std::optional<Fit> with(const std::vector<Digit>& digits) {
    place_elements(digits);
    auto fit = by_form(false);
    if (!fit) fit = by_form(true);
    return fit;
  }

  void place_elements(const std::vector<Digit>& digits) {
    digits_ = digits;
    lengths_.clear();
    for (const Digit& digit : digits) lengths_.push_back(length_of(digit));
    coordinates_.assign(elements_.size(), {});
    for (size_t n = 0; n < elements_.size(); ++n) {
      std::vector<int64_t> index(extents_.size());
      auto rest = static_cast<int64_t>(n);
      for (size_t d = extents_.size(); d-- > 0; rest /= extents_[d]) index[d] = rest % extents_[d];
      for (const Digit& digit : digits) {
        const int64_t part = index[digit.dimension] / digit.divisor;
        coordinates_[n].push_back(digit.modulus == 0 ? part : part % digit.modulus);
      }
    }
  }

  using Groups = std::map<std::string, Group>;

  // How far reductions run, with `extents` also part of the form: at borders some have fewer parts.
  Groups groups_by_form(bool extents) const {
    Groups groups;
    for (size_t n = 0; n < elements_.size(); ++n) {
      std::string form = told_[n].form;
      if (extents) add_extents(*elements_[n], form);
      Group& group = groups[form];
      group.elements.push_back(n);
      group.places.push_back(told_[n].places);
    }
    return groups;
  }

  std::optional<Fit> by_form(bool extents) {
    const Groups groups = groups_by_form(extents);
    if (groups.size() == 1) {
      auto one = of(groups.begin()->second);
      return one ? one : with_end(groups.begin()->second);
    }
    if (groups.size() == 2) {
      // What has more places first, and the larger one: which is the rule must not depend on the sizes.
      const auto weight = [](const Group& group) { return std::pair(group.places[0].size(), group.elements.size()); };
      const auto one = weight(groups.begin()->second), other = weight(groups.rbegin()->second);
      for (const bool first : {one >= other, one < other}) {
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
    return without_border(groups);
  }

  // Most elements, or those with most parts, stand for all: what the others lack are zeros outside the tensor.
  std::optional<Fit> without_border(const Groups& groups) {
    // Of as many, those with most parts: the others are at a border.
    const auto largest = std::ranges::max_element(groups, {}, [&](const auto& g) {
      return std::pair(g.second.elements.size(), parts_of(*elements_[g.second.elements[0]]));
    });
    auto fit = of(largest->second);
    if (!fit) {
      // Or those with most parts, however few.
      const auto fullest = std::ranges::max_element(
          groups, {}, [&](const auto& g) { return parts_of(*elements_[g.second.elements[0]]); });
      if (fullest->second.elements.size() > 1) fit = of(fullest->second);
    }
    if (fit) fit->padded = true;
    return fit;
  }

  // The first or the last of an index is computed from other places than the rest: what goes round, say.
  std::optional<Fit> with_end(const Group& all) {
    for (size_t d = 0; d < digits_.size(); ++d) {
      if (lengths_[d] < 4) continue;
      for (const int64_t end : {lengths_[d] - 1, int64_t{0}}) {
        Group inner, outer;
        for (size_t k = 0; k < all.elements.size(); ++k) {
          Group& group = coordinates_[all.elements[k]][d] == end ? outer : inner;
          group.elements.push_back(all.elements[k]);
          group.places.push_back(all.places[k]);
        }
        const auto box = inner.elements.empty() || outer.elements.empty() ? std::nullopt : box_of(inner);
        auto inside = box ? of(inner) : std::nullopt;
        auto outside = inside ? of(outer) : std::nullopt;
        if (!outside) continue;
        inside->box = *box;
        inside->outside = std::make_shared<const Fit>(std::move(*outside));
        return inside;
      }
    }
    return std::nullopt;
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

  // The bounds of a group that is all elements within them.
  std::optional<std::vector<std::pair<int64_t, int64_t>>> box_of(const Group& group) const {
    std::vector<std::pair<int64_t, int64_t>> box;
    for (size_t d = 0; d < digits_.size(); ++d) {
      const auto [low, high] = std::ranges::minmax(group.elements, {}, [&](size_t n) { return coordinates_[n][d]; });
      box.emplace_back(coordinates_[low][d], coordinates_[high][d] + 1);
    }
    size_t within = 0;
    for (const std::vector<int64_t>& at : coordinates_) {
      bool inside = true;
      for (size_t d = 0; d < box.size(); ++d) inside &= box[d].first <= at[d] && at[d] < box[d].second;
      within += inside;
    }
    return within == group.elements.size() ? std::optional(box) : std::nullopt;
  }

  // One place of all elements of a group as a sum of indices.
  std::optional<Affine> place_of(const Group& group, size_t p, const std::map<std::vector<int64_t>, size_t>& at) {
    Affine place = group.places[0][p];
    std::vector<int64_t> steps(digits_.size(), 0);
    // How it changes from one element to the next, wherever two neighbours are in the group.
    for (size_t d = 0; d < digits_.size(); ++d)
      for (size_t k = 0; k < group.elements.size(); ++k) {
        std::vector<int64_t> next = coordinates_[group.elements[k]];
        ++next[d];
        const auto found = at.find(next);
        if (found == at.end()) continue;
        steps[d] = group.places[found->second][p].constant - group.places[k][p].constant;
        break;
      }
    for (size_t d = 0; d < digits_.size(); ++d) {
      place.constant -= steps[d] * coordinates_[group.elements[0]][d];
      if (steps[d] != 0) place.terms[static_cast<int>(d)] = steps[d];
    }
    for (size_t k = 0; k < group.elements.size(); ++k) {
      int64_t expected = place.constant;
      for (size_t d = 0; d < digits_.size(); ++d) expected += steps[d] * coordinates_[group.elements[k]][d];
      if (group.places[k][p].constant == expected && group.places[k][p].terms == group.places[0][p].terms) continue;
      why_ = fmt::format("a place in element {} of the result is no sum of its indices", group.elements[k]);
      return std::nullopt;
    }
    return place;
  }

  // The same number for all but the last of an index, and there no more than that: what is left of a ragged end.
  std::optional<Affine> ragged_place(const Group& group, size_t p) const {
    Affine place = group.places[0][p];
    int64_t most = 0;
    for (const auto& places : group.places) most = std::max(most, places[p].constant);
    for (size_t d = 0; d < digits_.size(); ++d) {
      int64_t last = 0;
      for (size_t n : group.elements) last = std::max(last, coordinates_[n][d]);
      std::optional<int64_t> left;
      bool all = last > 0;
      for (size_t k = 0; k < group.elements.size() && all; ++k) {
        const int64_t value = group.places[k][p].constant;
        if (coordinates_[group.elements[k]][d] == last)
          all = left.value_or(value) == value, left = value;
        else
          all = value == most;
        all &= group.places[k][p].terms.empty();
      }
      if (!all) continue;
      place.constant = *left + most * last;
      place.terms[static_cast<int>(d)] = -most;
      place.most = most;
      return place;
    }
    return std::nullopt;
  }

  std::optional<Fit> of(const Group& group) {
    std::map<std::vector<int64_t>, size_t> at;  // where in the group an element is
    for (size_t k = 0; k < group.elements.size(); ++k) at[coordinates_[group.elements[k]]] = k;
    Fit fit;
    for (size_t p = 0; p < group.places[0].size(); ++p) {
      auto place = place_of(group, p, at);
      if (!place) place = ragged_place(group, p);
      if (!place) return std::nullopt;
      fit.places.push_back(std::move(*place));
    }
    // One that has as many places: not the single part of a reduction.
    size_t used = 0;
    const auto sample = std::ranges::find_if(group.elements, [&](size_t n) {
      std::vector<Affine> places;
      return form_of(*elements_[n], places, nullptr) == told_[n].form;
    });
    if (sample == group.elements.end()) return std::nullopt;
    fit.expression = with_places(elements_[*sample], fit.places, used);
    std::vector<Affine> unused;
    fit.form = form_of(*fit.expression, unused, &fit.numbers);
    fit.digits = digits_;
    fit.lengths = lengths_;
    return fit;
  }

  const std::vector<int64_t>& extents_;
  const std::vector<ExpressionPtr>& elements_;
  std::string& why_;
  std::vector<Told> told_;
  std::vector<Digit> digits_;
  std::vector<int64_t> lengths_;
  std::vector<std::vector<int64_t>> coordinates_;  // of each element, by digit
};

}  // namespace

std::optional<Fit> fit_elements(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements,
                                const std::vector<Digit>& digits, std::string& why) {
  return Fitter(extents, elements, why).run(digits);
}

std::optional<Fit> fit_padded(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements,
                              const std::vector<Digit>& digits, std::string& why) {
  return Fitter(extents, elements, why).run_padded(digits);
}

}  // namespace portolan::lifting
