#include "verify/prove/guess.h"

#include <algorithm>
#include <deque>

#include "verify/input.h"

namespace portolan::prove {
namespace {

using terms::APInt;
using verify::Random;

constexpr unsigned kTraces = 96;
constexpr size_t kMostVisits = 24, kLongVisits = 4000;
constexpr size_t kVisitsPerCut = 6, kVisitsOfMany = 160;
constexpr size_t kMostSamples = 60, kLongSamples = 40, kSamplesOfRun = 6;
constexpr unsigned kJumps = 24;  // from each pair of cut points into the middle of a run

class Guesses {
 public:
  Guesses(terms::Pool& pool, const Summary& source, const Summary& target, const std::vector<Term>& universal,
          FairClock::duration time)
      : pool_(pool),
        source_(source),
        target_(target),
        universal_(universal),
        bits_(bits_needed(pool, source)),
        time_(time),
        visits_(std::clamp(kVisitsPerCut * source.cuts().size(), kMostVisits, kVisitsOfMany)),
        end_(FairClock::now() + time / 8) {}

  std::vector<Relation> run();

 private:
  using Pair = std::pair<BlockId, BlockId>;
  struct Runs {
    Valuation entry;
    Trace source, target;
  };

  bool from_entry(unsigned seed, size_t visits, FairClock::duration time);
  void jump_from(const Relation& relation);
  Valuation near_the_end(const CutPoint& cut, const Sample& base, Random& random) const;
  Valuation follows(const Relation& relation, const Sample& base, const Valuation& source) const;
  void take(const Runs& runs, size_t most, bool jumped = false);
  bool relate_new(std::vector<Relation>& relations, bool jumped);

