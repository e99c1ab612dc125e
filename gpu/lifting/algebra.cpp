#include "gpu/lifting/algebra.h"

#include <cmath>

namespace portolan::lifting {

using accelerator::Builtin;
using accelerator::Conversion;
using accelerator::Mark;
using accelerator::Marked;
using accelerator::Operator;
using accelerator::Type;
using Kind = Expression::Kind;

Mark Algebra::add(ExpressionPtr e) {
  known_.push_back(std::move(e));
  return static_cast<Mark>(known_.size());
}

Mark Algebra::unknown(const char* what) {
  if (why_.empty()) why_ = std::string("the specification has ") + what + ", which is not followed";
  return add(nullptr);
}

void Algebra::input(uint32_t state, uint64_t cell, uint32_t argument, const Type& type) {
  const std::vector<Affine> place = {Affine{static_cast<int64_t>(cell), {}}};
  cells_[{state, cell}] =
      add(type.real ? element(argument, place) : whole_element(argument, place, type.width, type.is_signed));
}

ExpressionPtr Algebra::of(Marked x, bool real) const {
  if (x.mark != 0) return known_[x.mark - 1];
  return number(real ? x.real : static_cast<double>(x.number));
}

ExpressionPtr Algebra::condition(Marked x) const {
  return x.mark != 0 ? known_[x.mark - 1] : truth(x.number != 0);
}

ExpressionPtr Algebra::at(uint32_t state, uint64_t cell, const Type& type, uint64_t bits) const {
  const auto found = cells_.find({state, cell});
  if (found != cells_.end() && found->second != 0) return known_[found->second - 1];
  if (type.real) return number(type.real->value(bits));
  return number(
      static_cast<double>(accelerator::wrap(static_cast<accelerator::Number>(bits), type.width, type.is_signed)));
}

Mark Algebra::operation(Operator operation, const Type& operands, const Type&, Marked a, Marked b) {
  const bool real = operands.real != nullptr;
  const auto compared = [&](const char* name, Marked x, Marked y, bool holds = true) {
    ExpressionPtr p = of(x, real), q = of(y, real);
    if (!p || !q) return add(nullptr);
    if (!real) p = held(p, operands), q = held(q, operands);
    // A number that a whole one is compared with may follow from its place.
    if (!real && x.mark == 0) p = place(static_cast<int64_t>(x.number));
    if (!real && y.mark == 0) q = place(static_cast<int64_t>(y.number));
    ExpressionPtr made = compare(name, real, p, q);
    return add(holds ? made : negation(made));
  };
  switch (operation) {
    case Operator::less:
      return compared("<", a, b);
    case Operator::less_equal:
      return compared("<=", a, b);
    case Operator::greater:
      return compared("<", b, a);
    case Operator::greater_equal:
      return compared("<=", b, a);
    case Operator::equal:
      return compared("==", a, b);
    case Operator::not_equal:
      return compared("==", a, b, false);
    case Operator::logical_and:
    case Operator::logical_or: {
      const ExpressionPtr p = condition(a), q = condition(b);
      return add(p && q ? both(operation == Operator::logical_and, {p, q}) : nullptr);
    }
    case Operator::logical_not: {
      const ExpressionPtr p = condition(a);
      return add(p ? negation(p) : nullptr);
    }
    default:
      break;
  }
  const ExpressionPtr x = of(a, real);
  if (!x) return add(nullptr);
  if (operation == Operator::negate) return add(product({number(-1), x}));
  const ExpressionPtr y = of(b, real);
  if (!y) return add(nullptr);
  switch (operation) {
    case Operator::add:
      return add(sum({x, y}));
    case Operator::subtract:
      return add(sum({x, product({number(-1), y})}));
    case Operator::multiply:
      return add(product({x, y}));
    case Operator::divide:
      return real ? add(product({x, inverse(y)})) : unknown("a division of whole numbers, downwards");
    case Operator::shift_right:
      // Bits of a number from there on; how many says what is made of it.
      if (b.mark == 0 && operands.width > b.number && b.number > 0)
        return add(
            field(x, static_cast<int64_t>(b.number), static_cast<int>(operands.width - b.number), operands.is_signed));
      if (b.mark == 0 && x->kind == Kind::element) return add(field(x, static_cast<int64_t>(b.number), 64, false));
      return unknown("a shift");
    default:
      return unknown("operations on bits");
  }
}

// What lies in a format: sums that may be beyond it are wrapped before anything looks at their size.
ExpressionPtr Algebra::held(ExpressionPtr x, const Type& type) {
  return type.real ? x : settled(std::move(x), type.width, type.is_signed);
}

Mark Algebra::builtin(Builtin which, const accelerator::Expression& e, const Marked* operands, size_t count) {
  const bool real = !e.operands.empty() && e.operands[0]->type.real != nullptr;
  ExpressionPtr x = of(operands[0], real || e.type.real);
  if (!x) return add(nullptr);
  const auto whole = [&](const char* how) {
    const Type& type = e.operands[0]->type;
    if (!type.real || (type.real->fraction_bits != 23 && type.real->fraction_bits != 52)) return unknown("a function");
    return add(made_whole(how, type.real->fraction_bits == 23 ? "f32" : "f64", x));
  };
  switch (which) {
    case Builtin::minimum:
    case Builtin::maximum: {
      ExpressionPtr y = count == 2 ? of(operands[1], real || e.type.real) : nullptr;
      if (!y) return add(nullptr);
      if (!real && !e.type.real) {
        const Type& last = e.operands.back()->type;
        x = held(x, e.operands[0]->type), y = held(y, last);
      }
      return add(extreme(which == Builtin::maximum, {x, y}));
    }
    case Builtin::divide_toward_zero:
      return operands[1].mark == 0 && operands[1].number > 0
                 ? add(quotient(held(x, e.operands[0]->type), static_cast<double>(operands[1].number)))
                 : unknown("a division of whole numbers");
    case Builtin::round_even:
      return whole("round_even");
    case Builtin::round_toward_zero:
      return whole("round_zero");
    case Builtin::floor:
      return whole("floor");
    case Builtin::ceiling:
      return whole("ceil");
    case Builtin::absolute:
      return add(function("abs", x));
    case Builtin::square_root:
      return add(function("sqrt", x));
    case Builtin::exponential:
      return add(function("exp", x));
    case Builtin::sine:
      return add(function("sin", x));
    case Builtin::cosine:
      return add(function("cos", x));
    default:
      return unknown("a function");
  }
}

// Roundings don't count, nor does what is lost modulo a power of two.
Mark Algebra::conversion(Conversion which, const Type& from, const Type& to, Marked a) {
  const ExpressionPtr x = of(a, false);
  if (!x) return add(nullptr);
  if (which == Conversion::round) return from.real ? a.mark : add(held(x, from));
  if (which == Conversion::saturate && !from.real) return add(saturated(held(x, from), to.width, to.is_signed));
  if (which != Conversion::wrap) return unknown("a conversion");
  if (x->kind == Kind::field && to.width <= static_cast<unsigned>(x->variable))
    return add(field(x->parts[0], x->extent.constant, static_cast<int>(to.width), to.is_signed));
  return a.mark;
}

Mark Algebra::slice(Marked, unsigned, unsigned) {
  return unknown("bits of a number");
}

Mark Algebra::choice(Marked condition_, const Type& type, Marked then, Marked otherwise) {
  const ExpressionPtr c = condition(condition_), x = of(then, type.real), y = of(otherwise, type.real);
  if (!c || !x || !y) return add(nullptr);
  const auto leaf = [&](Marked m, const ExpressionPtr& e) {
    return m.mark == 0 && !type.real ? place(static_cast<int64_t>(m.number)) : e;
  };
  return add(lifting::choice(c, leaf(then, x), leaf(otherwise, y)));
}

Mark Algebra::read(uint32_t state, uint64_t first, unsigned cells, const Type&, uint64_t) {
  if (cells != 1) return unknown("several elements as one");
  const auto found = cells_.find({state, first});
  return found == cells_.end() ? 0 : found->second;
}

void Algebra::write(uint32_t state, uint64_t first, unsigned cells, const Type&, Marked value) {
  for (unsigned n = 0; n < cells; ++n)
    cells_[{state, first + n}] = cells == 1 ? value.mark : unknown("several elements");
}

ExpressionPtr placed(const ExpressionPtr& e, const std::vector<std::vector<int64_t>>& extents, Placed& known) {
  if (const auto found = known.find(e.get()); found != known.end()) return found->second;
  ExpressionPtr result = e;
  if (e->kind == Expression::Kind::element && !e->index.empty()) {
    const std::vector<int64_t>& shape = extents[e->tensor];
    std::vector<Affine> index(shape.size());
    int64_t flat = e->index[0].constant;
    for (size_t d = shape.size(); d-- > 0; flat /= shape[d]) index[d].constant = flat % shape[d];
    result = with_index(*e, std::move(index));
  } else if (!e->parts.empty()) {
    std::vector<ExpressionPtr> parts;
    for (const ExpressionPtr& part : e->parts) parts.push_back(placed(part, extents, known));
    result = with_parts(*e, std::move(parts));
  }
  known.emplace(e.get(), result);
  return result;
}

bool same_expression(const ExpressionPtr& a, const ExpressionPtr& b) {
  std::vector<Affine> places, other_places;
  std::vector<double> numbers, other_numbers;
  if (form_of(*a, places, &numbers) != form_of(*b, other_places, &other_numbers) || places != other_places)
    return false;
  for (size_t n = 0; n < numbers.size(); ++n)
    if (!(std::fabs(numbers[n] - other_numbers[n]) <= 1e-9 * std::fabs(numbers[n]))) return false;
  return true;
}

}  // namespace portolan::lifting
