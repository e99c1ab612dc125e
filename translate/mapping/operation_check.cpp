#include "translate/mapping/operation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "translate/mapping/test_inputs.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr uint64_t kCellsChecked = 600'000, kCellsAgain = 4'096;  // of each memory, first and in later rounds
constexpr uint64_t kCellsAround = 4'608;                          // of external memory, where arguments point to
constexpr uint64_t kRounds = 50;
// Bytes that mean no number at all (a NaN of a block format) are left out if what becomes of them is undefined.
constexpr const char* kAny = "any";
constexpr const char* kBelow127 = "below 127";

uint64_t cells_in(uint64_t round) {
  return round == 0 ? kCellsChecked : kCellsAgain;
}

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

using Range = std::pair<uint64_t, uint64_t>;

Range first_cells(const State& state, uint64_t round) {
  return {0, std::min(cells_in(round), static_cast<uint64_t>(state.elements()))};
}

// Cells of external memory from where arguments point to, whatever they count, beyond the first ones.
std::vector<Range> cells_around(const State& state, uint64_t round, const OperationCheck::Arguments& arguments) {
  std::vector<Range> ranges;
  if (!state.external) return ranges;
  const auto all = static_cast<uint64_t>(state.elements());
  std::set<uint64_t> begins;
  for (const Evaluator::Argument& argument : arguments)
    for (const Number unit : {1, 4, 16, 64, 256})
      if (const Number from = argument.number * unit; from >= 0 && from < state.elements())
        begins.insert(static_cast<uint64_t>(from));
  uint64_t last = first_cells(state, round).second;
  for (const uint64_t from : begins) {
    const uint64_t begin = std::max(from, last), end = std::min(all, from + kCellsAround);
    if (begin >= end) continue;
    ranges.emplace_back(begin, end);
    last = end;
  }
  return ranges;
}

void draw(const State& state, const Range& range, std::string_view kind, std::mt19937_64& random, Store& store) {
  for (uint64_t i = range.first; i < range.second; ++i) {
    Cell cell{drawn(state.type, "mixed", i, random), true};
    if (kind == kBelow127 && state.external) cell.bits %= 127;
    store.write(i, cell);
  }
}

}  // namespace

// Of the chip as it begins, with its memories filled: the same for all operations, which share what they don't write.
const std::vector<Store>& OperationCheck::memories(const std::string& kind, uint64_t round) {
  const auto [at, fresh] = drawn_.try_emplace({kind, round});
  if (!fresh) return at->second;
  std::mt19937_64 random(seed_ + round);
  for (const State& state : chip_.states) {
    at->second.emplace_back(state);
    if (!state.is_register) draw(state, first_cells(state, round), kind, random, at->second.back());
  }
  return at->second;
}

// One run on random memories. No value: the instructions' result is undefined for these.
std::optional<std::string> OperationCheck::once(const Operation& operation, const Arguments& arguments,
                                                const std::string& kind, uint64_t round) {
  Evaluator claimed(chip_, 1'000'000'000), done(chip_, 1'000'000'000);
  claimed.stores() = memories(kind, round);
  std::mt19937_64 random(~(seed_ + round));
  std::set<uint32_t> spoken_of;
  states_in(chip_.routines[operation.does].body, spoken_of);
  for (uint32_t s = 0; s < chip_.states.size(); ++s) {
    const State& state = chip_.states[s];
    if (state.is_register && spoken_of.contains(s))
      draw(state, first_cells(state, round), kind, random, claimed.stores()[s]);
    for (const Range& range : cells_around(state, round, arguments))
      draw(state, range, kind, random, claimed.stores()[s]);
  }
  if (operation.holds != kNone) {
    const Number value = claimed.integer_of(operation.holds, arguments);
    claimed.stores()[operation.held_state].write(static_cast<uint64_t>(arguments[operation.held_parameter].number),
                                                 {static_cast<uint64_t>(value), true});
  }
  done.stores() = claimed.stores();
  done.carry_out(operation.by, arguments);
  if (done.ended() && done.outcome().kind == Outcome::Kind::undefined && (kind != kBelow127 || round != 0))
    return std::nullopt;
  if (done.ended())
    return fmt::format("the instructions of {} end as {}: {}", operation.name, to_string(done.outcome().kind),
                       done.outcome().why);
  claimed.carry_out(operation.does, arguments);
  if (claimed.ended())
    return fmt::format("what {} does ends as {}: {}", operation.name, to_string(claimed.outcome().kind),
                       claimed.outcome().why);
  for (uint32_t s = 0; s < chip_.states.size(); ++s) {
    const State& state = chip_.states[s];
    if ((state.is_register || state.hidden) && !spoken_of.contains(s)) continue;
    const Store &a = claimed.stores()[s], &b = done.stores()[s];
    std::vector<Range> ranges = cells_around(state, round, arguments);
    ranges.insert(ranges.begin(), first_cells(state, round));
    for (const auto& [begin, end] : ranges)
      for (uint64_t i = begin; i < end; ++i) {
        if (a.shares(b, i / Store::kPage)) {  // neither has written there
          i |= Store::kPage - 1;
          continue;
        }
        const Cell x = a.read(i), y = b.read(i);
        if (x.defined != y.defined || (x.defined && x.bits != y.bits))
          return fmt::format(
              "operation {} says that element {} of {} becomes {:#x}, and its instructions make it {:#x}",
              operation.name, i, state.name, x.bits, y.bits);
      }
  }
  return std::string();
}

std::string OperationCheck::difference(const Operation& operation, const Arguments& arguments) {
  if (operation.does == kNone) return {};
  std::vector<Number> numbers;
  for (const Evaluator::Argument& argument : arguments) numbers.push_back(argument.number);
  auto& agreed = agreed_[&operation];
  if (std::ranges::count(agreed, numbers) != 0) return {};
  for (uint64_t round = 0; round < kRounds; ++round) {
    auto why = once(operation, arguments, kAny, round);
    if (!why) why = once(operation, arguments, kBelow127, round);
    if (why && !why->empty()) return *why;
  }
  agreed.push_back(std::move(numbers));
  return {};
}

}  // namespace portolan::mapping
