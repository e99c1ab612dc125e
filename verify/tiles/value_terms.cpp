#include "verify/tiles/value_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace portolan::tiles {

using namespace accelerator;

namespace {

constexpr unsigned kBits = 64;
constexpr Interval kAll{INT64_MIN, INT64_MAX};
constexpr Interval kReal{};  // of a real number: not looked at

bool is_all(Interval a) {
  return a.low == kAll.low && a.high == kAll.high;
}

bool inside(Interval a, Interval b) {
  return a.low >= b.low && a.high <= b.high;
}

Interval limits_of(const Type& type) {
  if (type.is_signed) return {-(Number{1} << (type.width - 1)), (Number{1} << (type.width - 1)) - 1};
  return {0, (Number{1} << type.width) - 1};
}

std::string key(const RealFormat& f) {
  return fmt::format("{}.{}.{}{}", f.exponent_bits, f.fraction_bits, f.bias, f.finite ? ".finite" : "");
}

}  // namespace

ValueTerms::ValueTerms(terms::Pool& pool, const Description& description)
    : pool_(pool),
      description_(description),
      cells_(description.states.size()),
      uses_(description.states.size()),
      clocks_(std::max<size_t>(1, description.units.size()), Clock(std::max<size_t>(1, description.units.size()), 0)),
      taken_(description.queues.size(), 0),
      ends_(description.queues.size(), {kNone, kNone}) {
  for (const Queue& queue : description.queues)
    tokens_.emplace_back(static_cast<size_t>(queue.tokens), Clock(clocks_.size(), 0));
}

void ValueTerms::lost(Position at, std::string why) {
  if (lost_.empty()) lost_ = at.line == 0 ? std::move(why) : fmt::format("line {}: {}", at.line, why);
}

Mark ValueTerms::give_up(std::string why) {
  lost({}, std::move(why));
  return 0;
}

Mark ValueTerms::made(Term term, Interval interval, Mark unbounded) {
  if (const auto found = known_.find(term); found != known_.end()) {
    Value& value = values_[found->second];
    value.interval = {std::max(value.interval.low, interval.low), std::min(value.interval.high, interval.high)};
    return found->second;
  }
  const Mark mark = static_cast<Mark>(values_.size());
  values_.push_back({term, interval, unbounded, {}, {}});
  known_.emplace(term, mark);
  return mark;
}

// Long sums come about one by one; made at every step, their terms would take the square of their length.
Mark ValueTerms::sum(Marked a, Marked b, Interval interval) {
  if (b.mark == 0 && b.number == 0) return a.mark;
  if (a.mark == 0 && a.number == 0) return b.mark;
  Value value;
  value.interval = interval;
  value.left = a;
  value.right = b;
  values_.push_back(value);
  return static_cast<Mark>(values_.size() - 1);
}

Term ValueTerms::term(Mark mark) {
  if (values_[mark].term) return values_[mark].term;
  terms::Linear all{terms::APInt(kBits, 0), {}};
  std::vector<Marked> open = {{mark, 0, 0}};
  while (!open.empty()) {
    const Marked one = open.back();
    open.pop_back();
    if (one.mark != 0 && !values_[one.mark].term) {
      open.push_back(values_[one.mark].left);
      open.push_back(values_[one.mark].right);
    } else if (one.mark == 0) {
      all.constant += terms::APInt(kBits, static_cast<uint64_t>(one.number));
    } else {
      all.parts.push_back({terms::APInt(kBits, 1), values_[one.mark].term});
    }
  }
  const Term made_term = pool_.from_linear(all);
  values_[mark].term = made_term;
  known_.emplace(made_term, mark);
  return made_term;
}

Term ValueTerms::term_of(const Marked& x, bool real) {
  if (x.mark != 0) return term(x.mark);
  if (real) return pool_.constant(kBits, std::bit_cast<uint64_t>(x.real));
  if (!inside({x.number, x.number}, kAll)) (void)give_up("a number of more than 64 bits");
  return pool_.constant(kBits, static_cast<uint64_t>(x.number));
}

Interval ValueTerms::interval_of(const Marked& x) const {
  return x.mark != 0 ? values_[x.mark].interval : Interval{x.number, x.number};
}

Term ValueTerms::function(const std::string& name, std::vector<Term> arguments) {
  return pool_.apply("." + name, kBits, arguments);
}

