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
      // Rewritten by what is known before, a condition and its negation may look as if they had nothing to do with each
      // other.
      contradictory_ |= std::find(conditions_.begin(), conditions_.end(), pool.bit_not(seen)) != conditions_.end();
      conditions_.push_back(seen);
      if (!given_.contradictory()) given_.assume(given_(seen));
    }
}

std::vector<std::pair<const Path*, const Path*>> taken_together(terms::Substitution& start,
                                                                const std::vector<Path>& source,
                                                                const std::vector<Path>& target) {
  auto conditions_of = [&](const Path& path) {
    std::vector<Term> seen;
    for (const Term condition : path.conditions) seen.push_back(start(condition));
    std::sort(seen.begin(), seen.end());
    return seen;
  };
  std::map<std::vector<Term>, const Path*> by_conditions;
  for (const Path& q : target) by_conditions.emplace(conditions_of(q), &q);
  std::vector<std::pair<const Path*, const Path*>> pairs;
  std::vector<const Path*> others;
  std::set<const Path*> taken;
  for (const Path& p : source) {
    const auto same = by_conditions.find(conditions_of(p));
    if (same == by_conditions.end()) {
      others.push_back(&p);
      continue;
    }
    pairs.emplace_back(&p, same->second);
    taken.insert(same->second);
  }
  for (const Path* p : others)
    for (const Path& q : target)
      if (!taken.contains(&q)) pairs.emplace_back(p, &q);
  return pairs;
}

}  // namespace portolan::prove
