#include "translate/sketch/filling/search.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace portolan::sketch::filling {
namespace {

constexpr size_t kManyClasses = 48;  // fewer are soon tried one by one
constexpr size_t kMostJoined = 4, kMostLookedAt = 24, kMostGroups = 4;
constexpr size_t kFewClasses = 4;       // are tried in the order of the words
constexpr uint64_t kMostWeighed = 256;  // classes whose run is looked at
// Each number that the source has not makes a way four times as far; so many in what a way itself leaves are taken for
// one that was not looked at.
constexpr uint32_t kUnfamiliar = 2, kMostStrange = 6;

}  // namespace

Mask Search::end(End end) {
  over_ = end;
  return 0;
}

Mask Search::all() const {
  Mask mask = 0;
  for (HoleId h = 0; h < choices_.size(); ++h)
    if (choices_[h] != kUnchosen) mask |= bit(h);
  return mask;
}

std::optional<RunResult> Search::run_on(size_t test) {
  if (FairClock::now() > deadline_) {
    end(End::timeout);
    return std::nullopt;
  }
  if (test < used_.size()) used_.set(test);
  runner_.set_most_classes(reach_ / product_);
  auto run = runner_.run(tests_[test], choices_);
  if (!run) {
    problem_ = run.error().message;
    end(End::failed);
    return std::nullopt;
  }
  repeated_ |= run->repeated;
  if (run->kind == RunResult::Kind::differs) {
    last_test_ = test;
    last_difference_ = std::move(run->what);
  }
  return std::move(*run);
}

std::optional<Mask> Search::agree(size_t place) {
  auto run = run_on(order_[place]);
  if (!run) return 0;
  if (run->kind == RunResult::Kind::unchosen) return branch(std::move(*run), place);
  if (run->kind == RunResult::Kind::agrees) return std::nullopt;
  if (failure_) failure_(choices_, run->conflict);
  return run->conflict;
}

Mask Search::from(size_t place) {
  for (size_t next = place; next < order_.size(); ++next) {
    const std::optional<Mask> conflict = agree(next);
    if (!conflict) continue;
    // What ruled this out may rule out the next too: it comes earlier from now on.
    if (!over_ && next > place + kMostJoined) std::rotate(at(place + 1), at(next), at(next + 1));
    return *conflict;
  }
  ++fillings_;
  used_.set();
  const Next next = (*found_)(choices_);
  if (next == Next::stop) return end(End::stopped);
  if (next == Next::new_test) {
    runner_.forget();
    order_.push_back(tests_.size() - 1);
    if (const std::optional<Mask> conflict = agree(order_.size() - 1)) return *conflict;
    runner_.forget();
    order_.pop_back();
    tests_.pop_back();  // what the judge saw does not show here
  }
  return all();
}

// These may be what has to change.
Mask Search::cut() {
  cut_ = true;
  return all();
}

// Ways that leave the same state on all of the group's tests are one class.
void Search::Group::join(const RunResult& run) {
  stop.before |= run.before;
  std::unordered_map<uint64_t, uint32_t> numbers;
  stop.classes.resize(std::min(stop.classes.size(), run.classes.size()));
  std::vector<bool> familiar;
  for (size_t v = 0; v < stop.classes.size(); ++v) {
    if (stop.classes[v] == RunResult::kSenseless) continue;
    const uint32_t here = run.classes[v];
    const auto [known, is_new] =
        numbers.try_emplace(uint64_t{stop.classes[v]} << 32 | here, static_cast<uint32_t>(numbers.size()));
    if (is_new) familiar.push_back(stop.familiar[stop.classes[v]] && run.familiar[here]);
    stop.classes[v] = known->second;
  }
  stop.familiar = std::move(familiar);
}

