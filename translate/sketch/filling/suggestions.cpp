#include "translate/sketch/filling/suggestions.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace portolan::sketch::filling {
namespace {

constexpr unsigned kMostSolved = 60;
constexpr std::chrono::milliseconds kSolverTime{4000};
constexpr size_t kTestsLookedAt = 8, kMostStored = 32;

// Words of this size that a run of the source changed in the caller's buffers, and that no rubbish made.
std::set<int64_t> words_left(const Test& test, size_t size) {
  std::set<int64_t> words;
  const auto &first = test.source.first.regions, &second = test.source.second.regions;
  for (size_t r = 0; r < test.input.regions.size() && r < first.size() && r < second.size(); ++r) {
    const std::vector<uint8_t>& before = test.input.regions[r].bytes;
    const size_t length = std::min({before.size(), first[r].size(), second[r].size()});
    for (size_t at = 0; at + size <= length; at += size) {
      const uint8_t* const left = first[r].data() + at;
      if (std::memcmp(left, second[r].data() + at, size) != 0 || std::memcmp(left, before.data() + at, size) == 0)
        continue;
      int64_t word = 0;
      std::memcpy(&word, left, size);
      words.insert(size == 8 ? word : static_cast<int32_t>(word));
    }
  }
  return words;
}

}  // namespace

void Suggestions::add(const std::vector<Domain>& domains, HoleId hole, int64_t value) {
  std::string word = std::to_string(value);
  const std::vector<std::string>& known = domains[hole].values;
  if (std::find(known.begin(), known.end(), word) == known.end()) words_[hole].push_back(std::move(word));
}

void Suggestions::ask(PathSolver& solver, const std::vector<Domain>& domains, std::span<const Test> tests,
                      const Choices& choices, Mask conflict) {
  for (HoleId h = 0; h < domains.size(); ++h) {
    if (!domains[h].wide || choices[h] != 0 || (conflict & bit(h)) == 0 || solved_ == kMostSolved) continue;
    ++solved_;
    if (const std::optional<int64_t> value = solver.solve(tests, choices, h, kSolverTime)) add(domains, h, *value);
  }
}

void Suggestions::add_stored(const std::vector<Domain>& domains, std::span<const Test> tests) {
  std::map<int64_t, size_t> seen;
  for (const Test& test : tests.first(std::min(tests.size(), kTestsLookedAt)))
    for (const size_t size : {4, 8})
      for (const int64_t word : words_left(test, size)) ++seen[word];
  for (HoleId h = 0; h < domains.size(); ++h)
    for (const auto& [word, times] : seen)
      if (domains[h].wide && times > 1 && word >= domains[h].wide->low && word <= domains[h].wide->high &&
          words_[h].size() < kMostStored)
        add(domains, h, word);
}

bool Suggestions::take(std::vector<Domain>& domains) {
  bool any = false;
  for (auto& [hole, words] : words_) {
    std::vector<std::string>& values = domains[hole].values;
    for (const std::string& word : words)
      if (std::find(values.begin(), values.end(), word) == values.end())
        values.insert(values.begin(), word), any = true;
  }
  words_.clear();
  return any;
}

}  // namespace portolan::sketch::filling
