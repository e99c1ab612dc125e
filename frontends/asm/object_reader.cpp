#include "frontends/asm/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "frontends/asm/elf_file.h"
#include "frontends/asm/elf_names.h"
#include "frontends/asm/mc_target.h"
#include "frontends/asm/object_code.h"
#include "frontends/asm/relocations.h"
#include "llvm/BinaryFormat/ELF.h"

namespace portolan::assembly {
namespace {

namespace elf = llvm::ELF;

constexpr size_t kMaxDiagnostics = 1000;

// Sections that only the tool chain reads, or that are made anew for the translation.
bool is_kept(const ElfSection& section) {
  if (is_unwind_table(section.name) || section.name == ".comment") return false;
  switch (section.type) {
    case elf::SHT_PROGBITS:
    case elf::SHT_NOBITS:
    case elf::SHT_NOTE:
    case elf::SHT_INIT_ARRAY:
    case elf::SHT_FINI_ARRAY:
    case elf::SHT_PREINIT_ARRAY:
      return true;
    default:
      return false;
  }
}

SymbolKind kind_of(uint8_t type) {
  switch (type) {
    case elf::STT_FUNC:
      return SymbolKind::function;
    case elf::STT_OBJECT:
    case elf::STT_COMMON:
      return SymbolKind::object;
    case elf::STT_TLS:
      return SymbolKind::thread_local_;
    case elf::STT_SECTION:
      return SymbolKind::section;
    case elf::STT_FILE:
      return SymbolKind::file;
    case elf::STT_GNU_IFUNC:
      return SymbolKind::indirect_function;
    default:
      return SymbolKind::none;
  }
}

Visibility visibility_of(uint8_t visibility) {
  switch (visibility) {
    case elf::STV_HIDDEN:
      return Visibility::hidden;
    case elf::STV_PROTECTED:
      return Visibility::protected_;
    case elf::STV_INTERNAL:
      return Visibility::internal;
    default:
      return Visibility::normal;
  }
}

class ObjectReader {
 public:
  ObjectReader(const ElfFile& file, const std::string& name)
      : file_(file), code_(McTarget::get(file.isa), unit_, file, symbol_of_) {
    unit_.isa = file.isa;
    unit_.file = name;
    unit_.from_object = true;
  }

  Unit read() {
    add_sections();
    for (const ElfSymbol& symbol : file_.symbols) symbol_of_.push_back(add_symbol(symbol));
    code_.index_symbols();
    for (size_t i = 0; i < file_.sections.size(); ++i)
      if (section_of_[i] != kUndefined) read_contents(section_of_[i], file_.sections[i]);
    code_.finish();
    refuse_handlers();
    name_functions();
    report();
    return std::move(unit_);
  }

 private:
  void add_sections() {
    for (const ElfSection& from : file_.sections) {
      section_of_.push_back(is_kept(from) ? static_cast<SectionId>(unit_.sections.size()) : kUndefined);
      if (!is_kept(from)) continue;
      Section made;
      made.name = from.name;
      if (from.flags & elf::SHF_MERGE) made.entry_size = from.entry_size;
      made.alignment = from.alignment;
      made.size = from.size;
      made.contents.assign(from.contents.begin(), from.contents.end());
      set_kind(made, from.type, from.flags);
      unit_.sections.push_back(std::move(made));
    }
    section_symbols_.assign(unit_.sections.size(), kNoSymbol);
  }

  // Where a symbol stands; false if in a section that is not kept.
  bool place(const ElfSymbol& from, Symbol& made) const {
    made.offset = from.value;
    switch (from.section) {
      case elf::SHN_UNDEF:
        made.section = kUndefined;
        return true;
      case elf::SHN_ABS:
        made.section = kAbsolute;
        return true;
      case elf::SHN_COMMON:
        made.section = kCommon;
        made.alignment = std::max<uint64_t>(from.value, 1);
        made.offset = 0;
        return true;
      default:
        break;
    }
    if (from.section >= section_of_.size()) return false;
    made.section = section_of_[from.section];
    return made.section != kUndefined;
  }

  SymbolId add_symbol(const ElfSymbol& from) {
    Symbol made;
    made.kind = kind_of(from.type);
    if (made.kind == SymbolKind::file || symbol_of_.empty() || !place(from, made)) return kNoSymbol;
    bool in_code = made.section < unit_.sections.size() && unit_.sections[made.section].executable;
    if (in_code) add_mark(from, made);
    if (is_mapping_symbol(from)) return kNoSymbol;
    bool section = made.kind == SymbolKind::section && made.section < unit_.sections.size();
    made.name = section ? section_symbol_name(made.section) : from.name;
    made.binding = from.binding == elf::STB_LOCAL  ? Binding::local
                   : from.binding == elf::STB_WEAK ? Binding::weak
                                                   : Binding::global;
    made.visibility = visibility_of(from.visibility);
    made.size = from.size;
    made.temporary = !section && made.binding == Binding::local && made.name.starts_with(".L");
    if (made.name.empty()) return kNoSymbol;
    return add(std::move(made));
  }

