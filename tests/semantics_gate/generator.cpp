#include "tests/semantics_gate/generator.h"

#include <bit>
#include <cstring>

#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCInstrDesc.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::gate {
namespace {

using llvm::MCInst;
using llvm::MCOperand;

// X86::OperandType, which LLVM does not install: the operands after MCOI's own.
constexpr unsigned kRoundingControl = llvm::MCOI::OPERAND_FIRST_TARGET;
constexpr unsigned kConditionCode = llvm::MCOI::OPERAND_FIRST_TARGET + 1;

bool is_high_byte(std::string_view name) {
  return name == "AH" || name == "BH" || name == "CH" || name == "DH";
}
// Registers that can only be named with a REX prefix, which takes the high bytes away.
bool needs_rex(std::string_view name) {
  return name == "SPL" || name == "BPL" || name == "SIL" || name == "DIL" ||
         (name.size() > 1 && name[0] == 'R' && (name[1] < '0' || name[1] > '9') && name != "RIP") ||
         (name.size() > 1 && name[0] == 'R' && name[1] >= '0' && name[1] <= '9') ||
         ((name.starts_with("XMM") || name.starts_with("YMM")) && name.size() > 4) || name == "XMM8" || name == "XMM9";
}

// What the snippets may not name: no such register on the oracles, or not modelled.
bool usable_x86(std::string_view name) {
  if (name.starts_with("R") && name.size() >= 3 && (name[1] == '1' || name[1] == '2' || name[1] == '3') &&
      name[2] >= '0' && name[2] <= '9' && std::atoi(name.data() + 1) > 15)
    return false;  // APX
  if ((name.starts_with("XMM") || name.starts_with("YMM")) && std::atoi(name.data() + 3) > 15) return false;
  return !name.starts_with("ZMM") && name != "RIP" && name != "EIP" && name != "IP" && name != "EIZ" && name != "RIZ" &&
         name != "SSP";
}

bool is_direct_jump(const assembly::Flow& flow) {
  return flow.kind == assembly::Flow::Kind::branch || flow.kind == assembly::Flow::Kind::jump;
}

uint32_t word_of(const std::vector<uint8_t>& bytes) {
  uint32_t word = 0;
  std::memcpy(&word, bytes.data(), 4);
  return word;
}
std::vector<uint8_t> bytes_of(uint32_t word) {
  std::vector<uint8_t> bytes(4);
  std::memcpy(bytes.data(), &word, 4);
  return bytes;
}

}  // namespace

Generator::Generator(Isa isa) : isa_(isa), target_(assembly::McTarget::get(isa)) {
  context_ = std::make_unique<llvm::MCContext>(llvm::Triple(target_.triple()), &target_.asm_info(),
                                               &target_.registers(), &target_.subtarget());
  emitter_.reset(target_.target().createMCCodeEmitter(target_.instructions(), *context_));
  disassembler_.reset(target_.target().createMCDisassembler(target_.subtarget(), *context_));
}
Generator::~Generator() = default;

std::vector<uint8_t> Generator::breakpoint() const {
  switch (isa_) {
    case Isa::x86_64:
      return {0xcc};
    case Isa::aarch64:
      return bytes_of(0xd4200000);  // brk #0
    case Isa::riscv64:
      return bytes_of(0x00100073);  // ebreak
  }
  return {};
}

std::optional<MCInst> Generator::decode(const std::vector<uint8_t>& bytes) const {
  MCInst inst;
  uint64_t size = 0;
  if (disassembler_->getInstruction(inst, size, bytes, 0, llvm::nulls()) != llvm::MCDisassembler::Success)
    return std::nullopt;
  if (size != bytes.size()) return std::nullopt;
  return inst;
}

std::optional<std::vector<uint8_t>> Generator::encode(const MCInst& inst) {
  llvm::SmallVector<char, 16> code;
  llvm::SmallVector<llvm::MCFixup, 2> fixups;
  emitter_->encodeInstruction(inst, code, fixups, target_.subtarget());
  if (code.empty()) return std::nullopt;
  return std::vector<uint8_t>(code.begin(), code.end());
}

unsigned Generator::draw_register(unsigned register_class, Random& random) {
  const llvm::MCRegisterClass& registers = target_.registers().getRegClass(register_class);
  for (unsigned i = 0; i < 32; ++i) {
    // A small set often, so that operands meet.
    const unsigned count = random.one_in(2) ? std::min<unsigned>(registers.getNumRegs(), 4) : registers.getNumRegs();
    const unsigned reg = registers.getRegister(random.below(count));
    if (isa_ != Isa::x86_64 || usable_x86(target_.register_name(reg))) return reg;
  }
  return registers.getRegister(0);
}

