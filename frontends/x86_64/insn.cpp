#include "frontends/x86_64/insn.h"

#include <cctype>

#include "frontends/asm/stack_guard.h"

namespace portolan::x86_64 {
namespace {

enum MemoryPart : unsigned { kBase, kScale, kIndex, kDisplacement, kSegment, kMemoryParts };

unsigned first_number(std::string_view name) {
  size_t i = 0;
  while (i < name.size() && !std::isdigit(static_cast<unsigned char>(name[i]))) ++i;
  unsigned result = 0;
  for (; i < name.size() && std::isdigit(static_cast<unsigned char>(name[i])) && result < 1000; ++i)
    result = result * 10 + static_cast<unsigned>(name[i] - '0');
  return result;
}

unsigned log2_of(int64_t scale) {
  return scale >= 8 ? 3 : scale >= 4 ? 2 : scale >= 2 ? 1 : 0;
}

}  // namespace

Insn::Insn(LiftContext& context)
    : c(context), b(context.b), s(State::get()), name(context.opcode_name()), width(first_number(name)) {
  vex = name.starts_with('V');
  const llvm::MCInst& inst = c.inst();
  prefix = inst.getFlags();
  lock = prefix & kLock;
  const llvm::MCInstrDesc& desc = c.target().instructions().get(inst.getOpcode());
  for (unsigned i = 0; i < inst.getNumOperands() && i < desc.getNumOperands(); ++i) {
    if (desc.getOperandConstraint(i, llvm::MCOI::TIED_TO) >= 0) continue;
    bool memory = i + kMemoryParts <= desc.getNumOperands() && inst.getOperand(i).isReg() &&
                  (desc.operands()[i].OperandType == llvm::MCOI::OPERAND_MEMORY || name.starts_with("LEA64") ||
                   name == "LEA32r" || name == "LEA16r") &&
                  inst.getOperand(i + kScale).isImm();
    if (memory) {
      operands_.push_back({Operand::Kind::memory, i});
      i += kMemoryParts - 1;
      ++registers_;
    } else if (inst.getOperand(i).isReg()) {
      operands_.push_back({Operand::Kind::reg, i});
      ++registers_;
    } else {
      operands_.push_back({Operand::Kind::immediate, i});
    }
  }
}

std::string Insn::unsupported() const {
  if (lock && !writes_memory()) return "lock prefix without a memory destination";
  for (const auto& symbolic : c.instruction().symbolic)
    if (!c.symbol(symbolic.operand)) return "symbolic operand";
  for (const Operand& operand : operands_) {
    if (operand.is_memory()) {
      if (std::string why = unsupported_memory(operand); !why.empty()) return why;
    } else if (operand.is_register() && place(operand).kind == Place::Kind::none) {
      return "register " + std::string(c.target().register_name(c.inst().getOperand(operand.index).getReg()));
    }
  }
  return {};
}

bool Insn::writes_memory() const {
  for (const Operand& operand : operands_)
    if (operand.is_memory()) return c.target().instructions().get(c.inst().getOpcode()).mayStore();
  return false;
}

std::string Insn::unsupported_memory(const Operand& memory) const {
  const llvm::MCInst& inst = c.inst();
  auto part = [&](unsigned p) { return inst.getOperand(memory.index + p); };
  bool symbolic = c.instruction().symbolic_operand(memory.index + kDisplacement);
  unsigned base = part(kBase).getReg(), index = part(kIndex).getReg(), segment = part(kSegment).getReg();
  if ((base == s.rip || base == s.eip) && !symbolic)
    return "address relative to the instruction pointer without a symbol";
  if (base != s.rip && base != s.eip && base && s.place(base).kind != Place::Kind::general) return "base register";
  if (index && s.place(index).kind != Place::Kind::general) {
    // riz and eiz, the explicit "no index", are no registers of the machine.
    std::string_view index_name = c.target().register_name(index);
    if (index_name != "RIZ" && index_name != "EIZ" && index_name != "riz" && index_name != "eiz")
      return "vector index register";
  }
  if (!symbolic && !part(kDisplacement).isImm()) return "address expression";
  if (segment == s.gs) return "gs segment";
  if (segment != s.fs || symbolic || base || index) return {};
  bool stores = c.target().instructions().get(inst.getOpcode()).mayStore();
  int64_t offset = part(kDisplacement).getImm();
  if ((offset == 0 || offset == assembly::kStackGuardOffset) && !stores) return {};
  return "reads or writes the thread control block at %fs:" + std::to_string(offset);
}

std::optional<int64_t> Insn::control_block_offset(const Operand& memory) const {
  const llvm::MCInst& inst = c.inst();
  bool plain = inst.getOperand(memory.index + kSegment).getReg() == s.fs &&
               !inst.getOperand(memory.index + kBase).getReg() && !inst.getOperand(memory.index + kIndex).getReg() &&
               !c.instruction().symbolic_operand(memory.index + kDisplacement);
  if (!plain) return std::nullopt;
  return inst.getOperand(memory.index + kDisplacement).getImm();
}

ValueId Insn::address_part(unsigned operand, unsigned bits) {
  const Place& p = s.place(c.inst().getOperand(operand).getReg());
  return b.truncate(b.get_slot(p.slot, 64), bits);
}

ValueId Insn::address(const Operand& memory) {
  if (address_ != ir::kNoValue) return address_;
  const llvm::MCInst& inst = c.inst();
  unsigned m = memory.index;
  unsigned base = inst.getOperand(m + kBase).getReg(), index = inst.getOperand(m + kIndex).getReg();
  bool has_base = base && s.place(base).kind == Place::Kind::general;
  bool has_index = index && s.place(index).kind == Place::Kind::general;
  // An address-size prefix computes modulo 2^32 and zero-extends.
  unsigned bits = (has_base && s.place(base).width == 32) || (has_index && s.place(index).width == 32) ? 32 : 64;
  ValueId sum = ir::kNoValue;
  auto add = [&](ValueId v) { sum = sum == ir::kNoValue ? v : b.add(sum, v); };
  if (has_base) add(address_part(m + kBase, bits));
  if (has_index) {
    ValueId scaled = b.shl_by(address_part(m + kIndex, bits), log2_of(inst.getOperand(m + kScale).getImm()));
    add(scaled);
  }
  if (std::optional<ir::SymbolRef> symbol = c.symbol(m + kDisplacement)) {
    add(b.truncate(b.symbol_address(*symbol), bits));
  } else {
    int64_t displacement = inst.getOperand(m + kDisplacement).getImm();
    if (displacement != 0 || sum == ir::kNoValue) add(b.signed_constant(bits, displacement));
  }
  address_ = b.zext_or_truncate(sum, 64);
  bool in_thread = inst.getOperand(m + kSegment).getReg() == s.fs && !name.starts_with("LEA");
  if (in_thread) address_ = b.add(b.thread_pointer(), address_);
  return address_;
}

ValueId Insn::load(const Operand& memory, unsigned bits, uint8_t alignment) {
  if (std::optional<int64_t> offset = control_block_offset(memory); offset && bits <= 64) {
    if (*offset != assembly::kStackGuardOffset) return b.truncate(b.thread_pointer(), bits);
    return b.load(b.symbol_address({assembly::kStackGuard, 0}), bits);
  }
  return b.load(address(memory), bits, ir::Ordering::none, alignment);
}

ValueId Insn::read(const Operand& operand, unsigned bits) {
  switch (operand.kind) {
    case Operand::Kind::memory:
      return load(operand, bits, 1);
    case Operand::Kind::immediate:
      if (std::optional<ir::SymbolRef> symbol = c.symbol(operand.index))
        return b.zext_or_truncate(b.symbol_address(*symbol), bits);
      return b.signed_constant(bits, immediate(operand));
    case Operand::Kind::reg:
      break;
  }
  const Place& p = place(operand);
  if (p.kind != Place::Kind::general) return read_vector(operand, bits);
  return b.extract(b.get_slot(p.slot, 64), p.low, bits);
}

void Insn::write(const Operand& operand, ValueId value) {
  if (operand.is_memory()) return b.store(address(operand), value);
  const Place& p = place(operand);
  if (p.kind != Place::Kind::general) return write_vector(operand, value);
  ValueId narrow = b.zext_or_truncate(value, p.width);
  if (p.width >= 32)
    b.set_slot(p.slot, b.zext(narrow, 64));
  else
    b.set_slot(p.slot, b.insert(b.get_slot(p.slot, 64), narrow, p.low));
}

void Insn::set(Slot slot, ValueId value) {
  unsigned bits = b.width(value);
  b.set_slot(slot, bits == 64 ? value : bits == 32 ? b.zext(value, 64) : b.insert(b.get_slot(slot, 64), value, 0));
}

ValueId Insn::read_vector(const Operand& operand, unsigned bits, uint8_t alignment) {
  if (operand.is_memory()) return load(operand, bits, alignment);
  const Place& p = place(operand);
  if (p.kind == Place::Kind::general) return read(operand, bits);
  ValueId low = b.get_slot(p.slot, 128);
  if (bits <= 128) return b.truncate(low, bits);
  return b.concat(b.get_slot(p.high, 128), low);
}

void Insn::write_vector(const Operand& operand, ValueId value, uint8_t alignment) {
  if (operand.is_memory()) return b.store(address(operand), value, ir::Ordering::none, alignment);
  const Place& p = place(operand);
  if (p.kind == Place::Kind::general) return write(operand, value);
  if (b.width(value) > 128) {
    b.set_slot(p.slot, b.truncate(value, 128));
    b.set_slot(p.high, b.extract(value, 128, 128));
    return;
  }
  b.set_slot(p.slot, b.zext_or_truncate(value, 128));
  if (vex) b.set_slot(p.high, b.constant(128, 0));
}

}  // namespace portolan::x86_64
