#include "translate/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "frontends/entry_labels.h"

namespace portolan::translate {
namespace {

using assembly::Binding;
using assembly::CodeIndex;
using assembly::Fixup;
using assembly::Section;
using assembly::SectionId;
using assembly::Symbol;
using assembly::SymbolId;
using assembly::SymbolKind;
using assembly::Unit;

class DataPrinter {
 public:
  DataPrinter(const CodeIndex& index, const DataOptions& options)
      : index_(index), unit_(index.unit()), options_(options), named_(named_symbols()) {}
  std::string print();

 private:
  std::vector<SymbolId> sorted_symbols(SectionId id) const;
  std::vector<bool> named_symbols() const;
  void print_range(SectionId id, std::span<const SymbolId> symbols, uint64_t from, uint64_t to);
  void print_section(SectionId id);
  std::vector<SymbolId> data_symbols_in_code(SectionId id) const;
  void print_data_in_code(SectionId id);
  void print_symbol(const Symbol& symbol);
  void print_binding(const Symbol& symbol, const std::string& name);
  void print_bytes(const Section& section, uint64_t from, uint64_t to);
  void print_fixup(SectionId section, const Fixup& fixup);
  void print_common();
  void print_undefined();
  void print_function_aliases();
  bool is_inside_function(SymbolId id, int64_t addend) const;
  std::string name(SymbolId id) const;

