// Random instruction words of a given opcode: which bits of an encoding are operands is found by asking LLVM's
// disassembler, so that every form comes out without a list of operand ranges.
#pragma once

#include <memory>
#include <optional>
#include <random>

#include "frontends/asm/mc_target.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"

namespace portolan::aarch64 {

struct Word {
  uint32_t bits = 0;
  llvm::MCInst inst;
};

class Words {
 public:
  Words();

  std::optional<Word> decode(uint32_t bits) const;
  // Bits that can change without becoming another opcode, and one encoding; nothing if the opcode has no encoding.
  struct Template {
    unsigned opcode = 0;
    uint32_t bits = 0;
    uint32_t free = 0;
  };
  std::optional<Template> find(unsigned opcode) const;
  // Equal registers, register 31 and small immediates come often.
  std::optional<Word> draw(const Template& t, std::mt19937_64& random) const;

 private:
  const assembly::McTarget& target_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCCodeEmitter> emitter_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
};

}  // namespace portolan::aarch64
