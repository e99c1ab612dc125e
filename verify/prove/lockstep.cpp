#include "verify/prove/lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "verify/prove/path_pair.h"

namespace portolan::prove {
namespace {

using Pair = std::pair<BlockId, BlockId>;

// Which locations of a pair of cut points hold the same: those of one class do. The same again for their lower halves,
// because what is above a narrower value is often anybody's.
struct Classes {
  std::vector<uint32_t> source, target;
  uint32_t count = 0;
};

struct Meeting {
  Classes whole, low;
};

constexpr unsigned kLow = 32;

class Lockstep {
 public:
  Lockstep(terms::Pool& pool, const Summary& source, const Summary& target)
      : pool_(pool), source_(source), target_(target) {}

  std::optional<std::vector<Relation>> run(FairClock::time_point deadline);

 private:
  Relation relation_at(const Pair& pair) const;
  void leave(const Pair& pair);
  bool arrive(PathPair& paths);

  terms::Pool& pool_;
  const Summary& source_;
  const Summary& target_;
  std::map<Pair, Meeting> meetings_;
  std::deque<Pair> work_;
};

// Every location of a class is written as the first of the source's in it.
Relation Lockstep::relation_at(const Pair& pair) const {
  Relation relation{pair.first, pair.second, {}, {}, {}};
  const Meeting& meeting = meetings_.at(pair);
  const std::vector<Location>&source = source_.at(pair.first).locations, &target = target_.at(pair.second).locations;
  std::map<uint32_t, const Location*> whole, low;
  for (size_t n = 0; n < source.size(); ++n) {
    relation.source_entries.push_back({source[n], {}});
    const auto [same, first] = whole.emplace(meeting.whole.source[n], &source[n]);
    if (!first)
      relation.source_entries.back().candidates.push_back(
          {Candidate::Shape::equal, same->second->variable, same->second->name});
    if (first && pool_.width(source[n].variable) > kLow) low.emplace(meeting.low.source[n], &source[n]);
  }
  for (size_t n = 0; n < target.size(); ++n) {
    relation.target_entries.push_back({target[n], {}});
    std::vector<Candidate>& candidates = relation.target_entries.back().candidates;
    if (const auto same = whole.find(meeting.whole.target[n]); same != whole.end()) {
      candidates.push_back({Candidate::Shape::equal, same->second->variable, same->second->name});
    } else if (const auto half = low.find(meeting.low.target[n]); half != low.end()) {
      const Term part = pool_.extract(half->second->variable, 0, kLow);
      const unsigned above = pool_.width(target[n].variable) - kLow;
      if (above == 0) {
        candidates.push_back({Candidate::Shape::equal, part, fmt::format("{}[0..{})", half->second->name, kLow)});
        continue;
      }
      const Term open = pool_.variable(fmt::format("{}/open{}", pool_.name(target[n].variable), above), above);
      candidates.push_back({Candidate::Shape::low_part, pool_.concat(open, part),
                            fmt::format("{} below bit {}", half->second->name, kLow)});
    }
  }
  return relation;
}

// Splits the classes by what arrives. True: something changed.
bool Lockstep::arrive(PathPair& paths) {
  const Pair pair{paths.source().block, paths.target().block};
  const std::vector<Location>&source = source_.at(pair.first).locations, &target = target_.at(pair.second).locations;
  auto [at, fresh] = meetings_.emplace(pair, Meeting{});
  auto split = [&](Classes& classes, bool low) {
    std::map<std::pair<uint32_t, Term>, uint32_t> numbers;
    auto split_side = [&](const std::vector<Location>& locations, const State& state, std::vector<uint32_t>& numbered) {
      numbered.resize(locations.size());
      for (size_t n = 0; n < locations.size(); ++n) {
        Term term = paths(value_at(pool_, state, locations[n]));
        if (low && pool_.width(term) > kLow) term = pool_.extract(term, 0, kLow);
        numbered[n] =
            numbers.emplace(std::pair{numbered[n], term}, static_cast<uint32_t>(numbers.size())).first->second;
      }
    };
    split_side(source, paths.source().state, classes.source);
    split_side(target, paths.target().state, classes.target);
    return std::exchange(classes.count, static_cast<uint32_t>(numbers.size())) != numbers.size();
  };
  const bool whole = split(at->second.whole, false), low = split(at->second.low, true);
  return fresh || whole || low;
}

void Lockstep::leave(const Pair& pair) {
  terms::Substitution start = replacements(pool_, relation_at(pair));
  for (const auto& [p, q] : taken_together(start, source_.at(pair.first).paths, target_.at(pair.second).paths)) {
    if (p->end != End::cut || q->end != End::cut) continue;
    PathPair paths(pool_, start, {}, *p, *q);
    if (paths.impossible()) continue;
    if (!arrive(paths)) continue;
    const Pair there{p->block, q->block};
    if (std::find(work_.begin(), work_.end(), there) == work_.end()) work_.push_back(there);
  }
}

std::optional<std::vector<Relation>> Lockstep::run(FairClock::time_point deadline) {
  const size_t most = 2 * std::max(source_.cuts().size(), target_.cuts().size());
  meetings_[{0, 0}];
  work_.push_back({0, 0});
  while (!work_.empty()) {
    if (meetings_.size() > most || FairClock::now() > deadline) return std::nullopt;
    const Pair pair = work_.front();
    work_.pop_front();
    leave(pair);
  }
  std::vector<Relation> relations;
  for (const auto& [pair, meeting] : meetings_) relations.push_back(relation_at(pair));
  return relations;
}

}  // namespace

std::optional<std::vector<Relation>> lockstep_relations(terms::Pool& pool, const Summary& source, const Summary& target,
                                                        FairClock::time_point deadline) {
  return Lockstep(pool, source, target).run(deadline);
}

}  // namespace portolan::prove