  const CodeIndex& index_;
  const Unit& unit_;
  const DataOptions& options_;
  std::vector<bool> named_;
  std::string out_;
};

// Names that GNU as would not take as they are stand in quotes.
std::string quoted(const std::string& name) {
  bool plain = std::all_of(name.begin(), name.end(),
                           [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.' || c == '$'; });
  return plain ? name : "\"" + name + "\"";
}

std::string DataPrinter::name(SymbolId id) const {
  return quoted(options_.name(unit_.symbols[id].name));
}

bool DataPrinter::is_inside_function(SymbolId id, int64_t addend) const {
  auto place = index_.place_of(id, addend);
  return place && !index_.function_entries().contains(*place);
}

void DataPrinter::print_binding(const Symbol& symbol, const std::string& n) {
  if (symbol.binding == Binding::global) out_ += fmt::format("\t.globl\t{}\n", n);
  if (symbol.binding == Binding::weak) out_ += fmt::format("\t.weak\t{}\n", n);
  if (symbol.visibility == assembly::Visibility::hidden) out_ += fmt::format("\t.hidden\t{}\n", n);
  if (symbol.visibility == assembly::Visibility::protected_) out_ += fmt::format("\t.protected\t{}\n", n);
}

void DataPrinter::print_symbol(const Symbol& symbol) {
  std::string n = quoted(options_.name(symbol.name));
  print_binding(symbol, n);
  if (!symbol.temporary && symbol.kind == SymbolKind::object) out_ += fmt::format("\t.type\t{}, @object\n", n);
  if (symbol.kind == SymbolKind::thread_local_) out_ += fmt::format("\t.type\t{}, @tls_object\n", n);
  if (symbol.size != 0) out_ += fmt::format("\t.size\t{}, {}\n", n, symbol.size);
  out_ += n + ":\n";
}

void DataPrinter::print_bytes(const Section& section, uint64_t from, uint64_t to) {
  while (from < to) {
    uint64_t stored = std::min<uint64_t>(section.contents.size(), to);
    uint64_t zeros = from;
    while (zeros < to && (zeros >= stored || section.contents[zeros] == 0)) ++zeros;
    if (zeros - from >= 8 || zeros == to) {
      out_ += fmt::format("\t.zero\t{}\n", zeros - from);
      from = zeros;
      continue;
    }
    out_ += "\t.byte\t";
    for (unsigned n = 0; n < 16 && from < to; ++n, ++from)
      out_ += fmt::format("{}{}", n == 0 ? "" : ", ", from < stored ? section.contents[from] : 0);
    out_ += '\n';
  }
}

void DataPrinter::print_fixup(SectionId section, const Fixup& fixup) {
  static constexpr const char* kDirectives[] = {"", ".byte", ".short", "", ".long", "", "", "", ".quad"};
  const assembly::SymbolicValue& v = fixup.value;
  const char* directive = kDirectives[fixup.size];
  if (v.minus != assembly::kNoSymbol) {
    // Differences that involve code are entries of jump tables, which the code no longer reads.
    bool code =
        is_inside_function(v.symbol, v.addend + index_.table_of(section, fixup)) || is_inside_function(v.minus, 0);
    if (code)
      out_ += fmt::format("\t{}\t0\n", directive);
    else if (v.right_shift)
      out_ += fmt::format("\t{}\t({} - {} + {}) >> {}\n", directive, name(v.symbol), name(v.minus), v.addend,
                          v.right_shift);
    else
      out_ += fmt::format("\t{}\t{} - {} + {}\n", directive, name(v.symbol), name(v.minus), v.addend);
    return;
  }
  if (is_inside_function(v.symbol, v.addend)) {
    const Symbol& symbol = unit_.symbols[v.symbol];
    // A name that is defined nowhere, so that the linker says what is missing.
    if (frontends::is_lost(index_, section, fixup)) {
      out_ += fmt::format("\t{}\t\"code at {}{:+}\"\n", directive, symbol.name, v.addend);
      return;
    }
    uint64_t number = assembly::code_address(symbol.section, symbol.offset + v.addend);
    out_ += fmt::format("\t{}\t{}\n", directive, fixup.size == 8 ? number : 0);
    return;
  }
  // A function by section and offset (objects): its own name.
  if (auto place = index_.place_of(v.symbol, v.addend)) {
    out_ += fmt::format("\t{}\t{}\n", directive, name(index_.function_entries().at(*place)));
    return;
  }
  SymbolId symbol = v.symbol;
  int64_t addend = v.addend;
  // Data in code by section and offset (objects): by the label before it.
  if (const Symbol& s = unit_.symbols[symbol];
      s.kind == SymbolKind::section && s.section < unit_.sections.size() && unit_.sections[s.section].executable)
    for (SymbolId candidate : data_symbols_in_code(s.section))
      if (int64_t offset = static_cast<int64_t>(unit_.symbols[candidate].offset); offset <= v.addend)
        symbol = candidate, addend = v.addend - offset;
  out_ += addend == 0 ? fmt::format("\t{}\t{}\n", directive, name(symbol))
                      : fmt::format("\t{}\t{}{:+}\n", directive, name(symbol), addend);
}

std::vector<SymbolId> DataPrinter::sorted_symbols(SectionId id) const {
  std::vector<SymbolId> symbols;
  for (SymbolId s = 0; s < unit_.symbols.size(); ++s)
    if (unit_.symbols[s].section == id) symbols.push_back(s);
  std::stable_sort(symbols.begin(), symbols.end(),
                   [&](SymbolId a, SymbolId b) { return unit_.symbols[a].offset < unit_.symbols[b].offset; });
  return symbols;
}

// The contents from one offset to another, with `symbols` (sorted) at their places.
void DataPrinter::print_range(SectionId id, std::span<const SymbolId> symbols, uint64_t from, uint64_t to) {
  const Section& section = unit_.sections[id];
  auto next_symbol = symbols.begin();
  auto next_fixup = section.fixups.begin();
  for (uint64_t at = from;;) {
    while (next_symbol != symbols.end() && unit_.symbols[*next_symbol].offset <= at)
      print_symbol(unit_.symbols[*next_symbol++]);
    while (next_fixup != section.fixups.end() && next_fixup->offset < at) ++next_fixup;
    if (next_fixup != section.fixups.end() && next_fixup->offset == at) {
      print_fixup(id, *next_fixup);
      at += next_fixup++->size;
      continue;
    }
    if (at >= to) break;
    uint64_t until = to;
    if (next_symbol != symbols.end()) until = std::min(until, unit_.symbols[*next_symbol].offset);
    if (next_fixup != section.fixups.end()) until = std::min(until, next_fixup->offset);
    print_bytes(section, at, until);
    at = until;
  }
  while (next_symbol != symbols.end()) print_symbol(unit_.symbols[*next_symbol++]);
}

void DataPrinter::print_section(SectionId id) {
  const Section& section = unit_.sections[id];
  std::vector<SymbolId> symbols = sorted_symbols(id);
  if (section.size == 0 && symbols.empty()) return;
  // Merging strings is the linker's favour to the source's labels; offsets into them must stay what they are.
  std::string flags;
  for (char c : section.flags)
    if (c != 'M' && c != 'S' && c != 'G' && c != 'R' && c != '?') flags += c;
  // Under another name: LLVM makes mergeable sections of its own, and one name has one set of flags.
  std::string section_name = section.flags.find('M') == std::string::npos ? section.name : section.name + ".p";
  // Addresses that the dynamic linker may have to fill in, whether the source had to be ready for that or not.
  bool addresses = std::any_of(section.fixups.begin(), section.fixups.end(), [](const Fixup& fixup) {
    return fixup.size == 8 && fixup.value.minus == assembly::kNoSymbol;
  });
  if (addresses && !section.writable) {
    section_name = section_name.starts_with(".data.rel.ro") ? section_name : ".data.rel.ro" + section_name;
    flags += 'w';
  }
  out_ += fmt::format("\n\t.section\t{},\"{}\",@{}\n", quoted(section_name), flags, section.type);
  if (section.alignment > 1) out_ += fmt::format("\t.balign\t{}\n", section.alignment);
  print_range(id, symbols, 0, section.size);
}

// Symbols that instructions or data name.
std::vector<bool> DataPrinter::named_symbols() const {
  std::vector<bool> named(unit_.symbols.size());
  auto note = [&](const assembly::SymbolicValue& value) {
    if (value.symbol != assembly::kNoSymbol) named[value.symbol] = true;
  };
  for (const Section& section : unit_.sections) {
    if (!section.allocated || assembly::is_unwind_table(section.name)) continue;
    for (const Fixup& fixup : section.fixups) note(fixup.value);
    for (const assembly::Instruction& instruction : section.instructions)
      for (const assembly::Instruction::SymbolicOperand& s : instruction.symbolic) note(s.value);
  }
  return named;
}

std::vector<SymbolId> DataPrinter::data_symbols_in_code(SectionId id) const {
  std::vector<SymbolId> symbols = sorted_symbols(id);
  std::erase_if(symbols, [&](SymbolId s) {
    const Symbol& symbol = unit_.symbols[s];
    return !named_[s] || symbol.kind == SymbolKind::function || symbol.kind == SymbolKind::section ||
           symbol.offset >= unit_.sections[id].size || index_.place_of(s, 0);
  });
  return symbols;
}

// Constants between functions: literal pools, tables of hand-written code.
void DataPrinter::print_data_in_code(SectionId id) {
  const Section& section = unit_.sections[id];
  std::vector<SymbolId> symbols = data_symbols_in_code(id);
  for (size_t first = 0; first < symbols.size();) {
    uint64_t from = unit_.symbols[symbols[first]].offset;
    auto next = std::upper_bound(section.instructions.begin(), section.instructions.end(), from,
                                 [](uint64_t offset, const assembly::Instruction& i) { return offset < i.offset; });
    uint64_t to = next == section.instructions.end() ? section.size : next->offset;
    size_t end = first;
    while (end < symbols.size() && unit_.symbols[symbols[end]].offset < to) ++end;
    constexpr uint64_t kLargestAlignment = 64;
    out_ +=
        fmt::format("\n\t.section\t.rodata\n\t.balign\t{}\n", (from | kLargestAlignment) & -(from | kLargestAlignment));
    print_range(id, std::span(symbols).subspan(first, end - first), from, to);
    first = end;
  }
}

void DataPrinter::print_common() {
  for (SymbolId s = 0; s < unit_.symbols.size(); ++s) {
    const Symbol& symbol = unit_.symbols[s];
    if (symbol.section != assembly::kCommon) continue;
    if (symbol.binding == Binding::local) out_ += fmt::format("\t.local\t{}\n", name(s));
    out_ += fmt::format("\t.comm\t{},{},{}\n", name(s), symbol.size, symbol.alignment);
  }
}

void DataPrinter::print_undefined() {
  for (SymbolId s = 0; s < unit_.symbols.size(); ++s)
    if (unit_.symbols[s].section == assembly::kUndefined && unit_.symbols[s].binding == Binding::weak)
      out_ += fmt::format("\t.weak\t{}\n", name(s));
}

// Other names for a function's entry.
void DataPrinter::print_function_aliases() {
  for (SymbolId s = 0; s < unit_.symbols.size(); ++s) {
    const Symbol& symbol = unit_.symbols[s];
    auto place = index_.place_of(s, 0);
    if (!place || symbol.temporary || symbol.kind == SymbolKind::section) continue;
    auto entry = index_.function_entries().find(*place);
    if (entry == index_.function_entries().end() || entry->second == s) continue;
    print_binding(symbol, name(s));
    out_ += fmt::format("\t.set\t{}, {}\n", name(s), name(entry->second));
  }
}

std::string DataPrinter::print() {
  print_function_aliases();
  for (SectionId id = 0; id < unit_.sections.size(); ++id) {
    const Section& section = unit_.sections[id];
    bool left = assembly::is_unwind_table(section.name) || section.name.starts_with(".note");
    if (!section.allocated || left) continue;
    if (section.executable)
      print_data_in_code(id);
    else
      print_section(id);
  }
  print_common();
  print_undefined();
  return std::move(out_);
}

}  // namespace

std::string print_data(const CodeIndex& index, const DataOptions& options) {
  return DataPrinter(index, options).print();
}

}  // namespace portolan::translate
