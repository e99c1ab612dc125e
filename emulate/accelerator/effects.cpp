#include "emulate/accelerator/effects.h"

#include <algorithm>

namespace portolan::accelerator {

namespace {

void gather(const Description& chip, const Block& block, Effects& out, unsigned depth);

void gather(const Description& chip, const Expression& e, Effects& out, unsigned depth) {
  if (depth > 40) return void(out.plain = false);
  if (e.kind == Expression::Kind::element || e.kind == Expression::Kind::as_element) out.reads.insert(e.index);
  if (e.kind == Expression::Kind::call) gather(chip, *chip.routines[e.index].value, out, depth + 1);
  for (const ExpressionPointer& operand : e.operands) gather(chip, *operand, out, depth + 1);
  for (const Range& range : e.ranges) {
    gather(chip, *range.first, out, depth + 1);
    gather(chip, *range.end, out, depth + 1);
  }
  if (e.filter) gather(chip, *e.filter, out, depth + 1);
}

void gather(const Description& chip, const Block& block, Effects& out, unsigned depth) {
  if (depth > 40) return void(out.plain = false);
  for (const Statement& s : block) {
    if (s.kind == Statement::Kind::stop || s.kind == Statement::Kind::jump || s.kind == Statement::Kind::issue)
      out.plain = false;
    if (s.kind == Statement::Kind::call) gather(chip, chip.routines[s.index].body, out, depth + 1);
    if (s.target && s.target->kind != Expression::Kind::local) {
      out.writes.insert(s.target->index);
      for (const ExpressionPointer& index : s.target->operands) gather(chip, *index, out, depth + 1);
    }
    if (s.value) gather(chip, *s.value, out, depth + 1);
    for (const ExpressionPointer& e : s.arguments) gather(chip, *e, out, depth + 1);
    for (const Range& range : s.ranges) {
      gather(chip, *range.first, out, depth + 1);
      gather(chip, *range.end, out, depth + 1);
    }
    gather(chip, s.body, out, depth + 1);
    gather(chip, s.otherwise, out, depth + 1);
  }
}

}  // namespace

Effects effects_of(const Description& chip, const Block& block) {
  Effects effects;
  gather(chip, block, effects, 0);
  return effects;
}

bool only_registers(const Description& chip, const Effects& effects) {
  const auto is_register = [&](uint32_t s) { return chip.states[s].is_register; };
  return effects.plain && std::ranges::all_of(effects.writes, is_register) &&
         std::ranges::all_of(effects.reads, is_register);
}

}  // namespace portolan::accelerator
