#include <algorithm>

#include "verify/bench.h"

namespace portolan::verify {
namespace {

class Shrinker {
 public:
  Shrinker(Bench& bench, const Boundary& boundary, const Trial& failed, FairClock::time_point deadline)
      : bench_(bench), boundary_(boundary), deadline_(deadline) {
    best_.input = failed.input;
    best_.difference = failed.comparison.what;
    best_.spot = failed.comparison.spot;
    best_.stood_in = failed.stood_in;
  }

  Counterexample run() {
    shrink_data();
    for (size_t p = 0; p < best_.input.values.size(); ++p) shrink_value(p);
    for (size_t r = 0; r < best_.input.regions.size(); ++r)
      shrink_bytes([r](Input& input) -> auto& { return input.regions[r].bytes; }, 0,
                   best_.input.regions[r].bytes.size());
    for (size_t d = 0; d < best_.input.data.size(); ++d)
      shrink_bytes([d](Input& input) -> auto& { return input.data[d].bytes; }, 0, best_.input.data[d].bytes.size());
    for (const DataPiece& piece : best_.input.data)
      if (piece.own && std::find(best_.own_data.begin(), best_.own_data.end(), piece.object) == best_.own_data.end())
        best_.own_data.push_back(piece.object);
    return std::move(best_);
  }

 private:
  bool exhausted() const { return attempts_ >= kMostAttempts || FairClock::now() > deadline_; }

  // Keeps the change if it still fails.
  bool try_input(Input input) {
    if (exhausted()) return false;
    ++attempts_;
    auto trials = bench_.run(boundary_, {std::move(input)}, nullptr);
    if (!trials || !trials->front().unfit.empty() || trials->front().comparison.finding != Finding::differs)
      return false;
    best_.input = std::move(trials->front().input);
    best_.difference = trials->front().comparison.what;
    best_.spot = trials->front().comparison.spot;
    best_.stood_in = std::move(trials->front().stood_in);
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

  // Data as the files have it: all of it, what only the file itself can set, one object after the other.
  void shrink_data() {
    if (best_.input.data.empty()) return;
    Input input = best_.input;
    input.data.clear();
    if (try_input(std::move(input))) return;
    input = best_.input;
    std::erase_if(input.data, [](const DataPiece& piece) { return piece.own; });
    if (input.data.size() != best_.input.data.size()) try_input(std::move(input));
    for (size_t d = best_.input.data.size(); d-- > 0;) {
      input = best_.input;
      input.data.erase(input.data.begin() + static_cast<ptrdiff_t>(d));
      try_input(std::move(input));
    }
  }

  // Zeros by halves.
  template <class Get>
  void shrink_bytes(Get get, size_t from, size_t to) {
    const std::vector<uint8_t>& bytes = get(best_.input);
    // Buffers have up to a mebibyte: no copy is made for a try that will not be made.
    if (exhausted() || to - from < 4 ||
        std::all_of(bytes.begin() + from, bytes.begin() + to, [](uint8_t b) { return b == 0; }))
      return;
    Input input = best_.input;
    std::fill(get(input).begin() + from, get(input).begin() + to, 0);
    if (try_input(std::move(input))) return;
    const size_t middle = from + (to - from) / 2;
    shrink_bytes(get, from, middle);
    shrink_bytes(get, middle, to);
  }

  static constexpr unsigned kMostAttempts = 120;
  Bench& bench_;
  const Boundary& boundary_;
  FairClock::time_point deadline_;
  Counterexample best_;
  unsigned attempts_ = 0;
};

}  // namespace

Counterexample shrink(Bench& bench, const Boundary& boundary, const Trial& failed, FairClock::time_point deadline) {
  return Shrinker(bench, boundary, failed, deadline).run();
}

}  // namespace portolan::verify
