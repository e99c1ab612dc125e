#include "translate/mapping/row_operation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace portolan::mapping {

using namespace accelerator;

namespace {

void elements_in(const Term* term, std::vector<const Term*>& found) {
  if (term->kind == Term::Kind::element) return found.push_back(term);
  for (const Term* operand : term->operands) elements_in(operand, found);
}

size_t operations_in(const Term* term) {
  size_t count = term->kind == Term::Kind::operation || term->kind == Term::Kind::reduction;
  if (term->kind != Term::Kind::element)
    for (const Term* operand : term->operands) count += operations_in(operand);
  return count;
}

constexpr double kWideLimit = 64;

// exp(min(max(x, -88), 88)) is exp(x), where no result comes near the ends of the range.
const Term* without_limits(RealTerms& terms, const Term* term, std::string& assumes) {
  if (term->kind != Term::Kind::operation && term->kind != Term::Kind::reduction) return term;
  std::vector<const Term*> operands;
  for (const Term* operand : term->operands) operands.push_back(without_limits(terms, operand, assumes));
  if (term->kind == Term::Kind::reduction)
    return terms.terms().reduction(term->what, operands[0], {operands.begin() + 1, operands.end()}, term->bound);
  if (term->what == "exp")
    while (operands[0]->what == "min" || operands[0]->what == "max") {
      const auto limit = constant_of(operands[0]->operands[1]);
      if (!limit || std::abs(*limit) < kWideLimit) break;
      assumes = "exponentials are of numbers within the limits that the chip has";
      operands[0] = operands[0]->operands[0];
    }
  return terms.operation(term->what, std::move(operands));
}

}  // namespace

RowMemory RowOperations::memory(uint32_t state) const {
  const State& s = chip_.states[state];
  RowMemory made;
  made.state = state;
  made.places = s.extent.empty() ? 1 : s.extent[0];
  if (s.extent.size() > 1) made.lanes = s.extent.back();
  if (s.extent.size() > 2) made.rows = s.extent[s.extent.size() - 2];
  return made;
}

std::optional<RowForm> RowOperations::form_of(const RowOperation& o, const Term* element) const {
  RowForm form;
  form.state = element->state;
  if (element->operands.empty()) return std::nullopt;
  const auto first = polynomial(element->operands[0]);
  if (!first) return std::nullopt;
  const auto is_parameter = [&](Number variable) { return std::ranges::count(o.parameters, variable) != 0; };
  for (const auto& [monomial, factor] : *first) {
    if (factor != 1 || monomial.empty() || monomial.size() > 2) return std::nullopt;
    if (monomial.size() == 1 && is_parameter(monomial[0])) {
      if (form.base != 0) return std::nullopt;
      form.base = monomial[0];
    } else if (monomial.size() == 1) {
      if (form.block != 0) return std::nullopt;
      form.block = monomial[0];
    } else {
      if (form.step != 0 || is_parameter(monomial[0]) == is_parameter(monomial[1])) return std::nullopt;
      const size_t which = is_parameter(monomial[0]) ? 0 : 1;
      form.step = monomial[which];
      form.step_of = monomial[1 - which];
    }
  }
  if (form.base == 0) return std::nullopt;
  for (size_t d = 1; d < element->operands.size(); ++d) {
    if (element->operands[d]->kind != Term::Kind::variable || is_parameter(element->operands[d]->number))
      return std::nullopt;
    form.dimension.push_back(element->operands[d]->number);
  }
  return form;
}

bool RowOperations::read(RowOperation& o) const {
  o.value = without_limits(terms_, terms_.simplify(o.does.value), o.assumes);
  std::vector<const Term*> read;
  elements_in(o.value, read);
  const bool writes_external = chip_.states[o.does.target->state].external;
  const bool reads_external = std::ranges::any_of(read, [&](const Term* e) { return chip_.states[e->state].external; });
  if (writes_external && (reads_external || read.size() != 1)) return false;
  if (reads_external && std::ranges::any_of(read, [&](const Term* e) { return !chip_.states[e->state].external; }))
    return false;
  o.kind = writes_external  ? RowOperation::Kind::store
           : reads_external ? RowOperation::Kind::load
                            : RowOperation::Kind::compute;
  const auto form = form_of(o, writes_external ? read[0] : terms_.simplify(o.does.target));
  if (!form || form->step != 0) return false;
  o.target = *form;
  o.block = form->block;
  if (!form->dimension.empty()) o.lane = form->dimension.back();
  const RowMemory memory = this->memory(form->state);
  o.lanes = memory.lanes;
  o.middle = memory.rows;
  for (const auto& loop : o.does.loops) {
    if (loop.end->kind != Term::Kind::number) return false;
    if (loop.variable == o.block) o.block_length = loop.end->number;
    if (loop.variable == o.lane && loop.end->number != memory.lanes) return false;
    const bool known = loop.variable == o.block || std::ranges::count(form->dimension, loop.variable) != 0;
    if (!known) return false;
  }
  o.length = operations_in(o.value);
  return true;
}

RowOperations::RowOperations(RealTerms& terms, const Description& chip) : terms_(terms), chip_(chip) {
  TermReader reader(terms.terms(), chip);
  for (const Operation& declared : chip.operations) {
    if (declared.does == kNone || declared.held_state != kNone) continue;
    RowOperation o;
    o.declared = &declared;
    const Routine& does = chip.routines[declared.does];
    std::vector<const Term*> slots(does.slots, nullptr);
    for (size_t p = 0; p < does.parameters.size(); ++p) {
      o.parameters.push_back(terms.terms().fresh());
      slots[p] = terms.terms().variable(o.parameters.back());
    }
    if (!reader.read(does.body, slots, o.does) || !read(o)) continue;
    if (o.block_length > 1) block_ = std::lcm(static_cast<int64_t>(block_), static_cast<int64_t>(o.block_length));
    all_.push_back(std::move(o));
  }
  // What does more at once comes first.
  std::ranges::stable_sort(all_, std::greater(), &RowOperation::length);
}

}  // namespace portolan::mapping
