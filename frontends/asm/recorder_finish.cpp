// The part of Recorder that runs when all labels are known: aliases, sizes, values in data, operands of instructions.
#include <fmt/format.h>

#include <algorithm>

#include "frontends/aarch64/opcodes.h"
#include "frontends/asm/decoder.h"
#include "frontends/asm/recorder.h"
#include "frontends/asm/references.h"
#include "frontends/riscv64/opcodes.h"
#include "frontends/x86_64/opcodes.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCSymbol.h"

namespace portolan::assembly {
namespace {

bool is_pc_relative(const McTarget& target, const llvm::MCInst& inst, unsigned index) {
  const llvm::MCInstrDesc& description = target.instructions().get(inst.getOpcode());
  return index < description.getNumOperands() && description.operands()[index].OperandType == llvm::MCOI::OPERAND_PCREL;
}

// Whether control does not get behind an instruction. What stands between a call or a trap and the next function is
// that function's own (clang's type hashes under -fsanitize=function): the call does not return.
bool ends_code(const McTarget& target, unsigned opcode, bool before_entry) {
  const llvm::MCInstrDesc& description = target.instructions().get(opcode);
  const std::string_view name = target.opcode_name(opcode);
  return description.isBarrier() || description.isTrap() || name.starts_with("UD1") || name == "UDF" ||
         (before_entry && description.isCall());
}

bool is_undefined_label(const Unit& unit, SymbolId id) {
  return id != kNoSymbol && unit.symbols[id].temporary && unit.symbols[id].section == kUndefined;
}

}  // namespace

void Recorder::finish() {
  for (SectionId id = 0; id < unit_.sections.size(); ++id) {
    current_ = id;
    settle(id, false);
    if (growing_[id].waiting_flags != 0) unread(source_.last_line(), "a prefix without an instruction");
  }
  finish_symbols();
  for (SectionId id = 0; id < unit_.sections.size(); ++id) finish_data_in_code(id);
  for (SectionId id = 0; id < unit_.sections.size(); ++id) finish_values(id);
  for (SectionId id = 0; id < unit_.sections.size(); ++id) finish_operands(id);
  for (const TlsCall& call : tls_calls_) {
    Instruction& instruction = unit_.sections[call.section].instructions[call.instruction];
    ExpressionValue value = expressions_.operand(*call.symbol, aarch64::TLSDESCCALL);
    if (instruction.inst.getOpcode() != aarch64::BLR || !value.ok() || value.value.symbol == kNoSymbol) {
      make_unread(call.section, instruction, "a .tlsdesccall without its blr");
      continue;
    }
    value.value.reference = Reference::tls_descriptor;
    instruction.symbolic.push_back({1, value.value});
  }
  if (target_.isa() == Isa::riscv64)
    for (SectionId id = 0; id < unit_.sections.size(); ++id) resolve_low_parts(id);
  for (Symbol& s : unit_.symbols)
    if (s.section == kUndefined && !s.temporary && s.binding == Binding::local) s.binding = Binding::global;
}

void Recorder::finish_symbols() {
  for (const auto& [id, expression] : sizes_)
    if (std::optional<int64_t> size = expressions_.number_in_layout(*expression); size && *size >= 0)
      unit_.symbols[id].size = static_cast<uint64_t>(*size);
  for (const auto& [mc_symbol, line] : assignments_) {
    SymbolId id = symbol(*mc_symbol);
    // Asking for the symbol places it, asking for its value tells of what it is another name.
    expressions_.data(*llvm::MCSymbolRefExpr::create(mc_symbol, getContext()));
    ExpressionValue value = expressions_.data(*mc_symbol->getVariableValue(/*SetUsed=*/false));
    Symbol& made = unit_.symbols[id];
    if (value.is_number()) {
      made.section = kAbsolute;
      made.offset = static_cast<uint64_t>(value.value.addend);
    } else if (value.ok() && value.value.symbol != kNoSymbol && value.value.minus == kNoSymbol) {
      const Symbol& original = unit_.symbols[value.value.symbol];
      if (made.kind == SymbolKind::none && original.kind != SymbolKind::section) made.kind = original.kind;
      if (made.size == 0 && value.value.addend == 0) made.size = original.size;
    }
  }
}

void Recorder::finish_values(SectionId id) {
  Section& section = unit_.sections[id];
  if (section.type != "nobits" && !section.contents.empty()) section.contents.resize(section.size);
  for (const PendingValue& pending : growing_[id].values) {
    ExpressionValue value = expressions_.data(*pending.value);
    std::string reason = value.error;
    for (SymbolId used : {value.value.symbol, value.value.minus})
      if (value.ok() && is_undefined_label(unit_, used))
        reason = fmt::format("label '{}' is not defined", unit_.symbols[used].name);
    if (reason.empty() && section.type == "nobits") {
      if (value.is_number() && value.value.addend == 0) continue;
      reason = "data in a section that has no contents";
    }
    if (reason.empty() && value.value.symbol != kNoSymbol && value.value.minus == kNoSymbol)
      settle_target(value.value, nullptr, false, reason);
    if (!reason.empty()) {
      if (section.allocated && !is_unwind_table(section.name)) unread_at(id, pending.offset, pending.line, reason);
    } else if (value.is_number()) {
      for (unsigned i = 0; i < pending.size; ++i)
        section.contents[pending.offset + i] =
            static_cast<uint8_t>(static_cast<uint64_t>(value.value.addend) >> (8 * i));
    } else {
      section.fixups.push_back({pending.offset, pending.size, value.value, pending.line});
    }
  }
  growing_[id].values = {};
}

// Bytes written as data that control runs into are code in disguise (.byte, .inst, .word); after a jump or return they
// are tables.
void Recorder::finish_data_in_code(SectionId id) {
  Section& section = unit_.sections[id];
  if (growing_[id].data_in_code.empty()) return;
  section.contents.resize(section.size);
  std::vector<Instruction> found;
  Decoder decoder(target_);
  std::vector<uint64_t> entries;
  for (const Symbol& s : unit_.symbols)
    if (s.section == id &&
        (s.kind == SymbolKind::function || (s.kind == SymbolKind::none && !s.temporary && s.binding != Binding::local)))
      entries.push_back(s.offset);
  std::sort(entries.begin(), entries.end());
  for (const auto& [start, size] : growing_[id].data_in_code) {
    auto next = std::lower_bound(section.instructions.begin(), section.instructions.end(), start,
                                 [](const Instruction& i, uint64_t offset) { return i.offset < offset; });
    const Instruction* before = next == section.instructions.begin() ? nullptr : &*(next - 1);
    const bool before_entry = std::binary_search(entries.begin(), entries.end(), start + size);
    bool falls_in = before != nullptr && before->offset + before->size == start &&
                    !ends_code(target_, before->inst.getOpcode(), before_entry);
    if (!falls_in && !std::binary_search(entries.begin(), entries.end(), start)) continue;
    uint32_t line = before != nullptr ? before->line : 0;
    std::vector<Instruction> decoded;
    uint64_t end = start + size;
    bool has_values =
        std::any_of(growing_[id].values.begin(), growing_[id].values.end(),
                    [&, first = start](const PendingValue& v) { return v.offset >= first && v.offset < end; });
    for (uint64_t at = start; !has_values && at < end;) {
      Instruction made;
      made.size = static_cast<uint8_t>(
          decoder.decode(llvm::ArrayRef<uint8_t>(section.contents.data() + at, end - at), made.inst));
      if (made.size == 0) break;
      made.offset = at;
      made.line = line;
      at += made.size;
      decoded.push_back(std::move(made));
    }
    if (decoded.empty() || decoded.back().offset + decoded.back().size != end) {
      decoded.assign(1, Instruction());
      decoded[0].offset = start;
      decoded[0].line = line;
      decoded[0].size = static_cast<uint8_t>(std::min<uint64_t>(size, 255));
      unread_at(id, start, line, "data that control runs into");
    }
    std::move(decoded.begin(), decoded.end(), std::back_inserter(found));
  }
  std::move(found.begin(), found.end(), std::back_inserter(section.instructions));
  // Indices of instructions change: .tlsdesccall marks follow theirs.
  std::vector<std::pair<uint64_t, TlsCall*>> marks;
  for (TlsCall& call : tls_calls_)
    if (call.section == id) marks.emplace_back(section.instructions[call.instruction].offset, &call);
  std::stable_sort(section.instructions.begin(), section.instructions.end(),
                   [](const Instruction& a, const Instruction& b) { return a.offset < b.offset; });
  for (auto& [offset, call] : marks) call->instruction = *section.instruction_at(offset);
}

void Recorder::make_unread(SectionId section, Instruction& instruction, std::string reason) {
  instruction.inst = llvm::MCInst();
  instruction.symbolic.clear();
  unread_at(section, instruction.offset, instruction.line, std::move(reason));
}

void Recorder::finish_operands(SectionId id) {
  for (size_t i = 0; i < unit_.sections[id].instructions.size(); ++i) {
    Instruction& instruction = unit_.sections[id].instructions[i];
    std::string reason;
    for (unsigned k = 0; k < instruction.inst.getNumOperands() && reason.empty(); ++k)
      finish_operand(instruction, k, reason);
    instruction.inst.setLoc(llvm::SMLoc());
    if (!reason.empty()) make_unread(id, instruction, reason);
  }
}

bool Recorder::finish_operand(Instruction& instruction, unsigned index, std::string& reason) {
  llvm::MCOperand& operand = instruction.inst.getOperand(index);
  bool is_branch = is_pc_relative(target_, instruction.inst, index);
  bool is_auipc = target_.isa() == Isa::riscv64 && instruction.inst.getOpcode() == riscv64::AUIPC && index == 1;
  if (!operand.isExpr()) {
    if ((is_branch || is_auipc) && operand.isImm()) reason = "a place in code given as a number";
    return reason.empty();
  }
  ExpressionValue value = expressions_.operand(*operand.getExpr(), instruction.inst.getOpcode());
  if (!value.ok()) {
    reason = value.error;
  } else if (value.is_number()) {
    operand = llvm::MCOperand::createImm(value.value.addend);
    if (is_branch || is_auipc) reason = "a place in code given as a number";
  } else if (is_undefined_label(unit_, value.value.symbol)) {
    reason = fmt::format("label '{}' is not defined", unit_.symbols[value.value.symbol].name);
  } else if (settle_target(value.value, &instruction, is_branch, reason)) {
    operand = llvm::MCOperand::createImm(0);
    instruction.symbolic.push_back({static_cast<uint8_t>(index), value.value});
    // `lsl #12` may be left out behind :tprel_hi12:.
    if (value.value.reference == Reference::tls_offset_high && instruction.inst.getOpcode() == aarch64::ADDXri &&
        target_.isa() == Isa::aarch64)
      instruction.inst.getOperand(3).setImm(12);
  }
  return reason.empty();
}

SymbolId Recorder::invent(SectionId section, uint64_t offset) {
  auto [found, is_new] = invented_.try_emplace({section, offset}, static_cast<SymbolId>(unit_.symbols.size()));
  if (!is_new) return found->second;
  Symbol made;
  made.name = fmt::format(".Lplace{}", found->second);
  while (unit_.symbol_by_name.count(made.name)) made.name += '_';
  made.section = section;
  made.offset = offset;
  made.temporary = true;
  unit_.symbol_by_name.emplace(made.name, found->second);
  unit_.symbols.push_back(std::move(made));
  explicitly_local_.push_back(false);
  return found->second;
}

// The stand-in offset of the place `bytes` of machine code behind `offset`, as the assembler would have laid it out.
std::optional<uint64_t> Recorder::walk(SectionId id, uint64_t offset, int64_t bytes, const Instruction* user) {
  const Section& section = unit_.sections[id];
  if (target_.isa() == Isa::riscv64 || bytes < 0) return std::nullopt;  // compression; unknown starts
  auto at = std::lower_bound(section.instructions.begin(), section.instructions.end(), offset,
                             [](const Instruction& i, uint64_t o) { return i.offset < o; });
  std::unique_ptr<llvm::MCCodeEmitter> emitter(
      target_.target().createMCCodeEmitter(target_.instructions(), getContext()));
  for (; bytes > 0 && at != section.instructions.end() && at->offset == offset; ++at) {
    llvm::SmallVector<char, 16> encoded;
    llvm::SmallVector<llvm::MCFixup, 4> fixups;
    unsigned opcode = at->inst.getOpcode();
    // The size of another jump depends on where its own target lies.
    bool may_grow = (opcode == x86_64::JMP_1 || opcode == x86_64::JCC_1) && &*at != user;
    if (opcode == kUnreadOpcode || may_grow) return std::nullopt;
    emitter->encodeInstruction(at->inst, encoded, fixups, target_.subtarget());
    bytes -= static_cast<int64_t>(encoded.size());
    offset = at->offset + at->size;
  }
  if (bytes != 0) return std::nullopt;
  return offset;
}

// "label + 5" in code: the offset counts machine code bytes, which the stand-in layout does not have.
bool Recorder::settle_target(SymbolicValue& value, const Instruction* user, bool is_branch, std::string& reason) {
  const Symbol& symbol = unit_.symbols[value.symbol];
  if (symbol.section >= unit_.sections.size() || !unit_.sections[symbol.section].executable || value.addend == 0)
    return true;
  const Section& section = unit_.sections[symbol.section];
  uint64_t end = symbol.offset + static_cast<uint64_t>(value.addend);
  auto first = std::lower_bound(section.instructions.begin(), section.instructions.end(), std::min(symbol.offset, end),
                                [](const Instruction& i, uint64_t offset) { return i.offset < offset; });
  bool over_code = first != section.instructions.end() && first->offset < std::max(symbol.offset, end);
  if (!over_code) return true;
  std::optional<uint64_t> place;
  if (target_.isa() == Isa::aarch64)
    place = end;
  else
    place = walk(symbol.section, symbol.offset, value.addend, user);
  if (place && is_branch && !section.instruction_at(*place)) place.reset();
  if (!place) {
    reason = "a place in code given by a distance in bytes";
    return false;
  }
  value.symbol = invent(symbol.section, *place);
  value.addend = 0;
  return true;
}

// RISC-V: %pcrel_lo names the auipc, whose operand says what is addressed.
void Recorder::resolve_low_parts(SectionId id) {
  Section& section = unit_.sections[id];
  for (Instruction& instruction : section.instructions) {
    for (Instruction::SymbolicOperand& operand : instruction.symbolic) {
      if (operand.value.reference != Reference::none) continue;
      const Symbol& label = unit_.symbols[operand.value.symbol];
      std::optional<size_t> high;
      if (label.section < unit_.sections.size()) high = unit_.sections[label.section].instruction_at(label.offset);
      const SymbolicValue* whole =
          high ? unit_.sections[label.section].instructions[*high].symbolic_operand(1) : nullptr;
      std::optional<Reference> low = whole != nullptr ? low_part(whole->reference) : std::nullopt;
      if (!low || operand.value.addend != 0) {
        make_unread(id, instruction, "%pcrel_lo without its auipc");
        break;
      }
      operand.value = *whole;
      operand.value.reference = *low;
    }
  }
}

}  // namespace portolan::assembly
