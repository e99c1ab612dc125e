#include "gpu/proof/reals.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"
#include "verify/terms/rewrite.h"
#include "verify/terms/state.h"

namespace portolan::proof {

using ir::FloatFormat;
using ir::Op;
using terms::Kind;

namespace {

constexpr unsigned kDeepest = 20'000;
constexpr size_t kMostParts = 4096;          // of a polynomial that is multiplied out
constexpr uint64_t kMostWork = 200'000'000;  // parts of polynomials that were touched
constexpr uint64_t kMostForOne = 4'000'000;  // to see whether one pair is the same

std::optional<ir::Instruction> operation_of(const Pool& pool, Term t) {
  if (pool.kind(t) != Kind::apply) return std::nullopt;
  return terms::floating_instruction(pool.name(t));
}

// What turns numbers into bits: comparisons, and conversions to integers.
bool leaves_numbers(const Pool& pool, Term t) {
  const auto inst = operation_of(pool, t);
  return inst &&
         (ir::info(inst->op).shape == ir::Shape::Compare || inst->op == Op::fto_sint || inst->op == Op::fto_uint);
}

// All parts of t, those of others first.
std::vector<Term> parts_first(const Pool& pool, Term t) {
  std::vector<Term> order, todo = {t};
  std::unordered_map<uint32_t, bool> placed;  // false: its parts are being placed
  while (!todo.empty()) {
    const Term next = todo.back();
    const auto [at, is_new] = placed.try_emplace(next.id, false);
    if (!is_new) {
      todo.pop_back();
      if (!std::exchange(at->second, true)) order.push_back(next);
      continue;
    }
    for (Term part : pool.operands(next))
      if (!placed.contains(part.id)) todo.push_back(part);
  }
  return order;
}

// The unknown that is all of it.
std::optional<uint32_t> single_unknown(const Polynomial& p) {
  if (p.parts().size() != 1 || p.parts()[0].monomial.size() != 1) return std::nullopt;
  const uint32_t id = p.parts()[0].monomial[0].first;
  return p == Polynomial::unknown(id) ? std::optional(id) : std::nullopt;
}

}  // namespace

Term without_nans(Pool& pool, Term t) {
  terms::Substitution numbers(pool);
  for (Term part : parts_first(pool, t)) {
    const auto inst = operation_of(pool, part);
    if (inst && inst->op == Op::funordered) numbers.replace(part, pool.bit(false));
  }
  return numbers(t);
}

uint32_t Reals::node(const std::string& name, Node made) {
  const std::string key = fmt::format("{}:{}:{}", name, made.relation, fmt::join(made.parts, ","));
  const auto [at, is_new] = by_name_.try_emplace(key, static_cast<uint32_t>(nodes_.size()));
  if (is_new) nodes_.push_back(std::move(made));
  return at->second;
}

Reals::Number Reals::intern(Polynomial p) {
  work_ += p.parts().size() + 1;
  const auto [at, is_new] = by_text_.try_emplace(p.text(), static_cast<Number>(polynomials_.size()));
  if (is_new) polynomials_.push_back(std::move(p));
  return at->second;
}

Reals::Number Reals::unknown(const std::string& name, std::vector<uint32_t> parts, bool maybe_infinite) {
  return intern(Polynomial::unknown(node(name, {std::move(parts), 0, maybe_infinite})));
}

bool Reals::maybe_infinite(Number n) const {
  return std::ranges::any_of(of(n).parts(), [&](const Polynomial::Part& p) {
    return std::ranges::any_of(p.monomial, [&](const auto& factor) { return nodes_[factor.first].maybe_infinite; });
  });
}

Reals::Number Reals::constant(const APInt& bits, FloatFormat format) {
  ir::Instruction widen;
  widen.op = Op::fconvert, widen.format = format, widen.to_format = FloatFormat::f64, widen.width = 64;
  const double value = format == FloatFormat::f64
                           ? bits.bitsToDouble()
                           : terms::evaluate_floating(widen, 64, std::array<APInt, 1>{bits}).bitsToDouble();
  if (std::isinf(value)) return unknown(value < 0 ? "-infinity" : "infinity", {}, true);
  if (std::isnan(value)) return unknown("nan", {static_cast<uint32_t>(format)}, true);
  return intern(Polynomial(Dyadic::of(value)));
}

Reals::Number Reals::opaque(Term t, FloatFormat format) {
  const Term bits = work_ > kMostWork ? t : whole(t);
  if (const APInt* value = pool_.constant_value(bits)) return constant(*value, format);
  return unknown(fmt::format("bits.{}", ir::to_string(format)), {bits.id});
}

Reals::Number Reals::sum(Number a, Number b) {
  Polynomial made = of(a) + of(b);
  if (made.parts().size() <= kMostParts && !made.too_long()) return intern(std::move(made));
  return unknown("sum", {std::min(a, b), std::max(a, b)});
}

Reals::Number Reals::product(Number a, Number b) {
  const size_t parts = of(a).parts().size() * of(b).parts().size();
  work_ += parts;
  if (parts <= kMostParts) {
    Polynomial made = of(a) * of(b);
    if (!made.too_long()) return intern(std::move(made));
  }
  return unknown("product", {std::min(a, b), std::max(a, b)});
}

Reals::Number Reals::primitive(Number n, bool& negative) {
  const Dyadic& first = of(n).parts().front().coefficient;
  negative = first.is_negative();
  return intern(of(n).times(Dyadic::of(negative ? -1 : 1).scaled(-first.exponent())));
}

Reals::Number Reals::inverse(Number n) {
  const Polynomial p = of(n);
  const Dyadic first = p.parts().front().coefficient;
  const bool negative = first.is_negative();
  const Dyadic scale = Dyadic::of(negative ? -1 : 1).scaled(-first.exponent());
  if (p.parts().size() > 1) {
    bool turned = false;
    const Number whole_number = primitive(n, turned);
    const uint32_t id = node("inverse", {{whole_number}, 0, false});
    inverse_of_[id] = whole_number;
    return intern(Polynomial::unknown(id).times(scale));
  }
  // One product: each factor by itself.
  Polynomial made(scale);
  if (const Dyadic mantissa = first * scale; !mantissa.is_power_of_two()) {
    const uint32_t id = node("inverse", {{intern(Polynomial(mantissa))}, 0, false});
    inverse_of_[id] = intern(Polynomial(mantissa));
    made = made * Polynomial::unknown(id);
  }
  for (const auto& [id, exponent] : p.parts().front().monomial) {
    const auto found = inverse_of_.find(id);
    if (found == inverse_of_.end()) {
      made = made * Polynomial::product_of({{id, -exponent}}, Dyadic::of(1));
      continue;
    }
    for (int32_t k = 0; k < exponent; ++k) made = made * of(found->second);
  }
  return intern(std::move(made));
}

Reals::Number Reals::extreme(bool greatest, Number a, Number b) {
  const std::string name = greatest ? "max" : "min";
  const Number nothing = unknown(greatest ? "-infinity" : "infinity", {}, true);
  std::vector<uint32_t> parts;
  std::optional<Dyadic> limit;
  for (const Number n : {a, b}) {
    // A maximum of maxima is one.
    std::vector<uint32_t> within = {n};
    if (const auto id = single_unknown(of(n)))
      if (const auto found = extremes_.find(*id); found != extremes_.end() && found->second == greatest)
        within = nodes_[*id].parts;
    for (const Number one : within) {
      if (one == nothing) continue;
      if (!of(one).is_constant()) {
        parts.push_back(one);
        continue;
      }
      const Dyadic value = of(one).constant();
      if (!limit || (value + limit->negated()).is_negative() != greatest) limit = value;
    }
  }
  if (limit) parts.push_back(intern(Polynomial(*limit)));
  if (parts.empty()) return nothing;
  std::ranges::sort(parts);
  parts.erase(std::ranges::unique(parts).begin(), parts.end());
  if (parts.size() == 1) return parts[0];
  const bool infinite = std::ranges::any_of(parts, [&](Number n) { return maybe_infinite(n); });
  const uint32_t id = node(name, {parts, 0, infinite});
  extremes_[id] = greatest;
  return intern(Polynomial::unknown(id));
}

Reals::Number Reals::choice(Fact condition, Number yes, Number no) {
  if (condition == kTrue || yes == no) return yes;
  if (condition == kFalse) return no;
  if (nodes_[condition].relation == 0 && negation_of_.contains(condition) && negation_of_[condition] < condition)
    return choice(negation_of_[condition], no, yes);
  const unsigned set = nodes_[condition].relation;
  if (set != 0 && !maybe_infinite(yes) && !maybe_infinite(no)) {
    // By a comparison of what is chosen from.
    bool negative = false;
    const Number apart = primitive(intern(of(yes) + of(no).negated()), negative);
    const bool less = set == terms::kLess || set == (terms::kLess | terms::kEqual),
               greater = set == terms::kGreater || set == (terms::kGreater | terms::kEqual);
    if (apart == nodes_[condition].parts[0] && (less || greater)) return extreme(greater != negative, yes, no);
    if (apart == nodes_[condition].parts[0] && set == terms::kEqual) return no;
  }
  // A relation and its opposite have one form.
  if (set != 0 && (set & terms::kLess) == 0) return choice(negation(condition), no, yes);
  return unknown("choice", {condition, yes, no}, maybe_infinite(yes) || maybe_infinite(no));
}

Reals::Fact Reals::relation(Number a, Number b, unsigned set) {
  set &= terms::kLess | terms::kEqual | terms::kGreater;
  if (a == b) return set & terms::kEqual ? kTrue : kFalse;
  if (set == 0) return kFalse;
  if (set == (terms::kLess | terms::kEqual | terms::kGreater)) return kTrue;
  auto turned = [&] {
    return (set & terms::kEqual) | (set & terms::kLess ? terms::kGreater : 0u) |
           (set & terms::kGreater ? terms::kLess : 0u);
  };
  if (maybe_infinite(a) || maybe_infinite(b)) {
    if (b < a) std::swap(a, b), set = turned();
    return node(fmt::format("compare.{}", set), {{a, b}, 0, false});
  }
  const Number apart = intern(of(a) + of(b).negated());
  if (of(apart).is_constant()) {
    const bool negative = of(apart).constant().is_negative();
    return (set & (negative ? terms::kLess : terms::kGreater)) != 0 ? kTrue : kFalse;
  }
  bool negative = false;
  const Number base = primitive(apart, negative);
  if (negative) set = turned();
  return node("relation", {{base}, set, false});
}

Reals::Fact Reals::negation(Fact f) {
  if (f == kTrue || f == kFalse) return f == kTrue ? kFalse : kTrue;
  if (const unsigned set = nodes_[f].relation; set != 0)
    return node("relation", {nodes_[f].parts, set ^ (terms::kLess | terms::kEqual | terms::kGreater), false});
  if (const auto known = negation_of_.find(f); known != negation_of_.end()) return known->second;
  const Fact made = node("not", {{f}, 0, false});
  negation_of_[f] = made, negation_of_[made] = f;
  return made;
}

Reals::Fact Reals::all_of(std::vector<Fact> facts) {
  std::erase(facts, kTrue);
  std::ranges::sort(facts);
  facts.erase(std::ranges::unique(facts).begin(), facts.end());
  for (const Fact f : facts)
    if (f == kFalse || std::ranges::binary_search(facts, negation(f))) return kFalse;
  if (facts.size() < 2) return facts.empty() ? kTrue : facts[0];
  return node("and", {facts, 0, false});
}

Reals::Fact Reals::fact(Term bit) {
  if (const APInt* value = pool_.constant_value(bit)) return value->isZero() ? kFalse : kTrue;
  if (const auto known = facts_.find(bit.id); known != facts_.end()) return known->second;
  Fact made = kFalse;
  const Kind kind = pool_.kind(bit);
  if (const auto r = terms::relation_of(pool_, bit)) {
    made = relation(number(r->a, r->format), number(r->b, r->format), r->set);
  } else if (const auto base = terms::complemented(pool_, bit)) {
    made = negation(fact(*base));
  } else if (kind == Kind::bit_and || kind == Kind::bit_or) {
    const std::vector<Term> parts(pool_.operands(bit).begin(), pool_.operands(bit).end());
    std::vector<Fact> facts;
    for (Term part : parts) facts.push_back(kind == Kind::bit_and ? fact(part) : negation(fact(part)));
    made = all_of(std::move(facts));
    if (kind == Kind::bit_or) made = negation(made);
  } else {
    const Term bits = whole(bit);
    made = bits == bit ? node("bit", {{bit.id}, 0, false}) : fact(bits);
  }
  return facts_[bit.id] = made;
}

bool Reals::has_numbers(Term t) {
  for (Term part : parts_first(pool_, t)) {
    if (has_numbers_.contains(part.id)) continue;
    bool any = leaves_numbers(pool_, part);
    for (Term p : pool_.operands(part)) any = any || has_numbers_.at(p.id);
    has_numbers_[part.id] = any;
  }
  return has_numbers_.at(t.id);
}

// Bits in which comparisons and conversions are variables: one for all that are the same over the reals.
Term Reals::whole(Term t) {
  if (const auto known = whole_.find(t.id); known != whole_.end()) return known->second;
  if (!has_numbers(t)) return t;
  terms::Substitution numbers(pool_);
  for (Term part : parts_first(pool_, t)) {
    if (!leaves_numbers(pool_, part)) continue;
    const ir::Instruction inst = *operation_of(pool_, part);
    if (inst.op == Op::fto_sint || inst.op == Op::fto_uint) {
      const Number n = number(pool_.operands(part)[0], inst.format);
      const std::string name = fmt::format(".integer.{}.{}.{}.{}", ir::info(inst.op).name, ir::to_string(inst.rounding),
                                           pool_.width(part), n);
      numbers.replace(part, pool_.variable(name, pool_.width(part)));
      continue;
    }
    const Fact f = fact(part);
    if (f == kTrue || f == kFalse) {
      numbers.replace(part, pool_.bit(f == kTrue));
      continue;
    }
    const unsigned set = nodes_[f].relation;
    if (set == 0) {
      numbers.replace(part, pool_.variable(fmt::format(".fact.{}", f), 1));
      continue;
    }
    // One of three, by two bits.
    const uint32_t base = nodes_[f].parts[0];
    const Term equal = pool_.variable(fmt::format(".equal.{}", base), 1),
               below = pool_.variable(fmt::format(".less.{}", base), 1);
    Term any = pool_.bit(false);
    if (set & terms::kEqual) any = pool_.bit_or(any, equal);
    if (set & terms::kLess) any = pool_.bit_or(any, pool_.bit_and(below, pool_.bit_not(equal)));
    if (set & terms::kGreater) any = pool_.bit_or(any, pool_.bit_not(pool_.bit_or(below, equal)));
    numbers.replace(part, any);
  }
  return whole_[t.id] = numbers(t);
}

// A number so large is added to cut off what lies behind the point: as a real number it would only be taken off again.
bool Reals::rounds_on_purpose(const ir::Instruction& inst, const std::vector<Number>& n) const {
  if (inst.op != Op::fadd && inst.op != Op::fsub && inst.op != Op::fma) return false;
  const Dyadic least = Dyadic::of(1).scaled(ir::fraction_bits(inst.format));
  return std::ranges::any_of(n, [&](Number one) {
    if (!of(one).is_constant()) return false;
    const Dyadic value = of(one).constant();
    return !((value.is_negative() ? value.negated() : value) + least.negated()).is_negative();
  });
}

Reals::Number Reals::arithmetic(const ir::Instruction& inst, Term t) {
  const std::vector<Term> operands(pool_.operands(t).begin(), pool_.operands(t).end());
  if (inst.op == Op::fconvert) return number(operands[0], inst.format);
  if (inst.op == Op::sint_to_f || inst.op == Op::uint_to_f) {
    const Term bits = whole(operands[0]);
    return unknown(std::string(ir::info(inst.op).name), {bits.id});
  }
  std::vector<Number> n;
  bool infinite = false;
  for (Term operand : operands) {
    n.push_back(number(operand, inst.format));
    infinite |= maybe_infinite(n.back());
  }
  if (!infinite && !rounds_on_purpose(inst, n)) switch (inst.op) {
      case Op::fadd:
        return sum(n[0], n[1]);
      case Op::fsub:
        return sum(n[0], intern(of(n[1]).negated()));
      case Op::fmul:
        return product(n[0], n[1]);
      case Op::fma:
        return sum(product(n[0], n[1]), n[2]);
      case Op::fdiv:
        if (!of(n[1]).parts().empty()) return product(n[0], inverse(n[1]));
        break;
      case Op::fsqrt:
        return unknown("sqrt", n);
      case Op::fround:
        return unknown(fmt::format("fround.{}", ir::to_string(inst.rounding)), n);
      default:
        break;
    }
  return unknown(std::string(pool_.name(t)), n, infinite);
}

Reals::Number Reals::applied(Term t, FloatFormat format) {
  const std::string name(pool_.name(t));
  if (name.starts_with(kQuiet)) return number(pool_.operands(t)[0], format);
  if (name.starts_with(kChosen) || name.starts_with(kChosenQuiet)) {
    const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
    return extreme(name.find("max") != name.npos, number(a, format), number(b, format));
  }
  const auto inst = terms::floating_instruction(name);
  if (!inst || leaves_numbers(pool_, t)) return opaque(t, format);
  const bool converts = inst->op == Op::fconvert || inst->op == Op::sint_to_f || inst->op == Op::uint_to_f;
  return (converts ? inst->to_format : inst->format) == format ? arithmetic(*inst, t) : opaque(t, format);
}

Reals::Number Reals::read(Term t, FloatFormat format) {
  if (const APInt* value = pool_.constant_value(t)) return constant(*value, format);
  const unsigned width = ir::bits(format);
  if (const auto base = without_sign(pool_, t)) {
    const APInt sign = APInt::getSignMask(width);
    if (t == pool_.bit_xor(*base, pool_.constant(sign))) {
      const Number n = number(*base, format);
      return maybe_infinite(n) ? unknown("negative", {n}, true) : intern(of(n).negated());
    }
    if (t == pool_.bit_and(*base, pool_.constant(~sign))) {
      const Number n = number(*base, format);
      if (of(n).is_constant() && !of(n).parts().empty())
        return of(n).constant().is_negative() ? intern(of(n).negated()) : n;
      if (maybe_infinite(n) || of(n).parts().empty()) return unknown("abs", {n}, maybe_infinite(n));
      bool negative = false;
      const Number base_number = primitive(n, negative);
      const Dyadic scale = Dyadic::of(1).scaled(of(n).parts().front().coefficient.exponent());
      return product(unknown("abs", {base_number}), intern(Polynomial(scale)));
    }
    return opaque(t, format);
  }
  if (pool_.kind(t) == Kind::select) {
    const Term bit = pool_.operands(t)[0], yes = pool_.operands(t)[1], no = pool_.operands(t)[2];
    return choice(fact(bit), number(yes, format), number(no, format));
  }
  return pool_.kind(t) == Kind::apply ? applied(t, format) : opaque(t, format);
}

Reals::Number Reals::number(Term t, FloatFormat format) {
  const std::pair key{t.id, format};
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  Number made = 0;
  if (depth_ > kDeepest || work_ > kMostWork || pool_.width(t) != ir::bits(format)) {
    made = unknown(fmt::format("bits.{}", ir::to_string(format)), {t.id});
  } else {
    ++depth_;
    made = read(t, format);
    --depth_;
  }
  return known_[key] = made;
}

// Multiplied by all denominators, the last made first: none stands in those that were made before it.
bool Reals::differ_by_nothing(Polynomial difference) {
  uint64_t work = 0;
  for (;;) {
    if (difference.parts().empty()) return true;
    int64_t last = -1;
    for (const Polynomial::Part& p : difference.parts())
      for (const auto& [id, exponent] : p.monomial)
        if (exponent < 0 || inverse_of_.contains(id)) last = std::max<int64_t>(last, id);
    if (last < 0) return false;
    const auto id = static_cast<uint32_t>(last);
    const auto inverted = inverse_of_.find(id);
    const Polynomial below = inverted == inverse_of_.end() ? Polynomial::unknown(id) : of(inverted->second);
    auto power = [&](const Polynomial::Part& p) {
      for (const auto& [factor, exponent] : p.monomial)
        if (factor == id) return inverted == inverse_of_.end() ? -exponent : exponent;
      return 0;
    };
    int32_t most = 0;
    for (const Polynomial::Part& p : difference.parts()) most = std::max(most, power(p));
    Polynomial made;
    for (const Polynomial::Part& p : difference.parts()) {
      Monomial rest = p.monomial;
      std::erase_if(rest, [&](const auto& factor) { return factor.first == id; });
      Polynomial one = Polynomial::product_of(std::move(rest), p.coefficient);
      for (int32_t k = power(p); k < most; ++k) {
        work += one.parts().size() * below.parts().size() + made.parts().size();
        if (work > kMostForOne || one.too_long()) return false;
        one = one * below;
      }
      made = made + one;
    }
    difference = std::move(made);
  }
}

bool Reals::same(Term a, Term b, FloatFormat format) {
  if (a == b) return true;
  if (format == FloatFormat::none) return whole(a) == whole(b);
  const Number x = number(a, format), y = number(b, format);
  if (x == y) return true;
  if (maybe_infinite(x) || maybe_infinite(y)) return false;
  return differ_by_nothing(of(x) + of(y).negated());
}

}  // namespace portolan::proof
