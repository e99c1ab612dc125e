// Rule files: never crashes; an instance is of a form that the checker and the matcher rely on. With few templates it
// is checked too, without time for solvers.
#include <cstdlib>

#include "translate/rules/check.h"
#include "translate/rules/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan::rules;
  const ParsedRules parsed = parse_rules({reinterpret_cast<const char*>(data), size}, "input");
  for (const Instance& rule : parsed.instances) {
    if (rule.templates.empty() || rule.outputs.empty() || immediate_values(rule).empty()) std::abort();
    CheckOptions options;
    options.time = options.total = std::chrono::milliseconds(0);
    if (parsed.instances.size() <= 2 && size < 1000) (void)check(rule, rule.templates[0], options);
  }
  return 0;
}
