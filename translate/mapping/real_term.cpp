#include "translate/mapping/real_term.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace portolan::mapping {

std::optional<double> constant_of(const Term* term) {
  if (term->kind == Term::Kind::real) return term->real;
  if (term->kind == Term::Kind::number) return static_cast<double>(term->number);
  return std::nullopt;
}

bool is_of_indices(const Term* term) {
  return term->kind != Term::Kind::element && term->kind != Term::Kind::reduction &&
         std::ranges::all_of(term->operands, is_of_indices);
}

bool depends_on(const Term* term, Number variable) {
  if (term->kind == Term::Kind::variable) return term->number == variable;
  if (std::ranges::count(term->bound, variable) != 0) return false;
  return std::ranges::any_of(term->operands, [&](const Term* operand) { return depends_on(operand, variable); });
}

namespace {

std::optional<double> apply_real(const std::string& what, const std::vector<double>& x) {
  if (x.size() == 1) {
    if (what == "-") return -x[0];
    if (what == "exp") return std::exp(x[0]);
    if (what == "sqrt") return std::sqrt(x[0]);
    if (what == "sin") return std::sin(x[0]);
    if (what == "cos") return std::cos(x[0]);
    if (what == "abs") return std::abs(x[0]);
  }
  if (x.size() == 3 && what == "if") return x[0] != 0 ? x[1] : x[2];
  if (x.size() != 2) return std::nullopt;
  if (what == "+") return x[0] + x[1];
  if (what == "-") return x[0] - x[1];
  if (what == "*") return x[0] * x[1];
  if (what == "/") return x[0] / x[1];
  if (what == "div") return std::floor(x[0] / x[1]);
  if (what == "%") return x[0] - x[1] * std::floor(x[0] / x[1]);
  if (what == "min") return std::min(x[0], x[1]);
  if (what == "max") return std::max(x[0], x[1]);
  if (what == "==") return x[0] == x[1];
  if (what == "!=") return x[0] != x[1];
  if (what == "<") return x[0] < x[1];
  if (what == "<=") return x[0] <= x[1];
  if (what == ">") return x[0] > x[1];
  if (what == ">=") return x[0] >= x[1];
  return std::nullopt;
}

}  // namespace

double value_at(const Term* term, const std::map<Number, Number>& at) {
  if (const auto value = constant_of(term)) return *value;
  if (term->kind == Term::Kind::variable) return static_cast<double>(at.at(term->number));
  std::vector<double> operands;
  for (const Term* operand : term->operands) operands.push_back(value_at(operand, at));
  return apply_real(term->what, operands).value_or(std::nan(""));
}

const Term* RealTerms::operation(const std::string& what, std::vector<const Term*> operands) {
  std::vector<double> values;
  for (const Term* operand : operands)
    if (const auto value = constant_of(operand)) values.push_back(*value);
  const auto is = [&](size_t i, double n) { return constant_of(operands[i]) == n; };
  if (what == "if" && constant_of(operands[0])) return is(0, 0) ? operands[2] : operands[1];
  if (values.size() == operands.size())
    if (const auto value = apply_real(what, values)) {
      const bool whole = std::ranges::all_of(operands, [](const Term* t) { return t->kind == Term::Kind::number; });
      return whole && std::floor(*value) == *value ? terms_.number(static_cast<Number>(*value)) : real(*value);
    }
  if (what == "+" && is(0, 0)) return operands[1];
  if ((what == "+" || (what == "-" && operands.size() == 2)) && is(1, 0)) return operands[0];
  if (what == "*" && is(0, 1)) return operands[1];
  if ((what == "*" || what == "/") && is(1, 1)) return operands[0];
  // Products of numbers come together.
  if (what == "*" && constant_of(operands[1])) std::swap(operands[0], operands[1]);
  if (what == "*" && constant_of(operands[0]) && operands[1]->what == "*" && constant_of(operands[1]->operands[0]))
    return operation(
        "*", {real(*constant_of(operands[0]) * *constant_of(operands[1]->operands[0])), operands[1]->operands[1]});
  return terms_.operation(what, std::move(operands));
}

const Term* RealTerms::simplify(const Term* term) {
  if (const auto found = simplified_.find(term); found != simplified_.end()) return found->second;
  const Term* result = term;
  std::vector<const Term*> operands;
  for (const Term* operand : term->operands) operands.push_back(simplify(operand));
  if (term->kind == Term::Kind::real) result = real(term->real);
  if (term->kind == Term::Kind::element) {  // indices stay as they are, but for what is decided
    if (operands.empty() && term->foreign && single_.contains(term->state)) operands = {terms_.number(0)};
    result = terms_.element(term->state, term->foreign, "", operands);
  }
  if (term->kind == Term::Kind::reduction) {
    result = operands[0];
    const std::string what = term->what.substr(0, term->what.find(' '));
    for (size_t i = term->bound.size(); i-- > 0;)
      result = terms_.reduction(what, result, {operands[i + 1]}, {term->bound[i]});
  }
  if (term->kind == Term::Kind::operation) {
    std::string what = term->what.substr(0, term->what.find(' '));
    const bool integers = term->what.ends_with(" integer");
    if (term->what.find(".round of ") != std::string::npos)
      result = operands[0];
    else
      result = operation(what == "/" && integers ? "div" : what, std::move(operands));
  }
  return simplified_[term] = result;
}

const Term* RealTerms::substitute(const Term* term, Number variable, const Term* by) {
  if (term->kind == Term::Kind::variable) return term->number == variable ? by : term;
  if (term->operands.empty() || !depends_on(term, variable)) return term;
  const auto [at, fresh] = substituted_.try_emplace({term, variable, by}, nullptr);
  if (!fresh) return at->second;
  std::vector<const Term*> operands;
  for (const Term* operand : term->operands) operands.push_back(substitute(operand, variable, by));
  const Term* result = nullptr;
  if (term->kind == Term::Kind::element)
    result = terms_.element(term->state, term->foreign, "", std::move(operands));
  else if (term->kind == Term::Kind::reduction)
    result = terms_.reduction(term->what, operands[0], {operands.begin() + 1, operands.end()}, term->bound);
  else
    result = operation(term->what, std::move(operands));
  return substituted_[{term, variable, by}] = result;
}

}  // namespace portolan::mapping
