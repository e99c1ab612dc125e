#include "frontends/asm/object_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/aarch64/opcodes.h"
#include "frontends/asm/pc_relative.h"
#include "frontends/asm/references.h"
#include "frontends/riscv64/opcodes.h"
#include "frontends/x86_64/opcodes.h"

namespace portolan::assembly {
namespace {

std::string hexadecimal(llvm::ArrayRef<uint8_t> bytes) {
  std::string text;
  for (uint8_t byte : bytes.take_front(16)) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
  return text;
}

// How far to go on after bytes that are no instruction.
uint64_t unit_of_code(Isa isa, uint8_t first) {
  if (isa == Isa::x86_64) return 1;
  return isa == Isa::riscv64 && (first & 3) != 3 ? 2 : 4;
}

// The operand that a relocation fills: the last, but for AArch64 add, whose last is a shift.
unsigned filled_operand(Isa isa, const llvm::MCInst& inst) {
  unsigned last = inst.getNumOperands() - 1;
  bool add = isa == Isa::aarch64 && (inst.getOpcode() == aarch64::ADDXri || inst.getOpcode() == aarch64::ADDWri);
  return add ? 2 : last;
}

}  // namespace

void ObjectCode::index_symbols() {
  for (SymbolId id = 0; id < unit_.symbols.size(); ++id) {
    const Symbol& symbol = unit_.symbols[id];
    if (symbol.section >= unit_.sections.size() || symbol.kind == SymbolKind::section) continue;
    std::pair<SectionId, uint64_t> place{symbol.section, symbol.offset};
    bool function = symbol.kind == SymbolKind::function || symbol.kind == SymbolKind::indirect_function;
    bool entry = function || (symbol.kind == SymbolKind::none && symbol.binding != Binding::local);
    if (entry) entries_[symbol.section].push_back(symbol.offset);
    if (symbol.temporary) {
      labels_.try_emplace(place, id);
      continue;
    }
    auto [found, is_new] = named_.try_emplace(place, id);
    if (!is_new && function && unit_.symbols[found->second].kind != SymbolKind::function) found->second = id;
  }
  for (auto& [section, offsets] : entries_) std::sort(offsets.begin(), offsets.end());
}

uint64_t ObjectCode::next_entry(SectionId id, uint64_t offset, uint64_t end) const {
  auto entries = entries_.find(id);
  if (entries == entries_.end()) return end;
  auto next = std::upper_bound(entries->second.begin(), entries->second.end(), offset);
  return next == entries->second.end() ? end : std::min(*next, end);
}

void ObjectCode::read(SectionId id, const ElfSection& from, const std::function<void(const ElfRelocation&)>& data) {
  uint64_t size = from.contents.size();
  std::map<uint64_t, bool> ranges = marks_[id];
  ranges.try_emplace(0, false);
  Relocations relocations(from.relocations);
  for (auto range = ranges.begin(); range != ranges.end(); ++range) {
    uint64_t begin = range->first;
    uint64_t end = std::next(range) == ranges.end() ? size : std::min(std::next(range)->first, size);
    if (begin >= end) continue;
    auto before = [](const ElfRelocation& r, uint64_t offset) { return r.offset < offset; };
    const auto* first = std::lower_bound(relocations.begin(), relocations.end(), begin, before);
    const auto* last = std::lower_bound(first, relocations.end(), end, before);
    if (range->second)
      std::for_each(first, last, data);
    else
      read_code(id, from, begin, end, Relocations(first, last));
  }
}

void ObjectCode::read_code(SectionId id, const ElfSection& from, uint64_t begin, uint64_t end,
                           Relocations relocations) {
  llvm::ArrayRef<uint8_t> bytes(reinterpret_cast<const uint8_t*>(from.contents.data()), from.contents.size());
  std::vector<Instruction>& code = unit_.sections[id].instructions;
  size_t next_relocation = 0;
  for (uint64_t at = begin; at < end;) {
    llvm::ArrayRef<uint8_t> rest = bytes.slice(at, next_entry(id, at, end) - at);
    Instruction made;
    made.offset = at;
    made.size = static_cast<uint8_t>(decoder_.decode(rest, made.inst));
    std::string reason;
    if (made.size == 0) {
      made.size = static_cast<uint8_t>(std::min<uint64_t>(unit_of_code(target_.isa(), rest[0]), rest.size()));
      reason = "these bytes are no instruction";
    }
    std::vector<const ElfRelocation*> mine;
    for (; next_relocation < relocations.size() && relocations[next_relocation].offset < at + made.size;
         ++next_relocation)
      mine.push_back(&relocations[next_relocation]);
    for (const ElfRelocation* relocation : mine) {
      if (!reason.empty()) break;
      if (relocation_kind(target_.isa(), relocation->type).role == RelocationKind::call_pair)
        fuse_call(id, rest, made, *relocation, reason);
      else
        apply(id, made, *relocation, reason);
    }
    if (reason.empty()) settle_places(id, made, reason);
    bool extends = !reason.empty() && !code.empty() && code.back().inst.getOpcode() == kUnreadOpcode &&
                   code.back().offset + code.back().size == at && code.back().size + made.size < 256 &&
                   made.inst.getOpcode() == 0;
    at += made.size;
    if (extends) {
      code.back().size = static_cast<uint8_t>(code.back().size + made.size);
      continue;
    }
    if (!reason.empty()) make_unread(id, made, fmt::format("{} ({})", reason, hexadecimal(rest.take_front(made.size))));
    code.push_back(std::move(made));
  }
}

void ObjectCode::refuse(SectionId id, uint64_t offset, const std::string& reason) {
  Section& section = unit_.sections[id];
  std::optional<size_t> index = section.instruction_at(offset);
  if (index && section.instructions[*index].inst.getOpcode() != kUnreadOpcode)
    make_unread(id, section.instructions[*index], reason);
}

void ObjectCode::make_unread(SectionId id, Instruction& instruction, const std::string& reason) {
  instruction.inst = llvm::MCInst();
  instruction.symbolic.clear();
  const Section& section = unit_.sections[id];
  llvm::ArrayRef<uint8_t> bytes(section.contents);
  bytes = bytes.slice(instruction.offset, std::min<uint64_t>(instruction.size, bytes.size() - instruction.offset));
  unit_.unread.push_back({0, id, instruction.offset, hexadecimal(bytes), reason});
}

bool ObjectCode::apply(SectionId id, Instruction& instruction, const ElfRelocation& relocation, std::string& reason) {
  RelocationKind kind = relocation_kind(target_.isa(), relocation.type);
  if (kind.role == RelocationKind::ignored) return true;
  SymbolId symbol = relocation.symbol < symbol_of_.size() ? symbol_of_[relocation.symbol] : kNoSymbol;
  bool fits = kind.role == RelocationKind::value || kind.role == RelocationKind::mark ||
              kind.role == RelocationKind::low_of_label;
  if (!fits || symbol == kNoSymbol || instruction.inst.getNumOperands() == 0) {
    reason = fmt::format("the relocation {} is not supported here", relocation_name(target_.isa(), relocation.type));
    return false;
  }
  if (kind.role == RelocationKind::mark) return apply_mark(instruction, relocation, kind, reason);
  if (target_.isa() == Isa::x86_64) return apply_x86(instruction, relocation, kind, reason);
  unsigned operand = filled_operand(target_.isa(), instruction.inst);
  if (relocation.offset != instruction.offset || !instruction.inst.getOperand(operand).isImm() ||
      instruction.symbolic_operand(operand) != nullptr) {
    reason = fmt::format("the relocation {} fits no operand", relocation_name(target_.isa(), relocation.type));
    return false;
  }
  instruction.inst.getOperand(operand).setImm(0);
  SymbolicValue value{symbol, kNoSymbol, relocation.addend, kind.reference, 0};
  if (kind.role == RelocationKind::low_of_label)
    low_parts_.push_back({id, instruction.offset, static_cast<uint8_t>(operand), symbol});
  instruction.symbolic.push_back({static_cast<uint8_t>(operand), value});
  return true;
}

bool ObjectCode::apply_x86(Instruction& instruction, const ElfRelocation& relocation, RelocationKind kind,
                           std::string& reason) {
  for (const Decoder::Field& field : decoder_.fields()) {
    if (instruction.offset + field.offset != relocation.offset || field.size != kind.size) continue;
    if (field.operand >= instruction.inst.getNumOperands() || !instruction.inst.getOperand(field.operand).isImm())
      continue;
    if (is_pc_relative(target_, instruction.inst, field.operand) != kind.pc_relative) continue;
    SymbolicValue value{symbol_of_[relocation.symbol], kNoSymbol, relocation.addend, kind.reference, 0};
    // The field counts from the end of the instruction, the relocation from the field.
    if (kind.pc_relative)
      value.addend =
          moved(value.addend, static_cast<int64_t>(instruction.offset + instruction.size - relocation.offset));
    instruction.inst.getOperand(field.operand).setImm(0);
    instruction.symbolic.push_back({field.operand, value});
    return true;
  }
  reason = fmt::format("the relocation {} fits no operand", relocation_name(target_.isa(), relocation.type));
  return false;
}

bool ObjectCode::apply_mark(Instruction& instruction, const ElfRelocation& relocation, RelocationKind kind,
                            std::string& reason) {
  llvm::MCInst& inst = instruction.inst;
  SymbolicValue value{symbol_of_[relocation.symbol], kNoSymbol, relocation.addend, kind.reference, 0};
  if (target_.isa() == Isa::riscv64 && inst.getOpcode() == riscv64::ADD) {
    // The form that assembler text has: add rd, rs1, tp, %tprel_add(symbol).
    inst.setOpcode(riscv64::PseudoAddTPRel);
    inst.addOperand(llvm::MCOperand::createImm(0));
    instruction.symbolic.push_back({3, value});
  } else if (target_.isa() == Isa::aarch64 && inst.getOpcode() == aarch64::BLR) {
    instruction.symbolic.push_back({1, value});
  } else if (target_.isa() == Isa::x86_64 && inst.getOpcode() == x86_64::CALL64m) {
    instruction.symbolic.push_back({3, value});
  } else {
    reason = fmt::format("the relocation {} fits no operand", relocation_name(target_.isa(), relocation.type));
    return false;
  }
  return true;
}

// auipc and jalr that one relocation fills are the pseudo-instruction that assembler text has.
bool ObjectCode::fuse_call(SectionId, llvm::ArrayRef<uint8_t> bytes, Instruction& instruction,
                           const ElfRelocation& relocation, std::string& reason) {
  reason = "a call relocation without auipc and jalr";
  SymbolId symbol = relocation.symbol < symbol_of_.size() ? symbol_of_[relocation.symbol] : kNoSymbol;
  llvm::MCInst jump;
  if (instruction.inst.getOpcode() != riscv64::AUIPC || symbol == kNoSymbol || bytes.size() < 8 ||
      relocation.offset != instruction.offset)
    return false;
  if (decoder_.decode(bytes.drop_front(4), jump) != 4 || jump.getOpcode() != riscv64::JALR) return false;
  unsigned link = jump.getOperand(0).getReg(), base = jump.getOperand(1).getReg();
  unsigned high = instruction.inst.getOperand(0).getReg();
  if (base != high) return false;
  llvm::MCInst fused;
  if (link == riscv64::X1 && high == riscv64::X1) {
    fused.setOpcode(riscv64::PseudoCALL);
  } else if (link == riscv64::X0 && high == riscv64::X6) {
    fused.setOpcode(riscv64::PseudoTAIL);
  } else if (link == riscv64::X0 || link == high) {
    fused.setOpcode(link == riscv64::X0 ? riscv64::PseudoJump : riscv64::PseudoCALLReg);
    fused.addOperand(llvm::MCOperand::createReg(high));
  } else {
    return false;
  }
  uint8_t operand = static_cast<uint8_t>(fused.getNumOperands());
  fused.addOperand(llvm::MCOperand::createImm(0));
  instruction.inst = fused;
  instruction.size = 8;
  instruction.symbolic.push_back({operand, {symbol, kNoSymbol, relocation.addend, Reference::address, 0}});
  reason.clear();
  return true;
}

bool ObjectCode::settle_places(SectionId id, Instruction& instruction, std::string& reason) {
  llvm::MCInst& inst = instruction.inst;
  if (names_page(target_.isa(), inst) && instruction.symbolic_operand(1) == nullptr) {
    reason = "an address of code without a relocation";
    return false;
  }
  for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
    if (!is_pc_relative(target_, inst, i) || instruction.symbolic_operand(i) != nullptr) continue;
    uint64_t place = named_place(target_, inst, i, instruction.offset, instruction.size);
    if (place > unit_.sections[id].size) {
      reason = "a place outside of the section without a relocation";
      return false;
    }
    bool is_call = target_.instructions().get(inst.getOpcode()).isCall();
    SymbolId symbol = label(id, place, instruction.offset, is_call);
    inst.getOperand(i).setImm(0);
    instruction.symbolic.push_back({static_cast<uint8_t>(i), {symbol, kNoSymbol, 0, Reference::address, 0}});
  }
  return true;
}

