#include "frontends/asm/recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "frontends/aarch64/opcodes.h"
#include "frontends/asm/elf_names.h"
#include "frontends/asm/riscv_compressed.h"
#include "frontends/asm/x86_prefixes.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCSectionELF.h"
#include "llvm/MC/MCSymbolELF.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MathExtras.h"

namespace portolan::assembly {
namespace {

// Limits on what a few bytes of text can ask for (.zero, .fill, .org).
constexpr uint64_t kMaxStored = uint64_t{1} << 30;
constexpr uint64_t kMaxSize = uint64_t{1} << 40;

uint64_t align_up(uint64_t offset, uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

}  // namespace

Recorder::Recorder(llvm::MCContext& context, const McTarget& target, Unit& unit, SourceLines& lines)
    : MCStreamer(context),
      target_(target),
      unit_(unit),
      source_(lines),
      expressions_(target, unit, [this](const llvm::MCSymbol& s) { return symbol(s); }) {}

uint32_t Recorder::line() {
  return source_.line(getStartTokLoc());
}

SymbolId Recorder::symbol(const llvm::MCSymbol& symbol) {
  auto [found, is_new] = symbol_ids_.try_emplace(&symbol, unit_.symbols.size());
  if (!is_new) return found->second;
  SymbolId id = found->second;
  Symbol made;
  made.name = symbol.getName().str();
  made.temporary = symbol.isTemporary();
  if (made.name.empty()) made.name = fmt::format(".Lplace{}", id);  // `.`, `1:` and MC's own labels
  while (unit_.symbol_by_name.count(made.name)) made.name += '_';
  unit_.symbol_by_name.emplace(made.name, id);
  unit_.symbols.push_back(std::move(made));
  explicitly_local_.push_back(false);
  if (auto begin = section_begins_.find(&symbol); begin != section_begins_.end()) begin_section(id, begin->second);
  return id;
}

// The symbol with a section's name is its start.
void Recorder::begin_section(SymbolId id, SectionId section) {
  Symbol& symbol = unit_.symbols[id];
  symbol.kind = SymbolKind::section;
  symbol.section = section;
  symbol.offset = 0;
}

// --- Sections

void Recorder::initSections(bool, const llvm::MCSubtargetInfo&) {
  switchSection(getContext().getObjectFileInfo()->getTextSection());
}

void Recorder::changeSection(llvm::MCSection* section, uint32_t subsection) {
  MCStreamer::changeSection(section, subsection);
  auto [found, is_new] = section_ids_.try_emplace(section, unit_.sections.size());
  if (is_new) {
    const auto* elf = static_cast<const llvm::MCSectionELF*>(section);
    Section made;
    made.name = elf->getName().str();
    made.entry_size = elf->getEntrySize();
    set_kind(made, elf->getType(), elf->getFlags());
    unit_.sections.push_back(std::move(made));
    growing_.emplace_back();
    if (const llvm::MCSymbol* begin = section->getBeginSymbol()) {
      section_begins_.try_emplace(begin, found->second);
      if (auto used = symbol_ids_.find(begin); used != symbol_ids_.end()) begin_section(used->second, found->second);
    }
  }
  current_ = found->second;
  if (subsection != 0) unread(line(), "subsections are not supported");
}

SectionId Recorder::section_named(const char* name, const char* flags, const char* type) {
  for (SectionId id = 0; id < unit_.sections.size(); ++id)
    if (unit_.sections[id].name == name) return id;
  bool is_bss = std::string_view(type) == "nobits";
  llvm::MCSection* made = getContext().getELFSection(name, is_bss ? llvm::ELF::SHT_NOBITS : llvm::ELF::SHT_PROGBITS,
                                                     llvm::ELF::SHF_ALLOC | llvm::ELF::SHF_WRITE);
  SectionId id = static_cast<SectionId>(unit_.sections.size());
  section_ids_.try_emplace(made, id);
  Section section;
  section.name = name;
  section.flags = flags;
  section.type = type;
  section.writable = true;
  unit_.sections.push_back(std::move(section));
  growing_.emplace_back();
  return id;
}

// --- Symbols

void Recorder::define(SymbolId id, uint32_t line) {
  Growing& g = growing();
  if (g.waiting_flags != 0) {
    g.waiting_flags = 0;
    unread(line, "a label between a prefix and its instruction");
  }
  Symbol& symbol = unit_.symbols[id];
  symbol.section = current_;
  symbol.offset = section().size;
  symbol.line = line;
  if (g.waiting_alignment > 1) g.waiting_labels.push_back(id);
}

void Recorder::emitLabel(llvm::MCSymbol* mc_symbol, llvm::SMLoc location) {
  bool was_defined = mc_symbol->isDefined();
  MCStreamer::emitLabel(mc_symbol, location);
  if (was_defined) return;  // reported by the line above
  SymbolId id = symbol(*mc_symbol);
  if (section_begins_.count(mc_symbol)) return;
  define(id, source_.line(location.isValid() ? location : getStartTokLoc()));
  if (section().thread_local_) unit_.symbols[id].kind = SymbolKind::thread_local_;
}

void Recorder::emitAssignment(llvm::MCSymbol* mc_symbol, const llvm::MCExpr* value) {
  MCStreamer::emitAssignment(mc_symbol, value);
  uint32_t at = line();
  unit_.symbols[symbol(*mc_symbol)].line = at;
  assignments_.emplace_back(mc_symbol, at);
}

void Recorder::emitWeakReference(llvm::MCSymbol* alias, const llvm::MCSymbol* mc_symbol) {
  SymbolId id = symbol(*mc_symbol);
  if (unit_.symbols[id].section == kUndefined && unit_.symbols[id].binding == Binding::local)
    unit_.symbols[id].binding = Binding::weak;
  expressions_.alias(*alias, *mc_symbol);
}

bool Recorder::emitSymbolAttribute(llvm::MCSymbol* mc_symbol, llvm::MCSymbolAttr attribute) {
  SymbolId id = symbol(*mc_symbol);
  Symbol& symbol = unit_.symbols[id];
  switch (attribute) {
    case llvm::MCSA_Global:
      if (symbol.binding != Binding::weak) symbol.binding = Binding::global;
      break;
    case llvm::MCSA_Weak:
      symbol.binding = Binding::weak;
      break;
    case llvm::MCSA_Local:
      symbol.binding = Binding::local;
      explicitly_local_[id] = true;
      if (symbol.section == kCommon) reserve_local(id, symbol.size, symbol.alignment);
      break;
    case llvm::MCSA_Hidden:
      symbol.visibility = Visibility::hidden;
      break;
    case llvm::MCSA_Internal:
      symbol.visibility = Visibility::internal;
      break;
    case llvm::MCSA_Protected:
      symbol.visibility = Visibility::protected_;
      break;
    case llvm::MCSA_ELF_TypeFunction:
      symbol.kind = SymbolKind::function;
      break;
    case llvm::MCSA_ELF_TypeIndFunction:
      symbol.kind = SymbolKind::indirect_function;
      break;
    case llvm::MCSA_ELF_TypeObject:
    case llvm::MCSA_ELF_TypeCommon:
    case llvm::MCSA_ELF_TypeGnuUniqueObject:
      if (symbol.kind != SymbolKind::thread_local_) symbol.kind = SymbolKind::object;
      break;
    case llvm::MCSA_ELF_TypeTLS:
      symbol.kind = SymbolKind::thread_local_;
      break;
    case llvm::MCSA_ELF_TypeNoType:
      break;
    default:
      return false;
  }
  return true;
}

void Recorder::emitELFSize(llvm::MCSymbol* mc_symbol, const llvm::MCExpr* value) {
  sizes_.emplace_back(symbol(*mc_symbol), value);
}

void Recorder::emitELFSymverDirective(const llvm::MCSymbol*, llvm::StringRef, bool) {
  unread(line(), "symbol versions are not supported");
}

void Recorder::emitCommonSymbol(llvm::MCSymbol* mc_symbol, uint64_t size, llvm::Align alignment) {
  SymbolId id = symbol(*mc_symbol);
  Symbol& symbol = unit_.symbols[id];
  symbol.line = line();
  if (symbol.section != kUndefined && symbol.section != kCommon)
    return unread(symbol.line, fmt::format("symbol '{}' is already defined", symbol.name));
  if (explicitly_local_[id]) return reserve_local(id, size, alignment.value());
  symbol.section = kCommon;
  symbol.size = std::max(symbol.size, size);
  symbol.alignment = std::max<uint64_t>(symbol.alignment, alignment.value());
  symbol.kind = SymbolKind::object;
  if (symbol.binding == Binding::local) symbol.binding = Binding::global;
}

void Recorder::emitLocalCommonSymbol(llvm::MCSymbol* mc_symbol, uint64_t size, llvm::Align alignment) {
  SymbolId id = symbol(*mc_symbol);
  unit_.symbols[id].line = line();
  if (unit_.symbols[id].section != kUndefined) return unread(unit_.symbols[id].line, "symbol is already defined");
  reserve_local(id, size, alignment.value());
}

// A local common symbol is plain .bss to every assembler.
void Recorder::reserve_local(SymbolId id, uint64_t size, uint64_t alignment) {
  Section& bss = unit_.sections[section_named(".bss", "aw", "nobits")];
  uint64_t start = align_up(bss.size, alignment);
  if (size > kMaxSize || start + size > kMaxSize) return unread(line(), "more than 2^40 bytes in a section");
  bss.alignment = std::max(bss.alignment, alignment);
  bss.size = start + size;
  Symbol& symbol = unit_.symbols[id];
  symbol.section = static_cast<SectionId>(&bss - unit_.sections.data());
  symbol.offset = start;
  symbol.size = size;
  symbol.alignment = 1;
  symbol.kind = SymbolKind::object;
}

void Recorder::emitZerofill(llvm::MCSection*, llvm::MCSymbol*, uint64_t, llvm::Align, llvm::SMLoc) {
  unread(line(), ".zerofill is not supported");
}

// --- Data

// Applies (data follows) or drops (an instruction follows) an alignment within code.
void Recorder::settle(SectionId id, bool data_follows) {
  Growing& g = growing_[id];
  if (g.waiting_alignment <= 1) return;
  uint64_t alignment = g.waiting_alignment;
  g.waiting_alignment = 1;
  std::vector<SymbolId> labels = std::move(g.waiting_labels);
  g.waiting_labels.clear();
  if (!data_follows) return;
  align_data(alignment, 0, 1);
  for (SymbolId label : labels) unit_.symbols[label].offset = section().size;
}

// Makes room for bytes at the end of the section, if the limits allow.
bool Recorder::grow(uint64_t bytes) {
  Section& s = section();
  uint64_t limit = s.type == "nobits" ? kMaxSize : kMaxStored;
  if (bytes > limit || s.size + bytes > limit) {
    unread(line(), "the section grows beyond what is supported");
    return false;
  }
  return true;
}

void Recorder::append(const void* data, size_t size) {
  if (section().executable) settle(current_, true);
  if (size == 0 || !grow(size)) return;
  Section& s = section();
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (s.executable) {
    std::vector<std::pair<uint64_t, uint64_t>>& runs = growing().data_in_code;
    if (!runs.empty() && runs.back().first + runs.back().second == s.size)
      runs.back().second += size;
    else
      runs.emplace_back(s.size, size);
  }
  if (s.type == "nobits") {
    if (std::any_of(bytes, bytes + size, [](uint8_t b) { return b != 0; }))
      return unread(line(), "data in a section that has no contents");
  } else {
    s.contents.resize(s.size);
    s.contents.insert(s.contents.end(), bytes, bytes + size);
  }
  s.size += size;
}

void Recorder::append_zeros(uint64_t count) {
  if (section().executable) settle(current_, true);
  if (section().type == "nobits") {
    if (grow(count)) section().size += count;
    return;
  }
  if (count == 0 || !grow(count)) return;
  std::vector<uint8_t> zeros(count);
  append(zeros.data(), zeros.size());
}

void Recorder::emitBytes(llvm::StringRef data) {
  bool pads = target_.isa() == Isa::x86_64 && section().executable && data.size() <= 2 && !data.empty() &&
              data.find_first_not_of('\x66') == llvm::StringRef::npos;
  if (pads)
    growing().waiting_flags |= kFlagOperandSize;
  else
    append(data.data(), data.size());
}

void Recorder::emitValueImpl(const llvm::MCExpr* value, unsigned size, llvm::SMLoc location) {
  uint32_t at = source_.line(location.isValid() ? location : getStartTokLoc());
  if (size != 1 && size != 2 && size != 4 && size != 8) {
    unread(at, fmt::format("a value of {} bytes", size));
    return append_zeros(size);
  }
  if (section().executable) settle(current_, true);
  if (!grow(size)) return;
  growing().values.push_back({section().size, static_cast<uint8_t>(size), at, value});
  append_zeros(size);
}

void Recorder::emitULEB128Value(const llvm::MCExpr* value) {
  std::optional<int64_t> number = expressions_.number(*value);
  if (!number && section().allocated && !is_unwind_table(section().name))
    unread(line(), "a .uleb128 that depends on the layout of code");
  uint8_t bytes[16];
  append(bytes, llvm::encodeULEB128(static_cast<uint64_t>(number.value_or(0)), bytes));
}

void Recorder::emitSLEB128Value(const llvm::MCExpr* value) {
  std::optional<int64_t> number = expressions_.number(*value);
  if (!number && section().allocated && !is_unwind_table(section().name))
    unread(line(), "a .sleb128 that depends on the layout of code");
  uint8_t bytes[16];
  append(bytes, llvm::encodeSLEB128(number.value_or(0), bytes));
}

void Recorder::emitDTPRel64Value(const llvm::MCExpr*) {
  if (section().allocated) unread(line(), "an offset into a module's thread-local block");
  append_zeros(8);
}
void Recorder::emitDTPRel32Value(const llvm::MCExpr*) {
  if (section().allocated) unread(line(), "an offset into a module's thread-local block");
  append_zeros(4);
}
void Recorder::emitTPRel64Value(const llvm::MCExpr* value) {
  emitDTPRel64Value(value);
}
void Recorder::emitTPRel32Value(const llvm::MCExpr* value) {
  emitDTPRel32Value(value);
}

void Recorder::emitFill(const llvm::MCExpr& bytes, uint64_t value, llvm::SMLoc location) {
  emitFill(bytes, 1, static_cast<int64_t>(value & 0xff), location);
}

void Recorder::emitFill(const llvm::MCExpr& count, int64_t size, int64_t value, llvm::SMLoc) {
  if (section().executable) settle(current_, true);
  std::optional<int64_t> number = expressions_.number(count);
  if (!number) return unread(line(), "the count is not a number that survives translation");
  if (*number < 0 || size <= 0 || size > 8) return;  // as GNU as: negative counts and zero sizes are ignored
  if (static_cast<uint64_t>(*number) > kMaxSize) return static_cast<void>(grow(kMaxSize + 1));
  uint64_t total = static_cast<uint64_t>(*number) * static_cast<uint64_t>(size);
  if (value == 0) return append_zeros(total);
  if (!grow(total)) return;
  // Of a value at most 4 bytes count; the rest of a larger unit is zero (GNU as manual, ".fill").
  std::vector<uint8_t> data(total);
  for (uint64_t i = 0; i < total; ++i) {
    uint64_t byte = i % static_cast<uint64_t>(size);
    data[i] = byte < 4 ? static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * byte)) : 0;
  }
  append(data.data(), data.size());
}

