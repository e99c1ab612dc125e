#include "verify/prove/feasible.h"

#include <algorithm>

namespace portolan::prove {

std::set<BlockId> feasible_blocks(terms::Pool& pool, const Summary& summary,
                                  const std::map<const Path*, std::vector<Term>>& paths, const std::vector<Term>& entry,
                                  solve::Prover& prover, FairClock::time_point deadline) {
  constexpr uint64_t kRuns = 96;
  const auto late = [deadline] { return FairClock::now() > deadline; };
  std::set<const Path*> taken;
  std::set<BlockId> blocks;
  auto take = [&](const Path* path) {
    taken.insert(path);
    blocks.insert(path->blocks.begin(), path->blocks.end());
  };
  for (uint64_t seed = 1; seed <= kRuns && taken.size() < paths.size() && !late(); ++seed) {
    const Path* path = path_taken(pool, summary, entry_values(pool, entry, seed, {}), seed);
    const auto at = paths.find(path);
    if (at != paths.end() && at->second.size() == path->conditions.size()) take(path);
  }
  // In the summary's order: the same questions in every run.
  for (const Path& path : summary.at(0).paths) {
    const bool new_blocks =
        std::any_of(path.blocks.begin(), path.blocks.end(), [&](BlockId block) { return !blocks.contains(block); });
    const auto at = paths.find(&path);
    if (at == paths.end() || taken.contains(&path) || !new_blocks || late()) continue;
    if (prover.holds(at->second, pool.bit(false)).verdict == solve::Answer::Verdict::fails) take(&path);
  }
  return blocks;
}

}  // namespace portolan::prove
