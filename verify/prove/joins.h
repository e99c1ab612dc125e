// Further cut points where ways come together in both sides: between them there are few ways, where from one loop or
// call to the next there may be thousands. Which block of the one side corresponds to which of the other is guessed
// from runs; a wrong guess proves nothing.
#pragma once

#include "verify/prove/trace.h"

namespace portolan::prove {

// Blocks of the source and of the target.
using Joins = std::vector<std::pair<BlockId, BlockId>>;

// Of two summaries in which every join is cut, those at which runs of both sides come together in the same order, with
// values of which the target's follow from the source's.
Joins common_joins(terms::Pool& pool, const Summary& source, const Summary& target, const std::vector<Term>& universal,
                   FairClock::time_point deadline);

// As few of them as leave few ways between cut points: what crosses a cut point must be related there, and need not be
// elsewhere.
Joins needed_joins(const Side& source, const Side& target, Joins joins);

}  // namespace portolan::prove
