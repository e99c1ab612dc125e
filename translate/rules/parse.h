// Reads .rule files. The text is untrusted.
#pragma once

#include <string_view>
#include <vector>

#include "translate/rules/rule.h"

namespace portolan::rules {

struct ParsedRules {
  std::vector<Instance> instances;
  std::vector<Diagnostic> errors;  // a rule with an error has no instances
};

// `file` is what messages call the text.
ParsedRules parse_rules(std::string_view text, const std::string& file);

}  // namespace portolan::rules
