#include "translate/sketch/filling/search.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace portolan::sketch::filling {
namespace {

constexpr size_t kManyClasses = 48;     // fewer are soon tried one by one
constexpr size_t kMostTogether = 4096;  // fillings that no test tells apart
constexpr size_t kNear = 4, kMostLookedAt = 24, kMostGroups = 4;
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
  runner_.set_most_classes(reach_ / product_);
  auto run = runner_.run(tests_[test], choices_);
  if (!run) {
    problem_ = run.error().message;
    end(End::failed);
    return std::nullopt;
  }
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
    if (!over_ && next > place + kNear) std::rotate(at(place + 1), at(next), at(next + 1));
    return *conflict;
  }
  return offer();
}

void Search::find_shared() {
  Mask known = 0;
  for (const Site& site : runner_.layout().sites) {
    shared_ |= known & site.mask;
    known |= site.mask;
  }
}

std::optional<Mask> Search::offer(Choices single) {
  ++fillings_;
  const Next next = (*found_)(single);
  if (next == Next::stop) return end(End::stopped);
  if (next == Next::go_on) return std::nullopt;
  runner_.forget();
  order_.push_back(tests_.size() - 1);
  if (const std::optional<Mask> conflict = agree(order_.size() - 1)) return *conflict;
  runner_.forget();
  order_.pop_back();
  tests_.pop_back();  // what the judge saw does not show here
  return std::nullopt;
}

Mask Search::offer() {
  const Choices together = choices_;
  const std::vector<Site>& sites = runner_.layout().sites;
  std::vector<std::pair<uint64_t, std::vector<uint32_t>>> places = {{1, {}}};  // likely ones first
  for (size_t line = 0; line < sites.size(); ++line) {
    const size_t count = together.several(line) ? together.among(line)->codes.size() : 1;
    std::vector<std::pair<uint64_t, std::vector<uint32_t>>> longer;
    for (const auto& [product, chosen] : places)
      for (uint32_t n = 0; n < count && product * (n + 1) <= kMostTogether; ++n) {
        longer.emplace_back(product * (n + 1), chosen);
        longer.back().second.push_back(n);
      }
    places = std::move(longer);
  }
  std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [product, chosen] : places) {
    Choices single = together;
    for (size_t line = 0; line < sites.size(); ++line)
      if (together.several(line))
        runner_.take(sites[line], together.among(line)->codes[chosen[line]], sites[line].mask, single);
    single.alternatives.clear();
    if (const std::optional<Mask> over = offer(std::move(single))) return *over;
    if (FairClock::now() > deadline_) return end(End::timeout);
  }
  return all();
}

// These may be what has to change.
Mask Search::cut() {
  cut_ = true;
  return all();
}

