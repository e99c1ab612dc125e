#include "translate/llvm/symbol_places.h"

#include <algorithm>

#include "ir/cfg.h"

namespace portolan::llvm_proposer {

using assembly::Symbol;
using ir::Op;

struct SymbolPlaces::Named {
  const Symbol* symbol;
  uint64_t end = 0;      // of the object that it names
  bool bounded = false;  // the object is all that the code reaches through the name
};

SymbolPlaces::SymbolPlaces(const assembly::Unit& unit, const ir::Function& f) : unit_(unit) {
  std::map<assembly::SectionId, std::map<assembly::SymbolId, Named>> by_section;
  auto note = [&](ir::ValueId v, uint64_t bytes) {
    const ir::Instruction& i = f[v];
    if (i.op != Op::symbol_address) return;
    const ir::SymbolRef& ref = f.symbols[i.index];
    auto at = unit.symbol_by_name.find(ref.name);
    if (at == unit.symbol_by_name.end() || unit.symbols[at->second].section >= unit.sections.size()) return;
    const Symbol& symbol = unit.symbols[at->second];
    auto [named, is_new] = by_section[symbol.section].try_emplace(at->second, Named{&symbol});
    Named& n = named->second;
    if (is_new) {
      n.end = symbol.offset + symbol.size;
      n.bounded = symbol.size != 0;
    }
    // With an index to come the base may lie anywhere; an access right here tells.
    const uint64_t offset = static_cast<uint64_t>(ref.addend);
    if (bytes != 0 && (offset > symbol.size || bytes > symbol.size - offset)) n.bounded = false;
  };
  for (ir::BlockId block : ir::reverse_post_order(f)) {
    for (ir::ValueId v : f.blocks[block].instructions) {
      const ir::Instruction& i = f[v];
      note(v, 0);
      if (i.op == Op::load) note(i.operands[0], i.width / 8);
      if (i.op == Op::store) note(i.operands[0], f.width(i.operands[1]) / 8);
    }
  }
  for (auto& [section, symbols] : by_section) {
    if (symbols.size() < 2) continue;
    std::vector<Named> names;
    for (auto& [id, named] : symbols) names.push_back(named);
    join(names, unit.sections[section].writable);
  }
}

// What is only read may be reached under any name; that leaves its addresses, which must be equal where they are.
void SymbolPlaces::join(std::vector<Named>& names, bool writable) {
  std::stable_sort(names.begin(), names.end(),
                   [](const Named& a, const Named& b) { return a.symbol->offset < b.symbol->offset; });
  const bool all = writable && std::any_of(names.begin(), names.end(), [](const Named& n) { return !n.bounded; });
  std::vector<const Named*> together;
  uint64_t end = 0;
  for (const Named& n : names) {
    const bool same = !together.empty() && n.symbol->offset == together.back()->symbol->offset;
    const bool overlaps = writable && n.symbol->offset < end;
    if (!all && !same && !overlaps) {
      place(together);
      together.clear();
    }
    together.push_back(&n);
    end = std::max(end, n.end);
  }
  place(together);
}

void SymbolPlaces::place(const std::vector<const Named*>& names) {
  if (names.size() < 2) return;
  // The linker may choose another definition of a weak symbol.
  auto own_only = [](const Named* n) { return n->symbol->binding == assembly::Binding::weak; };
  const Named* base = nullptr;
  for (const Named* n : names) {
    if (own_only(n)) continue;
    // A function is known to LLVM by the name that it is translated under.
    const bool better = base && n->symbol->kind == assembly::SymbolKind::function &&
                        base->symbol->kind != assembly::SymbolKind::function;
    if (!base || better) base = n;
  }
  for (const Named* n : names) {
    const Symbol& symbol = *n->symbol;
    if (own_only(n))
      places_[symbol.name] = {symbol.name, 0, true};
    else if (n != base)
      places_[symbol.name] = {base->symbol->name, static_cast<int64_t>(symbol.offset - base->symbol->offset), false};
  }
}

SymbolPlaces::Place SymbolPlaces::of(const std::string& name) const {
  auto at = places_.find(name);
  return at == places_.end() ? Place{name} : at->second;
}

}  // namespace portolan::llvm_proposer
