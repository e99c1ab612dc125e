#include "verify/prove/path_pair.h"

#include <algorithm>

namespace portolan::prove {

PathPair::PathPair(terms::Pool& pool, terms::Substitution& start, std::span<const Term> known, const Path& source,
                   const Path& target)
    : start_(start), given_(pool), source_(source), target_(target) {
  for (const std::span<const Term> conditions :
       {known, std::span<const Term>(source.conditions), std::span<const Term>(target.conditions)})
    for (const Term condition : conditions) {
      const Term seen = start_(condition);
      if (std::find(conditions_.begin(), conditions_.end(), seen) != conditions_.end()) continue;
      conditions_.push_back(seen);
      if (!given_.contradictory()) given_.assume(given_(seen));
    }
}

}  // namespace portolan::prove
