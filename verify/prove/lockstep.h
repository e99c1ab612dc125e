// Relations between two sides that hold equal values wherever both are, as a copy with other registers does. They need
// no runs: what arrives together at a pair of cut points as one term is taken for equal there, for as long as every
// later arrival agrees.
#pragma once

#include "verify/prove/relation.h"

namespace portolan::prove {

// Nothing: the sides come together at more pairs of cut points than two that go along with each other have. What comes
// back is a guess like any other.
std::optional<std::vector<Relation>> lockstep_relations(terms::Pool& pool, const Summary& source, const Summary& target,
                                                        FairClock::time_point deadline);

}  // namespace portolan::prove
