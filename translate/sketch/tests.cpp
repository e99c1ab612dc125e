#include "translate/sketch/tests.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::sketch {
namespace {

using Numbers = verify::Filling::Numbers;

constexpr size_t kInputs = 96;     // made for each function
constexpr size_t kMostTests = 64;  // kept
constexpr uint64_t kLongRun = 4000;
constexpr uint64_t kLongestRun = 200000;

// From simple to wild.
constexpr verify::Filling kFillings[] = {
    {Numbers::small, Numbers::small, -1, false},       {Numbers::random, Numbers::random, -1, false},
    {Numbers::boundary, Numbers::random, -1, false},   {Numbers::small, Numbers::text, -1, false},
    {Numbers::boundary, Numbers::boundary, -1, false}, {Numbers::related, Numbers::related, -1, false},
    {Numbers::random, Numbers::small, -1, false},      {Numbers::small, Numbers::random, -1, true},
};

// How many instructions the source runs, by its own meaning; 0: that cannot be told.
class Counter {
 public:
  explicit Counter(const verify::Side& source)
      : image_(source.image()), engine_(emulate::make_engine("ir", source.isa())) {}
  uint64_t count(emulate::Request request) {
    if (!engine_) return 0;
    request.limits.instructions = kLongestRun;
    auto outcome = (*engine_)->run(image_, request);
    return outcome && outcome->ending != emulate::Ending::unsupported ? outcome->instructions : 0;
  }

 private:
  const emulate::Image& image_;
  Expected<std::unique_ptr<emulate::Engine>> engine_;
};

uint64_t limit_of(uint64_t instructions) {
  return instructions == 0 ? kLongRun : 6 * instructions + 500;
}

}  // namespace

Expected<std::vector<Test>> make_tests(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries,
                                       const std::vector<uint64_t>& constants, uint64_t seed) {
  std::vector<Test> all;
  for (size_t f = 0; f < boundaries.size(); ++f) {
    const verify::Boundary& boundary = boundaries[f];
    if (!boundary.untestable.empty()) return error_at({}, fmt::format("'{}': {}", boundary.name, boundary.untestable));
    verify::Random random(seed);
    const verify::Shape shape = verify::discover(bench, boundary, random);
    std::vector<verify::Input> inputs;
    uint32_t aliases = 0, related = 0;
    for (size_t n = 0; n < kInputs; ++n) {
      verify::Filling filling = kFillings[n % std::size(kFillings)];
      if (filling.aliases) filling.alias = ++aliases;
      if (filling.parameters == Numbers::related) filling.pair = ++related;
      filling.constants = &constants;
      if (n % 3 == 2) filling.globals = verify::Filling::Globals::mixed;
      inputs.push_back(verify::make_input(boundary, shape, filling, random));
    }
    auto runs = bench.run_source(boundary, inputs);
    if (!runs) return runs.error();
    std::vector<Test> tests;
    std::string why = "no input was made";
    for (size_t n = 0; n < inputs.size(); ++n) {
      if (inputs[n].has_nan) continue;  // what is made of them may differ
      if (!(*runs)[n].unfit.empty()) {
        why = (*runs)[n].unfit;
        continue;
      }
      if (tests.size() == kMostTests) break;
      tests.push_back({f, std::move(inputs[n]), std::move((*runs)[n]), 0});
    }
    if (tests.empty()) return error_at({}, fmt::format("'{}' takes no input that was made: {}", boundary.name, why));
    std::move(tests.begin(), tests.end(), std::back_inserter(all));
  }
  Counter counter(bench.source());
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t n = 0; n < all.size(); ++n) {
    const uint64_t count = counter.count(bench.source_request(boundaries[all[n].function], all[n].input));
    all[n].limit = limit_of(count);
    order.emplace_back(count, n);
  }
  std::stable_sort(order.begin(), order.end());
  std::vector<Test> sorted;
  // Long runs only where there is nothing else.
  for (const auto& [count, n] : order)
    if (count <= kLongRun || sorted.size() < 8) sorted.push_back(std::move(all[n]));
  return sorted;
}

Expected<Test> make_test(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries, size_t function,
                         verify::Input input) {
  auto runs = bench.run_source(boundaries[function], {&input, 1});
  if (!runs) return runs.error();
  if (!runs->front().unfit.empty()) return error_at({}, runs->front().unfit);
  Counter counter(bench.source());
  const uint64_t count = counter.count(bench.source_request(boundaries[function], input));
  return Test{function, std::move(input), std::move(runs->front()), limit_of(count)};
}

std::string describe(const verify::Boundary& boundary, const verify::Input& input) {
  std::string text = boundary.name + "(";
  for (size_t p = 0; p < input.values.size(); ++p)
    text += fmt::format("{}{:#x}", p == 0 ? "" : ", ", input.values[p][0]);
  return text + ")";
}

}  // namespace portolan::sketch