Mark ValueTerms::operation(Operator operation, const Type& operands, const Type&, Marked a, Marked b) {
  if (operands.real) return real_operation(operation, operands, a, b);
  return integer_operation(operation, a, b);
}

Mark ValueTerms::integer_operation(Operator operation, Marked a, Marked b) {
  const Interval x = interval_of(a), y = interval_of(b);
  Interval i;
  if (operation == Operator::add) {
    i = {x.low + y.low, x.high + y.high};
    return inside(i, kAll) ? sum(a, b, i) : give_up("a sum that may need more than 64 bits");
  }
  const Term p = term_of(a, false), q = term_of(b, false);
  switch (operation) {
    case Operator::subtract:
      i = {x.low - y.high, x.high - y.low};
      return inside(i, kAll) ? made(pool_.sub(p, q), i) : give_up("a difference that may need more than 64 bits");
    case Operator::negate:
      i = {-x.high, -x.low};
      return inside(i, kAll) ? made(pool_.negate(p), i) : give_up("a number that may need more than 64 bits");
    case Operator::complement:
      return made(pool_.bit_not(p), {-x.high - 1, -x.low - 1});
    case Operator::multiply: {
      const Number corners[] = {x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high};
      i = {std::ranges::min(corners), std::ranges::max(corners)};
      return inside(i, kAll) ? made(pool_.mul(p, q), i) : give_up("a product that may need more than 64 bits");
    }
    case Operator::shift_left:
    case Operator::shift_right:
      return shifted(operation, a, b);
    case Operator::bit_and:
    case Operator::bit_or:
    case Operator::bit_xor: {
      if (is_all(x) || is_all(y)) return give_up("bits of a number that may need more than 64 bits");
      const bool masks = operation == Operator::bit_and && (x.low >= 0 || y.low >= 0);
      i = masks ? Interval{0, x.low >= 0 && y.low >= 0 ? std::min(x.high, y.high)
                              : x.low >= 0             ? x.high
                                                       : y.high}
                : kAll;
      return made(operation == Operator::bit_and  ? pool_.bit_and(p, q)
                  : operation == Operator::bit_or ? pool_.bit_or(p, q)
                                                  : pool_.bit_xor(p, q),
                  i);
    }
    case Operator::divide:
    case Operator::modulo:
      return give_up("a quotient of a number that depends on the inputs");
    default:
      return compared(operation, a, b);
  }
}

Mark ValueTerms::shifted(Operator operation, Marked a, Marked b) {
  if (b.mark != 0 || b.number < 0 || b.number > 63) return give_up("a shift by a number that depends on the inputs");
  const auto by = static_cast<int>(b.number);
  const Interval x = interval_of(a);
  if (is_all(x)) return give_up("a shift of a number that may need more than 64 bits");
  const Term p = term_of(a, false), amount = pool_.constant(kBits, static_cast<uint64_t>(by));
  if (operation == Operator::shift_right) return made(pool_.ashr(p, amount), {x.low >> by, x.high >> by});
  const Interval i{x.low * (Number{1} << by), x.high * (Number{1} << by)};
  return inside(i, kAll) ? made(pool_.shl(p, amount), i) : give_up("a shift that may need more than 64 bits");
}

// Conditions are numbers 0 and 1.
Mark ValueTerms::compared(Operator operation, Marked a, Marked b) {
  const Term p = term_of(a, false), q = term_of(b, false), zero = pool_.constant(kBits, 0);
  Term bit;
  switch (operation) {
    case Operator::equal:
      bit = pool_.eq(p, q);
      break;
    case Operator::not_equal:
      bit = pool_.bit_not(pool_.eq(p, q));
      break;
    case Operator::less:
      bit = pool_.slt(p, q);
      break;
    case Operator::less_equal:
      bit = pool_.bit_not(pool_.slt(q, p));
      break;
    case Operator::greater:
      bit = pool_.slt(q, p);
      break;
    case Operator::greater_equal:
      bit = pool_.bit_not(pool_.slt(p, q));
      break;
    case Operator::logical_not:
      bit = pool_.eq(p, zero);
      break;
    case Operator::logical_and:
      bit = pool_.bit_and(pool_.bit_not(pool_.eq(p, zero)), pool_.bit_not(pool_.eq(q, zero)));
      break;
    default:
      bit = pool_.bit_or(pool_.bit_not(pool_.eq(p, zero)), pool_.bit_not(pool_.eq(q, zero)));
  }
  return made(pool_.zext(bit, kBits), {0, 1});
}

