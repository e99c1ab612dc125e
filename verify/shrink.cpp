#include <algorithm>

#include "verify/bench.h"

namespace portolan::verify {
namespace {

class Shrinker {
 public:
  Shrinker(Bench& bench, const Boundary& boundary, const Trial& failed, std::chrono::steady_clock::time_point deadline)
      : bench_(bench), boundary_(boundary), deadline_(deadline) {
    best_.input = failed.input;
    best_.difference = failed.comparison.what;
    best_.spot = failed.comparison.spot;
  }

  Counterexample run() {
    for (size_t p = 0; p < best_.input.values.size(); ++p) shrink_value(p);
    for (size_t r = 0; r < best_.input.regions.size(); ++r) shrink_bytes(r, 0, best_.input.regions[r].bytes.size());
    return std::move(best_);
  }

 private:
  // Keeps the change if it still fails.
  bool try_input(Input input) {
    if (++attempts_ > kMostAttempts || std::chrono::steady_clock::now() > deadline_) return false;
    auto trials = bench_.run(boundary_, {std::move(input)}, nullptr);
    if (!trials || !trials->front().unfit.empty() || trials->front().comparison.finding != Finding::differs)
      return false;
    best_.input = std::move(trials->front().input);
    best_.difference = trials->front().comparison.what;
    best_.spot = trials->front().comparison.spot;
    best_.shrunk = true;
    return true;
  }

  void shrink_value(size_t p) {
    const Value original = best_.input.values[p];
    if (original == Value{}) return;
    for (const uint64_t simpler : {uint64_t{0}, uint64_t{1}, original[0] & 0xff, original[0] >> 32, original[0] >> 8}) {
      Input input = best_.input;
      if (simpler == input.values[p][0]) continue;
      input.values[p] = {simpler, 0};
      if (try_input(std::move(input))) return;
    }
  }

  // Zeros by halves.
  void shrink_bytes(size_t r, size_t from, size_t to) {
    const auto& bytes = best_.input.regions[r].bytes;
    if (to - from < 4 || std::all_of(bytes.begin() + from, bytes.begin() + to, [](uint8_t b) { return b == 0; }))
      return;
    Input input = best_.input;
    std::fill(input.regions[r].bytes.begin() + from, input.regions[r].bytes.begin() + to, 0);
    if (try_input(std::move(input))) return;
    const size_t middle = from + (to - from) / 2;
    shrink_bytes(r, from, middle);
    shrink_bytes(r, middle, to);
  }

  static constexpr unsigned kMostAttempts = 60;
  Bench& bench_;
  const Boundary& boundary_;
  std::chrono::steady_clock::time_point deadline_;
  Counterexample best_;
  unsigned attempts_ = 0;
};

}  // namespace

Counterexample shrink(Bench& bench, const Boundary& boundary, const Trial& failed,
                      std::chrono::steady_clock::time_point deadline) {
  return Shrinker(bench, boundary, failed, deadline).run();
}

}  // namespace portolan::verify