  terms::Pool& pool_;
  const Summary& source_;
  const Summary& target_;
  const std::vector<Term>& universal_;
  BitsNeeded bits_;
  FairClock::duration time_;
  size_t visits_;  // of one run
  FairClock::time_point end_;
  Numbers compared_;
  Reads reads_;
  std::deque<Runs> runs_;  // samples point into it
  std::map<Pair, std::vector<Sample>> samples_;
  std::set<Pair> related_;
  std::set<BlockId> related_sources_, related_targets_;
};

// What a jump comes to may be no pair at all if the jump went to where no run comes: it counts only where neither side
// has a partner yet.
void Guesses::take(const Runs& runs, size_t most, bool jumped) {
  const size_t common = std::min(runs.source.visits.size(), runs.target.visits.size());
  std::map<Pair, std::vector<Sample>> found;
  for (size_t n = 0; n < common; ++n) {
    const Visit &s = runs.source.visits[n], &t = runs.target.visits[n];
    if (!s.kept || !t.kept || related_.contains({s.cut, t.cut})) continue;
    if (jumped && (related_sources_.contains(s.cut) || related_targets_.contains(t.cut))) continue;
    found[{s.cut, t.cut}].push_back({runs.source.seed, &runs.entry, &s.values, &t.values});
  }
  // Some of each run, early and late: what differs from run to run tells more than another turn of the same.
  for (const auto& [pair, of_run] : found) {
    std::vector<Sample>& list = samples_[pair];
    const size_t some = std::min(of_run.size(), kSamplesOfRun);
    for (size_t n = 0; n < some && list.size() < most; ++n) list.push_back(of_run[n * of_run.size() / some]);
  }
}

// Whether the source came to its end.
bool Guesses::from_entry(unsigned seed, size_t visits, FairClock::duration time) {
  Runs& r = runs_.emplace_back(Runs{entry_values(pool_, universal_, seed, compared_), {}, {}});
  r.source = run_trace(pool_, source_, r.entry, {}, seed, compared_, visits, FairClock::now() + time, reads_);
  r.target = run_trace(pool_, target_, r.entry, {}, seed, compared_, visits, FairClock::now() + time);
  take(r, visits > visits_ ? kMostSamples + kLongSamples : kMostSamples);
  return r.source.complete;
}

namespace {

// The variables that a change of a term by `amount` can be had from, and the change that each needs.
std::vector<std::pair<Term, APInt>> ways_to_change(const terms::Pool& pool, Term term, const APInt& amount) {
  std::vector<std::pair<Term, APInt>> ways;
  for (const terms::Linear::Part& part : pool.linear(term).parts) {
    if (!part.coefficient.isOne() && !part.coefficient.isAllOnes()) continue;
    Term variable = part.term;
    const terms::Kind kind = pool.kind(variable);
    if (kind == terms::Kind::extract && pool.low_bit(variable) == 0) variable = pool.operands(variable)[0];
    if (pool.kind(variable) == terms::Kind::variable)
      ways.emplace_back(variable, part.coefficient.isOne() ? amount : -amount);
  }
  return ways;
}

}  // namespace

// The values of a sample changed so that the conditions of some way on are just met, or one of them just not: a loop
// that turns a thousand times is about to end, and the one around it too.
Valuation Guesses::near_the_end(const CutPoint& cut, const Sample& base, Random& random) const {
  Valuation values = *base.source;
  bool changed = false;
  const Path& path = cut.paths[random.below(cut.paths.size())];
  for (const Term condition : path.conditions) {
    const bool negated = pool_.kind(condition) == terms::Kind::bit_xor && pool_.width(condition) == 1;
    const Term c = negated ? pool_.operands(condition)[0] : condition;
    const terms::Kind kind = pool_.kind(c);
    if (kind != terms::Kind::eq && kind != terms::Kind::ult && kind != terms::Kind::slt) continue;
    const Term left = pool_.operands(c)[0], right = pool_.operands(c)[1];
    if (pool_.width(left) == 0) continue;  // of memories
    terms::Evaluation evaluation(pool_, base.seed);
    for (const Valuation* known : {base.entry, static_cast<const Valuation*>(&values)})
      for (const auto& [variable, value] : *known) evaluation.set(variable, value);
    const APInt distance = evaluation(right) - evaluation(left);
    std::vector<std::pair<Term, APInt>> ways = ways_to_change(pool_, left, distance);
    for (auto& way : ways_to_change(pool_, right, -distance)) ways.push_back(std::move(way));
    std::erase_if(ways, [&](const auto& way) { return !values.contains(way.first); });
    if (ways.empty()) continue;
    // Mostly to where the condition turns, sometimes a few steps before.
    const auto& [variable, change] = ways[random.below(ways.size())];
    const int64_t steps[] = {0, 0, 0, -1, 1, -2, -4, -8};
    APInt& value = values.at(variable);
    value += change.sextOrTrunc(value.getBitWidth()) +
             APInt(value.getBitWidth(), static_cast<uint64_t>(steps[random.below(8)]), true);
    changed = true;
  }
  if (!changed)
    for (auto& [variable, value] : values)
      if (random.one_in(3)) value = APInt(value.getBitWidth(), random.below(8));
  return values;
}

// What the target holds where the source holds this, if the relation is right.
Valuation Guesses::follows(const Relation& relation, const Sample& base, const Valuation& source) const {
  terms::Evaluation evaluation(pool_, base.seed);
  for (const Valuation* known : {base.entry, &source})
    for (const auto& [variable, value] : *known) evaluation.set(variable, value);
  Valuation target = *base.target;
  for (const Relation::Entry& e : relation.target_entries)
    if (const Candidate* c = e.candidate()) target.insert_or_assign(e.location.variable, evaluation(c->value));
  return target;
}

// Loops that turn so often that no run is seen to leave them: both sides go on from the middle of one. What is seen
// there counts only for pairs of cut points that no run from the entry came to.
void Guesses::jump_from(const Relation& relation) {
  const Pair pair{relation.source, relation.target};
  const std::vector<Sample> bases = samples_.at(pair);
  Random random(pair.first * 7919u + pair.second);
  for (unsigned n = 0; n < kJumps && FairClock::now() < end_; ++n) {
    const Sample& base = bases[random.below(bases.size())];
    Runs& r = runs_.emplace_back(Runs{*base.entry, {}, {}});
    const Valuation source = near_the_end(source_.at(pair.first), base, random);
    const Valuation target = follows(relation, base, source);
    // The seed says where globals lie, and the values were chosen for that.
    r.source = run_trace(pool_, source_, r.entry, {pair.first, source}, base.seed, compared_, visits_, end_, reads_);
    r.target = run_trace(pool_, target_, r.entry, {pair.second, target}, base.seed, compared_, visits_, end_);
    take(r, kMostSamples, true);
  }
}

// Relations for the pairs that have samples and none yet. False: there were none.
bool Guesses::relate_new(std::vector<Relation>& relations, bool jumped) {
  std::vector<Pair> fresh;
  for (const auto& [pair, list] : samples_)
    if (!related_.contains(pair)) fresh.push_back(pair);
  std::stable_sort(fresh.begin(), fresh.end(),
                   [&](const Pair& a, const Pair& b) { return samples_.at(a).size() > samples_.at(b).size(); });
  bool any = false;
  for (const Pair& pair : fresh) {
    related_.insert(pair);
    // Two jumps that part may come to different pairs: the one that more of them come to.
    if (jumped && (related_sources_.contains(pair.first) || related_targets_.contains(pair.second))) continue;
    relations.push_back(
        guess_relation(pool_, source_, target_, pair.first, pair.second, universal_, bits_, samples_.at(pair)));
    if (jumped) related_sources_.insert(pair.first), related_targets_.insert(pair.second);
    any = true;
  }
  for (const Pair& pair : fresh) related_sources_.insert(pair.first), related_targets_.insert(pair.second);
  return any;
}

std::vector<Relation> Guesses::run() {
  compared_ = compared_numbers(pool_, {&source_, &target_});
  for (const auto& [block, cut] : source_.cuts())
    if (block != 0) reads_[block] = reads_behind(pool_, cut);
  std::vector<unsigned> unfinished;
  for (unsigned seed = 1; seed <= kTraces && FairClock::now() < end_; ++seed)
    if (!from_entry(seed, visits_, time_)) unfinished.push_back(seed);
  // Loops within loops show what they do only in long runs.
  if (source_.cuts().size() > 2 && unfinished.size() > kTraces / 2)
    for (size_t n = 0; n < std::min<size_t>(3, unfinished.size()); ++n)
      from_entry(unfinished[n], kLongVisits, time_ / 40);
  std::vector<Relation> relations = {Relation{0, 0, {}, {}, {}}};
  related_.insert({0, 0});
  size_t jumped = 1;
  while (relate_new(relations, jumped > 1))
    for (const size_t all = relations.size(); jumped < all && FairClock::now() < end_; ++jumped)
      jump_from(relations[jumped]);
  return relations;
}

}  // namespace

std::vector<Relation> guess_relations(terms::Pool& pool, const Summary& source, const Summary& target,
                                      const std::vector<Term>& universal, FairClock::duration time) {
  return Guesses(pool, source, target, universal, time).run();
}

}  // namespace portolan::prove
