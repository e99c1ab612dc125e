#include "tests/unit/aarch64/words.h"

namespace portolan::aarch64 {

Words::Words() : target_(assembly::McTarget::get(Isa::aarch64)) {
  context_ = std::make_unique<llvm::MCContext>(llvm::Triple(target_.triple()), &target_.asm_info(),
                                               &target_.registers(), &target_.subtarget());
  emitter_.reset(target_.target().createMCCodeEmitter(target_.instructions(), *context_));
  disassembler_.reset(target_.target().createMCDisassembler(target_.subtarget(), *context_));
}

std::optional<Word> Words::decode(uint32_t bits) const {
  const uint8_t bytes[] = {uint8_t(bits), uint8_t(bits >> 8), uint8_t(bits >> 16), uint8_t(bits >> 24)};
  Word word{bits, {}};
  uint64_t size = 0;
  if (disassembler_->getInstruction(word.inst, size, bytes, 0, llvm::nulls()) != llvm::MCDisassembler::Success)
    return std::nullopt;
  return word;
}

std::optional<Words::Template> Words::find(unsigned opcode) const {
  const llvm::MCInstrDesc& desc = target_.instructions().get(opcode);
  const auto is_opcode = [&](uint32_t bits) {
    const std::optional<Word> word = decode(bits);
    return word && word->inst.getOpcode() == opcode;
  };
  for (const int64_t immediate : {0, 1, 8, 16, 32, 64, 3}) {
    llvm::MCInst inst;
    inst.setOpcode(opcode);
    for (const llvm::MCOperandInfo& info : desc.operands()) {
      if (info.OperandType == llvm::MCOI::OPERAND_REGISTER) {
        // Different registers, because loading one register twice is unpredictable and does not decode.
        const llvm::MCRegisterClass& all = target_.registers().getRegClass(info.RegClass);
        inst.addOperand(llvm::MCOperand::createReg(all.getRegister(inst.getNumOperands() % all.getNumRegs())));
      } else {
        inst.addOperand(llvm::MCOperand::createImm(immediate));
      }
    }
    llvm::SmallVector<char, 8> code;
    llvm::SmallVector<llvm::MCFixup, 2> fixups;
    emitter_->encodeInstruction(inst, code, fixups, target_.subtarget());
    if (code.size() != 4) return std::nullopt;
    Template t{opcode, 0, 0};
    for (unsigned i = 0; i < 4; ++i) t.bits |= uint32_t(uint8_t(code[i])) << (8 * i);
    if (!is_opcode(t.bits)) continue;
    for (unsigned bit = 0; bit < 32; ++bit)
      if (is_opcode(t.bits ^ (1u << bit))) t.free |= 1u << bit;
    return t;
  }
  return std::nullopt;
}

std::optional<Word> Words::draw(const Template& t, std::mt19937_64& random) const {
  for (unsigned attempt = 0; attempt < 400; ++attempt) {
    uint32_t bits = (t.bits & ~t.free) | (uint32_t(random()) & t.free);
    for (const unsigned at : {0, 5, 10, 16}) {
      if (random() % 2) continue;
      static constexpr uint32_t kFavourites[] = {0, 1, 2, 2, 3, 31};
      const uint32_t field = 31u << at, value = kFavourites[random() % 6] << at;
      bits = (bits & ~(field & t.free)) | (value & field & t.free);
    }
    std::optional<Word> word = decode(bits);
    if (word && word->inst.getOpcode() == t.opcode) return word;
  }
  return std::nullopt;
}

}  // namespace portolan::aarch64
