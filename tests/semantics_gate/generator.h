// Random valid instances of an opcode, encoded by LLVM MC and read back by its disassembler.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "frontends/asm/lift.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "tests/support/random.h"

namespace portolan::gate {

using testing::Random;

struct Instance {
  llvm::MCInst inst;
  std::vector<uint8_t> bytes;
  // Direct branches and jumps: the operand that holds the target, which is kTakenOffset bytes from the start.
  std::optional<unsigned> target_operand;
};

inline constexpr unsigned kSnippetBytes = 32;

class Generator {
 public:
  explicit Generator(Isa isa);
  ~Generator();

  // Nothing when no valid instance was found.
  std::optional<Instance> generate(unsigned opcode, const assembly::Lifter& lifter, Random& random);
  // Where a taken branch of a snippet goes, in bytes from its start.
  unsigned taken_offset() const { return isa_ == Isa::x86_64 ? 16 : 8; }
  // One instruction that traps, for padding.
  std::vector<uint8_t> breakpoint() const;
  // Decodes one instruction; nothing if it is invalid, unpredictable or of another length.
  std::optional<llvm::MCInst> decode(const std::vector<uint8_t>& bytes) const;

 private:
  std::optional<std::vector<uint8_t>> encode(const llvm::MCInst& inst);
  std::optional<Instance> generate_x86(unsigned opcode, const assembly::Lifter& lifter, Random& random);
  std::optional<Instance> generate_fixed(unsigned opcode, const assembly::Lifter& lifter, Random& random);
  // Operands drawn from the instruction's description; nothing if it has kinds that cannot be drawn.
  std::optional<llvm::MCInst> draw(unsigned opcode, Random& random);
  void draw_x86_memory(llvm::MCInst& inst, unsigned operands, Random& random);
  unsigned x86_memory_operands(const llvm::MCInstrDesc& description, unsigned first) const;
  unsigned draw_register(unsigned register_class, Random& random);
  // Encoded and read back (AArch64, RISC-V); nothing unless it stays the same opcode.
  std::optional<Instance> round_trip(const llvm::MCInst& inst);
  // Some registers made equal, or replaced by special ones of their class.
  void alias_registers(llvm::MCInst& inst, Random& random);

  // A valid encoding and the bits that may change without making another instruction of it.
  struct Encoding {
    uint32_t word = 0;
    uint32_t free = 0;
  };
  std::optional<Encoding> encoding(unsigned opcode);

  Isa isa_;
  const assembly::McTarget& target_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCCodeEmitter> emitter_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  std::map<unsigned, std::optional<Encoding>> encodings_;
};

}  // namespace portolan::gate
