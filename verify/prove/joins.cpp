#include "verify/prove/joins.h"

#include <algorithm>
#include <unordered_set>

#include "ir/cfg.h"

namespace portolan::prove {
namespace {

constexpr unsigned kTraces = 96;
constexpr size_t kMostVisits = 160;
constexpr double kEnoughFollows = 0.9;  // of the target's values

// Runs of both sides on one input, up to where both have been seen.
struct Runs {
  Valuation entry;
  std::vector<Visit> source, target;
};

class Matcher {
 public:
  Matcher(const std::set<BlockId>& source_joins, const std::set<BlockId>& target_joins)
      : source_joins_(source_joins), target_joins_(target_joins) {}

  void add(Valuation entry, Trace source, Trace target);
  Joins match(const std::vector<BlockId>& source_order, const std::vector<BlockId>& target_order);

 private:
  using Pairs = std::map<BlockId, BlockId>;

  void keep_common(std::vector<Visit>& visits, const std::set<BlockId>& joins, size_t fixed) const;
  bool in_order(const Pairs& pairs) const;
  double follows(BlockId source, BlockId target) const;

  const std::set<BlockId>& source_joins_;
  const std::set<BlockId>& target_joins_;
  std::vector<Runs> runs_;
};

size_t count_fixed(const std::vector<Visit>& visits, const std::set<BlockId>& joins) {
  return static_cast<size_t>(
      std::count_if(visits.begin(), visits.end(), [&](const Visit& v) { return !joins.contains(v.cut); }));
}

// Up to the last of so many visits that are no join's.
void Matcher::keep_common(std::vector<Visit>& visits, const std::set<BlockId>& joins, size_t fixed) const {
  size_t end = 0;
  for (size_t n = 0; n < visits.size() && fixed > 0; ++n)
    if (!joins.contains(visits[n].cut)) {
      --fixed;
      end = n + 1;
    }
  visits.resize(end);
}

void Matcher::add(Valuation entry, Trace source, Trace target) {
  Runs runs{std::move(entry), std::move(source.visits), std::move(target.visits)};
  if (!source.complete || !target.complete) {
    const size_t fixed = std::min(count_fixed(runs.source, source_joins_), count_fixed(runs.target, target_joins_));
    keep_common(runs.source, source_joins_, fixed);
    keep_common(runs.target, target_joins_, fixed);
  }
  runs_.push_back(std::move(runs));
}

// Whether both sides come to the joins of the pairs, and to everything else that is cut, in one order.
bool Matcher::in_order(const Pairs& pairs) const {
  std::set<BlockId> partners;
  for (const auto& [source, target] : pairs) partners.insert(target);
  return std::all_of(runs_.begin(), runs_.end(), [&](const Runs& runs) {
    auto t = runs.target.begin();
    auto skip = [&] {
      while (t != runs.target.end() && target_joins_.contains(t->cut) && !partners.contains(t->cut)) ++t;
      return t == runs.target.end();
    };
    for (const Visit& s : runs.source) {
      const auto partner = pairs.find(s.cut);
      if (source_joins_.contains(s.cut) && partner == pairs.end()) continue;
      if (skip()) return false;
      if (partner == pairs.end() ? target_joins_.contains(t->cut) : t->cut != partner->second) return false;
      ++t;
    }
    return skip();
  });
}

// The share of the target's values that, but for their upper halves, the source or the input has too, or that never
// change.
double Matcher::follows(BlockId source, BlockId target) const {
  auto low = [](const terms::APInt& value) { return value.zextOrTrunc(32).getZExtValue(); };
  std::map<Term, std::pair<uint64_t, bool>> first;  // its value, and whether it is always that
  std::map<Term, bool> found;
  bool met = false;
  for (const Runs& runs : runs_) {
    auto s = runs.source.begin();
    for (const Visit& t : runs.target) {
      if (t.cut != target) continue;
      s = std::find_if(s, runs.source.end(), [&](const Visit& visit) { return visit.cut == source; });
      if (s == runs.source.end()) break;
      const Visit& visit = *s++;
      if (!visit.kept || !t.kept) continue;
      met = true;
      std::unordered_set<uint64_t> known;
      for (const Valuation* values : {&runs.entry, &visit.values})
        for (const auto& [variable, value] : *values) known.insert(low(value));
      for (const auto& [variable, value] : t.values) {
        const auto [at, fresh] = first.emplace(variable, std::pair{low(value), true});
        at->second.second &= at->second.first == low(value);
        const auto [was, unseen] = found.emplace(variable, true);
        was->second &= known.contains(low(value));
      }
    }
  }
  if (!met) return 0;
  const auto following =
      std::count_if(found.begin(), found.end(), [&](const auto& f) { return f.second || first.at(f.first).second; });
  return found.empty() ? 1 : static_cast<double>(following) / static_cast<double>(found.size());
}

Joins Matcher::match(const std::vector<BlockId>& source_order, const std::vector<BlockId>& target_order) {
  Pairs pairs;
  if (!in_order(pairs)) return {};
  std::set<BlockId> taken;
  for (const BlockId source : source_order) {
    if (!source_joins_.contains(source)) continue;
    BlockId best = ir::kNoBlock;
    double most = kEnoughFollows;
    for (const BlockId target : target_order) {
      if (!target_joins_.contains(target) || taken.contains(target)) continue;
      pairs[source] = target;
      if (!in_order(pairs)) continue;
      const double share = follows(source, target);
      if (share < most || (share == most && best != ir::kNoBlock)) continue;
      most = share;
      best = target;
    }
    pairs.erase(source);
    if (best == ir::kNoBlock) continue;
    pairs[source] = best;
    taken.insert(best);
  }
  return {pairs.begin(), pairs.end()};
}

}  // namespace

Joins common_joins(terms::Pool& pool, const Summary& source, const Summary& target, const std::vector<Term>& universal,
                   FairClock::time_point deadline) {
  const std::set<BlockId> source_joins = source.side().joins(), target_joins = target.side().joins();
  Matcher matcher(source_joins, target_joins);
  const Numbers compared = compared_numbers(pool, {&source, &target});
  for (unsigned seed = 1; seed <= kTraces && FairClock::now() < deadline; ++seed) {
    Valuation entry = entry_values(pool, universal, seed, compared);
    Trace s = run_trace(pool, source, entry, {}, seed, compared, kMostVisits, deadline);
    Trace t = run_trace(pool, target, entry, {}, seed, compared, kMostVisits, deadline);
    matcher.add(std::move(entry), std::move(s), std::move(t));
  }
  return matcher.match(ir::reverse_post_order(source.side().function()),
                       ir::reverse_post_order(target.side().function()));
}

Joins needed_joins(const Side& source, const Side& target, Joins joins) {
  constexpr uint64_t kFewPairs = 144;
  std::set<BlockId> in_source, in_target;
  auto pairs_of_ways = [&](const std::pair<BlockId, BlockId>* more) {
    std::set<BlockId> s = in_source, t = in_target;
    if (more != nullptr) s.insert(more->first), t.insert(more->second);
    constexpr uint64_t kEnough = 1u << 30;
    return std::min(kEnough, source.most_ways(s)) * std::min(kEnough, target.most_ways(t));
  };
  Joins needed;
  uint64_t now = pairs_of_ways(nullptr);
  while (now > kFewPairs) {
    const auto best = std::min_element(joins.begin(), joins.end(), [&](const auto& a, const auto& b) {
      return pairs_of_ways(&a) < pairs_of_ways(&b);
    });
    if (best == joins.end() || pairs_of_ways(&*best) >= now) break;
    now = pairs_of_ways(&*best);
    in_source.insert(best->first);
    in_target.insert(best->second);
    needed.push_back(*best);
    joins.erase(best);
  }
  return needed;
}

}  // namespace portolan::prove
