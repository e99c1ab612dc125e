#include "verify/judge/constants.h"

#include <set>

#include "frontends/lifters.h"

namespace portolan::judge {

std::vector<uint64_t> constants_of(const assembly::CodeIndex& index, const std::string& function) {
  const assembly::Unit& unit = index.unit();
  const auto symbol = unit.symbol_by_name.find(function);
  if (symbol == unit.symbol_by_name.end()) return {};
  const assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(unit.isa), symbol->second);
  std::set<uint64_t> constants;
  for (ir::ValueId v = 0; v < lifted.function.values.size(); ++v)
    if (const ir::APInt* constant = lifted.function.constant(v); constant && constant->getBitWidth() >= 8)
      constants.insert(constant->sextOrTrunc(64).getZExtValue());
  return {constants.begin(), constants.end()};
}

std::function<std::vector<uint64_t>(const verify::Boundary&)> constants_of(const assembly::CodeIndex& source,
                                                                           const assembly::CodeIndex& target) {
  return [&source, &target](const verify::Boundary& boundary) {
    std::vector<uint64_t> all = constants_of(source, boundary.name);
    for (const uint64_t constant : constants_of(target, boundary.target_name)) all.push_back(constant);
    return all;
  };
}

}  // namespace portolan::judge
