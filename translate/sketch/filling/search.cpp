#include "translate/sketch/filling/search.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace portolan::sketch::filling {

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
  if (solve::Clock::now() > deadline_) return end(End::timeout);
  latest_test_ = std::max(latest_test_, test);
  runner_.set_most_classes(reach_ / product_);
  auto run = runner_.run(tests_[test], choices_);
  if (!run) {
    problem_ = run.error().message;
    return end(End::failed);
  }
  repeated_ |= run->repeated;
  if (run->kind == RunResult::Kind::unchosen) return branch(*run, test);
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

Mask Search::branch(const RunResult& stop, size_t test) {
  HoleId hole = kNoHole;
  for (const HoleId h : stop.site->holes)
    if (choices_[h] == kUnchosen && hole == kNoHole) hole = h;
  Mask conflicts = 0;
  const size_t before = latest_test_;
  size_t latest = test;
  Mask repeated = std::exchange(repeated_, 0);
  std::unordered_map<uint32_t, Mask> failed;  // classes of values that this test alone rules out
  uint64_t tried = 0;
  const uint64_t product = product_;
  for (size_t v = 0; v < domains_[hole].values.size(); ++v) {
    if (!stop.classes.empty() && v == stop.classes.size()) {
      conflicts |= cut(hole);
      break;
    }
    // What other sequences are decided this.
    if (!stop.classes.empty() && stop.classes[v] == RunResult::kSenseless) {
      cut_ = true;
      conflicts |= all() & runner_.sequences() & ~bit(hole);
      continue;
    }
    Mask conflict = 0;
    const auto known = stop.classes.empty() ? failed.end() : failed.find(stop.classes[v]);
    if (known != failed.end()) {
      conflict = known->second;
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
      if (!stop.classes.empty() && latest_test_ == test && once) failed[stop.classes[v]] = conflict;
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
