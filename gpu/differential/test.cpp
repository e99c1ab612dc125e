#include "gpu/differential/test.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/fair_clock.h"
#include "verify/tester.h"

namespace portolan::differential {
namespace {

using judge::Level;

std::optional<Diagnostic> misfit(const simt::Module& source, const manifest::Kernel& kernel) {
  const ptx::LiftedFunction* f = source.ptx ? source.ptx->find(kernel.name) : nullptr;
  if (!f) return std::nullopt;
  if (f->parameters.size() != kernel.arguments.size())
    return error_at(kernel.location, fmt::format("kernel '{}' takes {} arguments, and {} are described", kernel.name,
                                                 f->parameters.size(), kernel.arguments.size()));
  for (size_t n = 0; n < kernel.arguments.size(); ++n) {
    const manifest::Argument& a = kernel.arguments[n];
    const uint64_t size = a.direction == manifest::Argument::value ? a.type.bytes : sizeof(uint64_t);
    if (size != f->parameters[n].size)
      return error_at(kernel.location, fmt::format("kernel '{}': {} has {} bytes, and {} are described", kernel.name,
                                                   a.name, f->parameters[n].size, size));
  }
  return std::nullopt;
}

// Every value of every size is there early; then whatever the random numbers say.
manifest::Sizes sizes_of(const manifest::Kernel& kernel, uint32_t n, Random& random) {
  manifest::Sizes sizes;
  for (const auto& [name, values] : kernel.sizes)
    sizes[name] = values[n < values.size() ? n : random.below(values.size())];
  return sizes;
}

void merge(simt::Coverage& all, const simt::Coverage& one) {
  for (const auto& [code, ran] : one) {
    std::vector<bool>& sum = all[code];
    sum.resize(ran.size());
    for (size_t n = 0; n < ran.size(); ++n) sum[n] = sum[n] || ran[n];
  }
}

uint32_t count(const simt::Coverage& coverage, size_t* of) {
  uint32_t ran = 0;
  for (const auto& [code, blocks] : coverage) {
    ran += static_cast<uint32_t>(std::count(blocks.begin(), blocks.end(), true));
    *of += blocks.size();
  }
  return ran;
}

std::string width(const simt::Module& m) {
  return fmt::format("{} of {} lanes", m.ptx ? "warps" : "waves", m.lane_width());
}

class Tester {
 public:
  Tester(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel, const Options& options)
      : source_(source),
        target_(target),
        kernel_(kernel),
        options_(options),
        random_(options.seed),
        numbers_(numbers_of(source.program, kernel.name)) {}

  Expected<Result> run() {
    tests_.seed = options_.seed;
    std::vector<std::string> kinds(std::begin(kInputKinds), std::end(kInputKinds));
    if (!kernel_.inputs.empty()) kinds = kernel_.inputs;
    const auto start = FairClock::now();
    // Sources at fault and limits cost tries.
    for (uint32_t n = 0; tests_.tests < options_.tests && n < 4 * options_.tests; ++n) {
      const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(FairClock::now() - start);
      const bool limited = options_.time.count() != 0;
      if (limited && spent >= options_.time) {
        if (inconclusive_.empty()) inconclusive_ = "the time for tests was over", reason_ = "resource-limit";
        break;
      }
      const manifest::Sizes sizes = sizes_of(kernel_, n, random_);
      auto instance = make_instance(kernel_, sizes, kinds[(n + n / kinds.size()) % kinds.size()], random_, numbers_);
      if (!instance) return instance.error();
      add_variables(source_, target_, kernel_, *instance);
      if (const auto problem = differential::misfit(source_, target_, *instance))
        return error_at(kernel_.location, *problem);
      ++tests_.tried;
      if (!one(*instance, limited ? options_.time - spent : std::chrono::hours(1))) break;
    }
    return conclude();
  }

 private:
  // False: no more are needed.
  bool one(const Instance& instance, std::chrono::milliseconds time) {
    Once once = run_once(source_, target_, instance, time, options_.mode);
    merge(source_coverage_, once.source_coverage);
    merge(target_coverage_, once.target_coverage);
    unwritten_ |= once.unwritten;
    if (!once.fault.empty()) {
      ++faults_;
      if (fault_.empty()) fault_ = fmt::format("{} ({})", once.fault, to_string(instance));
      return true;
    }
    std::string difference = once.target_fault.empty() ? once.comparison.difference : once.target_fault;
    if (!difference.empty()) {
      difference = fmt::format("{} ({})", difference, to_string(instance));
      result_.counterexample = {instance, difference};
      return false;
    }
    if (!once.inconclusive.empty()) {
      if (inconclusive_.empty()) {
        inconclusive_ = fmt::format("{} ({})", once.inconclusive, to_string(instance));
        reason_ = once.reason;
      }
      // A race stays one whatever else agrees.
      return once.reason != "race" && once.reason != "unsupported";
    }
    if (!result_.cost || once.target_cost.lane_instructions > result_.cost->lane_instructions)
      result_.cost = once.target_cost, result_.costly = to_string(instance);
    undetermined_ += once.comparison.undetermined;
    tests_.nan_differences += static_cast<uint32_t>(once.comparison.nan_differences);
    results_ += once.comparison.results, nans_ += once.comparison.nans;
    // A launch in which nothing was compared shows nothing, nor does one that leaves NaNs alone: all are equal.
    const bool nans_alone = once.comparison.nans != 0 && once.comparison.nans == once.comparison.results;
    nans_alone_ += nans_alone;
    if (once.comparison.compared != 0 && !nans_alone) ++tests_.tests;
    return true;
  }