void Recorder::align_data(uint64_t alignment, int64_t value, unsigned value_size) {
  Section& s = section();
  s.alignment = std::max(s.alignment, alignment);
  uint64_t padding = align_up(s.size, alignment) - s.size;
  if (padding == 0 || !grow(padding)) return;
  if (value == 0 || value_size == 0) return append_zeros(padding);
  std::vector<uint8_t> data(padding);
  for (uint64_t i = 0; i < padding; ++i)
    data[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * (i % std::min(value_size, 8u))));
  append(data.data(), data.size());
}

void Recorder::emitValueToAlignment(llvm::Align alignment, int64_t value, unsigned value_size, unsigned max_bytes) {
  if (section().executable) settle(current_, true);
  uint64_t padding = align_up(section().size, alignment.value()) - section().size;
  if (max_bytes != 0 && padding > max_bytes) return;
  align_data(alignment.value(), value, value_size);
}

void Recorder::emitCodeAlignment(llvm::Align alignment, const llvm::MCSubtargetInfo*, unsigned) {
  section().alignment = std::max<uint64_t>(section().alignment, alignment.value());
  if (!section().executable) return align_data(alignment.value(), 0, 1);
  growing().waiting_alignment = std::max<uint64_t>(growing().waiting_alignment, alignment.value());
}

