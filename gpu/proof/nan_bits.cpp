#include "gpu/proof/nan_bits.h"

#include <algorithm>

namespace portolan::proof {

using ir::Op;
using terms::Kind;

void NanBits::push(Term t, bool is_number) {
  if (done_.insert(uint64_t{t.id} << 1 | (is_number ? 1 : 0)).second) todo_.push_back({t, is_number});
}

bool NanBits::looked_at(Term t, bool is_number) {
  push(t, is_number);
  while (!todo_.empty()) {
    const Use use = todo_.back();
    todo_.pop_back();
    if (follow(use)) continue;
    // What was found so is asked again by others.
    done_.clear();
    todo_.clear();
    return true;
  }
  return false;
}

NanBits::Range NanBits::range_of(Term t) {
  const APInt* value = pool_.constant_value(t);
  if (value && value->getBitWidth() == 64) {
    const double number = value->bitsToDouble();
    return std::isnan(number) ? Range{} : Range{number, number, false};
  }
  if (pool_.width(t) != 64) return {};
  if (const auto number = without_sign(pool_, t)) {
    const Range r = range_of(*number);
    const double size = std::max(std::fabs(r.least), std::fabs(r.most));
    return {-size, size, r.nan};
  }
  if (pool_.kind(t) != Kind::apply || pool_.operands(t).size() != 2) return {};
  const std::string_view name = pool_.name(t);
  const auto inst = terms::floating_instruction(name);
  const bool sum = inst && (inst->op == Op::fadd || inst->op == Op::fmul);
  const bool chosen =
      name.starts_with(kChosen) && (name.find("minnum") != name.npos || name.find("maxnum") != name.npos);
  if (!sum && !chosen) return {};
  const Range a = range_of(pool_.operands(t)[0]), b = range_of(pool_.operands(t)[1]);
  if (sum) {
    // Far from where it overflows; one place more than the bounds' own roundings.
    constexpr double kFar = 1e150;
    for (const Range& r : {a, b})
      if (r.nan || r.least < -kFar || r.most > kFar) return {};
    const double size =
        2 * (inst->op == Op::fadd
                 ? std::max(std::fabs(a.least), std::fabs(a.most)) + std::max(std::fabs(b.least), std::fabs(b.most))
                 : std::max(std::fabs(a.least), std::fabs(a.most)) * std::max(std::fabs(b.least), std::fabs(b.most)));
    return {-size, size, false};
  }
  // At least what a number among the operands is, at most the greater of what they are; minima the other way round.
  const bool greatest = name.find("maxnum") != name.npos;
  Range made{greatest ? -INFINITY : std::min(a.least, b.least), greatest ? std::max(a.most, b.most) : INFINITY,
             a.nan && b.nan};
  for (const Range& r : {a, b}) {
    if (r.nan) continue;
    if (greatest)
      made.least = std::max(made.least, r.least);
    else
      made.most = std::min(made.most, r.most);
  }
  return made;
}

bool NanBits::follow_function(const Use& use) {
  const std::string_view name = pool_.name(use.term);
  const auto inst = terms::floating_instruction(name);
  const bool chosen = name.starts_with(kChosen) || name.starts_with(kChosenQuiet) || name.starts_with(kQuiet);
  if (!inst && !chosen) {
    for (Term t : pool_.operands(use.term)) push(t, false);
    return true;
  }
  const bool from_integer = inst && (inst->op == Op::sint_to_f || inst->op == Op::uint_to_f);
  const bool to_other =
      inst && (ir::info(inst->op).shape == ir::Shape::Compare || inst->op == Op::fto_sint || inst->op == Op::fto_uint);
  if (!use.is_number && !from_integer && !to_other && range_of(use.term).nan) return false;
  for (Term t : pool_.operands(use.term)) push(t, !from_integer);
  return true;
}

// Whether `t` is made of bits of `number`, of the same converted, and of constants.
bool NanBits::made_of_bits(Term t, Term number, unsigned depth) {
  if (t == number || pool_.kind(t) == Kind::constant) return true;
  constexpr unsigned kDeepest = 6;
  if (depth > kDeepest || pool_.kind(t) == Kind::variable || pool_.kind(t) == Kind::memory) return false;
  if (pool_.kind(t) == Kind::apply) {
    const auto inst = terms::floating_instruction(pool_.name(t));
    if (!inst || inst->op != Op::fconvert) return false;
  }
  return std::ranges::all_of(pool_.operands(t), [&](Term part) { return made_of_bits(part, number, depth + 1); });
}

bool NanBits::follow(const Use& use) {
  const std::span<const Term> operands = pool_.operands(use.term);
  switch (pool_.kind(use.term)) {
    case Kind::constant:
    case Kind::memory:
      return true;
    case Kind::variable:
      return use.is_number || !pool_.name(use.term).starts_with(kMadeNan);
    case Kind::apply:
      return follow_function(use);
    case Kind::select:
      push(operands[0], false);
      // What equals something is no NaN.
      if (pool_.kind(operands[0]) == Kind::apply && pool_.operands(operands[0]).size() == 2) {
        const auto inst = terms::floating_instruction(pool_.name(operands[0]));
        const std::span<const Term> equal = pool_.operands(operands[0]);
        if (inst && inst->op == Op::feq &&
            std::ranges::any_of(equal, [&](Term t) { return made_of_bits(operands[1], t); })) {
          push(operands[2], use.is_number);
          return true;
        }
      }
      push(operands[1], use.is_number);
      push(operands[2], use.is_number);
      return true;
    default:
      break;
  }
  if (use.is_number) {
    std::vector<Term> from;
    if (const auto number = without_sign(pool_, use.term, &from)) {
      push(*number, true);
      for (Term t : from) push(t, false);
      return true;
    }
  }
  for (Term t : operands) push(t, false);
  return true;
}

}  // namespace portolan::proof
