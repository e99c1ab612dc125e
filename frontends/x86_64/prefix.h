// Prefixes, on the instruction or as an "instruction" of their own before it: that is how LLVM decodes lock, and how
// assembler text may write `lock; xadd …` and `rep; movsb`.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::x86_64 {

// MCInst's prefix flags (llvm/lib/Target/X86/MCTargetDesc/X86BaseInfo.h, which is not installed).
enum Prefix : unsigned { kRepne = 4, kRep = 8, kLock = 16 };

// Those of the instruction and of separate prefixes in front of it.
unsigned prefixes(const assembly::LiftContext& context);

// Rows of the separate prefixes.
assembly::Lifted lift_separate_prefix(assembly::LiftContext& context);
assembly::Lifted lift_separate_data16(assembly::LiftContext& context);

}  // namespace portolan::x86_64