// Where many ways are told apart, the next tests are looked at too: those that come to the same line first tell more of
// them apart, some may fail whatever stands here, and some may come to another line first that had better be filled
// before, because they come to nothing else that is open.
std::optional<Mask> Search::look_ahead(RunResult first, size_t place, Group& chosen) {
  std::vector<Group> groups;
  TestSet agree;  // those that agree whatever stands here
  groups.push_back({std::move(first), {place}, {}});
  if (groups.front().stop.familiar.size() >= kManyClasses) {
    runner_.set_classes_wanted(false);
    std::optional<Mask> conflict;
    for (size_t p = place + 1; p < std::min(order_.size(), place + kMostLookedAt) && !conflict; ++p) {
      auto run = run_on(order_[p]);
      if (!run) {
        conflict = 0;
      } else if (run->kind == RunResult::Kind::differs) {
        conflict = run->conflict;
      } else if (run->kind == RunResult::Kind::agrees) {
        if (order_[p] < agree.size()) agree.set(order_[p]);
      } else {
        const auto known =
            std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.stop.site == run->site; });
        if (known != groups.end())
          known->places.push_back(p);
        else if (groups.size() < kMostGroups)
          groups.push_back({std::move(*run), {p}, {}});
      }
    }
    runner_.set_classes_wanted(true);
    if (conflict) return conflict;
  }
  size_t best = 0;
  for (size_t g = 0; g < groups.size() && groups.size() > 1; ++g) {
    if (g != 0) {
      auto run = run_on(order_[groups[g].places.front()]);
      if (!run) return 0;
      groups[g].stop = std::move(*run);
    }
    const std::optional<bool> lonely = comes_to_nothing_else(groups[g]);
    if (!lonely) return 0;
    if (!*lonely) continue;
    best = g;
    break;
  }
  Group& group = groups[best];
  const bool many = group.stop.familiar.size() >= kManyClasses;
  group.places.resize(std::min(group.places.size(), many ? kMostJoined + 1 : 1));
  for (size_t n = 1; n < group.places.size(); ++n) {
    const auto run = run_on(order_[group.places[n]]);
    if (!run) return 0;
    group.join(*run);
  }
  chosen = std::move(groups[best]);
  chosen.tests = agree;
  // The group's tests come next.
  std::vector<size_t> order(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(place));
  for (const size_t p : chosen.places) {
    order.push_back(order_[p]);
    if (order_[p] < agree.size()) chosen.tests.set(order_[p]);
  }
  for (size_t p = place; p < order_.size(); ++p)
    if (std::find(chosen.places.begin(), chosen.places.end(), p) == chosen.places.end()) order.push_back(order_[p]);
  order_ = std::move(order);
  return std::nullopt;
}

// Whether the group's first test, with the likeliest way, comes to no other line that is open.
std::optional<bool> Search::comes_to_nothing_else(const Group& group) {
  const Site& site = *group.stop.site;
  const Mask open = runner_.open_holes(site, choices_);
  for (size_t way = 0; way < group.stop.classes.size(); ++way) {
    const uint32_t c = group.stop.classes[way];
    if (c == RunResult::kSenseless || !group.stop.familiar[c]) continue;
    runner_.take(site, runner_.ways(site, open)[way], open, choices_);
    const auto run = run_on(order_[group.places.front()]);
    close(site, open);
    if (!run) return std::nullopt;
    return run->kind != RunResult::Kind::unchosen;
  }
  return false;
}

// By class: how far away it is, for the order. Near are the likely words, and what leads to numbers that the source
// has.
std::vector<double> Search::distances(const Group& group, size_t place) {
  const RunResult& stop = group.stop;
  const Site& site = *stop.site;
  const Mask open = runner_.open_holes(site, choices_);
  const std::vector<uint32_t>& codes = runner_.ways(site, open);
  std::vector<double> distances(stop.familiar.size(), 0);
  size_t known = 0;
  const size_t most = std::min<uint64_t>(kMostWeighed, reach_ / product_ * 8);
  runner_.set_classes_wanted(false);
  for (size_t way = 0; way < stop.classes.size(); ++way) {
    const uint32_t c = stop.classes[way];
    if (c == RunResult::kSenseless || distances[c] != 0) continue;
    uint32_t strange = stop.familiar[c] ? 0 : kUnfamiliar;
    if (stop.familiar.size() >= kFewClasses && known < most) {
      runner_.take(site, codes[way], open, choices_);
      const auto found = runner_.strangeness(tests_[order_[place]], choices_, open);
      close(site, open);
      if (found) strange = *found;
    }
    distances[c] = static_cast<double>(++known) * static_cast<double>(1u << (2 * std::min(strange, kMostStrange)));
  }
  runner_.set_classes_wanted(true);
  return distances;
}

