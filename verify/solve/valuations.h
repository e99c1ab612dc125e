// Concrete values for the variables of a question: a goal that fails on one of a few dozen needs no solver, and what a
// solver calls a counterexample is believed only after it has been computed through.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verify/solve/smtlib.h"

namespace portolan::solve {

using Model = std::map<std::string, llvm::APInt>;

// Variables at or below the terms, each once.
std::vector<Term> variables_of(const Pool& pool, std::span<const Term> roots);

// Something depends on a function without a meaning: a valuation under which a condition fails, with some function in
// its place, does not show that it fails for the true one.
bool has_unknown_functions(const Pool& pool, std::span<const Term> roots);

// A valuation of variables, among boundary values and random ones, under which `assumptions` hold and `goal` does not.
std::optional<Model> find_failing(const Pool& pool, std::span<const Term> assumptions, Term goal);

// The model of a solver, if under it the assumptions hold and the goal does not.
std::optional<Model> confirmed(const Pool& pool, std::span<const Term> assumptions, Term goal, const Question& question,
                               std::span<const llvm::APInt> values);

}  // namespace portolan::solve
