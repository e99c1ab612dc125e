#include "translate/propose/listing.h"

#include <fmt/format.h>

#include "translate/llvm/emit.h"

namespace portolan::propose {
namespace {

using assembly::Place;

// The function's instructions: from its entry to the next one.
std::pair<Place, Place> extent(const assembly::CodeIndex& index, const std::string& function) {
  const assembly::Unit& unit = index.unit();
  const auto symbol = unit.symbol_by_name.find(function);
  if (symbol == unit.symbol_by_name.end()) return {};
  const auto begin = index.place_of(symbol->second, 0);
  if (!begin) return {};
  Place end{begin->section, unit.sections[begin->section].instructions.size()};
  const auto next = index.function_entries().upper_bound(*begin);
  if (next != index.function_entries().end() && next->first.section == begin->section) end = next->first;
  return {*begin, end};
}

}  // namespace

Listing list_function(const assembly::CodeIndex& index, const std::string& function) {
  Listing listing;
  const assembly::Unit& unit = index.unit();
  const auto [begin, end] = extent(index, function);
  if (begin.index >= end.index) return listing;
  const auto& instructions = unit.sections[begin.section].instructions;
  const assembly::McTarget& target = assembly::McTarget::get(unit.isa);
  for (size_t n = begin.index; n < end.index; ++n) {
    for (const auto& operand : instructions[n].symbolic) {
      const assembly::Symbol& symbol = unit.symbols[operand.value.symbol];
      const auto place = index.place_of(operand.value.symbol, 0);
      const bool entry = place && index.function_entries().contains(*place);
      if (symbol.name.empty() || (place && !entry)) continue;  // a label of the code
      listing.symbols.emplace(symbol.name, llvm_proposer::target_name(symbol.name));
    }
    if (instructions[n].line == 0)
      listing.text += fmt::format("{:4} {}\n", n - begin.index + 1, target.print(instructions[n].inst));
  }
  listing.first = 1;
  listing.last = static_cast<uint32_t>(end.index - begin.index);
  if (instructions[begin.index].line == 0) return listing;
  listing.first = unit.symbols[unit.symbol_by_name.at(function)].line;
  listing.last = instructions[end.index - 1].line;
  listing.text.clear();
  for (uint32_t line = listing.first; line >= 1 && line <= listing.last && line <= unit.lines.size(); ++line)
    listing.text += fmt::format("{:4} {}\n", line, unit.lines[line - 1]);
  return listing;
}

}  // namespace portolan::propose
