#include "frontends/asm/x86_prefixes.h"

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

bool add_prefixes(llvm::MCInst& inst, unsigned flags) {
  if (flags & kFlagPadding) {
    bool may_be_padded = inst.getOpcode() == x86_64::LEA64r || inst.getOpcode() == x86_64::CALL64pcrel32 ||
                         inst.getOpcode() == x86_64::CALL64m;
    if (!may_be_padded) return false;
  }
  inst.setFlags(inst.getFlags() | (flags & ~kFlagPadding));
  return true;
}

}  // namespace portolan::assembly
