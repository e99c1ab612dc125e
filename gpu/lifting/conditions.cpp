// Conditions, and what is chosen by them.
#include <algorithm>

#include "gpu/lifting/expression_parts.h"

namespace portolan::lifting {

using Kind = Expression::Kind;

ExpressionPtr compare(std::string name, bool real, ExpressionPtr a, ExpressionPtr b) {
  // What no number that its parts may be decides: limits of whole numbers that became real.
  if (real && name == "<" && (a->highest < b->lowest || a->lowest >= b->highest)) return truth(a->highest < b->lowest);
  if (real && name == "<=" && (a->highest <= b->lowest || a->lowest > b->highest))
    return truth(a->highest <= b->lowest);
  Expression e;
  e.kind = Kind::compare;
  e.name = std::move(name);
  e.real = real;
  e.parts = {std::move(a), std::move(b)};
  return made(std::move(e));
}

namespace {

ExpressionPtr logic(std::string name, std::vector<ExpressionPtr> parts) {
  Expression e;
  e.kind = Kind::logic;
  e.name = std::move(name);
  e.parts = std::move(parts);
  return made(std::move(e));
}

bool is_logic(const ExpressionPtr& e, const char* name) {
  return e->kind == Kind::logic && e->name == name;
}

bool alike(const Expression& a, const Expression& b) {
  std::vector<Affine> places, other_places;
  return form_of(a, places, nullptr) == form_of(b, other_places, nullptr) && places == other_places;
}

// a <= b and not a == b is a < b; a < b or a == b is a <= b.
void without_equality(std::vector<ExpressionPtr>& conditions, bool all) {
  for (size_t n = 0; n < conditions.size(); ++n) {
    if (all && !is_logic(conditions[n], "not")) continue;
    const Expression& same = all ? *conditions[n]->parts[0] : *conditions[n];
    if (same.kind != Kind::compare || same.name != "==") continue;
    for (ExpressionPtr& other : conditions) {
      if (other->kind != Kind::compare || other->name != (all ? "<=" : "<") || other->real != same.real) continue;
      const Expression &a = *other->parts[0], &b = *other->parts[1], &x = *same.parts[0], &y = *same.parts[1];
      if (!(alike(a, x) && alike(b, y)) && !(alike(a, y) && alike(b, x))) continue;
      other = compare(all ? "<" : "<=", other->real, other->parts[0], other->parts[1]);
      conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(n--));
      break;
    }
  }
}

}  // namespace

ExpressionPtr truth(bool value) {
  return logic(value ? "true" : "false", {});
}

ExpressionPtr negation(ExpressionPtr condition) {
  if (is_logic(condition, "true")) return truth(false);
  if (is_logic(condition, "false")) return truth(true);
  if (is_logic(condition, "not")) return condition->parts[0];
  // Numbers that are no numbers are left out of account.
  if (condition->kind == Kind::compare && condition->name != "==")
    return compare(condition->name == "<" ? "<=" : "<", condition->real, condition->parts[1], condition->parts[0]);
  return logic("not", {std::move(condition)});
}

ExpressionPtr both(bool all, std::vector<ExpressionPtr> conditions) {
  const char* name = all ? "and" : "or";
  std::vector<ExpressionPtr> rest;
  for (ExpressionPtr& one : conditions) {
    if (is_logic(one, all ? "false" : "true")) return truth(!all);
    if (is_logic(one, all ? "true" : "false")) continue;
    if (is_logic(one, name))
      rest.insert(rest.end(), one->parts.begin(), one->parts.end());
    else
      rest.push_back(std::move(one));
  }
  without_equality(rest, all);
  if (rest.empty()) return truth(all);
  put_in_order(rest);
  return rest.size() == 1 ? rest[0] : logic(name, std::move(rest));
}

namespace {

// A number compared with a constant where its upper bits, which are chosen, could be: the same of those. Null: it is
// not so.
ExpressionPtr compared_by_upper_bits(const Expression& condition, const Expression& bits) {
  if (condition.kind != Kind::compare || condition.real || condition.name == "==") return nullptr;
  if (bits.kind != Kind::field || bits.real || bits.extent.constant == 0 || !bits.extent.terms.empty()) return nullptr;
  const bool left = condition.parts[1]->kind == Kind::place;
  const Expression &number_of = *condition.parts[left ? 0 : 1], &limit = *condition.parts[left ? 1 : 0];
  const bool whole = number_of.kind == Kind::field && number_of.extent.constant == 0 && !number_of.real &&
                     number_of.variable == bits.extent.constant + bits.variable;
  if (limit.kind != Kind::place || !alike(whole ? *number_of.parts[0] : number_of, *bits.parts[0])) return nullptr;
  // x < c and c <= x: by c; x <= c and c < x: by what comes next.
  const bool strict = (condition.name == "<") == left;
  const int64_t end = limit.extent.constant + (strict ? 0 : 1), step = int64_t{1} << bits.extent.constant;
  if (end % step != 0) return nullptr;
  const ExpressionPtr upper = field(bits.parts[0], bits.extent.constant, bits.variable, true);
  return left ? compare("<", false, upper, place(end / step)) : compare("<=", false, place(end / step), upper);
}

}  // namespace

// The way that is written first is the one without a `not`.
ExpressionPtr choice(ExpressionPtr condition, ExpressionPtr yes, ExpressionPtr no) {
  if (is_logic(condition, "true")) return yes;
  if (is_logic(condition, "false")) return no;
  if (is_logic(condition, "not")) return choice(condition->parts[0], std::move(no), std::move(yes));
  for (const ExpressionPtr& way : {yes, no})
    if (ExpressionPtr other = compared_by_upper_bits(*condition, *way)) return choice(other, yes, no);
  if (condition->kind == Kind::compare && condition->name != "==") {
    const Expression &a = *condition->parts[0], &b = *condition->parts[1];
    const bool least = alike(a, *yes) && alike(b, *no);
    const auto limit = [](const ExpressionPtr& e) {
      return e->kind == Kind::place ? number(static_cast<double>(e->extent.constant)) : e;
    };
    if (least || (alike(b, *yes) && alike(a, *no))) return extreme(!least, {limit(yes), limit(no)});
  }
  return list(Kind::choice, {std::move(condition), std::move(yes), std::move(no)});
}

}  // namespace portolan::lifting
