// Finds target code for a pattern, bottom up and without a model: what the target's instructions make of the operands,
// of that, and so on, cheapest first. Values that agree on a pool of concrete inputs count as one; what agrees with the
// pattern there is proved as any rule is.
#pragma once

#include <chrono>
#include <optional>

#include "translate/rules/check.h"

namespace portolan::enumerate {

struct SearchOptions {
  std::chrono::milliseconds time{60000};
  unsigned longest = 4;  // instructions
};

struct Found {
  std::string text;  // the rule file's text, with the template that was found
  rules::Instance rule;
  unsigned instructions = 0;
};

struct SearchResult {
  std::optional<Found> found;
  std::string reason;  // why not: nothing within the time, or what the pattern has that is not searched for
  size_t forms = 0, tried = 0, values = 0, disproved = 0;
  double seconds = 0;
};

// Only the pattern of the rule is looked at, and from `target` its operands' places (register banks, chunk).
SearchResult search(const rules::Instance& rule, const rules::Template& target, const SearchOptions& options);

}  // namespace portolan::enumerate