Mark ValueTerms::real_operation(Operator operation, const Type& type, Marked a, Marked b) {
  const std::string name(text(operation));
  if (operation == Operator::negate) return made(function("real.negate", {term_of(a, true)}), kReal);
  if (operation == Operator::multiply) {  // by one: nothing changes
    if (a.mark == 0 && a.real == 1) return b.mark;
    if (b.mark == 0 && b.real == 1) return a.mark;
  }
  std::vector<Term> both = {term_of(a, true), term_of(b, true)};
  if (operation == Operator::add || operation == Operator::multiply) std::ranges::sort(both);  // a NaN is a NaN
  const bool compares = operation >= Operator::equal && operation <= Operator::greater_equal;
  const Term result = function(fmt::format("real.{}.{}", name, compares ? "" : key(*type.real)), both);
  if (!compares) return made(result, kReal);
  return made(pool_.zext(pool_.extract(result, 0, 1), kBits), {0, 1});
}

// Between two constants, in one form whatever the order in which the bounds were applied.
Mark ValueTerms::bounded(Marked x, Interval limits) {
  (void)term(x.mark);
  const Value from = values_[x.mark];
  if (inside(from.interval, limits)) return x.mark;
  Mark base = x.mark;
  Interval bounds = limits;
  if (from.unbounded != 0) {  // it is min(max(base, low), high) with low <= high
    base = from.unbounded;
    bounds = {std::clamp(from.interval.low, limits.low, limits.high),
              std::clamp(from.interval.high, limits.low, limits.high)};
  }
  const Value whole = values_[base];
  Term t = whole.term;
  const auto constant = [&](Number n) { return pool_.constant(kBits, static_cast<uint64_t>(n)); };
  if (whole.interval.high > bounds.high)
    t = pool_.select(pool_.slt(constant(bounds.high), t), constant(bounds.high), t);
  if (whole.interval.low < bounds.low)
    t = pool_.select(pool_.slt(whole.term, constant(bounds.low)), constant(bounds.low), t);
  const Interval i{std::clamp(whole.interval.low, bounds.low, bounds.high),
                   std::clamp(whole.interval.high, bounds.low, bounds.high)};
  return made(t, i, base);
}

Mark ValueTerms::extreme(bool least, Marked a, Marked b) {
  if (a.mark == 0) std::swap(a, b);
  const Interval x = interval_of(a), y = interval_of(b);
  if (b.mark == 0) return bounded(a, least ? Interval{kAll.low, b.number} : Interval{b.number, kAll.high});
  Term p = term_of(a, false), q = term_of(b, false);
  if (q < p) std::swap(p, q);
  const Term bit = least ? pool_.slt(q, p) : pool_.slt(p, q);
  const auto pick = [&](Number m, Number n) { return least ? std::min(m, n) : std::max(m, n); };
  return made(pool_.select(bit, q, p), {pick(x.low, y.low), pick(x.high, y.high)});
}

Mark ValueTerms::builtin(Builtin which, const Expression& e, const Marked* operands, size_t count) {
  const Marked& a = operands[0];
  const bool from_real = e.operands[0]->type.real != nullptr;
  if (from_real) {
    std::vector<Term> arguments;
    for (size_t n = 0; n < count; ++n) arguments.push_back(term_of(operands[n], which != Builtin::scale || n == 0));
    std::string name = fmt::format("real.{}.{}", static_cast<uint32_t>(which), key(*e.operands[0]->type.real));
    if (which == Builtin::is_nan)
      return made(pool_.zext(pool_.extract(function(name, arguments), 0, 1), kBits), {0, 1});
    if (which == Builtin::bits) {
      const unsigned width = e.operands[0]->type.width;
      return made(
          pool_.zext(pool_.extract(function("real.bits." + key(*e.operands[0]->type.real), arguments), 0, width),
                     kBits),
          {0, (Number{1} << width) - 1});
    }
    if (which >= Builtin::round_even && which <= Builtin::ceiling) {
      if (const auto found = integers_.find(arguments[0]); found != integers_.end()) return found->second;
      rounded_.insert(arguments[0]);
      // Where it is beyond 64 bits it is as if it were at their end: every saturation comes to the same, and nothing
      // else is done with it (see conversion()).
      return made(function(fmt::format("real.{}", static_cast<uint32_t>(which)), arguments), kAll);
    }
    return made(function(name, arguments), kReal);
  }
  switch (which) {
    case Builtin::minimum:
    case Builtin::maximum:
      return extreme(which == Builtin::minimum, a, operands[1]);
    case Builtin::absolute: {
      const Interval x = interval_of(a);
      const Term p = term_of(a, false), zero = pool_.constant(kBits, 0);
      if (x.low == kAll.low) return give_up("a number that may need more than 64 bits");
      return made(pool_.select(pool_.slt(p, zero), pool_.negate(p), p), {0, std::max(x.high, -x.low)});
    }
    default:
      return give_up(fmt::format("{} of a number that depends on the inputs", e.name));
  }
}

