#include "emulate/accelerator/sum_plan.h"

#include <algorithm>

#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {
namespace {

using Kind = Expression::Kind;
using Plan = SumPlan::Kind;

class Planner {
 public:
  explicit Planner(const Description& chip) : chip_(chip) {}

  std::optional<SumPlan> sum(const Expression& e) {
    moving_ = {e.ranges[0].slot};
    return term(*e.operands[0]);
  }

 private:
  using Result = std::optional<SumPlan>;

  bool moves(const Expression& e) const {
    if (e.kind == Kind::local && std::find(moving_.begin(), moving_.end(), e.index) != moving_.end()) return true;
    auto any = [&](const ExpressionPointer& part) { return part && moves(*part); };
    return std::any_of(e.operands.begin(), e.operands.end(), any) || any(e.filter) ||
           std::any_of(e.ranges.begin(), e.ranges.end(), [&](const Range& r) { return any(r.first) || any(r.end); });
  }
  // Takes steps of the budget: as often as it is evaluated.
  bool sums(const Expression& e) const {
    if (e.kind == Kind::reduce) return true;
    if (e.kind == Kind::call && sums(*chip_.routines[e.index].value)) return true;
    return std::any_of(e.operands.begin(), e.operands.end(), [&](const auto& part) { return part && sums(*part); });
  }

  static SumPlan make(Plan kind, const Expression& e) {
    SumPlan plan;
    plan.kind = kind, plan.e = &e;
    return plan;
  }
  Result with_parts(Plan kind, const Expression& e, Result (Planner::*part)(const Expression&)) {
    SumPlan plan = make(kind, e);
    for (const ExpressionPointer& operand : e.operands) {
      Result made = (this->*part)(*operand);
      if (!made) return std::nullopt;
      plan.parts.push_back(*std::move(made));
    }
    return plan;
  }

  Result term(const Expression& e) {
    if (e.kind == Kind::binary && e.operation == Operator::multiply && moves(e))
      return with_parts(Plan::product, e, &Planner::factor);
    return factor(e);
  }

  Result factor(const Expression& e) {
    if (!moves(e)) return e.type.real || sums(e) ? std::nullopt : Result(make(Plan::fixed, e));
    switch (e.kind) {
      case Kind::element:
        return with_parts(Plan::element, e, &Planner::integer);
      case Kind::convert:
        if (static_cast<Conversion>(e.index) != Conversion::round || !e.type.real || !e.operands[0]->type.real)
          return std::nullopt;
        return with_parts(Plan::real, e, &Planner::factor);
      case Kind::condition: {
        SumPlan plan = make(Plan::choice, e);
        for (size_t n = 0; n < 3; ++n) {
          Result part = n == 0 ? condition(*e.operands[0]) : factor(*e.operands[n]);
          if (!part) return std::nullopt;
          plan.parts.push_back(*std::move(part));
        }
        return plan;
      }
      case Kind::call:
      case Kind::let:
        return inside(e);
      default:
        return e.type.real ? std::nullopt : integer(e);
    }
  }

  // What moves keeps moving under another name.
  Result inside(const Expression& e) {
    const bool is_call = e.kind == Kind::call;
    SumPlan plan = make(is_call ? Plan::call : Plan::let, e);
    const size_t arguments = is_call ? e.operands.size() : 1;
    std::vector<uint32_t> inner;
    for (size_t n = 0; n < arguments; ++n) {
      const Expression& argument = *e.operands[n];
      if (sums(argument) || (moves(argument) && argument.type.real)) return std::nullopt;
      Result made = moves(argument) ? integer(argument) : Result(make(Plan::fixed, argument));
      if (!made) return std::nullopt;
      if (moves(argument)) inner.push_back(is_call ? static_cast<uint32_t>(n) : e.index);
      plan.parts.push_back(*std::move(made));
    }
    const std::vector<uint32_t> outer = moving_;
    if (is_call)
      moving_ = inner;
    else
      moving_.insert(moving_.end(), inner.begin(), inner.end());
    Result value = factor(is_call ? *chip_.routines[e.index].value : *e.operands[1]);
    moving_ = outer;
    if (!value) return std::nullopt;
    plan.parts.push_back(*std::move(value));
    return plan;
  }

  Result integer(const Expression& e) {
    if (e.type.real || sums(e)) return std::nullopt;
    if (!moves(e)) return make(Plan::fixed, e);
    if (e.kind == Kind::local) return make(Plan::index, e);
    const bool simple =
        e.operation == Operator::add || e.operation == Operator::subtract || e.operation == Operator::multiply;
    if (e.kind == Kind::binary && simple) return with_parts(Plan::combine, e, &Planner::integer);
    return std::nullopt;
  }

  Result condition(const Expression& e) {
    if (sums(e)) return std::nullopt;
    if (!moves(e)) return make(Plan::fixed, e);
    if (e.kind == Kind::unary && e.operation == Operator::logical_not)
      return with_parts(Plan::opposite, e, &Planner::condition);
    if (e.kind != Kind::binary) return std::nullopt;
    switch (e.operation) {
      case Operator::logical_and:
        return with_parts(Plan::both, e, &Planner::condition);
      case Operator::logical_or:
        return with_parts(Plan::either, e, &Planner::condition);
      case Operator::equal:
      case Operator::not_equal:
      case Operator::less:
      case Operator::less_equal:
      case Operator::greater:
      case Operator::greater_equal:
        return with_parts(Plan::compare, e, &Planner::integer);
      default:
        return std::nullopt;
    }
  }

  const Description& chip_;
  std::vector<uint32_t> moving_;  // slots of the present frame
};

}  // namespace

std::optional<SumPlan> plan_sum(const Description& chip, const Expression& sum) {
  if (sum.kind != Kind::reduce || static_cast<Reduction>(sum.index) != Reduction::sum || sum.filter ||
      sum.ranges.size() != 1)
    return std::nullopt;
  return Planner(chip).sum(sum);
}

}  // namespace portolan::accelerator
