// Operands of decoded instructions that count from the instruction's own place.
#pragma once

#include "frontends/asm/mc_target.h"

namespace portolan::assembly {

// The operand is an immediate that names a place relative to the instruction, or a part of such a place.
bool is_pc_relative(const McTarget& target, const llvm::MCInst& inst, unsigned operand);

// adrp and auipc, whose operand 1 names a page or 4 KiB steps.
bool names_page(Isa isa, const llvm::MCInst& inst);

// The place that the operand names when the instruction of `size` bytes stands at `pc`: the page's start for adrp, what
// the register gets for auipc.
uint64_t named_place(const McTarget& target, const llvm::MCInst& inst, unsigned operand, uint64_t pc, unsigned size);

}  // namespace portolan::assembly
