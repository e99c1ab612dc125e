// Prefixes that LLVM gives as instructions of their own, in text (`lock; xaddq …`) and in decoding (lock before xadd).
#pragma once

#include <optional>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

// Internal, beside the MCInst flags: a 0x66 or REX prefix that only pads, as in the TLS sequences of the x86-64 psABI.
inline constexpr unsigned kFlagPadding = 1u << 31;

// The flag that a prefix gives to the instruction behind it; nothing if the opcode is no prefix.
std::optional<unsigned> prefix_flag(unsigned opcode);
// Adds the flags of prefixes to an instruction; false if they do not go with it.
bool add_prefixes(llvm::MCInst& inst, unsigned flags);

}  // namespace portolan::assembly
