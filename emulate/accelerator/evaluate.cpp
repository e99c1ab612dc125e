#include "emulate/accelerator/evaluate.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {
namespace {

Number number_of_bits(uint64_t bits, const Type& type) {
  const unsigned spare = 64 - type.width;
  return type.is_signed ? static_cast<int64_t>(bits << spare) >> spare : static_cast<Number>(bits);
}

bool is_small(Number n) {
  return n == static_cast<int64_t>(n);
}

}  // namespace

Evaluator::Evaluator(const Description& chip, uint64_t steps) : chip_(chip), sums_(*this), steps_(steps) {
  for (const State& state : chip.states) {
    stores_.emplace_back(state);
    extents_.emplace_back(state.extent.begin(), state.extent.end());
  }
  frames_.resize(1024);
}

void Evaluator::fail(Outcome::Kind kind, Position at, std::string why) {
  if (!ended()) outcome_ = {kind, std::move(why), at, outcome_.instruction};
}

bool Evaluator::step(Position at) {
  if (steps_-- > 0) return true;
  steps_ = 0;
  fail(Outcome::Kind::endless, at, "the budget of steps is used up");
  return false;
}

size_t Evaluator::enter(uint32_t slots) {
  const size_t outer = base_;
  base_ = top_;
  top_ += slots;
  if (frames_.size() < top_) frames_.resize(2 * top_);
  return outer;
}

// Arguments are evaluated in the caller's frame, and lie where the routine's begins.
size_t Evaluator::enter(const Routine& routine, const std::vector<ExpressionPointer>& arguments) {
  const size_t begin = top_;
  top_ += arguments.size();
  if (frames_.size() < top_) frames_.resize(2 * top_);
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Value argument = value(*arguments[i]);  // first: what it calls may move the frames
    frames_[begin + i] = argument;
  }
  top_ = begin;
  return enter(routine.slots);
}

void Evaluator::leave(size_t outer) {
  top_ = base_;
  base_ = outer;
}

void Evaluator::set_field(uint32_t slot, const Field& field, UnsignedNumber raw) {
  Value& place = local(slot);
  place = {};
  if (field.type.real)
    place.real = field.type.real->value(static_cast<uint64_t>(raw));
  else
    place.number = field_value(field, raw);
}

void Evaluator::begin(const Instruction& instruction, const Word& word) {
  base_ = top_ = 0;
  stops = false;
  jump.reset();
  enter(instruction.slots);
  const Format& format = chip_.formats[instruction.format];
  for (uint32_t i = 0; i < format.fields.size(); ++i) set_field(i, format.fields[i], raw_bits(format.fields[i], word));
}

// A value that decides something must be defined.
Number Evaluator::decided(const Expression& e, const char* what) {
  if (e.kind == Expression::Kind::number) return integer(e);
  const bool outer = std::exchange(tainted_, false);
  const Number number = integer(e);
  if (mark_ != 0 && !ended()) observer_->lost(e.at, fmt::format("{} depends on the inputs", what));
  mark_ = 0;
  if (tainted_)
    fail(Outcome::Kind::undefined, e.at,
         fmt::format("{} depends on something that nothing has defined{}", what,
                     undefined_in_ == kNone ? "" : fmt::format(", in {}", chip_.states[undefined_in_].name)));
  tainted_ = outer;
  return number;
}

bool Evaluator::holds(const Expression& condition) {
  return decided(condition, "this condition") != 0;
}

Evaluator::Value Evaluator::value(const Expression& e) {
  if (e.kind == Expression::Kind::local && !ended()) {
    const Value& found = local(e.index);
    mark_ = found.mark;
    return found;
  }
  Value result;
  const bool outer = std::exchange(tainted_, false);
  if (e.type.real)
    result.real = real(e);
  else
    result.number = integer(e);
  result.defined = !tainted_;
  result.mark = mark_;
  tainted_ = outer;
  return result;
}

