#include "translate/sketch/filling/ways.h"

#include <algorithm>
#include <utility>

namespace portolan::sketch::filling {

constexpr size_t kMostWays = 200;

std::vector<std::vector<size_t>> ways(size_t lines) {
  std::vector<std::pair<size_t, std::vector<size_t>>> all = {{1, {}}};
  for (size_t n = 0; n < lines; ++n) {
    std::vector<std::pair<size_t, std::vector<size_t>>> longer;
    for (const auto& [product, places] : all)
      for (size_t place = 0; product * (place + 1) <= kMostWays; ++place) {
        longer.emplace_back(product * (place + 1), places);
        longer.back().second.push_back(place);
      }
    all = std::move(longer);
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::vector<size_t>> found;
  for (auto& way : all)
    if (found.size() < kMostWays) found.push_back(std::move(way.second));
  return found;
}

}  // namespace portolan::sketch::filling