void Recorder::emitValueToOffset(const llvm::MCExpr* offset, unsigned char value, llvm::SMLoc) {
  if (section().executable) settle(current_, true);
  llvm::MCSymbol* start = getCurrentSectionOnly()->getBeginSymbol();
  const llvm::MCExpr* relative = offset;
  std::optional<int64_t> target = expressions_.number(*relative);
  if (!target && start != nullptr) {
    relative = llvm::MCBinaryExpr::createSub(offset, llvm::MCSymbolRefExpr::create(start, getContext()), getContext());
    target = expressions_.number(*relative);
  }
  if (!target || *target < 0 || static_cast<uint64_t>(*target) < section().size)
    return unread(line(), ".org needs a place further on in this section");
  uint64_t padding = static_cast<uint64_t>(*target) - section().size;
  if (value == 0) return append_zeros(padding);
  if (!grow(padding)) return;
  std::vector<uint8_t> data(padding, value);
  append(data.data(), data.size());
}

std::optional<std::pair<bool, std::string>> Recorder::emitRelocDirective(const llvm::MCExpr&, llvm::StringRef name,
                                                                         const llvm::MCExpr*, llvm::SMLoc,
                                                                         const llvm::MCSubtargetInfo&) {
  if (!name.ends_with("_NONE")) unread(line(), fmt::format("the relocation {} is not supported", name.str()));
  return std::nullopt;
}