std::optional<uint64_t> Evaluator::place(const Expression& e) {
  const std::vector<uint64_t>& extents = extents_[e.index];
  uint64_t index = 0;
  for (size_t i = 0; i < e.operands.size(); ++i) {
    const Expression& operand = *e.operands[i];
    Number n;
    if (operand.kind == Expression::Kind::local && local(operand.index).defined && local(operand.index).mark == 0)
      n = local(operand.index).number;
    else
      n = operand.kind == Expression::Kind::number ? operand.number : decided(operand, "this index");
    if (ended()) return std::nullopt;
    if (n < 0 || n >= static_cast<Number>(extents[i])) {
      fail(Outcome::Kind::illegal, operand.at,
           fmt::format("{} has {} elements here, and the index is {}", chip_.states[e.index].name, extents[i],
                       to_string(n)));
      return std::nullopt;
    }
    index = index * extents[i] + static_cast<uint64_t>(n);
  }
  return index;
}

// The bits that stand in a place of the chip's state.
uint64_t Evaluator::bits_in(const Expression& e) {
  const auto index = place(e);
  mark_ = 0;
  if (!index) return 0;
  if (e.kind == Expression::Kind::element) {
    const Cell cell = stores_[e.index].read(*index);
    if (!cell.defined) taint(e.index);
    if (observer_) mark_ = observer_->read(e.index, *index, 1, e.type, cell.bits);
    return cell.bits;
  }
  uint64_t bits = 0;
  const unsigned bytes = e.type.width / 8;
  if (*index + bytes > stores_[e.index].size()) {
    fail(Outcome::Kind::illegal, e.at,
         fmt::format("{} ends at {}", chip_.states[e.index].name, stores_[e.index].size()));
    return 0;
  }
  for (unsigned i = 0; i < bytes; ++i) {
    const Cell cell = stores_[e.index].read(*index + i);
    if (!cell.defined) taint(e.index);
    bits |= cell.bits << (8 * i);
  }
  if (observer_) mark_ = observer_->read(e.index, *index, bytes, e.type, bits);
  return bits;
}

Number Evaluator::integer_of_field(const Expression& e) {
  const Number whole = integer(*e.operands[0]);
  if (mark_ != 0) {
    if (e.field) observer_->lost(e.at, "a field of a value that depends on the inputs");
    mark_ = e.field ? 0 : observer_->slice({mark_, whole, 0}, e.low, e.width);
  }
  if (e.field && e.field->ranges.size() == 1) {  // nearly all; without the vector that parts of a word come in
    const UnsignedNumber raw =
        static_cast<UnsignedNumber>(whole) >> e.field->ranges[0].low & mask_of(e.field->ranges[0].width());
    const bool plain = !e.field->type.is_signed && e.field->scale == 1 && e.field->offset == 0;
    return plain ? static_cast<Number>(raw) : field_value(*e.field, raw);
  }
  if (e.field) return field_value(*e.field, raw_bits(*e.field, {static_cast<UnsignedNumber>(whole)}));
  return static_cast<Number>((static_cast<UnsignedNumber>(whole) >> e.low) & mask_of(e.width));
}

// Where several values become one.
Number Evaluator::integer_of_many(const Expression& e) {
  const Value result = e.kind == Expression::Kind::reduce ? reduce(e)
                       : e.kind == Expression::Kind::call ? call(e)
                                                          : chosen(e);
  tainted_ |= !result.defined;
  mark_ = result.mark;
  return result.number;
}

