#include "cli/function_names.h"

#include <set>
#include <string_view>

namespace portolan::cli {

std::string missing_function(const assembly::Unit& unit, const std::vector<std::string>& wanted) {
  std::set<std::string_view> known;
  for (assembly::SymbolId f : unit.functions()) known.insert(unit.symbols[f].name);
  for (const std::string& name : wanted)
    if (!known.count(name)) return name;
  return {};
}

std::string function_names(const assembly::Unit& unit) {
  std::string names;
  for (assembly::SymbolId id : unit.functions()) names += (names.empty() ? "" : ", ") + unit.symbols[id].name;
  return names.empty() ? "none" : names;
}

}  // namespace portolan::cli