// --- Instructions

void Recorder::emitAssemblerFlag(llvm::MCAssemblerFlag flag) {
  if (flag == llvm::MCAF_Code16 || flag == llvm::MCAF_Code32) other_mode_ = true;
  if (flag == llvm::MCAF_Code64) other_mode_ = false;
}

// Takes prefixes that stand as statements; gives them to the instruction that follows.
bool Recorder::fold_prefix(llvm::MCInst& inst) {
  unsigned& waiting = growing().waiting_flags;
  if (std::optional<unsigned> flag = prefix_flag(inst.getOpcode())) {
    waiting |= *flag;
    return true;
  }
  const unsigned flags = std::exchange(waiting, 0);
  if (shrinks_branch(inst, flags)) {
    unread(line(), "processors disagree on a near branch with an operand-size prefix and no rex64");
    return true;
  }
  if (!add_prefixes(inst, flags)) {
    unread(line(), "a prefix before this instruction is not supported");
    return true;
  }
  return false;
}

void Recorder::append_instruction(llvm::MCInst inst, uint32_t line) {
  settle(current_, false);
  Section& s = section();
  Instruction made;
  made.size = target_.isa() == Isa::x86_64 ? 16 : 4;
  if (!grow(made.size)) return;
  made.inst = std::move(inst);
  made.offset = s.size;
  made.line = line;
  s.size += made.size;
  s.instructions.push_back(std::move(made));
}