  // A label that assemblers take, which the section's own name is not.
  std::string section_symbol_name(SectionId id) const { return ".Lsection" + unit_.sections[id].name; }

  // Names are unique within a unit: later local symbols of the same name get a suffix.
  SymbolId add(Symbol symbol) {
    SymbolId id = static_cast<SymbolId>(unit_.symbols.size());
    std::replace(symbol.name.begin(), symbol.name.end(), ' ', '_');  // gas names RISC-V's own labels ".L0 "
    if (unit_.symbol_by_name.count(symbol.name) && symbol.binding == Binding::local)
      symbol.name += fmt::format(".{}", id);
    unit_.symbol_by_name.emplace(symbol.name, id);
    if (symbol.kind == SymbolKind::section && symbol.section < section_symbols_.size())
      section_symbols_[symbol.section] = id;
    unit_.symbols.push_back(std::move(symbol));
    return id;
  }

  // Mapping symbols of AArch64 and RISC-V: $x code, $d data.
  bool is_mapping_symbol(const ElfSymbol& from) const {
    return file_.isa != Isa::x86_64 && from.binding == elf::STB_LOCAL &&
           (from.name.starts_with("$x") || from.name.starts_with("$d"));
  }

  // Where code and data change places within code; on x86-64 what is called an object is data.
  void add_mark(const ElfSymbol& from, const Symbol& made) {
    if (is_mapping_symbol(from)) {
      code_.mark(made.section, made.offset, from.name[1] == 'd');
    } else if (file_.isa == Isa::x86_64 && made.kind == SymbolKind::object && made.size != 0) {
      code_.mark(made.section, made.offset, true);
      code_.mark(made.section, made.offset + made.size, false);
    }
  }

  void read_contents(SectionId id, const ElfSection& from) {
    auto data = [this, id](const ElfRelocation& relocation) { add_fixup(id, relocation); };
    if (unit_.sections[id].executable)
      code_.read(id, from, data);
    else if (unit_.sections[id].allocated)
      std::for_each(from.relocations.begin(), from.relocations.end(), data);
    finish_fixups(id);
  }

  void unread(SectionId id, uint64_t offset, std::string reason) {
    unit_.unread.push_back({0, id, offset, {}, std::move(reason)});
  }

  uint64_t stored(const Section& section, uint64_t offset, unsigned size) const {
    uint64_t value = 0;
    std::memcpy(&value, section.contents.data() + offset, size);
    return value;
  }

  void add_fixup(SectionId id, const ElfRelocation& relocation) {
    RelocationKind kind = relocation_kind(file_.isa, relocation.type);
    if (kind.role == RelocationKind::ignored) return;
    Section& section = unit_.sections[id];
    SymbolId symbol = relocation.symbol < symbol_of_.size() ? symbol_of_[relocation.symbol] : kNoSymbol;
    bool fits = kind.role == RelocationKind::value || kind.role == RelocationKind::add ||
                kind.role == RelocationKind::subtract || kind.role == RelocationKind::set;
    uint64_t size = section.contents.size();
    if (!fits || kind.size == 0 || symbol == kNoSymbol || relocation.offset > size ||
        size - relocation.offset < kind.size)
      return unread(
          id, relocation.offset,
          fmt::format("the relocation {} is not supported in data", relocation_name(file_.isa, relocation.type)));
    if (kind.role == RelocationKind::value || kind.role == RelocationKind::set) {
      Fixup made{relocation.offset, kind.size, {symbol, kNoSymbol, relocation.addend, kind.reference, 0}, 0};
      if (kind.role == RelocationKind::set) made.value.reference = Reference::address;
      if (kind.pc_relative) {
        made.value.minus = section_symbol(id);
        made.value.addend = moved(made.value.addend, -static_cast<int64_t>(relocation.offset));
      }
      section.fixups.push_back(made);
      return;
    }
    add_part(id, relocation, kind, symbol);
  }

  // RISC-V: relocations that add a symbol to, or subtract one from, what the place holds.
  void add_part(SectionId id, const ElfRelocation& relocation, RelocationKind kind, SymbolId symbol) {
    Section& section = unit_.sections[id];
    Fixup* fixup =
        section.fixups.empty() || section.fixups.back().offset != relocation.offset ? nullptr : &section.fixups.back();
    if (fixup == nullptr) {
      int64_t held = static_cast<int64_t>(stored(section, relocation.offset, kind.size));
      section.fixups.push_back({relocation.offset, kind.size, {.addend = held, .reference = Reference::address}, 0});
      fixup = &section.fixups.back();
    }
    SymbolId& slot = kind.role == RelocationKind::add ? fixup->value.symbol : fixup->value.minus;
    if (slot != kNoSymbol || fixup->size != kind.size)
      return unread(id, relocation.offset, "more relocations on one place than a value can have");
    slot = symbol;
    const int64_t by = kind.role == RelocationKind::add ? relocation.addend : moved(~relocation.addend, 1);
    fixup->value.addend = moved(fixup->value.addend, by);
  }

