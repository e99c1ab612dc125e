#include "translate/sketch/filling/tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace portolan::sketch::filling {
namespace {

using Numbers = verify::Filling::Numbers;

constexpr size_t kInputs = 96;     // made for each function
constexpr size_t kMostTests = 64;  // kept
constexpr uint64_t kLongRun = 4000;
constexpr uint64_t kVeryLongRun = 50000;
constexpr uint64_t kLongestRun = 2000000;
constexpr size_t kLongTests = 8, kVeryLongTests = 3;  // kept of long runs, where there is nothing else

// From simple to wild.
constexpr verify::Filling kFillings[] = {
    {Numbers::small, Numbers::small, -1, false},       {Numbers::random, Numbers::random, -1, false},
    {Numbers::boundary, Numbers::random, -1, false},   {Numbers::small, Numbers::text, -1, false},
    {Numbers::boundary, Numbers::boundary, -1, false}, {Numbers::related, Numbers::related, -1, false},
    {Numbers::random, Numbers::small, -1, false},      {Numbers::small, Numbers::random, -1, true},
};

// Runs the source by its own meaning, and looks on: how many instructions, and what it stores in the regions.
class Watch : public emulate::IrObserver {
 public:
  explicit Watch(const verify::Side& source)
      : image_(source.image()), engine_(emulate::make_ir_engine(source.isa(), this)) {}

  void look_at(Test& test, emulate::Request request, double times_longer) {
    stores_ = std::make_shared<Stores>();
    pending_.clear();
    request.limits.instructions = kLongestRun;
    request.limits.time = kRunTime;
    auto outcome = engine_->run(image_, request);
    const bool known = outcome && outcome->ending != emulate::Ending::unsupported;
    instructions_ = known ? outcome->instructions : 0;
    test.limit =
        instructions_ == 0 ? kLongRun : static_cast<uint64_t>(limit_factor(times_longer) * instructions_) + 500;
    if (known && outcome->ending == emulate::Ending::returned) test.stores = std::move(stores_);
  }
  uint64_t instructions() const { return instructions_; }

  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt>, emulate::MemoryAccess& memory) override {
    for (const Access& access : pending_)
      for (uint64_t at = access.address; stores_ && at < access.address + access.size; ++at) {
        uint8_t byte = 0;
        if (memory.read(at, {&byte, 1})) (*stores_)[at].set(byte);
      }
    pending_.clear();
    return pc;
  }
  void after(const emulate::IrStep&, std::span<const llvm::APInt>, std::span<const Access> accesses, bool) override {
    for (const Access& access : accesses)
      if (access.write) pending_.push_back(access);
  }
  void called_outside() override { stores_.reset(); }  // what it stores is not seen

 private:
  // Code of other instruction sets does not take as many instructions, and what is written in vectors takes more.
  static double limit_factor(double times_longer) { return 2 * std::max(1.5, times_longer); }

  const emulate::Image& image_;
  std::unique_ptr<emulate::Engine> engine_;
  std::shared_ptr<Stores> stores_;
  std::vector<Access> pending_;
  uint64_t instructions_ = 0;
};

}  // namespace

Expected<std::vector<Test>> make_tests(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries,
                                       const std::vector<uint64_t>& constants, uint64_t seed, double times_longer) {
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
      tests.push_back({f, std::move(inputs[n]), std::move((*runs)[n]), 0, nullptr});
    }
    if (tests.empty()) return error_at({}, fmt::format("'{}' takes no input that was made: {}", boundary.name, why));
    std::move(tests.begin(), tests.end(), std::back_inserter(all));
  }
  Watch watch(bench.source());
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t n = 0; n < all.size(); ++n) {
    watch.look_at(all[n], bench.source_request(boundaries[all[n].function], all[n].input), times_longer);
    order.emplace_back(watch.instructions(), n);
  }
  std::stable_sort(order.begin(), order.end());
  std::vector<Test> sorted;
  for (const auto& [count, n] : order)
    if (count <= kLongRun || sorted.size() < (count <= kVeryLongRun ? kLongTests : kVeryLongTests))
      sorted.push_back(std::move(all[n]));
  return sorted;
}

Expected<Test> make_test(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries, size_t function,
                         verify::Input input, double times_longer) {
  auto runs = bench.run_source(boundaries[function], {&input, 1});
  if (!runs) return runs.error();
  if (!runs->front().unfit.empty()) return error_at({}, runs->front().unfit);
  Test test{function, std::move(input), std::move(runs->front()), 0, nullptr};
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