  void claim(Level level, std::string reason, std::string detail) {
    result_.verdict.level = level;
    result_.verdict.reason = std::move(reason);
    result_.verdict.detail = std::move(detail);
  }

  Result conclude() {
    tests_.coverage.source_blocks = count(source_coverage_, &result_.source_blocks);
    tests_.coverage.target_blocks = count(target_coverage_, &result_.target_blocks);
    if (result_.counterexample)
      claim(Level::refuted, {}, result_.counterexample->difference);
    else if (reason_ == "race" || reason_ == "unsupported")
      claim(Level::unknown, reason_, inconclusive_);
    else if (tests_.tests >= verify::kFewestTests)
      claim(Level::tested, {}, {});
    else if (tests_.tests == 0 && faults_ != 0)
      claim(Level::unknown, "vacuous", "the source is at fault on every launch: " + fault_);
    else if (tests_.tests == 0 && nans_alone_ != 0)
      claim(Level::unknown, "vacuous", fmt::format("every result of the source is a NaN, on {} launches", nans_alone_));
    else if (!inconclusive_.empty())
      claim(Level::unknown, reason_, inconclusive_);
    else
      claim(Level::unknown, "too-few-inputs",
            fmt::format("{} launches could be compared{}", tests_.tests, fault_.empty() ? "" : "; " + fault_));
    notes();
    result_.sentence = sentence();
    result_.verdict.tests = tests_;
    result_.verdict.assumptions.push_back(
        {"launches", "convention", "it is launched as the manifest says; pointer arguments do not overlap"});
    return std::move(result_);
  }

  void notes() {
    auto note = [&](std::string text) { result_.notes.push_back(std::move(text)); };
    if (faults_ != 0)
      note(
          fmt::format("on {} launches the source is at fault, and nothing was asked of the port: {}", faults_, fault_));
    if (!kernel_.inputs.empty())
      note(fmt::format("the manifest leaves these kinds of numbers: {}", fmt::join(kernel_.inputs, ", ")));
    if (nans_alone_ != 0)
      note(fmt::format("on {} launches every result is a NaN; they show nothing and are not counted", nans_alone_));
    if (2 * nans_ > results_) note(fmt::format("{} of {} results are NaNs", nans_, results_));
    if (unwritten_) note("the source reads memory that nobody has written");
    if (undetermined_ != 0)
      note(fmt::format("{} elements were not compared: the source's own runs differ there (order, undefined values)",
                       undetermined_));
    if (tests_.nan_differences != 0) note(fmt::format("{} NaNs are other NaNs", tests_.nan_differences));
    if (tests_.coverage.source_blocks < result_.source_blocks)
      note(fmt::format("{} of {} blocks of the source's code did not run",
                       result_.source_blocks - tests_.coverage.source_blocks, result_.source_blocks));
  }

  std::string sentence() const {
    if (result_.verdict.level == Level::refuted) return result_.verdict.detail;
    if (result_.verdict.level != Level::tested) return "nothing is claimed: " + result_.verdict.detail;
    return fmt::format(
        "agreed on {{all buffers, no access out of bounds, no race}} on {} launches, seed {}, {} against {}; {} of {} "
        "blocks of the source's code ran; nothing is claimed for other launches",
        tests_.tests, tests_.seed, width(source_), width(target_), tests_.coverage.source_blocks,
        result_.source_blocks);
  }

  const simt::Module &source_, &target_;
  const manifest::Kernel& kernel_;
  const Options& options_;
  Random random_;
  Numbers numbers_;
  Result result_;
  verify::TestResult tests_;
  simt::Coverage source_coverage_, target_coverage_;
  uint32_t faults_ = 0, nans_alone_ = 0;
  uint64_t results_ = 0, nans_ = 0;
  uint64_t undetermined_ = 0;
  bool unwritten_ = false;
  std::string fault_, inconclusive_, reason_;
};

}  // namespace

// What both sides have under one name is compared, and begins as the source has it.
void add_variables(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
                   Instance& instance) {
  for (const auto& [name, place] : source.variables) {
    const auto other = target.variables.find(name);
    const bool stated = std::any_of(kernel.variables.begin(), kernel.variables.end(),
                                    [&](const manifest::Argument& a) { return a.name == name; });
    if (stated || other == target.variables.end() || other->second.size != place.size) continue;
    Given g{name, {manifest::Element::is_unsigned, 1}, manifest::Argument::inout, {}, false, {}, true, false, true};
    simt::Memory memory = source.memory;
    const auto found = memory.find(place.address, place.size);
    const auto first = found.allocation->bytes.begin() + static_cast<ptrdiff_t>(found.offset);
    g.bytes.assign(first, first + static_cast<ptrdiff_t>(place.size));
    instance.arguments.push_back(std::move(g));
  }
}

Expected<Result> test(const simt::Module& source, const simt::Module& target, const manifest::Kernel& kernel,
                      const Options& options) {
  if (auto problem = misfit(source, kernel)) return *problem;
  return Tester(source, target, kernel, options).run();
}

}  // namespace portolan::differential
