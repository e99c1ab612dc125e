#include "translate/sketch/filling/search.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace portolan::sketch::filling {
namespace {

constexpr size_t kManyClasses = 48;  // fewer are soon tried one by one
constexpr size_t kMostJoined = 4, kMostLookedAt = 24;

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

std::optional<Mask> Search::agree(size_t test) {
  if (FairClock::now() > deadline_) return end(End::timeout);
  latest_test_ = std::max(latest_test_, test);
  runner_.set_most_classes(reach_ / product_);
  auto run = runner_.run(tests_[test], choices_);
  if (!run) {
    problem_ = run.error().message;
    return end(End::failed);
  }
  repeated_ |= run->repeated;
  if (run->kind == RunResult::Kind::unchosen) return branch(std::move(*run), test);
  if (run->kind == RunResult::Kind::agrees) return std::nullopt;
  last_test_ = test;
  last_difference_ = std::move(run->what);
  if (failure_) failure_(choices_, run->conflict);
  return run->conflict;
}

Mask Search::from(size_t test) {
  for (; test < tests_.size(); ++test)
    if (const std::optional<Mask> conflict = agree(test)) return *conflict;
  ++fillings_;
  latest_test_ = tests_.size();
  const Next next = (*found_)(choices_);
  if (next == Next::stop) return end(End::stopped);
  if (next == Next::new_test) {
    runner_.forget();
    if (const std::optional<Mask> conflict = agree(tests_.size() - 1)) return *conflict;
    runner_.forget();
    tests_.pop_back();  // what the judge saw does not show here
  }
  return all();
}

// Values were left out because of what the others are: these may be what has to change.
Mask Search::cut(HoleId hole) {
  cut_ = true;
  return all() & ~bit(hole);
}

// Values that leave the same state on all of these tests are one class: so many of the next tests as come to this line
// first, and to nothing that is open.
std::pair<size_t, std::optional<Mask>> Search::join_tests(RunResult& stop, size_t test) {
  size_t last = test, classes = 0;
  for (const uint32_t c : stop.classes)
    if (c != RunResult::kSenseless) classes = std::max<size_t>(classes, c + 1);
  if (classes < kManyClasses) return {last, std::nullopt};
  size_t joined = 0;
  for (size_t t = test + 1; t < std::min(tests_.size(), test + kMostLookedAt) && joined < kMostJoined; ++t) {
    if (FairClock::now() > deadline_) return {last, end(End::timeout)};
    runner_.set_most_classes(reach_ / product_);
    auto run = runner_.run(tests_[t], choices_);
    if (!run) {
      problem_ = run.error().message;
      return {last, end(End::failed)};
    }
    repeated_ |= run->repeated;
    if (run->kind == RunResult::Kind::differs) {
      last_test_ = t;
      latest_test_ = std::max(latest_test_, t);
      last_difference_ = std::move(run->what);
      return {last, run->conflict};
    }
    last = t;
    if (run->kind == RunResult::Kind::agrees) continue;
    if (run->site != stop.site || run->classes.empty()) return {t - 1, std::nullopt};
    ++joined;
    stop.before |= run->before;
    std::unordered_map<uint64_t, uint32_t> numbers;
    stop.classes.resize(std::min(stop.classes.size(), run->classes.size()));
    for (size_t v = 0; v < stop.classes.size(); ++v)
      if (stop.classes[v] != RunResult::kSenseless)
        stop.classes[v] =
            numbers
                .try_emplace(uint64_t{stop.classes[v]} << 32 | run->classes[v], static_cast<uint32_t>(numbers.size()))
                .first->second;
  }
  return {last, std::nullopt};
}

Mask Search::branch(RunResult stop, size_t test) {
  HoleId hole = kNoHole;
  for (const HoleId h : stop.site->holes)
    if (choices_[h] == kUnchosen && hole == kNoHole) hole = h;
  const auto [joined, fails] = join_tests(stop, test);
  if (fails) return *fails;
  Mask conflicts = 0;
  const size_t before = latest_test_;
  size_t latest = test;
  Mask repeated = std::exchange(repeated_, 0);
  std::unordered_map<uint32_t, Mask> failed;  // classes of values that these tests alone rule out
  uint64_t tried = 0;
  const uint64_t product = product_;
  for (size_t v = 0; v < domains_[hole].values.size(); ++v) {
    if (!stop.classes.empty() && v == stop.classes.size()) {
      conflicts |= cut(hole);
      break;
    }
    // What other lines hold decided this; of sequences, other sequences above all.
    if (!stop.classes.empty() && stop.classes[v] == RunResult::kSenseless) {
      cut_ = true;
      conflicts |= all() & (stop.site->sequence ? runner_.sequences() : ~Mask{0}) & ~bit(hole);
      continue;
    }
    Mask conflict = 0;
    const auto known = stop.classes.empty() ? failed.end() : failed.find(stop.classes[v]);
    if (known != failed.end()) {
      conflict = known->second | stop.before;
    } else {
      if (++tried > reach_ / product) {
        conflicts |= cut(hole);
        break;
      }
      product_ = product * tried;
      latest_test_ = test;
      choices_[hole] = static_cast<int32_t>(v);
      conflict = from(test);
      choices_[hole] = kUnchosen;
      product_ = product;
      if (over_) return 0;
      latest = std::max(latest, latest_test_);
      const bool once = (repeated_ & bit(hole)) == 0;
      repeated |= std::exchange(repeated_, 0);
      if (!stop.classes.empty() && latest_test_ <= joined && once) failed[stop.classes[v]] = conflict;
    }
    // This choice plays no part: no other value helps.
    if ((conflict & bit(hole)) == 0) {
      conflicts = conflict;
      break;
    }
    Elimination& elimination = eliminations_[hole];
    ++elimination.by_test[last_test_];
    elimination.example = last_difference_;
    elimination.example_test = last_test_;
    conflicts |= conflict & ~bit(hole);
  }
  latest_test_ = std::max(before, latest);
  repeated_ = repeated;
  return conflicts;
}

Search::End Search::run(const std::function<Next(const Choices&)>& found) {
  found_ = &found;
  from(0);
  return over_.value_or(End::exhausted);
}

}  // namespace portolan::sketch::filling
