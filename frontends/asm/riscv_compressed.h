// RISC-V's 16-bit instructions as the 32-bit ones they stand for (RISC-V ISA manual, volume I, chapter "C"), so that
// lifters meet one form only.
#pragma once

#include "llvm/MC/MCInst.h"

namespace portolan::assembly {

// Replaces a compressed instruction; leaves others as they are. False for a compressed one without expansion.
bool expand_compressed(llvm::MCInst& inst);

}  // namespace portolan::assembly
