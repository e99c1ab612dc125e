#include "verify/prove/frames.h"

#include <algorithm>

namespace portolan::prove {

std::vector<std::pair<int64_t, int64_t>> objects_of(const FrameSurvey& survey, unsigned return_address_bytes) {
  std::vector<std::pair<int64_t, int64_t>> objects;
  int64_t low = std::min(survey.low, survey.computed.empty() ? 0 : *survey.computed.begin());
  if (survey.moves) low -= int64_t{1} << 30;
  auto close = [&](int64_t high) {
    const auto inside = survey.computed.lower_bound(low);
    // In a frame whose size is not known anything may be meant.
    const bool any = survey.moves || (inside != survey.computed.end() && *inside <= high);
    if (high > low && any) objects.emplace_back(low, high);
  };
  for (const auto& [offset, bytes] : survey.saved) {
    close(offset);
    low = std::max(low, offset + static_cast<int64_t>(bytes));
  }
  close(-static_cast<int64_t>(return_address_bytes));
  return objects;
}

std::vector<int64_t> likely_distances(const FrameSurvey& source, const FrameSurvey& target, bool same_isa) {
  constexpr size_t kMost = 3;
  std::map<int64_t, int> votes;
  for (const int64_t s : source.computed)
    for (const int64_t t : target.computed)
      if ((t - s) % 16 == 0) ++votes[t - s];
  std::vector<std::pair<int, int64_t>> order;
  for (const auto& [distance, count] : votes) order.emplace_back(-count, distance);
  std::sort(order.begin(), order.end());
  if (same_isa) std::stable_partition(order.begin(), order.end(), [](const auto& o) { return o.second == 0; });
  std::vector<int64_t> distances;
  // What has a size that is computed lies below the rest.
  if (source.moves && target.moves) {
    constexpr int64_t kUnit = ~int64_t{15};
    distances.push_back((target.stack & kUnit) - (source.stack & kUnit));
  }
  for (size_t n = 0; n < std::min(kMost, order.size()); ++n) distances.push_back(order[n].second);
  return distances;
}

}  // namespace portolan::prove
