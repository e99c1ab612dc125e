#include "frontends/ptx/scope.h"

#include <charconv>

namespace portolan::ptx {

bool Scopes::close() {
  if (levels_.size() == 1) return false;
  levels_.pop_back();
  return true;
}

uint32_t Scopes::add_register(std::string name, const Type& type) {
  function_.registers.push_back({std::move(name), type});
  return static_cast<uint32_t>(function_.registers.size() - 1);
}

bool Scopes::declare_register(std::string_view name, const Type& type) {
  auto [at, added] = levels_.back().names.try_emplace(std::string(name));
  if (added) at->second = {Found::reg, add_register(std::string(name), type)};
  return added;
}

bool Scopes::declare_range(std::string_view prefix, uint64_t count, const Type& type) {
  return levels_.back().ranges.try_emplace(std::string(prefix), Range{count, type}).second;
}

bool Scopes::declare_variable(std::string_view name, uint32_t index) {
  return levels_.back().names.try_emplace(std::string(name), Found{Found::variable, index}).second;
}

Scopes::Found Scopes::in_range(Level& level, const std::string& name) {
  if (level.ranges.empty()) return {};
  for (size_t split = name.size(); split-- > 1 && name[split] >= '0' && name[split] <= '9';) {
    if (name[split] == '0' && split + 1 != name.size()) continue;  // %r01 is not one of %r<100>
    const auto range = level.ranges.find(name.substr(0, split));
    if (range == level.ranges.end()) continue;
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data() + split, name.data() + name.size(), number);
    if (error != std::errc() || number >= range->second.count) continue;
    const Found found = {Found::reg, add_register(name, range->second.type)};
    level.names.emplace(name, found);
    return found;
  }
  return {};
}

Scopes::Found Scopes::find(std::string_view view) {
  const std::string name(view);
  for (size_t n = levels_.size(); n-- > 0;) {
    if (const auto exact = levels_[n].names.find(name); exact != levels_[n].names.end()) return exact->second;
    if (const Found found = in_range(levels_[n], name); found.kind != Found::nothing) return found;
  }
  return {};
}

}  // namespace portolan::ptx
