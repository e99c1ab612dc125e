#include "translate/mapping/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "frontends/accelerator/specification.h"
#include "translate/mapping/row_compiler.h"
#include "translate/mapping/solve_tiles.h"
#include "translate/mapping/test_inputs.h"
namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kCellsChecked = 600'000, kCellsAgain = 4'096;  // of each memory, first and in later rounds
constexpr uint64_t kCellsAround = 4'608;                          // of external memory, where arguments point to
constexpr uint64_t kRounds = 50;
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

// What a block of an operation reads and writes: registers in it are a matter of its claim, others are not.
void states_in(const Expression& e, std::set<uint32_t>& found) {
  if (e.kind == Expression::Kind::element || e.kind == Expression::Kind::as_element) found.insert(e.index);
  for (const ExpressionPointer& operand : e.operands) states_in(*operand, found);
}

void states_in(const Block& block, std::set<uint32_t>& found) {
  for (const Statement& s : block) {
    if (s.target) states_in(*s.target, found);
    if (s.value) states_in(*s.value, found);
    states_in(s.body, found);
    states_in(s.otherwise, found);
  }
}

// Cells of a state that a check fills and compares: the first ones, and for external memory those from where arguments
// point to, whatever they count.
std::vector<std::pair<uint64_t, uint64_t>> cells_of(const State& state, uint64_t cells,
                                                    const std::vector<Evaluator::Argument>& arguments) {
  const auto all = static_cast<uint64_t>(state.elements());
  std::vector<std::pair<uint64_t, uint64_t>> ranges = {{0, std::min(cells, all)}};
  if (!state.external) return ranges;
  std::set<uint64_t> begins;
  for (const Evaluator::Argument& argument : arguments)
    for (const Number unit : {1, 4, 16, 64, 256})
      if (const Number from = argument.number * unit; from >= 0 && from < state.elements())
        begins.insert(static_cast<uint64_t>(from));
  for (const uint64_t from : begins) {
    const uint64_t begin = std::max(from, ranges.back().second), end = std::min(all, from + kCellsAround);
    if (begin < end) ranges.emplace_back(begin, end);
  }
  return ranges;
}

// One run on random memories. No value: the instructions' result is undefined for these.
std::optional<std::string> check_once(const Description& chip, const Operation& operation,
                                      const std::vector<Evaluator::Argument>& arguments, std::string_view kind,
                                      uint64_t seed, uint64_t cells) {
  Evaluator claimed(chip, 1'000'000'000), done(chip, 1'000'000'000);
  std::mt19937_64 random(seed);
  std::set<uint32_t> spoken_of;
  states_in(chip.routines[operation.does].body, spoken_of);
  for (uint32_t s = 0; s < chip.states.size(); ++s) {
    const State& state = chip.states[s];
    if (state.is_register && !spoken_of.contains(s)) continue;
    for (const auto& [begin, end] : cells_of(state, cells, arguments))
      for (uint64_t i = begin; i < end; ++i) {
        Cell cell{drawn(state.type, "mixed", i, random), true};
        if (kind == "below 127" && state.external) cell.bits %= 127;
        claimed.stores()[s].write(i, cell);
        done.stores()[s].write(i, cell);
      }
  }
  if (operation.holds != kNone) {
    const Number value = claimed.integer_of(operation.holds, arguments);
    const auto index = static_cast<uint64_t>(arguments[operation.held_parameter].number);
    for (Evaluator* one : {&claimed, &done})
      one->stores()[operation.held_state].write(index, {static_cast<uint64_t>(value), true});
  }
  done.carry_out(operation.by, arguments);
  if (done.ended() && done.outcome().kind == Outcome::Kind::undefined && (kind != "below 127" || cells < kCellsChecked))
    return std::nullopt;
  if (done.ended())
    return fmt::format("the instructions of {} end as {}: {}", operation.name, to_string(done.outcome().kind),
                       done.outcome().why);
  claimed.carry_out(operation.does, arguments);
  if (claimed.ended())
    return fmt::format("what {} does ends as {}: {}", operation.name, to_string(claimed.outcome().kind),
                       claimed.outcome().why);
  for (uint32_t s = 0; s < chip.states.size(); ++s) {
    const State& state = chip.states[s];
    if ((state.is_register || state.hidden) && !spoken_of.contains(s)) continue;
    for (const auto& [begin, end] : cells_of(state, cells, arguments))
      for (uint64_t i = begin; i < end; ++i) {
        const Cell a = claimed.stores()[s].read(i), b = done.stores()[s].read(i);
        if (a.defined != b.defined || (a.defined && a.bits != b.bits))
          return fmt::format(
              "operation {} says that element {} of {} becomes {:#x}, and its instructions make it {:#x}",
              operation.name, i, state.name, a.bits, b.bits);
      }
  }
  return std::string();
}

}  // namespace

std::string check_operation(const Description& chip, const Operation& operation,
                            const std::vector<Evaluator::Argument>& arguments, uint64_t seed) {
  if (operation.does == kNone) return {};
  for (uint64_t round = 0; round < kRounds; ++round) {
    const uint64_t cells = round == 0 ? kCellsChecked : kCellsAgain;
    // Bytes that mean no number at all (a NaN of a block format) are left out if what becomes of them is undefined.
    auto why = check_once(chip, operation, arguments, "any", seed + round, cells);
    if (!why) why = check_once(chip, operation, arguments, "below 127", seed + round, cells);
    if (why && !why->empty()) return *why;
  }
  return {};
}

namespace {

std::optional<Diagnostic> check_operations(const Description& chip, Kernel& kernel, uint64_t seed) {
  for (const auto& [operation, calls] : kernel.program.used) {
    for (const auto& arguments : calls)
      if (const std::string why = check_operation(chip, *operation, arguments, seed); !why.empty())
        return chip.error(operation->fact.at, why);
    kernel.operations.push_back(operation->name);
  }
  return std::nullopt;
}

Expected<Kernel> map_by_rows(const Description& chip, const Description& specification, uint64_t seed) {
  auto program = RowCompiler(chip, specification).compile();
  if (!program) return program.error();
  Kernel kernel;
  kernel.candidates = 1;
  kernel.program = std::move(*program);
  kernel.program.assumptions.push_back("real-algebra: roundings and the order of sums are the chip's");
  if (auto wrong = check_operations(chip, kernel, seed)) return *wrong;
  kernel.tests = test_program(chip, specification, kernel.program, seed, 1);
  return kernel;
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
  if (auto wrong = check_operations(chip, kernel, seed)) return *wrong;
  kernel.tests = test_program(chip, specification, kernel.program, seed, 2);
  return kernel;
}

}  // namespace portolan::mapping
