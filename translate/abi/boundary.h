// Two C types and two conventions as the judge wants them: which value stands where on either side. Data for the
// judge, which knows nothing of C.
#pragma once

#include "ir/isa.h"
#include "translate/abi/types.h"
#include "verify/boundary.h"

namespace portolan::abi {

// One side of a pair: the type as this side's header or debug information has it.
struct BoundarySide {
  const FunctionType& type;
  Isa isa;
};

// Sets `parameters` and `results`, or `untestable` where the two conventions cut a value into different pieces.
// Variadic functions: the named parameters, and then the given types; without these they are untestable, but their
// results are known.
void describe(const BoundarySide& source, const BoundarySide& target, verify::Boundary& boundary,
              const std::optional<std::vector<Type>>& variadic = std::nullopt);

}  // namespace portolan::abi