  SymbolId section_symbol(SectionId id) {
    if (section_symbols_[id] == kNoSymbol) {
      Symbol made;
      made.name = section_symbol_name(id);
      made.kind = SymbolKind::section;
      made.section = id;
      add(std::move(made));
    }
    return section_symbols_[id];
  }

  // In .eh_frame a function's entry stands first, then, if it has handlers, its table in .gcc_except_table.
  void refuse_handlers() {
    for (const ElfSection& table : file_.sections) {
      if (table.name != ".eh_frame") continue;
      std::optional<std::pair<SectionId, uint64_t>> function;
      for (const ElfRelocation& relocation : table.relocations) {
        if (relocation.symbol >= file_.symbols.size()) continue;
        const ElfSymbol& symbol = file_.symbols[relocation.symbol];
        if (symbol.section >= file_.sections.size()) continue;
        SectionId section = section_of_[symbol.section];
        if (section != kUndefined && unit_.sections[section].executable)
          function = {section, symbol.value + static_cast<uint64_t>(relocation.addend)};
        else if (function && file_.sections[symbol.section].name.starts_with(".gcc_except_table"))
          code_.refuse(function->first, function->second, kHandlersReason);
      }
    }
  }

  // Assemblers write a function that is not exported as its section plus an offset: here it has its name.
  void name_functions() {
    std::map<std::pair<SectionId, uint64_t>, SymbolId> functions;
    for (SymbolId id : unit_.functions())
      functions.emplace(std::pair(unit_.symbols[id].section, unit_.symbols[id].offset), id);
    auto rename = [&](SymbolicValue& value) {
      if (value.symbol == kNoSymbol || value.minus != kNoSymbol) return;
      const Symbol& symbol = unit_.symbols[value.symbol];
      if (symbol.kind != SymbolKind::section || symbol.section >= unit_.sections.size()) return;
      auto at = functions.find({symbol.section, symbol.offset + static_cast<uint64_t>(value.addend)});
      if (at == functions.end()) return;
      value.symbol = at->second;
      value.addend = 0;
    };
    for (Section& section : unit_.sections) {
      for (Fixup& fixup : section.fixups) rename(fixup.value);
      for (Instruction& instruction : section.instructions)
        for (Instruction::SymbolicOperand& s : instruction.symbolic) rename(s.value);
    }
  }

  // Distances within one section of data are numbers; half a difference is nothing.
  void finish_fixups(SectionId id) {
    Section& section = unit_.sections[id];
    std::vector<Fixup> kept;
    for (Fixup& fixup : section.fixups) {
      SymbolicValue& value = fixup.value;
      if (value.symbol == kNoSymbol) {
        unread(id, fixup.offset, "a symbol is subtracted from nothing");
        continue;
      }
      const Symbol& plus = unit_.symbols[value.symbol];
      bool within = value.minus != kNoSymbol && plus.section == unit_.symbols[value.minus].section &&
                    plus.section < unit_.sections.size() && !unit_.sections[plus.section].executable;
      if (!within) {
        std::memset(section.contents.data() + fixup.offset, 0, fixup.size);
        kept.push_back(fixup);
        continue;
      }
      uint64_t number = plus.offset - unit_.symbols[value.minus].offset + static_cast<uint64_t>(value.addend);
      std::memcpy(section.contents.data() + fixup.offset, &number, fixup.size);
    }
    section.fixups = std::move(kept);
  }

  void report() {
    for (const UnreadLine& u : unit_.unread) {
      if (unit_.diagnostics.size() == kMaxDiagnostics) break;
      unit_.diagnostics.push_back(
          error_at({unit_.file, 0, 0},
                   fmt::format("section {} offset {:#x}: {}", unit_.sections[u.section].name, u.offset, u.reason)));
    }
  }

  const ElfFile& file_;
  Unit unit_;
  std::vector<SectionId> section_of_;
  std::vector<SymbolId> symbol_of_;
  std::vector<SymbolId> section_symbols_;
  ObjectCode code_;
};

}  // namespace

bool is_elf(std::string_view contents) {
  return contents.starts_with(
      "\x7f"
      "ELF");
}

Expected<Unit> read_object(std::string_view contents, const std::string& name, std::optional<Isa> expected) {
  Expected<ElfFile> file = parse_elf(contents, name, expected);
  if (!file) return file.error();
  return ObjectReader(*file, name).read();
}

}  // namespace portolan::assembly