// A symbol for a place: a temporary one within the function of `from`, else by its name if it has one.
SymbolId ObjectCode::label(SectionId id, uint64_t offset, uint64_t from, bool is_call) {
  std::pair<SectionId, uint64_t> place{id, offset};
  auto named = named_.find(place);
  uint64_t size = unit_.sections[id].size;
  bool same_function = next_entry(id, from, size) == next_entry(id, offset, size);
  bool is_function = named != named_.end() && unit_.symbols[named->second].kind == SymbolKind::function;
  if (named != named_.end() && (is_call || !same_function || !is_function)) return named->second;
  auto [known, is_new] = labels_.try_emplace(place, static_cast<SymbolId>(unit_.symbols.size()));
  if (!is_new) return known->second;
  Symbol made;
  std::string section = unit_.sections[id].name;
  std::replace(section.begin(), section.end(), '.', '_');
  made.name = fmt::format(".L{}_{:x}", section, offset);
  while (unit_.symbol_by_name.count(made.name)) made.name += '_';
  made.section = id;
  made.offset = offset;
  made.temporary = true;
  unit_.symbol_by_name.emplace(made.name, known->second);
  unit_.symbols.push_back(std::move(made));
  return known->second;
}

void ObjectCode::finish() {
  for (const LowPart& part : low_parts_) {
    Section& section = unit_.sections[part.section];
    std::optional<size_t> index = section.instruction_at(part.offset);
    if (!index || section.instructions[*index].symbolic_operand(part.operand) == nullptr) continue;  // unread since
    const Symbol& label = unit_.symbols[part.label];
    std::optional<size_t> high;
    if (label.section < unit_.sections.size()) high = unit_.sections[label.section].instruction_at(label.offset);
    const SymbolicValue* whole = high ? unit_.sections[label.section].instructions[*high].symbolic_operand(1) : nullptr;
    std::optional<Reference> low = whole != nullptr ? low_part(whole->reference) : std::nullopt;
    Instruction& instruction = section.instructions[*index];
    if (!low) {
      make_unread(part.section, instruction, "a low part without its auipc");
      continue;
    }
    SymbolicValue value = *whole;
    value.reference = *low;
    for (Instruction::SymbolicOperand& s : instruction.symbolic)
      if (s.operand == part.operand) s.value = value;
  }
}

}  // namespace portolan::assembly
