#include "gpu/proof/sizes.h"

#include <algorithm>
#include <set>

#include "gpu/differential/prepare.h"

namespace portolan::proof {
namespace {

using differential::Instance;

constexpr size_t kMostCombinations = 600, kMostTried = 40;
constexpr uint64_t kMostSteps = 3'000'000;

// All combinations of the sizes, or the first of them.
std::vector<manifest::Sizes> combinations(const manifest::Kernel& kernel) {
  std::vector<manifest::Sizes> all = {{}};
  for (const auto& [name, values] : kernel.sizes) {
    std::vector<manifest::Sizes> longer;
    for (const manifest::Sizes& one : all)
      for (const int64_t value : values) {
        if (longer.size() == kMostCombinations) break;
        longer.push_back(one);
        longer.back()[name] = value;
      }
    all = std::move(longer);
  }
  return all;
}

// Few, in which every value of every size has its turn.
std::vector<manifest::Sizes> turns(const manifest::Kernel& kernel) {
  size_t most = 1;
  for (const auto& [name, values] : kernel.sizes) most = std::max(most, values.size());
  constexpr size_t kMostTurns = 12;
  most = std::min(most, kMostTurns);
  std::vector<manifest::Sizes> all(most);
  for (size_t n = 0; n < most; ++n)
    for (const auto& [name, values] : kernel.sizes) all[n][name] = values[n % values.size()];
  return all;
}

uint64_t cost_of(const Instance& i) {
  uint64_t cost = i.grid.count() * i.block.count();
  for (const differential::Given& g : i.arguments)
    if (g.is_buffer()) cost += g.bytes.size() / g.type.bytes;
  return cost;
}

Expected<std::vector<Instance>> instances(const manifest::Kernel& kernel, const std::vector<manifest::Sizes>& sizes) {
  verify::Random random(1);
  std::vector<Instance> all;
  for (const manifest::Sizes& one : sizes) {
    auto made = differential::make_instance(kernel, one, kernel.inputs.empty() ? "random" : kernel.inputs[0], random);
    if (!made) return made.error();
    all.push_back(*std::move(made));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Instance& a, const Instance& b) { return cost_of(a) < cost_of(b); });
  return all;
}

// What a launch shows: blocks of the source's code that run, and whether there is more than one block of threads.
using Features = std::set<std::pair<const void*, size_t>>;
std::optional<Features> features_of(const simt::Module& source, const Instance& instance, size_t& blocks) {
  differential::Prepared p = differential::prepare(source, instance, 0);
  p.launch.steps = kMostSteps;
  const simt::Outcome outcome = simt::run(source.program, p.memory, p.launch);
  if (!outcome.completed) return std::nullopt;
  Features features;
  size_t all = 0;
  for (const auto& [code, ran] : outcome.coverage) {
    all += ran.size();
    for (size_t n = 0; n < ran.size(); ++n)
      if (ran[n]) features.emplace(code, n);
  }
  blocks = std::max(blocks, all);
  if (instance.grid.count() > 1) features.emplace(nullptr, 0);
  return features;
}

}  // namespace

Expected<Chosen> choose_launches(const simt::Module& source, const manifest::Kernel& kernel,
                                 FairClock::time_point deadline) {
  const auto all = instances(kernel, combinations(kernel)), others = instances(kernel, turns(kernel));
  if (!all || !others) return (all ? others : all).error();
  Chosen chosen;
  // Of many sizes every so many-th, the smallest among them.
  std::vector<std::pair<const Instance*, Features>> tried;
  const size_t step = std::max<size_t>(1, (*all).size() / kMostTried);
  for (size_t n = 0; n < (*all).size() && FairClock::now() < deadline; n += step)
    if (auto features = features_of(source, (*all)[n], chosen.blocks))
      tried.emplace_back(&(*all)[n], *std::move(features));
  Features seen;
  for (;;) {
    const Instance* best = nullptr;
    size_t best_count = 0;
    const Features* found = nullptr;
    for (const auto& [instance, features] : tried) {
      const auto count = static_cast<size_t>(
          std::count_if(features.begin(), features.end(), [&](const auto& f) { return !seen.contains(f); }));
      if (count > best_count) best = instance, best_count = count, found = &features;
    }
    if (!best) break;
    chosen.launches.push_back(*best);
    seen.insert(found->begin(), found->end());
  }
  chosen.blocks_followed =
      static_cast<size_t>(std::count_if(seen.begin(), seen.end(), [](const auto& f) { return f.first != nullptr; }));
  chosen.needed = chosen.launches.size();
  for (const Instance& one : *others)
    if (std::none_of(chosen.launches.begin(), chosen.launches.end(),
                     [&](const Instance& i) { return i.sizes == one.sizes; }))
      chosen.launches.push_back(one);
  return chosen;
}

}  // namespace portolan::proof