// What is no number, local or operation.
Number Evaluator::computed_integer(const Expression& e) {
  mark_ = 0;
  switch (e.kind) {
    case Expression::Kind::element:
    case Expression::Kind::as_element:
      return number_of_bits(bits_in(e), e.type);
    case Expression::Kind::field_of:
      return integer_of_field(e);
    case Expression::Kind::condition:
      // Without marks to be joined the numbers suffice: what is undefined in a part is so in the whole.
      if (observer_) return integer_of_many(e);
      return integer(*e.operands[integer(*e.operands[0]) != 0 ? 1 : 2]);
    case Expression::Kind::call: {
      if (observer_) return integer_of_many(e);
      const Routine& routine = chip_.routines[e.index];
      const size_t outer = enter(routine, e.operands);
      const Number number = integer(*routine.value);
      leave(outer);
      return number;
    }
    case Expression::Kind::match:
    case Expression::Kind::reduce:
      return integer_of_many(e);
    case Expression::Kind::let:
      local(e.index) = value(*e.operands[0]);
      return integer(*e.operands[1]);
    case Expression::Kind::builtin:
      return integer_builtin(e);
    case Expression::Kind::convert:
      return integer_conversion(e);
    default:
      return 0;  // nothing else is left after checking
  }
}

// Of two or more ways the one that is taken; with a condition that depends on the inputs both are looked at.
Evaluator::Value Evaluator::chosen(const Expression& e) {
  if (e.kind == Expression::Kind::match) {
    const Expression* found = case_of(e);
    return found ? value(*found) : Value{};
  }
  const Value condition = value(*e.operands[0]);
  if (condition.mark == 0) {
    Value result = value(*e.operands[condition.number != 0 ? 1 : 2]);
    result.defined &= condition.defined;
    return result;
  }
  const Value then = value(*e.operands[1]), otherwise = value(*e.operands[2]);
  Value result = condition.number != 0 ? then : otherwise;
  result.defined = condition.defined && then.defined && otherwise.defined;
  result.mark = observer_->choice(marked(condition), e.type, marked(then), marked(otherwise));
  return result;
}

Number Evaluator::integer_operation(const Expression& e) {
  if (e.kind == Expression::Kind::binary && e.operands[0]->type.real) {
    const double a = real(*e.operands[0]);
    const Mark of_a = mark_;
    const double b = real(*e.operands[1]);
    if ((of_a | mark_) != 0)
      mark_ = observer_->operation(e.operation, e.operands[0]->type, e.type, {of_a, 0, a}, {mark_, 0, b});
    if (std::isnan(a) || std::isnan(b)) return e.operation == Operator::not_equal;
    return *apply(e.operation, (a > b) - (a < b), 0);
  }
  const Number a = integer(*e.operands[0]);
  const Mark of_a = mark_;
  // The right side may only make sense where the left one says so.
  if (of_a == 0) {
    if (e.operation == Operator::logical_and && a == 0) return 0;
    if (e.operation == Operator::logical_or && a != 0) return 1;
  }
  mark_ = 0;
  const Number b = e.kind == Expression::Kind::binary ? integer(*e.operands[1]) : 0;
  if ((of_a | mark_) != 0)
    mark_ = observer_->operation(e.operation, e.operands[0]->type, e.type, {of_a, a, 0}, {mark_, b, 0});
  if (is_small(a) && is_small(b)) {  // most numbers are, and nothing can overflow then
    switch (e.operation) {
      case Operator::add:
        return a + b;
      case Operator::subtract:
        return a - b;
      case Operator::multiply:
        return a * b;
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
      case Operator::greater_equal:
        return a >= b;
      case Operator::logical_and:
        return a != 0 && b != 0;
      case Operator::logical_or:
        return a != 0 || b != 0;
      case Operator::logical_not:
        return a == 0;
      default:
        break;
    }
  }
  const auto result = apply(e.operation, a, b);
  if (!result && !ended()) fail(Outcome::Kind::undefined, e.at, std::string(why_not(e.operation, b)));
  return result.value_or(0);
}

Number Evaluator::step_of_builtin(Builtin which, const Expression& e, Number a, Number b) {
  if (which == Builtin::minimum) return std::min(a, b);
  if (which == Builtin::maximum) return std::max(a, b);
  const bool divides = which == Builtin::divide_toward_zero;
  if (ended()) return 0;
  if (b == 0) {
    fail(Outcome::Kind::undefined, e.at, "a division by zero");
    return a;
  }
  if (b == -1) return divides ? apply(Operator::negate, a, 0).value_or(0) : Number{0};
  return divides ? a / b : a % b;
}