void Recorder::emitInstruction(const llvm::MCInst& inst, const llvm::MCSubtargetInfo&) {
  uint32_t at = source_.line(inst.getLoc().isValid() ? inst.getLoc() : getStartTokLoc());
  if (!section().executable) return unread(at, "an instruction outside of an executable section");
  if (other_mode_) return unread(at, "16- and 32-bit code is not supported");
  llvm::MCInst copy = inst;
  if (target_.isa() == Isa::x86_64 && fold_prefix(copy)) return;
  if (target_.isa() == Isa::aarch64 && inst.getOpcode() == aarch64::TLSDESCCALL && inst.getOperand(0).isExpr()) {
    growing().waiting_tls_call = inst.getOperand(0).getExpr();
    return;
  }
  if (target_.isa() == Isa::riscv64 && !expand_compressed(copy))
    return unread(at,
                  fmt::format("the compressed instruction {} is not supported", target_.opcode_name(inst.getOpcode())));
  append_instruction(std::move(copy), at);
  if (const llvm::MCExpr* called = std::exchange(growing().waiting_tls_call, nullptr))
    tls_calls_.push_back({current_, section().instructions.size() - 1, called});
}

void Recorder::unread(uint32_t line, std::string reason) {
  if (unit_.sections.empty()) return;
  uint64_t offset = section().size;
  if (section().executable) append_instruction(llvm::MCInst(), line);
  unread_at(current_, offset, line, std::move(reason));
}

void Recorder::unread_at(SectionId section, uint64_t offset, uint32_t line, std::string reason) {
  UnreadLine made{line, section, offset, {}, std::move(reason)};
  if (line > 0 && line <= unit_.lines.size()) made.text = unit_.lines[line - 1];
  unit_.unread.push_back(std::move(made));
}

}  // namespace portolan::assembly