class Search::Order {
 public:
  Order(const RunResult& stop, const std::vector<double>& distances, bool familiar_only) {
    for (size_t way = 0; way < stop.classes.size(); ++way) {
      if (stop.classes[way] == RunResult::kSenseless || (familiar_only && !stop.familiar[stop.classes[way]]))
        senseless_ = true;
      else
        ways_.push_back(way);
    }
    std::stable_sort(ways_.begin(), ways_.end(),
                     [&](size_t a, size_t b) { return distances[stop.classes[a]] < distances[stop.classes[b]]; });
  }

  bool senseless() const { return senseless_; }  // some are left out
  bool more() const { return next_ < ways_.size(); }
  size_t way() const { return ways_[next_]; }
  // Goes on to the next; count(): it was tried.
  void skip() { ++next_; }
  void count() { ++tried_, ++next_; }
  uint64_t distance() const { return tried_ + 1; }

 private:
  std::vector<size_t> ways_;
  size_t next_ = 0;
  uint64_t tried_ = 0;
  bool senseless_ = false;
};

Mask Search::branch(RunResult first, size_t place) {
  Group group;
  if (const std::optional<Mask> fails = look_ahead(std::move(first), place, group)) return *fails;
  const RunResult& stop = group.stop;
  const Site& site = *stop.site;
  const Mask open = runner_.open_holes(site, choices_);
  const std::vector<uint32_t>& codes = runner_.ways(site, open);
  Mask conflicts = 0;
  TestSet used = used_;
  Mask repeated = std::exchange(repeated_, 0);
  std::unordered_map<uint32_t, Mask> failed;        // classes of values that these tests alone rule out
  std::vector<std::pair<Mask, Choices>> ruled_out;  // holes of this line that together fail whatever the others are
  const uint64_t product = product_;
  auto is_ruled_out = [&] {
    return std::any_of(ruled_out.begin(), ruled_out.end(), [&](const auto& known) {
      return std::all_of(site.holes.begin(), site.holes.end(), [&](HoleId hole) {
        return (known.first & bit(hole)) == 0 || choices_[hole] == known.second[hole];
      });
    });
  };
  Order order(stop, distances(group, place), familiar_only_ && site.sequence);
  // What other lines hold decided this; of sequences, other sequences above all.
  if (order.senseless()) {
    cut_ = true;
    conflicts |= all() & (site.sequence ? runner_.sequences() : ~Mask{0}) & ~open;
  }
  if (stop.classes.size() < codes.size()) conflicts |= cut();
  while (order.more()) {
    const uint32_t c = stop.classes[order.way()];
    runner_.take(site, codes[order.way()], open, choices_);
    Mask conflict = 0;
    if (const auto known = failed.find(c); known != failed.end()) {
      conflict = known->second | stop.before;
      order.skip();
    } else if (is_ruled_out()) {
      order.skip();
      continue;
    } else {
      const uint64_t distance = order.distance();
      if (distance > reach_ / product) {
        close(site, open);
        conflicts |= cut();
        break;
      }
      order.count();
      product_ = product * distance;
      used_.reset();
      conflict = from(place);
      product_ = product;
      if (over_) return 0;
      used |= used_;
      const bool once = (repeated_ & open) == 0;
      repeated |= std::exchange(repeated_, 0);
      if ((used_ & ~group.tests).none() && once) failed[c] = conflict;
      if ((conflict & open) != open) ruled_out.emplace_back(conflict & open, choices_);
    }
    // These choices play no part: no other helps.
    if ((conflict & open) == 0) {
      conflicts = conflict;
      break;
    }
    note_elimination(conflict & open);
    conflicts |= conflict & ~open;
  }
  close(site, open);
  used_ = used;
  repeated_ = repeated;
  return conflicts;
}

void Search::close(const Site& site, Mask open) {
  for (const HoleId hole : site.holes)
    if ((open & bit(hole)) != 0) choices_[hole] = kUnchosen;
}

void Search::note_elimination(Mask holes) {
  for (HoleId hole = 0; hole < choices_.size(); ++hole) {
    if ((holes & bit(hole)) == 0) continue;
    Elimination& elimination = eliminations_[hole];
    ++elimination.by_test[last_test_];
    elimination.example = last_difference_;
    elimination.example_test = last_test_;
  }
}

Search::End Search::run(const std::function<Next(const Choices&)>& found) {
  found_ = &found;
  order_.resize(tests_.size());
  std::iota(order_.begin(), order_.end(), size_t{0});
  from(0);
  return over_.value_or(End::exhausted);
}

}  // namespace portolan::sketch::filling
