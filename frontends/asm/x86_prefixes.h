// Prefixes that LLVM gives as instructions of their own, in text (`lock; xaddq …`) and in decoding (lock before xadd).
#pragma once

#include <optional>

#include "frontends/asm/unit.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::assembly {

// Internal, beside the MCInst flags: 0x66 and REX.W prefixes that only pad, as in the TLS sequences of the x86-64
// psABI.
inline constexpr unsigned kFlagOperandSize = 1u << 31, kFlagRexW = 1u << 30;
inline constexpr unsigned kFlagPadding = kFlagOperandSize | kFlagRexW;

// The flag that a prefix gives to the instruction behind it; nothing if the opcode is no prefix.
std::optional<unsigned> prefix_flag(unsigned opcode);
// Whether those before an instruction in text make it the 16-bit near branch that keep_operand_size() is about.
bool shrinks_branch(const llvm::MCInst& inst, unsigned flags);
// Adds the flags of prefixes to an instruction; false if they do not go with it.
bool add_prefixes(llvm::MCInst& inst, unsigned flags);
// LLVM decodes most near branches with an operand-size prefix as if it were not there. AMD's processors do not: they
// get the opcode of the 16-bit form. (A REX.W prefix makes it padding: SDM vol. 2, 2.2.1.2.)
void keep_operand_size(llvm::MCInst& inst, llvm::ArrayRef<uint8_t> bytes);

}  // namespace portolan::assembly
