// Indirect jumps through tables become switches: the table's entries are in the unit, so each index that has one can be
// tried, whatever arithmetic lies between the entry and the jump.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::raise {

// Works on SSA form. Jumps whose table cannot be found stay jump_indirect, with the edges that no table accounts for
// and that are not `guessed` (LiftResult); those that can only be calls by pointer become tail_call.
void resolve_indirect_jumps(ir::Function& function, const assembly::CodeIndex& index,
                            const std::set<uint64_t>& guessed);

// Where the jump_indirect that ends `block` goes by its table: code addresses, all of them among `candidates`. Empty if
// no table is found.
std::vector<uint64_t> indirect_targets(const ir::Function& function, ir::BlockId block,
                                       const assembly::CodeIndex& index, const std::vector<uint64_t>& candidates);

}  // namespace portolan::raise
