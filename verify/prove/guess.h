// Where the relations come from: both sides run on the same inputs, their visits of cut points are paired one by one,
// and each pair's values suggest how one side follows from the other.
#pragma once

#include "verify/prove/relation.h"

namespace portolan::prove {

// One relation for each pair of cut points that was seen, the entries' pair with an empty one. `time` is what is left
// for the whole proof; a small part of it is used.
std::vector<Relation> guess_relations(terms::Pool& pool, const Summary& source, const Summary& target,
                                      const std::vector<Term>& universal, FairClock::duration time);

}  // namespace portolan::prove
