#include "frontends/accelerator/fold.h"

#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {
namespace {

std::optional<Number> fold_builtin(const Expression& e) {
  std::optional<Number> result;
  for (const ExpressionPointer& operand : e.operands) {
    const auto value = fold(*operand);
    if (!value) return std::nullopt;
    switch (static_cast<Builtin>(e.index)) {
      case Builtin::minimum:
        result = result ? std::min(*result, *value) : value;
        break;
      case Builtin::maximum:
        result = result ? std::max(*result, *value) : value;
        break;
      case Builtin::log2:
        if (*value < 1) return std::nullopt;
        result = 0;
        for (Number rest = *value; rest > 1; rest >>= 1) ++*result;
        break;
      default:
        return std::nullopt;
    }
  }
  return result;
}

}  // namespace

std::optional<Number> fold(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::number:
      return e.number;
    case Expression::Kind::unary: {
      const auto a = fold(*e.operands[0]);
      return a && !e.type.real ? apply(e.operation, *a, 0) : std::nullopt;
    }
    case Expression::Kind::binary: {
      const auto a = fold(*e.operands[0]), b = fold(*e.operands[1]);
      return a && b ? apply(e.operation, *a, *b) : std::nullopt;
    }
    case Expression::Kind::condition: {
      const auto a = fold(*e.operands[0]);
      return a ? fold(*e.operands[*a != 0 ? 1 : 2]) : std::nullopt;
    }
    case Expression::Kind::builtin:
      return fold_builtin(e);
    default:
      return std::nullopt;
  }
}

}  // namespace portolan::accelerator
