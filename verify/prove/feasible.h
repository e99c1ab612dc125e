// What a bound leaves of a function: only ways that some input really takes count.
#pragma once

#include "verify/prove/trace.h"
#include "verify/solve/solve.h"

namespace portolan::prove {

// The blocks on those of the paths from the entry for which values were found under which they are taken and the given
// conditions hold: by runs on inputs made up (`entry` are the variables there), else by a solver's model.
std::set<BlockId> feasible_blocks(terms::Pool& pool, const Summary& summary,
                                  const std::map<const Path*, std::vector<Term>>& paths, const std::vector<Term>& entry,
                                  solve::Prover& prover, FairClock::time_point deadline);

}  // namespace portolan::prove