// base, scale, index, displacement, segment; or the registers of string instructions.
void Generator::draw_x86_memory(MCInst& inst, unsigned operands, Random& random) {
  const llvm::MCRegisterInfo& registers = target_.registers();
  const auto named = [&](std::string_view name) {
    for (unsigned reg = 1; reg < registers.getNumRegs(); ++reg)
      if (target_.register_name(reg) == name) return reg;
    return 0u;
  };
  static const char* const kNames[] = {"RAX", "RCX", "RDX", "RBX", "RSI", "RDI", "RBP", "R8",
                                       "R9",  "R10", "R11", "R12", "R13", "R14", "R15", "RSP"};
  if (operands == 1) return inst.addOperand(MCOperand::createReg(named("RDI")));
  if (operands == 2) {
    inst.addOperand(MCOperand::createReg(named("RSI")));
    return inst.addOperand(MCOperand::createReg(0));
  }
  inst.addOperand(MCOperand::createReg(named(kNames[random.below(random.one_in(2) ? 4 : 15)])));
  inst.addOperand(MCOperand::createImm(int64_t{1} << random.below(4)));
  inst.addOperand(MCOperand::createReg(random.one_in(2) ? 0 : named(kNames[random.below(15)])));
  inst.addOperand(MCOperand::createImm(random.one_in(3) ? 0 : static_cast<int8_t>(random.bits())));
  inst.addOperand(MCOperand::createReg(0));
}

// How many operands from `first` on make one address, 0 if none: 5 end in a segment, as do the 2 of a string source;
// a string destination is 1.
unsigned Generator::x86_memory_operands(const llvm::MCInstrDesc& description, unsigned first) const {
  if (isa_ != Isa::x86_64) return 0;
  const auto segment_at = [&](unsigned i) {
    if (i >= description.getNumOperands() || description.operands()[i].RegClass < 0) return false;
    const llvm::MCRegisterClass& c = target_.registers().getRegClass(description.operands()[i].RegClass);
    return std::string_view(target_.registers().getRegClassName(&c)) == "SEGMENT_REG";
  };
  if (description.operands()[first].RegClass < 0) return 0;
  if (segment_at(first + 4)) return 5;
  if (segment_at(first + 1)) return 2;
  return description.operands()[first].OperandType == llvm::MCOI::OPERAND_MEMORY ? 1 : 0;
}

std::optional<MCInst> Generator::draw(unsigned opcode, Random& random) {
  const llvm::MCInstrDesc& description = target_.instructions().get(opcode);
  MCInst inst;
  inst.setOpcode(opcode);
  for (unsigned i = 0; i < description.getNumOperands(); ++i) {
    const llvm::MCOperandInfo& operand = description.operands()[i];
    if (const int tied = description.getOperandConstraint(i, llvm::MCOI::TIED_TO); tied >= 0) {
      inst.addOperand(inst.getOperand(tied));
    } else if (const unsigned memory = x86_memory_operands(description, i)) {
      draw_x86_memory(inst, memory, random);
      i += memory - 1;
    } else if (operand.OperandType == llvm::MCOI::OPERAND_MEMORY && isa_ == Isa::x86_64) {
      return std::nullopt;  // an absolute address
    } else if (operand.RegClass >= 0) {
      inst.addOperand(MCOperand::createReg(draw_register(operand.RegClass, random)));
    } else if (operand.OperandType == kConditionCode && isa_ == Isa::x86_64) {
      inst.addOperand(MCOperand::createImm(random.below(16)));
    } else if (operand.OperandType == kRoundingControl && isa_ == Isa::x86_64) {
      return std::nullopt;
    } else {
      const unsigned width = isa_ == Isa::x86_64 ? 8u << random.below(4) : random.below(8) + 1;
      const uint64_t value = random.value(width);
      const bool is_signed = isa_ == Isa::x86_64 && random.one_in(2);
      inst.addOperand(MCOperand::createImm(is_signed ? static_cast<int64_t>(value << (64 - width)) >> (64 - width)
                                                     : static_cast<int64_t>(value)));
    }
  }
  return inst;
}