Mark ValueTerms::wrapped(Marked x, const Type& to) {
  const Interval limits = limits_of(to);
  if (inside(interval_of(x), limits)) return x.mark;
  if (to.width >= kBits) return give_up("a number of 64 bits");
  const Term low = pool_.extract(term_of(x, false), 0, to.width);
  return made(to.is_signed ? pool_.sext(low, kBits) : pool_.zext(low, kBits), limits);
}

Mark ValueTerms::conversion(Conversion which, const Type& from, const Type& to, Marked a) {
  if (to.real) {
    const Term x = term_of(a, from.real != nullptr);
    const std::string name = from.real ? "real.round" : "real.of";
    if (which == Conversion::from_bits) {
      const Term bits = pool_.extract(x, 0, to.width);
      return made(function("real.value." + key(*to.real), {pool_.zext(bits, kBits)}), kReal);
    }
    if (which == Conversion::truncate) return made(function(name + ".truncate." + key(*to.real), {x}), kReal);
    if (from.real && key(*from.real) == key(*to.real)) return a.mark;
    const Term result = function(fmt::format("{}.{}", name, key(*to.real)), {x});
    const Number exact = Number{1} << std::min(to.real->fraction_bits + 1, 60u);  // and the format has the exponents
    const bool wide = to.real->exponent_bits >= 8 && inside(interval_of(a), {-exact, exact});
    if (!from.real && a.mark != 0 && wide) integers_.emplace(result, a.mark);
    return made(result, kReal);
  }
  const bool whole_range = is_all(interval_of(a));
  if (which == Conversion::saturate) {
    if (to.width >= kBits && whole_range) return give_up("a saturation to 64 bits");
    return bounded(a, limits_of(to));
  }
  // A real number made an integer may be anything, undefined too; only a saturation says what becomes of it.
  if (whole_range) return give_up("a number that may need more than 64 bits is wrapped");
  return wrapped(a, to);
}

Mark ValueTerms::slice(Marked whole, unsigned low, unsigned width) {
  if (low + width > kBits || width == kBits || is_all(interval_of(whole))) return give_up("bits beyond 64");
  return made(pool_.zext(pool_.extract(term_of(whole, false), low, width), kBits), {0, (Number{1} << width) - 1});
}

Mark ValueTerms::choice(Marked condition, const Type& type, Marked then, Marked otherwise) {
  const bool real = type.real != nullptr;
  const Term bit = pool_.bit_not(pool_.eq(term_of(condition, false), pool_.constant(kBits, 0)));
  const Term p = term_of(then, real), q = term_of(otherwise, real);
  const Interval x = interval_of(then), y = interval_of(otherwise);
  return made(pool_.select(bit, p, q), real ? kReal : Interval{std::min(x.low, y.low), std::max(x.high, y.high)});
}

void ValueTerms::give(uint32_t state, uint64_t index, Term bits) {
  cells_[state][index] = bits;
}

std::optional<Term> ValueTerms::cell(uint32_t state, uint64_t index) const {
  const auto found = cells_[state].find(index);
  return found == cells_[state].end() ? std::nullopt : std::optional(found->second);
}

