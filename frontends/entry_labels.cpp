#include "frontends/entry_labels.h"

#include <algorithm>
#include <functional>
#include <set>

#include "frontends/lifters.h"

namespace portolan::frontends {
namespace {

using assembly::CodeIndex;
using assembly::Flow;
using assembly::Instruction;
using assembly::Place;
using assembly::Section;
using assembly::SectionId;
using assembly::Symbol;
using assembly::SymbolicValue;
using assembly::SymbolId;
using assembly::SymbolKind;
using assembly::Unit;

// A label by which its writer may have meant a function. Mapping symbols ($x, $d) are none.
bool may_be_entry(const Unit& unit, const Symbol& symbol) {
  return symbol.kind == SymbolKind::none && symbol.binding == assembly::Binding::local && !symbol.temporary &&
         symbol.section < unit.sections.size() && unit.sections[symbol.section].executable &&
         !symbol.name.starts_with('$');
}

bool is_within_function(const Unit& unit, const Symbol& symbol) {
  return std::any_of(unit.symbols.begin(), unit.symbols.end(), [&](const Symbol& other) {
    return other.kind == SymbolKind::function && other.section == symbol.section && symbol.offset > other.offset &&
           symbol.offset - other.offset < other.size;
  });
}

// Objects name places by section and offset.
std::optional<SymbolId> label_named_by(const CodeIndex& index, const SymbolicValue& value) {
  const Unit& unit = index.unit();
  if (value.symbol == assembly::kNoSymbol || value.minus != assembly::kNoSymbol) return {};
  const auto place = index.place_of(value.symbol, value.addend);
  if (!place || index.function_entries().contains(*place)) return {};
  for (SymbolId id = 0; id < unit.symbols.size(); ++id)
    if (may_be_entry(unit, unit.symbols[id]) && index.place_of(id, 0) == place) return id;
  return {};
}

// Whether code may jump by the numbers that stand for places in it (assembly::code_address): the function around the
// place has a jump by register or memory.
bool may_jump_by_number(const CodeIndex& index, Place place) {
  const Unit& unit = index.unit();
  const auto& entries = index.function_entries();
  const auto next = entries.upper_bound(place);
  // Before every entry: a cold part, which belongs to a function elsewhere.
  if (next == entries.begin() || std::prev(next)->first.section != place.section) return true;
  const SymbolId entry = std::prev(next)->second;
  const Section& section = unit.sections[place.section];
  for (const Symbol& symbol : unit.symbols)  // a function of which the rest of the code knows nothing: a cold part
    if (symbol.section == place.section && symbol.kind == SymbolKind::function &&
        symbol.offset > unit.symbols[entry].offset && symbol.offset <= section.instructions[place.index].offset)
      return true;
  const size_t end =
      next != entries.end() && next->first.section == place.section ? next->first.index : section.instructions.size();
  for (size_t n = std::prev(next)->first.index; n < end; ++n)
    if (lifter(unit.isa).flow(section.instructions[n].inst).kind == Flow::Kind::jump_indirect) return true;
  return false;
}

// Whether other files can read what stands in data at the offset: the nearest label before it has a global name, and no
// size that ends before it.
bool is_seen_outside(const Unit& unit, SectionId section, uint64_t offset) {
  const Symbol* nearest = nullptr;
  bool outside = false;
  for (const Symbol& symbol : unit.symbols) {
    if (symbol.section != section || symbol.offset > offset || symbol.kind == SymbolKind::section) continue;
    if (nearest && symbol.offset < nearest->offset) continue;
    if (nearest && symbol.offset > nearest->offset) outside = false;
    nearest = &symbol;
    outside |= symbol.binding != assembly::Binding::local && (symbol.size == 0 || offset - symbol.offset < symbol.size);
  }
  return outside;
}

// With the calls alone: where functions begin must be known before anybody asks which one a label lies in.
std::set<SymbolId> called_labels(const CodeIndex& index) {
  const Unit& unit = index.unit();
  std::set<SymbolId> found;
  for (const Section& section : unit.sections)
    for (const Instruction& instruction : section.instructions) {
      if (instruction.symbolic.empty()) continue;
      const Flow flow = lifter(unit.isa).flow(instruction.inst);
      if (flow.kind != Flow::Kind::call) continue;
      if (const SymbolicValue* target = instruction.symbolic_operand(flow.target_operand))
        if (auto label = label_named_by(index, *target)) found.insert(*label);
    }
  return found;
}

std::set<SymbolId> labels_with_address_taken(const CodeIndex& index) {
  const Unit& unit = index.unit();
  std::set<SymbolId> found;
  auto note = [&](const SymbolicValue& value, const std::function<bool()>& seen_outside) {
    const auto label = label_named_by(index, value);
    if (!label || found.contains(*label) || is_within_function(unit, unit.symbols[*label])) return;
    if (seen_outside() || !may_jump_by_number(index, *index.place_of(*label, 0))) found.insert(*label);
  };
  for (SectionId id = 0; id < unit.sections.size(); ++id) {
    const Section& section = unit.sections[id];
    if (!section.allocated || assembly::is_unwind_table(section.name)) continue;
    for (const assembly::Fixup& fixup : section.fixups)
      note(fixup.value, [&] { return is_seen_outside(unit, id, fixup.offset); });
    for (const Instruction& instruction : section.instructions) {
      if (instruction.symbolic.empty()) continue;
      const Flow flow = lifter(unit.isa).flow(instruction.inst);
      for (const Instruction::SymbolicOperand& s : instruction.symbolic)
        if (flow.kind == Flow::Kind::next || s.operand != flow.target_operand) note(s.value, [] { return false; });
    }
  }
  return found;
}

}  // namespace

bool is_lost(const CodeIndex& index, SectionId section, const assembly::Fixup& fixup) {
  if (fixup.value.minus != assembly::kNoSymbol) return false;
  const auto place = index.place_of(fixup.value.symbol, fixup.value.addend);
  if (!place || index.function_entries().contains(*place)) return false;
  return is_seen_outside(index.unit(), section, fixup.offset) || !may_jump_by_number(index, *place);
}

std::vector<Diagnostic> lost_addresses(const CodeIndex& index) {
  const Unit& unit = index.unit();
  std::vector<Diagnostic> lost;
  for (SectionId id = 0; id < unit.sections.size(); ++id) {
    const Section& section = unit.sections[id];
    if (!section.allocated || section.executable || assembly::is_unwind_table(section.name)) continue;
    for (const assembly::Fixup& fixup : section.fixups)
      if (is_lost(index, id, fixup))
        lost.push_back(error_at({unit.file, fixup.line, 0},
                                "the address of a place inside a function has no counterpart in the translation: an "
                                "undefined name stands for it"));
  }
  return lost;
}

void mark_entry_labels(Unit& unit) {
  if (std::none_of(unit.symbols.begin(), unit.symbols.end(), [&](const Symbol& s) { return may_be_entry(unit, s); }))
    return;
  for (SymbolId id : called_labels(CodeIndex(unit))) unit.symbols[id].kind = SymbolKind::function;
  for (SymbolId id : labels_with_address_taken(CodeIndex(unit))) unit.symbols[id].kind = SymbolKind::function;
}

}  // namespace portolan::frontends
