#include "translate/sketch/filling/tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "translate/sketch/filling/explore.h"

namespace portolan::sketch::filling {
namespace {

using Numbers = verify::Filling::Numbers;

constexpr size_t kInputs = 96;     // made for each function
constexpr size_t kMostTests = 64;  // kept
constexpr size_t kFewTests = 12;
constexpr uint32_t kSmallBuffer = 16 * 1024;
constexpr uint64_t kLongRun = 4000;
constexpr uint64_t kVeryLongRun = 50000;
constexpr size_t kLongTests = 8, kVeryLongTests = 3;  // kept of long runs, where there is nothing else

// From simple to wild.
constexpr verify::Filling kFillings[] = {
    {Numbers::small, Numbers::small, -1, false},       {Numbers::random, Numbers::random, -1, false},
    {Numbers::boundary, Numbers::random, -1, false},   {Numbers::small, Numbers::text, -1, false},
    {Numbers::boundary, Numbers::boundary, -1, false}, {Numbers::related, Numbers::related, -1, false},
    {Numbers::random, Numbers::small, -1, false},      {Numbers::small, Numbers::random, -1, true},
    {Numbers::small, Numbers::boundary, -1, false},
};

}  // namespace

namespace {

// Of one function, with how many instructions each takes.
struct Found {
  std::vector<Test> tests;
  std::vector<uint64_t> instructions;
  std::vector<Test> beginnings;  // of long runs
};

Expected<Found> find_tests(const Territory& t, Watch& watch, uint64_t seed) {
  const verify::Boundary& boundary = t.boundary;
  verify::Random random(seed);
  std::vector<verify::Input> inputs;
  uint32_t aliases = 0, related = 0, fits = 0, alikes = 0;
  for (size_t n = 0; n < kInputs; ++n) {
    verify::Filling filling = kFillings[n % std::size(kFillings)];
    if (filling.aliases) filling.alias = ++aliases;
    if (filling.parameters == Numbers::related) filling.pair = ++related;
    filling.constants = &t.constants;
    filling.owners = n % 4 == 3;
    if (n % 5 == 4) filling.fit = ++fits;
    if (n % 7 == 5) filling.alike = ++alikes;
    if (n % 3 == 2) filling.globals = verify::Filling::Globals::mixed;
    if (n % 6 == 1) filling.globals = verify::Filling::Globals::wild;
    inputs.push_back(verify::make_input(boundary, t.shape, filling, random));
  }
  auto runs = t.bench.run_source(boundary, inputs);
  if (!runs) return runs.error();
  Found found;
  std::string why = "no input was made";
  std::vector<verify::Input> ways;
  auto look_at = [&](size_t n, uint64_t most) {
    Test test{t.function, inputs[n], (*runs)[n]};
    if (!watch.look_at(test, t.bench.source_request(boundary, test.input), t.times_longer, most)) return false;
    if (!watch.left().empty()) {
      why = watch.left();
      return true;
    }
    found.instructions.push_back(watch.instructions());
    if (watch.ways().fresh()) ways.push_back(test.input);
    if (watch.instructions() > kLongRun && found.beginnings.size() < kVeryLongTests)
      found.beginnings.push_back(watch.beginning_of(test, t.times_longer));
    found.tests.push_back(std::move(test));
    return true;
  };
  std::vector<size_t> long_ones;
  for (size_t n = 0; n < inputs.size() && found.tests.size() < kMostTests; ++n) {
    if (inputs[n].has_nan) continue;  // what is made of them may differ
    if (!(*runs)[n].unfit.empty())
      why = (*runs)[n].unfit;
    else if (!look_at(n, long_ones.size() < kLongTests ? kVeryLongRun : kLongRun))
      long_ones.push_back(n);
  }
  // To watch a run to its end may take half a second, and few of them are kept.
  for (const size_t n : long_ones)
    if (found.tests.size() < kVeryLongTests) look_at(n, Watch::kLongestRun);
  if (found.tests.empty())
    return error_at({}, fmt::format("'{}' takes no input that was made: {}", boundary.name, why));
  auto added = explore(t, watch, random, std::move(ways), found.tests);
  if (!added) return added.error();
  found.instructions.insert(found.instructions.end(), added->begin(), added->end());
  return found;
}

// With buffers that take no time to copy. Most functions go far beyond only if some number says so.
verify::Shape with_small_buffers(verify::Shape shape) {
  for (verify::Shape::Buffer& buffer : shape.buffers) {
    buffer.size = std::min(buffer.size, kSmallBuffer);
    buffer.slots.resize(std::min<size_t>(buffer.slots.size(), kSmallBuffer / 8));
  }
  return shape;
}

}  // namespace

Expected<std::vector<Test>> make_tests(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries,
                                       const std::vector<uint64_t>& constants, uint64_t seed, double times_longer) {
  std::vector<Test> all, beginnings;
  // By length; of the same length those come first in which the files' data is not what it is at the start.
  std::vector<std::tuple<uint64_t, bool, size_t>> order;
  Watch watch(bench.source());
  for (size_t f = 0; f < boundaries.size(); ++f) {
    const verify::Boundary& boundary = boundaries[f];
    if (!boundary.untestable.empty()) return error_at({}, fmt::format("'{}': {}", boundary.name, boundary.untestable));
    verify::Random random(seed);
    const verify::Shape shape = verify::discover(bench, boundary, random, FairClock::now() + std::chrono::seconds(2));
    const bool large = std::any_of(shape.buffers.begin(), shape.buffers.end(),
                                   [](const verify::Shape::Buffer& b) { return b.size > kSmallBuffer; });
    const verify::Shape small = with_small_buffers(shape);
    auto found = find_tests({bench, boundary, small, constants, f, times_longer}, watch, random.next());
    if (large && (!found || found->tests.size() < kFewTests))
      found = find_tests({bench, boundary, shape, constants, f, times_longer}, watch, random.next());
    if (!found) return found.error();
    for (size_t n = 0; n < found->tests.size(); ++n) {
      order.emplace_back(found->instructions[n], found->tests[n].input.data.empty(), all.size());
      all.push_back(std::move(found->tests[n]));
    }
    for (Test& beginning : found->beginnings) beginnings.push_back(std::move(beginning));
  }
  std::sort(order.begin(), order.end());
  // They come first, where there is little else.
  std::vector<Test> sorted;
  if (std::get<0>(order[std::min(order.size(), kFewTests) - 1]) > kLongRun) sorted = std::move(beginnings);
  const size_t before = sorted.size();
  for (const auto& [count, initial, n] : order)
    if (count <= kLongRun || sorted.size() - before < (count <= kVeryLongRun ? kLongTests : kVeryLongTests))
      sorted.push_back(std::move(all[n]));
  return sorted;
}

Expected<Test> make_test(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries, size_t function,
                         verify::Input input, double times_longer) {
  auto runs = bench.run_source(boundaries[function], {&input, 1});
  if (!runs) return runs.error();
  if (!runs->front().unfit.empty()) return error_at({}, runs->front().unfit);
  Test test{function, std::move(input), std::move(runs->front())};
  Watch(bench.source()).look_at(test, bench.source_request(boundaries[function], test.input), times_longer);
  return test;
}

std::string describe(const verify::Boundary& boundary, const verify::Input& input) {
  std::string text = boundary.name + "(";
  for (size_t p = 0; p < input.values.size(); ++p)
    text += fmt::format("{}{:#x}", p == 0 ? "" : ", ", input.values[p][0]);
  return text + ")";
}

}  // namespace portolan::sketch::filling