// Where many ways are told apart, the next tests are looked at too: those that come to the same line first are likely
// to tell more of them apart, some may fail whatever stands here, and some may come to another line first that had
// better be filled before, because they come to nothing else that is open.
std::optional<Mask> Search::look_ahead(RunResult first, size_t place, Group& chosen) {
  std::vector<Group> groups;
  groups.push_back({std::move(first), {place}});
  if (groups.front().stop.familiar.size() >= kManyClasses) {
    runner_.set_classes_wanted(false);
    std::optional<Mask> conflict;
    for (size_t p = place + 1; p < std::min(order_.size(), place + kMostLookedAt) && !conflict; ++p) {
      auto run = run_on(order_[p]);
      if (!run) {
        conflict = 0;
      } else if (run->kind == RunResult::Kind::differs) {
        conflict = run->conflict;
      } else if (run->kind == RunResult::Kind::unchosen) {
        const auto known =
            std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.stop.site == run->site; });
        if (known != groups.end())
          known->places.push_back(p);
        else if (groups.size() < kMostGroups)
          groups.push_back({std::move(*run), {p}});
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
  chosen = std::move(groups[best]);
  chosen.places.resize(std::min(chosen.places.size(), kNear + 1));
  // The group's tests come next.
  std::vector<size_t> order(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(place));
  for (const size_t p : chosen.places) order.push_back(order_[p]);
  for (size_t p = place; p < order_.size(); ++p)
    if (std::find(chosen.places.begin(), chosen.places.end(), p) == chosen.places.end()) order.push_back(order_[p]);
  order_ = std::move(order);
  return std::nullopt;
}

// The ways of filling the line where the run stopped.
struct Search::Ways {
  const std::vector<uint32_t>* codes = nullptr;
  Mask open = 0;         // holes that they fill
  bool several = false;  // they were among the choices
};

Search::Ways Search::ways_at(const Site& site) {
  const size_t line = line_of(site);
  if (choices_.several(line)) return {&choices_.among(line)->codes, site.mask, true};
  const Mask open = runner_.open_holes(site, choices_);
  return {&runner_.ways(site, open), open, false};
}

// This way alone.
void Search::choose(const Site& site, const Ways& ways, size_t way) {
  choices_.alternatives[line_of(site)].reset();
  runner_.take(site, (*ways.codes)[way], ways.open, choices_);
}

// Whether the group's first test, with the likeliest way, comes to no other line that is open.
std::optional<bool> Search::comes_to_nothing_else(const Group& group) {
  const Site& site = *group.stop.site;
  const Ways ways = ways_at(site);
  const Choices before = choices_;
  for (size_t way = 0; way < group.stop.classes.size(); ++way) {
    const uint32_t c = group.stop.classes[way];
    if (c == RunResult::kSenseless || !group.stop.familiar[c]) continue;
    choose(site, ways, way);
    const auto run = run_on(order_[group.places.front()]);
    choices_ = before;
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
  const Ways ways = ways_at(site);
  const Choices before = choices_;
  std::vector<double> distances(stop.familiar.size(), 0);
  size_t known = 0;
  const size_t most = std::min<uint64_t>(kMostWeighed, reach_ / product_ * 8);
  runner_.set_classes_wanted(false);
  for (size_t way = 0; way < stop.classes.size(); ++way) {
    const uint32_t c = stop.classes[way];
    if (c == RunResult::kSenseless || distances[c] != 0) continue;
    uint32_t strange = stop.familiar[c] ? 0 : kUnfamiliar;
    if (stop.familiar.size() >= kFewClasses && known < most) {
      choose(site, ways, way);
      const auto found = runner_.strangeness(tests_[order_[place]], choices_, ways.open);
      choices_ = before;
      if (found) strange = *found;
    }
    distances[c] = static_cast<double>(++known) * static_cast<double>(1u << (2 * std::min(strange, kMostStrange)));
  }
  runner_.set_classes_wanted(true);
  return distances;
}

// What is tried one after the other: classes of ways, or where other lines share the holes, ways one by one.
std::vector<std::vector<size_t>> Search::order(const RunResult& stop, const std::vector<double>& distances,
                                               bool together, bool& some_left_out) const {
  const bool familiar_only = familiar_only_ && stop.site->sequence;
  std::vector<std::vector<size_t>> all;
  std::vector<size_t> of_class(stop.familiar.size(), SIZE_MAX);
  for (size_t way = 0; way < stop.classes.size(); ++way) {
    const uint32_t c = stop.classes[way];
    if (c == RunResult::kSenseless || (familiar_only && !stop.familiar[c])) {
      some_left_out = true;
    } else if (together && of_class[c] != SIZE_MAX) {
      all[of_class[c]].push_back(way);
    } else {
      of_class[c] = all.size();
      all.push_back({way});
    }
  }
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return distances[stop.classes[a.front()]] < distances[stop.classes[b.front()]];
  });
  return all;
}

Mask Search::branch(RunResult first, size_t place) {
  Group group;
  if (const std::optional<Mask> fails = look_ahead(std::move(first), place, group)) return *fails;
  const RunResult& stop = group.stop;
  const Site& site = *stop.site;
  const Ways ways = ways_at(site);
  const std::shared_ptr<const Alternatives> among = choices_.alternatives[line_of(site)];  // keeps the ways
  const Choices before = choices_;
  const Mask open = ways.open;
  const bool together = (site.mask & shared_) == 0;
  Mask conflicts = 0;
  std::vector<std::pair<Mask, Choices>> ruled_out;  // holes of this line that together fail whatever the others are
  const uint64_t product = product_;
  auto is_ruled_out = [&] {
    return std::any_of(ruled_out.begin(), ruled_out.end(), [&](const auto& known) {
      return std::all_of(site.holes.begin(), site.holes.end(), [&](HoleId hole) {
        return (known.first & bit(hole)) == 0 || choices_[hole] == known.second[hole];
      });
    });
  };
  bool senseless = false;
  uint64_t distance = 0;
  const std::vector<std::vector<size_t>> classes = order(stop, distances(group, place), together, senseless);
  // What other lines hold decided this; of sequences, other sequences above all.
  if (senseless) {
    cut_ = true;
    conflicts |= all() & (site.sequence ? runner_.sequences() : ~Mask{0}) & (ways.several ? ~Mask{0} : ~open);
  }
  if (stop.classes.size() < ways.codes->size()) conflicts |= cut();
  for (const std::vector<size_t>& members : classes) {
    choose(site, ways, members.front());
    if (!together && is_ruled_out()) continue;
    if (++distance > reach_ / product) {
      choices_ = before;
      conflicts |= cut();
      break;
    }
    if (together) {
      auto chosen = std::make_shared<Alternatives>();
      chosen->of = among;
      for (const size_t way : members) chosen->codes.push_back((*ways.codes)[way]);
      choices_.alternatives[line_of(site)] = std::move(chosen);
    }
    product_ = product * distance;
    Mask conflict = from(place);
    product_ = product;
    if (over_) return 0;
    choices_ = before;
    // These choices play no part: no other helps.
    if ((conflict & open) == 0) {
      conflicts = conflict;
      break;
    }
    if (!together && (conflict & open) != open) {
      choose(site, ways, members.front());
      ruled_out.emplace_back(conflict & open, choices_);
    }
    note_elimination(conflict & open);
    if (members.size() > 1) conflict |= stop.before[stop.classes[members.front()]];
    conflicts |= ways.several ? conflict : conflict & ~open;
  }
  choices_ = before;
  return conflicts;
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
