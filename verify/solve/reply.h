// What a solver printed, read strictly: one of three words, or a list of values. Everything else is an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llvm/ADT/APInt.h"

namespace portolan::solve {

// The answer to one (check-sat): "unsat", "sat", "unknown"; else "memout" or "error: …".
std::string read_answer(std::string_view reply);
// How an exchange that did not finish is called, by what it printed: "memout" or "error: …".
std::string read_remains(std::string_view remains);

// The values in the reply to a (get-value …) for `widths.size()` terms that are bit-vectors, in the order in which they
// were asked for. Nothing if the reply is not exactly that.
std::optional<std::vector<llvm::APInt>> read_values(std::string_view reply, const std::vector<unsigned>& widths);

}  // namespace portolan::solve
