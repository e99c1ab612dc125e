#include "translate/mapping/kernel.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/specification.h"
#include "translate/mapping/operation_check.h"
#include "translate/mapping/row_compiler.h"
#include "translate/mapping/solve_tiles.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr size_t kTilesTried = 3;   // with all that goes with them
constexpr size_t kTilesAsked = 20;  // of the solver: some turn out not to be legal
constexpr size_t kLongProgram = 30'000;

struct Search {
  Scheduler& scheduler;
  const Plan& plan;
  std::optional<Program> best;
  size_t legal = 0;
  std::string why;
  bool solved = false;

  bool tries(const Choice& choice) {
    auto made = scheduler.program(choice);
    if (!made) {
      why = made.error().message;
      return false;
    }
    ++legal;
    if (!best || made->cycles < best->cycles ||
        (made->cycles == best->cycles && made->words.size() < best->words.size()))
      best = std::move(*made);
    return true;
  }

  // How many tiles are worked on side by side, and which index is the slowest.
  void groups(const Choice& base) {
    const size_t n = plan.indices.size();
    const bool is_long = best && best->words.size() > kLongProgram;
    std::vector<std::map<Number, Number>> all = {base.group};
    for (Number variable : plan.indices) {
      const Number tiles = (plan.lengths.at(variable) + base.tile.at(variable) - 1) / base.tile.at(variable);
      std::vector<std::map<Number, Number>> more;
      for (const auto& one : all)
        for (Number count = is_long ? 4 : 2; count <= std::min<Number>(tiles, is_long ? 4 : 16); count *= 2) {
          more.push_back(one);
          more.back()[variable] = count;
        }
      all.insert(all.end(), more.begin(), more.end());
    }
    std::vector<size_t> order = base.order;
    for (size_t turn = 0; turn < std::max<size_t>(1, n); ++turn) {
      for (const auto& group : all) {
        Choice choice = base;
        choice.group = group;
        choice.order = order;
        if (turn != 0 || group != base.group) (void)tries(choice);
      }
      if (!order.empty()) std::ranges::rotate(order, order.begin() + 1);
    }
  }
};

}  // namespace

namespace {

std::optional<Diagnostic> check_operations(const Description& chip, Kernel& kernel, OperationCheck& check) {
  for (const auto& [operation, calls] : kernel.program.used) {
    for (const auto& arguments : calls)
      if (const std::string why = check.difference(*operation, arguments); !why.empty())
        return chip.error(operation->fact.at, why);
    kernel.operations.push_back(operation->name);
  }
  return std::nullopt;
}

Expected<Kernel> map_by_rows(const Description& chip, const Description& specification, uint64_t seed, bool fuses,
                             OperationCheck& check) {
  RowCompiler compiler(chip, specification, fuses);
  auto program = compiler.compile();
  if (!program) return program.error();
  if (fuses && !compiler.fused()) return specification.error(specification.at, "there is nothing to fuse");
  Kernel kernel;
  kernel.candidates = 1;
  kernel.program = std::move(*program);
  kernel.program.assumptions.push_back("real-algebra: roundings and the order of sums are the chip's");
  if (auto wrong = check_operations(chip, kernel, check)) return *wrong;
  kernel.tests = test_program(chip, specification, kernel.program, seed, fuses ? 2 : 1);
  return kernel;
}

// What costs least first; where its roundings are too many, what keeps more of the numbers, on twice as many inputs.
Expected<Kernel> map_by_rows(const Description& chip, const Description& specification, uint64_t seed) {
  OperationCheck check(chip, seed);
  auto kernel = map_by_rows(chip, specification, seed, false, check);
  if (!kernel || kernel->tests.failed == 0) return kernel;
  auto precise = map_by_rows(chip, specification, seed, true, check);
  if (!precise || precise->tests.failed != 0) return kernel;
  precise->candidates += kernel->candidates;
  return precise;
}

}  // namespace

