// Facts about products and quotients that a solver needs when it treats them as uninterpreted, added only where a model
// has broken them.
#pragma once

#include <string>
#include <vector>

#include "llvm/ADT/APInt.h"
#include "verify/solve/smtlib.h"

namespace portolan::solve {

// kind(a, b) as ir/ops.def says; kind is mul, umulh, smulh, udiv, urem, sdiv or srem.
llvm::APInt true_value(terms::Kind kind, const llvm::APInt& a, const llvm::APInt& b);

// Assertions that hold for the true function and rule out the model in which it gave `result` for a and b, the true
// value being another.
std::string lemmas_against(const Question::Abstracted& application, const llvm::APInt& a, const llvm::APInt& b);

}  // namespace portolan::solve
