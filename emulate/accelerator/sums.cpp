#include "emulate/accelerator/sums.h"

#include <algorithm>
#include <utility>

#include "emulate/accelerator/evaluate.h"
#include "emulate/accelerator/sum_plan.h"

namespace portolan::accelerator {
namespace {

using Plan = SumPlan::Kind;

constexpr Number kLarge = Number{1} << 60;  // places and indices stay far below what would overflow
constexpr unsigned kWidest = 48;            // bits of a factor
constexpr Number kMost = 1 << 20;           // terms

bool is_small(Number n) {
  return n > -kLarge && n < kLarge;
}

bool holds(Operator operation, Number a, Number b) {
  switch (operation) {
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    default:
      return a >= b;
  }
}

int64_t number_of(uint64_t bits, const Type& type) {
  const unsigned spare = 64 - type.width;
  return type.is_signed ? static_cast<int64_t>(bits << spare) >> spare : static_cast<int64_t>(bits);
}

}  // namespace

const SumPlan* Sums::plan_of(const Expression& sum) {
  const auto [found, is_new] = plans_.try_emplace(&sum);
  if (is_new)
    if (std::optional<SumPlan> plan = plan_sum(ev_.chip_, sum))
      found->second = std::make_unique<SumPlan>(*std::move(plan));
  return found->second.get();
}

bool Sums::run(const Expression& sum, Result& result) {
  if (ev_.observer_ || ev_.ended()) return false;
  const SumPlan* plan = plan_of(sum);
  if (!plan) return false;
  const size_t base = ev_.base_, top = ev_.top_;
  const bool tainted = std::exchange(ev_.tainted_, false);
  const bool done = in_chunks(sum, *plan, result) && !ev_.ended();
  ev_.tainted_ = tainted;
  ev_.base_ = base, ev_.top_ = top;
  if (!done) ev_.outcome_.kind = Outcome::Kind::finished, ev_.outcome_.why.clear(), ev_.outcome_.at = {};
  return done;
}

bool Sums::in_chunks(const Expression& sum, const SumPlan& plan, Result& result) {
  const Range& range = sum.ranges[0];
  const Number first = ev_.decided(*range.first, ""), end = ev_.decided(*range.end, "");
  if (ev_.ended() || !is_small(first) || !is_small(end)) return false;
  if (end - first > kMost) return false;
  if (end <= first) return true;
  if (static_cast<UnsignedNumber>(end - first) > ev_.steps_) return false;
  result = {};
  moving_.clear();
  moving_.emplace_back(ev_.base_ + range.slot, Linear{});
  for (Number at = first; at < end; at += count_) {
    count_ = end - at;
    moving_.resize(1);
    moving_[0].second = {at, 1};
    Term now;
    if (!term(plan, now)) return false;
    if (sum.type.real && (!now.a.store || (now.is_product && !now.b.store))) return false;
    add(sum, now, result);
  }
  ev_.steps_ -= static_cast<uint64_t>(end - first);
  return true;
}

bool Sums::term(const SumPlan& plan, Term& out) {
  out.is_product = plan.kind == Plan::product;
  if (!out.is_product) return factor(plan, out.a);
  return factor(plan.parts[0], out.a) && factor(plan.parts[1], out.b);
}

bool Sums::factor(const SumPlan& plan, Factor& out) {
  switch (plan.kind) {
    case Plan::element:
      return element(plan, out);
    case Plan::real:
      if (!factor(plan.parts[0], out) || out.to) return false;
      out.to = plan.e->type.real;
      return true;
    case Plan::choice: {
      bool first = false;
      return condition(plan.parts[0], first) && factor(plan.parts[first ? 1 : 2], out);
    }
    case Plan::call:
    case Plan::let:
      return inside(plan, [&] { return factor(plan.parts.back(), out); });
    default:
      // So that no sum of so many products overflows.
      return linear(plan, out.place) && fits(out.place.first, kWidest, true) &&
             fits(out.place.at(count_), kWidest, true);
  }
}

// Where a call's value is computed, or a let's.
template <class Use>
bool Sums::inside(const SumPlan& plan, const Use& use) {
  if (plan.kind == Plan::let) return bind(plan.parts[0], plan.e->index) && use();
  const Routine& routine = ev_.chip_.routines[plan.e->index];
  const size_t arguments = plan.parts.size() - 1, moving = moving_.size(), begin = ev_.top_;
  // As Evaluator::enter() does: arguments are evaluated in the caller's frame and lie where the routine's begins.
  ev_.top_ += arguments;
  if (ev_.frames_.size() < ev_.top_) ev_.frames_.resize(2 * ev_.top_);
  for (size_t n = 0; n < arguments; ++n)
    if (!bind(plan.parts[n], static_cast<uint32_t>(begin + n - ev_.base_))) return false;
  ev_.top_ = begin;
  const size_t outer = ev_.enter(routine.slots);
  const bool done = use();
  ev_.leave(outer);
  moving_.resize(moving);
  return done;
}

bool Sums::bind(const SumPlan& plan, uint32_t slot) {
  if (plan.kind != Plan::fixed) {
    Linear moves;
    if (!linear(plan, moves)) return false;
    moving_.emplace_back(ev_.base_ + slot, moves);
    return true;
  }
  const Evaluator::Value found = ev_.value(*plan.e);
  if (ev_.ended() || !found.defined) return false;
  ev_.local(slot) = found;
  return true;
}

bool Sums::linear(const SumPlan& plan, Linear& out) {
  switch (plan.kind) {
    case Plan::fixed: {
      if (plan.e->kind == Expression::Kind::number) {
        out = {plan.e->number, 0};
      } else {
        const Evaluator::Value found = ev_.value(*plan.e);
        if (ev_.ended() || !found.defined) return false;
        out = {found.number, 0};
      }
      return is_small(out.first);
    }
    case Plan::index: {
      const size_t slot = ev_.base_ + plan.e->index;
      const auto found = std::find_if(moving_.rbegin(), moving_.rend(), [&](const auto& m) { return m.first == slot; });
      if (found == moving_.rend()) return false;
      out = found->second;
      return true;
    }
    case Plan::combine: {
      Linear a, b;
      if (!linear(plan.parts[0], a) || !linear(plan.parts[1], b)) return false;
      if (plan.e->operation == Operator::add)
        out = {a.first + b.first, a.step + b.step};
      else if (plan.e->operation == Operator::subtract)
        out = {a.first - b.first, a.step - b.step};
      else if (a.step == 0 || b.step == 0)
        out = {a.first * b.first, a.first * b.step + b.first * a.step};
      else
        return false;
      return is_small(out.first) && is_small(out.step) && is_small(out.at(count_));
    }
    default:
      return false;
  }
}

bool Sums::condition(const SumPlan& plan, bool& out) {
  switch (plan.kind) {
    case Plan::fixed: {
      const Evaluator::Value found = ev_.value(*plan.e);
      out = found.number != 0;
      return !ev_.ended() && found.defined;
    }
    case Plan::opposite:
      if (!condition(plan.parts[0], out)) return false;
      out = !out;
      return true;
    case Plan::both:
    case Plan::either:
      if (!condition(plan.parts[0], out)) return false;
      return out == (plan.kind == Plan::either) || condition(plan.parts[1], out);
    default:
      return compare(plan, out);
  }
}

// What holds first, and as long as it does.
bool Sums::compare(const SumPlan& plan, bool& out) {
  Linear a, b;
  if (!linear(plan.parts[0], a) || !linear(plan.parts[1], b)) return false;
  out = holds(plan.e->operation, a.first, b.first);
  if (a.step == b.step) return true;
  for (Number n = 1; n < count_; ++n)
    if (holds(plan.e->operation, a.at(n), b.at(n)) != out) count_ = n;
  return true;
}

bool Sums::element(const SumPlan& plan, Factor& out) {
  const std::vector<uint64_t>& extents = ev_.extents_[plan.e->index];
  out.store = &ev_.stores_[plan.e->index];
  out.type = &plan.e->type;
  if (!out.type->real && out.type->width > kWidest) return false;
  out.place = {};
  for (size_t i = 0; i < plan.parts.size(); ++i) {
    Linear index;
    if (!linear(plan.parts[i], index)) return false;
    const Number extent = static_cast<Number>(extents[i]), last = index.at(count_ - 1);
    if (index.first < 0 || index.first >= extent || last < 0 || last >= extent) return false;
    out.place = {out.place.first * extent + index.first, out.place.step * extent + index.step};
  }
  return true;
}

double Sums::real_of(const Factor& factor, Number n, bool& defined) const {
  const Cell cell = factor.store->read(static_cast<uint64_t>(factor.place.at(n)));
  defined &= cell.defined;
  const double value = factor.type->real->value(cell.bits);
  return factor.to ? factor.to->round(value) : value;
}

void Sums::add(const Expression& sum, const Term& term, Result& result) const {
  const auto count = static_cast<int64_t>(count_);
  if (sum.type.real) {
    const RealFormat& format = *sum.type.real;
    const RealFormat* product = term.is_product ? sum.operands[0]->type.real : nullptr;
    for (int64_t n = 0; n < count; ++n) {
      double one = real_of(term.a, n, result.defined);
      if (product) one = product->round(one * real_of(term.b, n, result.defined));
      result.real = format.round(result.real + one);
    }
    return;
  }
  struct Walk {
    const Store* store;
    const Type* type;
    int64_t at, step;
    int64_t next(bool& defined) {
      const int64_t now = at;
      at += step;
      if (!store) return now;
      const Cell cell = store->read(static_cast<uint64_t>(now));
      defined &= cell.defined;
      return number_of(cell.bits, *type);
    }
  };
  auto walk = [](const Factor& f) {
    return Walk{f.store, f.type, static_cast<int64_t>(f.place.first), static_cast<int64_t>(f.place.step)};
  };
  Walk a = walk(term.a), b = walk(term.b);
  bool defined = true;
  Number total = 0;
  for (int64_t n = 0; n < count; ++n) {
    const int64_t one = a.next(defined);
    total += term.is_product ? Number{one} * b.next(defined) : Number{one};
  }
  result.number += total;
  result.defined &= defined;
}

}  // namespace portolan::accelerator
