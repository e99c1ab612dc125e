#include "frontends/asm/unit.h"

#include <algorithm>

namespace portolan::assembly {
namespace {

// gcc splits unlikely blocks off into name.cold (and name.part.N.cold, name.cold.N): parts of name, entered by jumps.
bool is_cold_part(std::string_view name) {
  size_t at = name.rfind(".cold");
  if (at == std::string_view::npos || at == 0) return false;
  std::string_view rest = name.substr(at + 5);
  if (rest.empty()) return true;
  return rest[0] == '.' && rest.size() > 1 && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

bool is_unwind_table(std::string_view section_name) {
  return section_name == ".eh_frame" || section_name.starts_with(".gcc_except_table");
}

std::optional<size_t> Section::instruction_at(uint64_t offset) const {
  auto found = std::lower_bound(instructions.begin(), instructions.end(), offset,
                                [](const Instruction& i, uint64_t value) { return i.offset < value; });
  if (found == instructions.end() || found->offset != offset) return std::nullopt;
  return found - instructions.begin();
}

std::vector<SymbolId> Unit::functions() const {
  std::vector<SymbolId> ids;
  for (SymbolId id = 0; id < symbols.size(); ++id) {
    const Symbol& symbol = symbols[id];
    if (symbol.section >= sections.size() || !sections[symbol.section].executable || symbol.temporary) continue;
    bool entry = symbol.kind == SymbolKind::function || symbol.kind == SymbolKind::indirect_function ||
                 (symbol.kind == SymbolKind::none && symbol.binding != Binding::local);
    if (entry && !is_cold_part(symbol.name)) ids.push_back(id);
  }
  std::stable_sort(ids.begin(), ids.end(), [this](SymbolId a, SymbolId b) {
    const Symbol &x = symbols[a], &y = symbols[b];
    if (x.line != y.line) return x.line < y.line;
    return x.section != y.section ? x.section < y.section : x.offset < y.offset;
  });
  return ids;
}

SourceLocation Unit::location(const Instruction& instruction) const {
  return {file, instruction.line, 0};
}

}  // namespace portolan::assembly
