#include "frontends/kernel/pattern.h"

namespace portolan::kernel {
namespace {

// Calls use(alternative) for each alternative of the group that `group` is the inside of.
template <class Use>
bool any_alternative(std::string_view group, Use use) {
  for (size_t start = 0;;) {
    const size_t comma = group.find(',', start);
    if (use(group.substr(start, comma - start))) return true;
    if (comma == std::string_view::npos) return false;
    start = comma + 1;
  }
}

}  // namespace

bool matches(std::string_view pattern, std::string_view mnemonic) {
  if (pattern.ends_with('*')) return mnemonic.starts_with(pattern.substr(0, pattern.size() - 1));
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == mnemonic;
  if (!mnemonic.starts_with(pattern.substr(0, open))) return false;
  mnemonic.remove_prefix(open);
  const size_t close = pattern.find('}', open);
  const std::string_view rest = pattern.substr(close + 1);
  return any_alternative(pattern.substr(open + 1, close - open - 1), [&](std::string_view alternative) {
    return mnemonic.starts_with(alternative) && matches(rest, mnemonic.substr(alternative.size()));
  });
}

uint64_t count_forms(std::string_view pattern) {
  uint64_t forms = 1;
  for (size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    uint64_t alternatives = 0;
    any_alternative(pattern.substr(open + 1, pattern.find('}', open) - open - 1), [&](std::string_view) {
      ++alternatives;
      return false;
    });
    forms *= alternatives;
  }
  return forms;
}

std::vector<std::string> expand(std::string_view pattern) {
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return {std::string(pattern)};
  const size_t close = pattern.find('}', open);
  const std::vector<std::string> rest = expand(pattern.substr(close + 1));
  std::vector<std::string> forms;
  any_alternative(pattern.substr(open + 1, close - open - 1), [&](std::string_view alternative) {
    for (const std::string& end : rest)
      forms.push_back(std::string(pattern.substr(0, open)) + std::string(alternative) + end);
    return false;
  });
  return forms;
}

}  // namespace portolan::kernel
