// Inputs that the host lays out otherwise for a kernel that is mapped by rows: a sum over several indices, of which one
// is added to the row's own (a convolution), as a product of a row with a matrix of what the sum goes over.
#include <fmt/format.h>

#include <algorithm>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

// Of sums within one another: what is added up, and over what.
const Term* body_of(const Term* term, std::vector<std::pair<Number, Number>>& over) {
  while (term->kind == Term::Kind::reduction && term->what == "sum" && term->operands[1]->kind == Term::Kind::number) {
    over.emplace_back(term->bound[0], term->operands[1]->number);
    term = term->operands[0];
  }
  return term;
}

}  // namespace

// An input with other indices: `order` and how far each runs; a variable may be a digit of one of them.
const Term* RowCompiler::arranged(const Term* element, const std::vector<Number>& order,
                                  const std::vector<Number>& extents,
                                  const std::map<Number, HostTensor::View::Part>& digits) {
  const auto indices = indices_of(element);
  if (!indices) return nullptr;
  Tensor made;
  made.id = fresh_tensor();
  made.of = element->state;
  made.name = fmt::format("an arrangement of {}", specification_.states[element->state].name);
  made.at = specification_.states[element->state].fact.at;
  made.extent = extents;
  for (const Index& index : *indices) {
    HostTensor::View view;
    view.constant = index.constant;
    for (const auto& [variable, factor] : index.factors) {
      const auto digit = digits.find(variable);
      const auto at = std::ranges::find(order, variable);
      if (digit == digits.end() && at == order.end()) return nullptr;
      HostTensor::View::Part part = digit != digits.end() ? digit->second : HostTensor::View::Part{};
      if (digit == digits.end()) part.dimension = static_cast<size_t>(at - order.begin());
      part.factor = factor;
      view.parts.push_back(part);
    }
    made.view.push_back(std::move(view));
  }
  std::vector<const Term*> places;
  for (Number variable : order) places.push_back(terms_.variable(variable));
  tensors_.push_back(std::move(made));
  return terms_.element(tensors_.back().id, true, "", std::move(places));
}

const Term* RowCompiler::as_matrices(const Term* term, const Tensor& of) {
  if (of.indices.empty()) return term;
  if (term->kind == Term::Kind::operation) {
    std::vector<const Term*> operands;
    for (const Term* operand : term->operands) operands.push_back(as_matrices(operand, of));
    return operands == term->operands ? term : real_.operation(term->what, std::move(operands));
  }
  std::vector<std::pair<Number, Number>> over;
  const Term* body = body_of(term, over);
  const Number lane = of.indices.back();
  const auto is_input = [&](const Term* t) {
    return t->kind == Term::Kind::element && t->state < specification_.states.size() &&
           specification_.states[t->state].given;
  };
  if (over.empty() || body->what != "*" || !std::ranges::all_of(body->operands, is_input)) return term;
  const bool first = depends_on(body->operands[0], lane), second = depends_on(body->operands[1], lane);
  if (first == second) return term;
  const Term *matrix = body->operands[first ? 0 : 1], *row = body->operands[first ? 1 : 0];
  // Only where a row of it doesn't lie as it is needed: the row's own index is moved.
  const auto indices = indices_of(matrix);
  if (!indices || indices->empty() || !indices->back().factors.contains(lane) ||
      (indices->back().factors.size() == 1 && indices->back().constant == 0))
    return term;
  const Number k = terms_.fresh();
  Number length = 1;
  std::map<Number, HostTensor::View::Part> digits;
  for (size_t i = over.size(); i-- > 0;) {
    digits[over[i].first] = {0, length, over[i].second, 1};
    length *= over[i].second;
  }
  const auto arrangement = [&](const Term* element, bool with_lane) {
    std::vector<Number> order, extents;
    for (size_t d = 0; d + 1 < of.indices.size(); ++d)
      if (depends_on(element, of.indices[d])) {
        order.push_back(of.indices[d]);
        extents.push_back(of.extent[d]);
      }
    for (auto& [variable, digit] : digits) digit.dimension = order.size();
    order.push_back(k);
    extents.push_back(length);
    if (with_lane) {
      order.push_back(lane);
      extents.push_back(of.extent.back());
    }
    return arranged(element, order, extents, digits);
  };
  const Term *as_rows = arrangement(row, false), *as_matrix = arrangement(matrix, true);
  if (!as_rows || !as_matrix) return term;
  return terms_.reduction("sum", real_.operation("*", {as_rows, as_matrix}), {terms_.number(length)}, {k});
}

}  // namespace portolan::mapping
