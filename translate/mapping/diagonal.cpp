// Sums of products of single elements, such as a convolution's with a filter for each channel, as sums of products with
// matrices: a[.., c] * b[.., c] is the sum over k of a[.., k] * B[.., k, c], where B has b on its diagonal and zeros
// elsewhere. The host lays b out like that.
#include <algorithm>

#include "translate/mapping/plan.h"

namespace portolan::mapping {

namespace {

std::optional<size_t> index_that_is(const Term* element, Number variable) {
  std::optional<size_t> found;
  for (size_t d = 0; d < element->operands.size(); ++d) {
    const Term* index = element->operands[d];
    const auto sum = polynomial(index);
    if (!sum) return std::nullopt;
    for (const auto& [part, factor] : *sum)
      if (std::ranges::count(part, variable) != 0) {
        if (found || index->kind != Term::Kind::variable) return std::nullopt;
        found = d;
      }
  }
  return found;
}

}  // namespace

std::vector<const Term*> Planner::with_diagonals(const Term* goal) {
  if (const auto known = as_diagonals_.find(goal); known != as_diagonals_.end()) return known->second;
  std::vector<const Term*> made;
  if (goal->kind == Term::Kind::operation) {
    for (size_t i = 0; i < goal->operands.size(); ++i) {
      if (goal->what != "+ integer" && goal->operands.size() != 1) break;
      for (const Term* inner : with_diagonals(goal->operands[i])) {
        std::vector<const Term*> operands = goal->operands;
        operands[i] = inner;
        made.push_back(terms_.operation(goal->what, std::move(operands)));
      }
    }
  }
  const Term* body = goal->kind == Term::Kind::reduction ? goal->operands[0] : nullptr;
  const bool product = body && goal->what.starts_with("sum") && body->what == "* integer" &&
                       body->operands[0]->kind == Term::Kind::element && body->operands[1]->kind == Term::Kind::element;
  for (size_t which = 0; product && which < 2; ++which) {
    const Term *rows = body->operands[which], *factors = body->operands[1 - which];
    if (!rows->foreign || !factors->foreign ||
        rows->operands.size() != specification_.states[rows->state].extent.size())
      continue;
    for (Number variable : plan_.indices) {
      const auto at = index_that_is(rows, variable), other = index_that_is(factors, variable);
      if (!at || !other || factors->operands.size() != specification_.states[factors->state].extent.size()) continue;
      const Number extra = terms_.fresh();
      std::vector<const Term*> in_rows = rows->operands, in_factors = factors->operands;
      in_rows[*at] = terms_.variable(extra);
      in_factors.insert(in_factors.begin() + static_cast<std::ptrdiff_t>(*other), terms_.variable(extra));
      const Term* matrix = terms_.element(factors->state, true, factors->what, std::move(in_factors));
      diagonals_[matrix] = {*other, extra, variable};
      std::vector<const Term*> ends(goal->operands.begin() + 1, goal->operands.end());
      ends.push_back(terms_.number(plan_.lengths.at(variable)));
      std::vector<Number> bound = goal->bound;
      bound.push_back(extra);
      made.push_back(terms_.reduction(
          goal->what,
          terms_.operation(body->what, {terms_.element(rows->state, true, rows->what, std::move(in_rows)), matrix}),
          std::move(ends), std::move(bound)));
    }
  }
  return as_diagonals_[goal] = made;
}

}  // namespace portolan::mapping