std::optional<Instance> Generator::generate_x86(unsigned opcode, const assembly::Lifter& lifter, Random& random) {
  for (unsigned attempt = 0; attempt < 40; ++attempt) {
    std::optional<MCInst> inst = draw(opcode, random);
    if (!inst) return std::nullopt;
    bool high_byte = false, rex = (target_.opcode_name(opcode).find("64") != std::string_view::npos);
    for (const MCOperand& operand : *inst) {
      if (!operand.isReg()) continue;
      high_byte |= is_high_byte(target_.register_name(operand.getReg()));
      const std::string_view name = target_.register_name(operand.getReg());
      rex |= needs_rex(name) && !(name.size() == 3 && name[0] == 'R' && name[1] >= 'A' && name[1] <= 'Z');
    }
    if (high_byte && rex) continue;  // cannot be encoded
    const assembly::Flow flow = lifter.flow(*inst);
    const bool branches = is_direct_jump(flow);
    if (branches) inst->getOperand(flow.target_operand) = MCOperand::createImm(0);
    std::optional<std::vector<uint8_t>> bytes = encode(*inst);
    if (!bytes || bytes->size() > 15) continue;
    if (branches) {
      // The displacement is the last field, and as wide as the opcode says.
      const size_t field = target_.opcode_name(opcode).ends_with("_4") ? 4 : 1;
      std::fill(bytes->end() - field, bytes->end(), 0);
      (*bytes)[bytes->size() - field] = static_cast<uint8_t>(taken_offset() - bytes->size());
      return Instance{*inst, *bytes, flow.target_operand};
    }
    const std::optional<MCInst> decoded = decode(*bytes);
    if (!decoded) continue;
    if (decoded->getOpcode() == opcode) return Instance{*decoded, *bytes, {}};
    // Another form of the same instruction, as long as it says the same.
    if (target_.print(*decoded) == target_.print(*inst)) return Instance{*inst, *bytes, {}};
  }
  return std::nullopt;
}

std::optional<Generator::Encoding> Generator::encoding(unsigned opcode) {
  const auto [at, inserted] = encodings_.emplace(opcode, std::nullopt);
  if (!inserted) return at->second;
  Random random(opcode);
  for (unsigned attempt = 0; attempt < 60; ++attempt) {
    const std::optional<MCInst> inst = draw(opcode, random);
    if (!inst) return std::nullopt;
    const std::optional<Instance> instance = round_trip(*inst);
    if (!instance) continue;
    Encoding found{word_of(instance->bytes), 0};
    for (unsigned bit = 0; bit < 32; ++bit) {
      const std::optional<MCInst> flipped = decode(bytes_of(found.word ^ (1u << bit)));
      if (flipped && flipped->getOpcode() == opcode) found.free |= 1u << bit;
    }
    // The instance with the most freedom: a special register may have hidden some bits.
    if (!at->second || std::popcount(found.free) > std::popcount(at->second->free)) at->second = found;
  }
  return at->second;
}

void Generator::alias_registers(MCInst& inst, Random& random) {
  for (unsigned i = 1; i < inst.getNumOperands(); ++i) {
    if (!inst.getOperand(i).isReg() || !random.one_in(4)) continue;
    const MCOperand& other = inst.getOperand(random.below(i));
    if (other.isReg()) inst.getOperand(i).setReg(other.getReg());
  }
}

std::optional<Instance> Generator::round_trip(const MCInst& inst) {
  const std::optional<std::vector<uint8_t>> bytes = encode(inst);
  if (!bytes || bytes->size() != 4) return std::nullopt;
  std::optional<MCInst> decoded = decode(*bytes);
  if (!decoded || decoded->getOpcode() != inst.getOpcode()) return std::nullopt;
  return Instance{*decoded, *bytes, {}};
}

std::optional<Instance> Generator::generate_fixed(unsigned opcode, const assembly::Lifter& lifter, Random& random) {
  const std::optional<Encoding> base = encoding(opcode);
  if (!base) return std::nullopt;
  for (unsigned attempt = 0; attempt < 40; ++attempt) {
    uint32_t fill = static_cast<uint32_t>(random.value(32));
    const uint32_t word = (base->word & ~base->free) | (fill & base->free);
    std::optional<MCInst> inst = decode(bytes_of(word));
    if (!inst || inst->getOpcode() != opcode) continue;
    const assembly::Flow flow = lifter.flow(*inst);
    const bool branches = is_direct_jump(flow);
    if (branches || random.one_in(2)) {
      MCInst changed = *inst;
      if (branches)
        changed.getOperand(flow.target_operand) = MCOperand::createImm(taken_offset() / (isa_ == Isa::aarch64 ? 4 : 1));
      else
        alias_registers(changed, random);
      if (std::optional<Instance> other = round_trip(changed)) {
        if (branches) other->target_operand = flow.target_operand;
        return other;
      }
      if (branches) continue;
    }
    return Instance{*inst, bytes_of(word), {}};
  }
  return std::nullopt;
}

std::optional<Instance> Generator::generate(unsigned opcode, const assembly::Lifter& lifter, Random& random) {
  return isa_ == Isa::x86_64 ? generate_x86(opcode, lifter, random) : generate_fixed(opcode, lifter, random);
}

}  // namespace portolan::gate