Number Evaluator::integer_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  const auto of_real = [&](double x) {
    const Marked operand{mark_, 0, x};
    if (mark_ != 0) mark_ = observer_->builtin(which, e, &operand, 1);
  };
  switch (which) {
    case Builtin::here:
      return here;
    case Builtin::bits: {
      const double x = real(*e.operands[0]);
      of_real(x);
      return static_cast<Number>(e.operands[0]->type.real->bits(x));
    }
    case Builtin::is_nan: {
      const double x = real(*e.operands[0]);
      of_real(x);
      return std::isnan(x);
    }
    case Builtin::round_even:
    case Builtin::round_toward_zero:
    case Builtin::floor:
    case Builtin::ceiling: {
      const auto number = rounded(e);
      of_real(0);
      if (!number && !ended())
        fail(Outcome::Kind::undefined, e.at, "an infinity, a NaN or a number beyond 2^126 is made an integer");
      return number.value_or(0);
    }
    default:
      break;
  }
  Number a = integer(*e.operands[0]);
  Mark of_a = mark_;
  for (size_t i = 1; i < e.operands.size(); ++i) {
    const Number b = integer(*e.operands[i]);
    const Marked both[] = {{of_a, a, 0}, {mark_, b, 0}};
    of_a = (of_a | mark_) != 0 ? observer_->builtin(which, e, both, 2) : 0;
    a = step_of_builtin(which, e, a, b);
  }
  mark_ = of_a;
  if (e.operands.size() == 1 && of_a != 0) {
    const Marked one{of_a, a, 0};
    mark_ = observer_->builtin(which, e, &one, 1);
  }
  if (which == Builtin::absolute && a < 0) a = apply(Operator::negate, a, 0).value_or(0);
  if (which == Builtin::log2) {
    if (a < 1 && !ended()) fail(Outcome::Kind::undefined, e.at, "the logarithm of a number below 1");
    Number power = 0;
    for (; a > 1; a >>= 1) ++power;
    a = power;
  }
  return a;
}

// round_even and its like, where an integer of at most 126 bits is the result.
std::optional<Number> Evaluator::rounded(const Expression& e) {
  double x = real(*e.operands[0]);
  const auto which = static_cast<Builtin>(e.index);
  if (which == Builtin::round_even)
    x = std::nearbyint(x);
  else if (which == Builtin::floor)
    x = std::floor(x);
  else if (which == Builtin::ceiling)
    x = std::ceil(x);
  else
    x = std::trunc(x);
  if (!(std::fabs(x) < 0x1p126)) return std::nullopt;
  return static_cast<Number>(x);
}

Number Evaluator::integer_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  const Type& to = e.type;
  const auto which = static_cast<Conversion>(e.index);
  // Of an infinity too: it is beyond every limit.
  if (which == Conversion::saturate && from.kind == Expression::Kind::builtin && from.operands.size() == 1 &&
      from.operands[0]->type.real) {
    const auto rounding = static_cast<Builtin>(from.index);
    if (rounding >= Builtin::round_even && rounding <= Builtin::ceiling)
      if (const double x = real(*from.operands[0]); std::fabs(x) >= 0x1p120) {
        if (mark_ != 0) {
          const Marked operand{mark_, 0, x};
          mark_ = observer_->conversion(which, from.type, to, {observer_->builtin(rounding, from, &operand, 1), 0, 0});
        }
        return saturate(x < 0 ? -(Number{1} << 120) : Number{1} << 120, to.width, to.is_signed);
      }
  }
  const Number x = integer(from);
  if (mark_ != 0) mark_ = observer_->conversion(which, from.type, to, {mark_, x, 0});
  if (which == Conversion::saturate) return saturate(x, to.width, to.is_signed);
  return wrap(x, to.width, to.is_signed);  // wrap, view
}

