// What expressions are put together with.
#pragma once

#include "gpu/lifting/expression.h"

namespace portolan::lifting {

struct Limits {
  double lowest, highest;
};
Limits limits_of(const Expression& e);  // by what it is made of

// With what follows from its parts.
ExpressionPtr made(Expression e);
ExpressionPtr list(Expression::Kind kind, std::vector<ExpressionPtr> parts);
// Parts in an order that does not depend on how they came about: by form, then by places.
void put_in_order(std::vector<ExpressionPtr>& parts);

}  // namespace portolan::lifting