namespace {

// One tensor, from what is in the host's memory to there.
struct Stage {
  uint32_t tensor;
  std::unique_ptr<Terms> terms;
  std::unique_ptr<Planner> planner;
  Plan plan;
};

Expected<Stage> plan_stage(const Description& chip, const Description& specification, uint32_t tensor,
                           const std::set<uint32_t>& outside) {
  Stage stage{tensor, std::make_unique<Terms>(), nullptr, {}};
  stage.planner = std::make_unique<Planner>(*stage.terms, chip, specification);
  for (uint32_t other : outside) stage.planner->lies_outside(other);
  auto plan = stage.planner->plan(tensor);
  if (!plan) return plan.error();
  stage.plan = std::move(*plan);
  return stage;
}

void tensors_of(const Step& step, std::set<uint32_t>& found) {
  if (step.tensor) found.insert(step.tensor->state);
  for (const Step::Need& need : step.needs) tensors_of(*need.step, found);
  for (const auto& other : {step.initial, step.first})
    if (other) tensors_of(*other, found);
}

// Each output at once if that can be, else with other tensors of the specification in the host's memory on the way.
Expected<std::vector<Stage>> plan_stages(const Description& chip, const Description& specification) {
  std::vector<Stage> stages;
  std::set<uint32_t> there;
  for (uint32_t output : outputs_of(specification)) {
    auto at_once = plan_stage(chip, specification, output, {});
    if (at_once) {
      stages.push_back(std::move(*at_once));
      continue;
    }
    std::vector<Stage> before;
    std::set<uint32_t> outside = there;
    for (const Equation& equation : specification.equations) {
      if (equation.state == output) break;
      if (equation.is_output || outside.contains(equation.state)) continue;
      auto stage = plan_stage(chip, specification, equation.state, outside);
      if (!stage) continue;
      outside.insert(equation.state);
      before.push_back(std::move(*stage));
    }
    auto last = plan_stage(chip, specification, output, outside);
    if (!last) return at_once.error();
    before.push_back(std::move(*last));
    // Only what leads to it.
    std::set<uint32_t> used = {output};
    for (size_t n = before.size(); n-- > 0;)
      if (used.contains(before[n].tensor)) tensors_of(*before[n].plan.result, used);
    for (Stage& stage : before)
      if (used.contains(stage.tensor)) {
        there.insert(stage.tensor);
        stages.push_back(std::move(stage));
      }
  }
  return stages;
}

// The cheapest filling of a plan that was found: tiles by the solver, the largest that fit first, and for each what is
// cheapest. Without a solver, or if nothing of that is legal after all, all tiles are gone through.
Search fill(Scheduler& scheduler, const Stage& stage, const Description& chip) {
  const Plan& plan = stage.plan;
  Search search{scheduler, plan, {}, 0, {}, false};
  size_t legal = 0;
  const auto is_enough = [&](const std::map<Number, Number>& tile) {
    Choice choice;
    choice.tile = tile;
    for (size_t i = 0; i < plan.indices.size(); ++i) {
      choice.group[plan.indices[i]] = 1;
      choice.order.push_back(i);
    }
    if (!search.tries(choice)) return false;
    search.groups(choice);
    return ++legal == kTilesTried;
  };
  TileSolver solver(*stage.terms, chip, plan, scheduler.lengths());
  for (size_t n = 0; n < kTilesAsked; ++n)
    if (const auto tile = solver.next(); !tile || is_enough(*tile)) break;
  search.solved = solver.answered() && search.best;
  if (search.solved) return search;
  for (const auto& tile : scheduler.tiles())
    if (is_enough(tile)) break;
  return search;
}

}  // namespace

Expected<Kernel> map_kernel(const Description& chip, const Description& specification, uint64_t seed) {
  const std::vector<uint32_t> outputs = outputs_of(specification);
  if (std::ranges::none_of(chip.states, &State::external))
    return error_at({chip.file, 0, 0}, "the chip has no external memory");
  if (std::ranges::all_of(outputs, [&](uint32_t o) { return specification.states[o].within > 0; }))
    return map_by_rows(chip, specification, seed);
  if (std::ranges::none_of(chip.operations, [](const Operation& o) { return o.does != kNone; }))
    return error_at({chip.file, 0, 0}, fmt::format("{} declares no operation that a mapper could use", chip.name));
  auto stages = plan_stages(chip, specification);
  if (!stages) return stages.error();
  Kernel kernel;
  kernel.stages = stages->size();
  std::deque<Scheduler> schedulers;
  for (size_t n = 0; n < stages->size(); ++n) {
    const Stage& stage = (*stages)[n];
    Scheduler& scheduler = schedulers.emplace_back(chip, specification, stage.plan, *stage.planner);
    if (n > 0) scheduler.go_on(kernel.program, schedulers[n - 1]);
    if (n + 1 < stages->size()) scheduler.more_follows();
    const Search search = fill(scheduler, stage, chip);
    if (!search.best)
      return specification.error(specification.at, fmt::format("no filling of the sketch is legal: {}", search.why));
    kernel.candidates += search.legal;
    kernel.solved += search.solved;
    auto again = scheduler.program(search.best->choice);  // what comes behind needs to know where it ended
    if (!again) return again.error();
    kernel.program = std::move(*again);
  }
  OperationCheck check(chip, seed);
  if (auto wrong = check_operations(chip, kernel, check)) return *wrong;
  kernel.tests = test_program(chip, specification, kernel.program, seed, 2);
  return kernel;
}

}  // namespace portolan::mapping
