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
    case x86_64::REX64_PREFIX:
      return kFlagPadding;
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

}  // namespace

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
