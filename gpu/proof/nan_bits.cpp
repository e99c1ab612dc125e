#include "gpu/proof/nan_bits.h"

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
  if (!use.is_number && !from_integer && !to_other) return false;
  for (Term t : pool_.operands(use.term)) push(t, !from_integer);
  return true;
}

bool NanBits::follow(const Use& use) {
  const std::span<const Term> operands = pool_.operands(use.term);
  switch (pool_.kind(use.term)) {
    case Kind::constant:
    case Kind::variable:
    case Kind::memory:
      return true;
    case Kind::apply:
      return follow_function(use);
    case Kind::select:
      push(operands[0], false);
      push(operands[1], use.is_number);
      push(operands[2], use.is_number);
      return true;
    default:
      break;
  }
  if (use.is_number) {
    if (const auto number = without_sign(pool_, use.term)) {
      push(*number, true);
      return true;
    }
  }
  for (Term t : operands) push(t, false);
  return true;
}

}  // namespace portolan::proof
