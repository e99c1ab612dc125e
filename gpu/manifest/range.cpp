#include "gpu/manifest/range.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace portolan::manifest {
namespace {

constexpr int64_t kLargest = int64_t{1} << 32, kFew = 24;

bool take_number(std::string_view& text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value >= 0 && value <= kLargest;
}
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

std::optional<std::vector<int64_t>> range_of_sizes(std::string_view text) {
  int64_t low = 0, high = 0, step = 1;
  if (!take_number(text, low) || !take(text, "..") || !take_number(text, high)) return std::nullopt;
  if (take(text, "/") && !take_number(text, step)) return std::nullopt;
  if (!text.empty() || step == 0 || low > high) return std::nullopt;
  const int64_t count = (high - low) / step + 1;
  std::set<int64_t> chosen;
  auto choose = [&](int64_t n) {
    if (n >= 0 && n < count) chosen.insert(n);
  };
  for (int64_t n = 0; n < std::min(count, kFew); ++n)
    if (count <= kFew || n < 10) choose(n);
  // Powers of two and what lies between two of them: widths of warps, blocks and unrolled loops, and their neighbours.
  for (int64_t power = 2; power <= kLargest && count > kFew; power *= 2)
    for (const int64_t middle : {power, power + power / 2})
      for (int64_t beside = -1; beside <= 1; ++beside) choose((middle + beside - low) / step);
  choose(count - 1);
  std::vector<int64_t> values;
  for (const int64_t n : chosen) values.push_back(low + n * step);
  // By a multiplicative hash, so that neighbours are far apart; the ends come first.
  const int64_t last = values.back();
  auto rank = [&](int64_t v) {
    return std::pair(v == low ? 0 : v == last ? 1 : 2, static_cast<uint64_t>(v) * 0x9e3779b97f4a7c15);
  };
  std::sort(values.begin(), values.end(), [&](int64_t a, int64_t b) { return rank(a) < rank(b); });
  return values;
}

}  // namespace portolan::manifest