const Expression* Evaluator::case_of(const Expression& e) {
  const Number subject = integer(*e.operands[0]);
  if (mark_ != 0) observer_->lost(e.at, "what is matched here depends on the inputs");
  size_t i = 1;
  for (; i + 1 < e.operands.size(); i += 2)
    if (e.operands[i]->number == subject ||
        (e.operands[i]->kind != Expression::Kind::number && integer(*e.operands[i]) == subject))
      return e.operands[i + 1].get();
  if (i < e.operands.size()) return e.operands[i].get();
  fail(Outcome::Kind::illegal, e.at, fmt::format("{} is none of the cases here", to_string(subject)));
  return nullptr;
}

Evaluator::Value Evaluator::reduce(const Expression& e) {
  const auto kind = static_cast<Reduction>(e.index);
  Value result;
  bool any = false;
  if (kind == Reduction::all) result.number = 1;
  if (kind == Reduction::sum && !interpret_all_)
    if (Sums::Result sum; sums_.run(e, sum)) return {sum.number, sum.real, sum.defined};
  if (kind == Reduction::sum && !e.type.real && !e.filter) {  // the heart of most chips
    const bool outer = std::exchange(tainted_, false);
    for_each(e.ranges, 0, [&] {
      const Number one = integer(*e.operands[0]);
      if ((mark_ | result.mark) != 0)
        result.mark = observer_->operation(Operator::add, e.type, e.type, marked(result), {mark_, one, 0});
      if (__builtin_add_overflow(result.number, one, &result.number))
        fail(Outcome::Kind::undefined, e.at, std::string(why_not(Operator::add, 1)));
      return true;
    });
    result.defined = !tainted_;
    tainted_ = outer;
    return result;
  }
  for_each(e.ranges, 0, [&] {
    if (e.filter && !holds(*e.filter)) return true;
    const Value one = value(*e.operands[0]);
    result.defined &= one.defined;
    const bool first = !std::exchange(any, true);
    if ((one.mark | result.mark) != 0) observe_reduction(e, kind, first, result, one);
    switch (kind) {
      case Reduction::sum:
        if (e.type.real) {
          result.real = e.type.real->round(result.real + one.real);
        } else if (__builtin_add_overflow(result.number, one.number, &result.number)) {
          fail(Outcome::Kind::undefined, e.at, std::string(why_not(Operator::add, 1)));
        }
        return true;
      case Reduction::maximum:
      case Reduction::minimum: {
        const bool larger = e.type.real ? one.real > result.real : one.number > result.number;
        if (e.type.real && !first && std::isnan(result.real)) return true;
        if (first || larger == (kind == Reduction::maximum) || (e.type.real && std::isnan(one.real)))
          result.number = one.number, result.real = one.real;
        return true;
      }
      case Reduction::any:
        result.number |= one.number;
        return result.number == 0;
      case Reduction::all:
        result.number &= one.number;
        return result.number != 0;
      case Reduction::count:
        result.number += one.number;
        return true;
    }
    return true;
  });
  if (!any && (kind == Reduction::maximum || kind == Reduction::minimum))
    fail(Outcome::Kind::undefined, e.at, fmt::format("the {} of nothing", e.name));
  return result;
}

// The mark of what a reduction has come to with one more.
void Evaluator::observe_reduction(const Expression& e, Reduction kind, bool first, Value& result, const Value& one) {
  if (kind == Reduction::sum) {
    result.mark = observer_->operation(Operator::add, e.type, e.type, marked(result), marked(one));
  } else if (kind == Reduction::maximum || kind == Reduction::minimum) {
    const Marked both[] = {marked(result), marked(one)};
    const Builtin which = kind == Reduction::maximum ? Builtin::maximum : Builtin::minimum;
    result.mark = first ? one.mark : observer_->builtin(which, e, both, 2);
  } else {
    observer_->lost(e.at, "what is counted here depends on the inputs");
  }
}

Evaluator::Value Evaluator::call(const Expression& e) {
  const Routine& routine = chip_.routines[e.index];
  const size_t outer = enter(routine, e.operands);
  const Value result = value(*routine.value);
  leave(outer);
  return result;
}

}  // namespace portolan::accelerator
