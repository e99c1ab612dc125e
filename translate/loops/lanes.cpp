#include "translate/loops/lanes.h"

#include <algorithm>

namespace portolan::loops {

using namespace accelerator;

namespace {

bool any_part(const Expression& e, auto&& holds) {
  if (holds(e)) return true;
  for (const ExpressionPointer& operand : e.operands)
    if (any_part(*operand, holds)) return true;
  for (const Range& range : e.ranges)
    if (any_part(*range.first, holds) || any_part(*range.end, holds)) return true;
  return e.filter && any_part(*e.filter, holds);
}

bool depends_on(const Expression& e, uint32_t slot) {
  return any_part(e,
                  [&](const Expression& part) { return part.kind == Expression::Kind::local && part.index == slot; });
}

bool reads(const Expression& e) {
  return any_part(e, [](const Expression& part) { return part.kind == Expression::Kind::element; });
}

}  // namespace

std::optional<Number> slope(const Expression& e, uint32_t slot) {
  if (!depends_on(e, slot)) return 0;
  if (e.kind == Expression::Kind::local) return 1;
  if (e.kind != Expression::Kind::binary) return std::nullopt;
  const auto a = slope(*e.operands[0], slot), b = slope(*e.operands[1], slot);
  if (!a || !b) return std::nullopt;
  if (e.operation == Operator::add) return *a + *b;
  if (e.operation == Operator::subtract) return *a - *b;
  if (e.operation != Operator::multiply) return std::nullopt;
  for (size_t n : {0, 1})
    if (e.operands[n]->kind == Expression::Kind::number) return e.operands[n]->number * (n == 0 ? *b : *a);
  return std::nullopt;
}

bool suits_lanes(const Description& specification, const Expression& e, uint32_t slot, bool reals) {
  if (e.type.real && !reals && depends_on(e, slot)) return false;
  switch (e.kind) {
    case Expression::Kind::element: {
      const State& state = specification.states[e.index];
      Number stride = 0, below = 1;
      for (size_t d = e.operands.size(); d-- > 0; below *= state.extent[d]) {
        const auto one = slope(*e.operands[d], slot);
        if (!one) return false;
        stride += *one * below;
      }
      return stride == 0 || stride == 1;
    }
    case Expression::Kind::call:
    case Expression::Kind::let:
      if (depends_on(e, slot)) return false;
      break;
    case Expression::Kind::condition:
    case Expression::Kind::match:
      if (depends_on(*e.operands[0], slot) &&
          std::any_of(e.operands.begin() + 1, e.operands.end(), [](const ExpressionPointer& o) { return reads(*o); }))
        return false;
      break;
    case Expression::Kind::reduce:
      if (e.filter && depends_on(*e.filter, slot)) return false;
      for (const Range& range : e.ranges)
        if (depends_on(*range.first, slot) || depends_on(*range.end, slot)) return false;
      break;
    default:
      break;
  }
  return std::ranges::all_of(
      e.operands, [&](const ExpressionPointer& operand) { return suits_lanes(specification, *operand, slot, reals); });
}

}  // namespace portolan::loops