Mark ValueTerms::read(uint32_t state, uint64_t first, unsigned cells, const Type& type, uint64_t bits) {
  const unsigned width = cells == 1 ? description_.states[state].type.width : 8;
  bool any = false;
  for (unsigned n = 0; n < cells; ++n) {
    touch(state, first + n, false);
    any |= cells_[state].contains(first + n);
  }
  if (!any) return 0;
  std::vector<Term> parts;
  for (unsigned n = 0; n < cells; ++n) {
    const auto found = cells_[state].find(first + n);
    parts.push_back(found != cells_[state].end()
                        ? found->second
                        : pool_.constant(width, (bits >> (8 * n)) & ((uint64_t{1} << (width - 1) << 1) - 1)));
  }
  const Term whole = pool_.join(parts);
  if (type.real) {
    const Term wide = pool_.zext(whole, kBits);
    if (const auto found = reals_.find({whole, key(*type.real)}); found != reals_.end())
      return made(found->second, kReal);
    return made(function("real.value." + key(*type.real), {wide}), kReal);
  }
  if (const auto found = numbers_.find({whole, type.is_signed}); found != numbers_.end()) return found->second;
  const Mark mark = made(type.is_signed ? pool_.sext(whole, kBits) : pool_.zext(whole, kBits), limits_of(type));
  numbers_.emplace(std::pair(whole, type.is_signed), mark);
  return mark;
}

void ValueTerms::write(uint32_t state, uint64_t first, unsigned cells, const Type& type, Marked value) {
  for (unsigned n = 0; n < cells; ++n) touch(state, first + n, true);
  if (value.mark == 0) {
    for (unsigned n = 0; n < cells; ++n) cells_[state].erase(first + n);
    return;
  }
  (void)term(value.mark);
  const Value& v = values_[value.mark];
  Term bits;
  if (type.real) {
    bits = pool_.extract(function("real.bits." + key(*type.real), {v.term}), 0, type.width);
    reals_.emplace(std::pair(bits, key(*type.real)), v.term);
  } else {
    if (!inside(v.interval, limits_of(type))) {
      (void)give_up(fmt::format("a number that may not fit its {} bits is stored in {}", type.width,
                                description_.states[state].name));
    }
    bits = pool_.extract(v.term, 0, type.width);
    numbers_.emplace(std::pair(bits, type.is_signed), value.mark);
  }
  if (cells == 1) {
    cells_[state][first] = bits;
    return;
  }
  for (unsigned n = 0; n < cells; ++n) cells_[state][first + n] = pool_.extract(bits, 8 * n, 8);
}

// Two uses of a cell of which one writes need an order, and units have none but what tokens give them.
void ValueTerms::touch(uint32_t state, uint64_t index, bool writes) {
  if (clocks_.size() == 1) return;
  Uses& uses = uses_[state][index];
  const Clock& now = clocks_[unit_];
  const auto ordered = [&](uint32_t unit, uint64_t time) { return unit == unit_ || now[unit] >= time; };
  bool good = uses.written == 0 || ordered(uses.writer, uses.written);
  if (writes) {
    for (const auto& [unit, time] : uses.readers) good &= ordered(unit, time);
    uses.writer = unit_;
    uses.written = now[unit_];
    uses.readers.clear();
  } else {
    std::erase_if(uses.readers, [&](const auto& one) { return one.first == unit_; });
    uses.readers.emplace_back(unit_, now[unit_]);
  }
  if (!good)
    lost({}, fmt::format("two units use element {} of {} without a token between them", index,
                         description_.states[state].name));
}

void ValueTerms::begins(uint32_t unit) {
  unit_ = unit;
  ++clocks_[unit][unit];
}

void ValueTerms::takes(uint32_t unit, uint32_t queue) {
  auto& [giver, taker] = ends_[queue];
  if (taker != kNone && taker != unit) lost({}, "two units take tokens of one queue");
  taker = unit;
  const Clock& token = tokens_[queue][taken_[queue]++];
  for (size_t n = 0; n < token.size(); ++n) clocks_[unit][n] = std::max(clocks_[unit][n], token[n]);
}

void ValueTerms::gives(uint32_t unit, uint32_t queue) {
  auto& [giver, taker] = ends_[queue];
  if (giver != kNone && giver != unit) lost({}, "two units give tokens to one queue");
  giver = unit;
  tokens_[queue].push_back(clocks_[unit]);
}

}  // namespace portolan::tiles
