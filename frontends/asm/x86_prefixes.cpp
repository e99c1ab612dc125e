#include "frontends/asm/x86_prefixes.h"

#include <algorithm>
#include <iterator>

#include "frontends/x86_64/opcodes.h"

namespace portolan::assembly {

std::optional<unsigned> prefix_flag(unsigned opcode) {
  switch (opcode) {
    case x86_64::LOCK_PREFIX:
      return kFlagLock;
    case x86_64::REP_PREFIX:
      return kFlagRepeat;
    case x86_64::REPNE_PREFIX:
      return kFlagRepeatNotEqual;
    case x86_64::DATA16_PREFIX:
      return kFlagOperandSize;
    case x86_64::REX64_PREFIX:
      return kFlagRexW;
    default:
      return std::nullopt;
  }
}

namespace {

// rep bsf is how assemblers that do not know tzcnt spell it: the bytes are the same (gcc emits it so).
void name_by_encoding(llvm::MCInst& inst) {
  static constexpr unsigned kNames[][2] = {
      {x86_64::BSF16rr, x86_64::TZCNT16rr}, {x86_64::BSF32rr, x86_64::TZCNT32rr}, {x86_64::BSF64rr, x86_64::TZCNT64rr},
      {x86_64::BSF16rm, x86_64::TZCNT16rm}, {x86_64::BSF32rm, x86_64::TZCNT32rm}, {x86_64::BSF64rm, x86_64::TZCNT64rm},
      {x86_64::BSR16rr, x86_64::LZCNT16rr}, {x86_64::BSR32rr, x86_64::LZCNT32rr}, {x86_64::BSR64rr, x86_64::LZCNT64rr},
      {x86_64::BSR16rm, x86_64::LZCNT16rm}, {x86_64::BSR32rm, x86_64::LZCNT32rm}, {x86_64::BSR64rm, x86_64::LZCNT64rm},
  };
  if ((inst.getFlags() & kFlagRepeat) == 0) return;
  for (const auto& [written, encoded] : kNames) {
    if (inst.getOpcode() != written) continue;
    inst.setOpcode(encoded);
    inst.setFlags(inst.getFlags() & ~kFlagRepeat);
    return;
  }
}

// Whether there is an operand-size prefix and no REX.W, before an opcode that has no mandatory prefix.
bool has_operand_size(llvm::ArrayRef<uint8_t> bytes) {
  static constexpr uint8_t kLegacy[] = {0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65};
  bool found = false;
  while (!bytes.empty() && std::count(std::begin(kLegacy), std::end(kLegacy), bytes[0]) != 0) {
    found |= bytes[0] == 0x66;
    bytes = bytes.drop_front();
  }
  return found && !bytes.empty() && (bytes[0] & 0xf8) != 0x48;
}

}  // namespace

void keep_operand_size(llvm::MCInst& inst, llvm::ArrayRef<uint8_t> bytes) {
  static constexpr unsigned kShort[][2] = {
      {x86_64::JMP_1, x86_64::JMP_2},
      {x86_64::JCC_1, x86_64::JCC_2},
      {x86_64::JRCXZ, x86_64::JMP_2},
      {x86_64::JECXZ, x86_64::JMP_2},
      {x86_64::LOOP, x86_64::JMP_2},
      {x86_64::LOOPE, x86_64::JMP_2},
      {x86_64::LOOPNE, x86_64::JMP_2},
      {x86_64::CALL64pcrel32, x86_64::CALLpcrel16},
      {x86_64::JMP64r, x86_64::JMP16r},
      {x86_64::JMP64m, x86_64::JMP16m},
      {x86_64::JMP64r_NT, x86_64::JMP16r_NT},
      {x86_64::JMP64m_NT, x86_64::JMP16m_NT},
      {x86_64::CALL64r, x86_64::CALL16r},
      {x86_64::CALL64m, x86_64::CALL16m},
      {x86_64::CALL64r_NT, x86_64::CALL16r_NT},
      {x86_64::CALL64m_NT, x86_64::CALL16m_NT},
  };
  for (const auto& [near, small] : kShort)
    if (inst.getOpcode() == near && has_operand_size(bytes)) return inst.setOpcode(small);
}

bool shrinks_branch(const llvm::MCInst& inst, unsigned flags) {
  const bool branch = inst.getOpcode() == x86_64::CALL64pcrel32 || inst.getOpcode() == x86_64::CALL64m;
  return branch && (flags & kFlagPadding) == kFlagOperandSize;
}

bool add_prefixes(llvm::MCInst& inst, unsigned flags) {
  if (flags & kFlagPadding) {
    static constexpr unsigned kPadded[] = {x86_64::LEA64r, x86_64::CALL64pcrel32, x86_64::CALL64m, x86_64::NOOP,
                                           x86_64::NOOPW,  x86_64::NOOPL,         x86_64::NOOPQ};
    bool may_be_padded = std::count(std::begin(kPadded), std::end(kPadded), inst.getOpcode()) != 0;
    if (!may_be_padded) return false;
  }
  inst.setFlags(inst.getFlags() | (flags & ~kFlagPadding));
  name_by_encoding(inst);
  return true;
}

}  // namespace portolan::assembly
