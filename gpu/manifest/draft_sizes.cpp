#include "gpu/manifest/draft_sizes.h"

#include <algorithm>
#include <cctype>

#include "gpu/manifest/expression.h"

namespace portolan::manifest {
namespace {

constexpr size_t kMostCombinations = 3000;

// What a launch may take: of the tests' time, or of the machine.
struct Limits {
  int64_t threads, bytes;
};
constexpr Limits kLimits[] = {{20'000, 1 << 20}, {int64_t{1} << 32, 1 << 26}};

bool mentions(const std::string& formula, const std::string& name) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (size_t at = formula.find(name); at != std::string::npos; at = formula.find(name, at + 1))
    if ((at == 0 || !word(formula[at - 1])) && (at + name.size() == formula.size() || !word(formula[at + name.size()])))
      return true;
  return false;
}

bool fits(const DraftedLaunch& launch, const Sizes& sizes, const Limits& limits) {
  const auto number = [&](const std::string& formula, int64_t least, int64_t most) -> std::optional<int64_t> {
    const auto v = evaluate(formula, sizes);
    return v && *v >= least && *v <= most ? std::optional(*v) : std::nullopt;
  };
  int64_t threads = 1, block = 1;
  for (int n = 0; n < 3; ++n) {
    const auto grid_side = number(launch.grid[n], 1, 65535), block_side = number(launch.block[n], 1, 1024);
    if (!grid_side || !block_side) return false;
    block *= *block_side;
    threads *= *grid_side * *block_side;
    if (block > 1024 || threads > limits.threads) return false;
  }
  int64_t bytes = 0;
  for (const auto& [elements, size] : launch.buffers) {
    const auto count = number(elements, 0, limits.bytes / size);
    if (!count) return false;
    bytes += *count * size;
  }
  return bytes <= limits.bytes && number(launch.shared, 0, 1 << 17);
}

// The first one is the likeliest to satisfy what the kernel takes for granted.
std::vector<int64_t> candidates(const HostSize& size, bool kept, size_t free_sizes) {
  if (!size.values.empty()) return size.values;
  if (kept) return size.value ? std::vector<int64_t>{*size.value} : std::vector<int64_t>{64, 32, 128, 256};
  static const std::vector<int64_t> kRagged[] = {
      {32, 1, 7, 31, 33, 100, 257}, {16, 1, 7, 33, 64, 100}, {16, 1, 5, 19, 33}};
  std::vector<int64_t> all, ragged = kRagged[free_sizes < 2 ? 0 : free_sizes == 2 ? 1 : 2];
  if (size.value && *size.value < 4) return {*size.value};
  if (size.divided > 1) ragged = {size.divided, 2 * size.divided, 3 * size.divided, 5 * size.divided};
  if (size.value && *size.value <= 1024) all.push_back(*size.value);
  const bool power = size.value && (*size.value & (*size.value - 1)) == 0;
  if (power) ragged.insert(ragged.begin(), {64, 16, 128});
  for (int64_t v : ragged)
    if ((!size.value || v <= *size.value) && std::find(all.begin(), all.end(), v) == all.end()) all.push_back(v);
  if (all.empty()) all.push_back(*size.value);
  return all;
}

class Chooser {
 public:
  Chooser(const DraftedLaunch& launch, const Limits& limits, SizeValues all)
      : launch_(launch), limits_(limits), all_(std::move(all)) {}

  SizeValues run() {
    for (const auto& [name, values] : all_) chosen_.push_back({name, {}});
    tried_ = 0;
    if (!first(0)) return {};
    for (size_t n = 0; n < all_.size(); ++n)
      for (int64_t v : all_[n].second) {
        std::vector<int64_t>& values = chosen_[n].second;
        if (std::find(values.begin(), values.end(), v) != values.end()) continue;
        values.push_back(v);
        if (combinations() > kMostCombinations || !every(0)) values.pop_back();
      }
    return std::move(chosen_);
  }

 private:
  // One combination that fits, by going through them.
  bool first(size_t n) {
    if (n == all_.size()) return ++tried_ <= kMostCombinations && fits(launch_, sizes_, limits_);
    for (int64_t v : all_[n].second) {
      sizes_[all_[n].first] = v;
      chosen_[n].second = {v};
      if (first(n + 1)) return true;
    }
    return false;
  }
  size_t combinations() const {
    size_t all = 1;
    for (const auto& [name, values] : chosen_) all *= values.size();
    return all;
  }
  bool every(size_t n) {
    if (n == chosen_.size()) return fits(launch_, sizes_, limits_);
    return std::all_of(chosen_[n].second.begin(), chosen_[n].second.end(), [&](int64_t v) {
      sizes_[chosen_[n].first] = v;
      return every(n + 1);
    });
  }

  const DraftedLaunch& launch_;
  const Limits& limits_;
  SizeValues all_, chosen_;
  Sizes sizes_;
  size_t tried_ = 0;
};

}  // namespace

SizeValues draft_sizes(const std::map<std::string, HostSize>& sizes, const DraftedLaunch& launch) {
  // The shape of a block is the kernel's business: what it is made of stays as the host has it. So does a length that
  // the kernel is told neither by a number nor by the grid.
  const auto in_any = [](const auto& formulas, const std::string& name) {
    return std::any_of(formulas.begin(), formulas.end(), [&](const std::string& f) { return mentions(f, name); });
  };
  const auto kept = [&](const std::string& name) {
    const bool told = in_any(launch.grid, name) || in_any(launch.values, name);
    return mentions(launch.shared, name) || in_any(launch.block, name) || (!told && sizes.at(name).value);
  };
  size_t free_sizes = 0;
  for (const auto& [name, size] : sizes) free_sizes += !kept(name);
  SizeValues all;
  for (const auto& [name, size] : sizes) all.emplace_back(name, candidates(size, kept(name), free_sizes));
  for (const Limits& limits : kLimits)
    if (SizeValues chosen = Chooser(launch, limits, all).run(); !chosen.empty()) return chosen;
  return {};
}

}  // namespace portolan::manifest
