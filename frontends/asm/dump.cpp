#include "frontends/asm/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "frontends/asm/mc_target.h"
#include "frontends/asm/references.h"

namespace portolan::assembly {
namespace {

std::string name_of(const Unit& unit, SymbolId id) {
  return id == kNoSymbol ? "-" : unit.symbols[id].name;
}

std::string describe(const Unit& unit, const SymbolicValue& value) {
  std::string text = name_of(unit, value.symbol);
  if (value.minus != kNoSymbol) text += fmt::format(" - {}", name_of(unit, value.minus));
  if (value.addend != 0)
    text += fmt::format(" {} {}", value.addend < 0 ? '-' : '+',
                        value.addend < 0 ? -static_cast<uint64_t>(value.addend) : value.addend);
  if (value.right_shift != 0) text = fmt::format("({}) >> {}", text, value.right_shift);
  if (value.reference != Reference::address) text += fmt::format(" [{}]", to_string(value.reference));
  return text;
}

std::string place(const Unit& unit, const Symbol& symbol) {
  if (symbol.section == kUndefined) return "undefined";
  if (symbol.section == kCommon) return fmt::format("common align {}", symbol.alignment);
  if (symbol.section == kAbsolute) return fmt::format("absolute {:#x}", symbol.offset);
  return fmt::format("{}+{:#x}", unit.sections[symbol.section].name, symbol.offset);
}

void dump_symbol(const Unit& unit, const Symbol& symbol, std::string& out) {
  static constexpr const char* kBindings[] = {"local", "global", "weak"};
  static constexpr const char* kVisibilities[] = {"", " hidden", " protected", " internal"};
  static constexpr const char* kKinds[] = {"", " function", " object", " tls", " section", " file", " ifunc"};
  out += fmt::format("symbol {} {}{}{} {} size {}{}\n", symbol.name, kBindings[static_cast<int>(symbol.binding)],
                     kVisibilities[static_cast<int>(symbol.visibility)], kKinds[static_cast<int>(symbol.kind)],
                     place(unit, symbol), symbol.size, symbol.temporary ? " temporary" : "");
}

void dump_instruction(const Unit& unit, const Instruction& instruction, std::string& out) {
  const McTarget& target = McTarget::get(unit.isa);
  out += fmt::format("  {:6x} {:5} {} ; {}", instruction.offset, instruction.line, target.print(instruction.inst),
                     target.opcode_name(instruction.inst.getOpcode()));
  if (instruction.inst.getFlags() != 0) out += fmt::format(" flags {}", instruction.inst.getFlags());
  for (const Instruction::SymbolicOperand& s : instruction.symbolic)
    out += fmt::format(" #{}={}", s.operand, describe(unit, s.value));
  out += '\n';
}

void dump_contents(const Section& section, std::string& out) {
  if (section.executable || !section.allocated) return;
  for (size_t at = 0; at < section.contents.size(); at += 16) {
    out += fmt::format("  {:6x}", at);
    for (size_t i = at; i < std::min(at + 16, section.contents.size()); ++i)
      out += fmt::format(" {:02x}", section.contents[i]);
    out += '\n';
  }
}

}  // namespace

std::string dump(const Unit& unit) {
  std::string out = fmt::format("unit {} {}\n", unit.file, portolan::to_string(unit.isa));
  for (const Symbol& symbol : unit.symbols) dump_symbol(unit, symbol, out);
  std::multimap<std::pair<SectionId, uint64_t>, const Symbol*> labels;
  for (const Symbol& symbol : unit.symbols) labels.emplace(std::pair(symbol.section, symbol.offset), &symbol);
  for (SectionId id = 0; id < unit.sections.size(); ++id) {
    const Section& section = unit.sections[id];
    out += fmt::format("section {} \"{}\" {} entry {} align {} size {}\n", section.name, section.flags, section.type,
                       section.entry_size, section.alignment, section.size);
    dump_contents(section, out);
    for (const Fixup& fixup : section.fixups)
      out += fmt::format("  fixup {:x} {} bytes {}\n", fixup.offset, fixup.size, describe(unit, fixup.value));
    for (const Instruction& instruction : section.instructions) {
      auto [first, last] = labels.equal_range({id, instruction.offset});
      for (auto label = first; label != last; ++label) out += fmt::format("{}:\n", label->second->name);
      dump_instruction(unit, instruction, out);
    }
  }
  for (const UnreadLine& u : unit.unread)
    out += fmt::format("unread line {} {}+{:x}: {}\n", u.line, unit.sections[u.section].name, u.offset, u.reason);
  for (const Diagnostic& d : unit.diagnostics) out += portolan::to_string(d);
  return out;
}

}  // namespace portolan::assembly
