#include "emulate/accelerator/machine.h"

#include <fmt/format.h>

#include "emulate/accelerator/effects.h"

namespace portolan::accelerator {

Store* Machine::memory(const std::string& name) {
  for (size_t i = 0; i < chip_.states.size(); ++i)
    if (chip_.states[i].name == name) return &evaluator_.stores()[i];
  return nullptr;
}

Store* Machine::external() {
  for (size_t i = 0; i < chip_.states.size(); ++i)
    if (chip_.states[i].external) return &evaluator_.stores()[i];
  return nullptr;
}

bool Machine::decode_all(const std::vector<Word>& program) {
  decoded_.clear();
  undecoded_.assign(program.size(), {});
  for (size_t i = 0; i < program.size(); ++i) {
    const Decoded decoded = decode(chip_, program[i]);
    decoded_.push_back(decoded.instruction);
    if (!decoded.instruction) undecoded_[i] = decoded.why;
  }
  return true;
}

RunResult Machine::run(const std::vector<Word>& program, uint32_t first) {
  result_ = {};
  overlap_.reset();
  if (!chip_.controllers.empty()) overlap_.emplace(chip_);
  decode_all(program);
  queues_.clear();
  for (const Queue& queue : chip_.queues) queues_.emplace_back(static_cast<size_t>(queue.tokens), 0);
  if (chip_.units.empty())
    in_order(program);
  else
    in_units(program, first);
  result_.outcome = evaluator_.outcome();
  for (size_t q = 0; q < queues_.size(); ++q)
    if (!queues_[q].empty()) result_.tokens_left.emplace_back(chip_.queues[q].name, queues_[q].size());
  return result_;
}

RunResult Machine::estimate(const std::vector<Word>& program) {
  only_costs_ = true;
  RunResult result = run(program);
  only_costs_ = false;
  return result;
}

// Runs one instruction that has all it waits for; when it ends.
Machine::Time Machine::execute(size_t index, const Word& word, Time ready) {
  evaluator_.outcome().instruction = index;
  if (!decoded_[index]) {
    evaluator_.fail(Outcome::Kind::illegal, {}, fmt::format("{}: {}", to_string(chip_, word), undecoded_[index]));
    return ready;
  }
  const Instruction& instruction = *decoded_[index];
  if (++result_.instructions > limits_.instructions) {
    evaluator_.fail(Outcome::Kind::endless, instruction.fact.at,
                    fmt::format("still running after {} instructions", limits_.instructions));
    return ready;
  }
  evaluator_.here = static_cast<Number>(index);
  if (observer_) observer_->begins(instruction.unit);
  evaluator_.begin(instruction, word);
  if (!evaluator_.step(instruction.fact.at)) return ready;
  Time cost = 0;
  if (instruction.cost)
    cost = evaluator_.integer(*instruction.cost);
  else
    result_.all_costs = false;
  if (overlap_) ready = overlap_->begin(instruction, evaluator_);
  const Time latency = instruction.latency ? evaluator_.integer(*instruction.latency) : cost;
  std::vector<bool> signals;
  for (const TokenUse& use : instruction.signals) signals.push_back(!use.condition || evaluator_.holds(*use.condition));
  if (overlap_) overlap_->end(instruction, ready + cost, ready + std::max(latency, cost));
  if (!only_costs_ || (overlap_ && configures(instruction))) evaluator_.run(instruction);
  for (size_t i = 0; i < signals.size() && observer_; ++i)
    if (signals[i]) observer_->gives(instruction.unit, instruction.signals[i].index);
  for (size_t i = 0; i < signals.size(); ++i)
    if (signals[i]) queues_[instruction.signals[i].index].push_back(ready + std::max(latency, cost));
  result_.cycles = std::max(result_.cycles, ready + std::max(latency, cost));
  return ready + cost;
}

bool Machine::configures(const Instruction& instruction) {
  const auto [at, fresh] = is_configuration_.try_emplace(&instruction);
  if (fresh) at->second = only_registers(chip_, effects_of(chip_, instruction.meaning));
  return at->second;
}

void Machine::in_order(const std::vector<Word>& program) {
  Time now = 0;
  for (size_t at = 0; at < program.size() && !evaluator_.ended();) {
    now = execute(at, program[at], now);
    if (evaluator_.stops || evaluator_.ended()) return;
    if (!evaluator_.jump) {
      ++at;
    } else if (*evaluator_.jump < 0 || *evaluator_.jump > static_cast<Number>(program.size())) {
      return evaluator_.fail(
          Outcome::Kind::illegal, decoded_[at]->fact.at,
          fmt::format("a jump to instruction {}, which the program doesn't have", to_string(*evaluator_.jump)));
    } else {
      at = static_cast<size_t>(*evaluator_.jump);
    }
  }
}

bool Machine::can_start(size_t index, const Word& word) {
  const Instruction* instruction = decoded_[index];
  if (!instruction || instruction->waits.empty()) return true;
  evaluator_.begin(*instruction, word);
  std::vector<size_t> needed(queues_.size(), 0);
  for (const TokenUse& use : instruction->waits)
    if (!use.condition || evaluator_.holds(*use.condition)) ++needed[use.index];
  for (size_t q = 0; q < queues_.size(); ++q)
    if (queues_[q].size() < needed[q]) return false;
  return true;
}

// Of an instruction for which begin() was called last; when the last of the tokens came.
Machine::Time Machine::take_tokens(const Instruction& instruction) {
  Time latest = 0;
  for (const TokenUse& use : instruction.waits) {
    if (use.condition && !evaluator_.holds(*use.condition)) continue;
    if (observer_) observer_->takes(instruction.unit, use.index);
    latest = std::max(latest, queues_[use.index].front());
    queues_[use.index].pop_front();
  }
  return latest;
}

// Each unit takes its instructions in the order of the program; between units only tokens make an order.
void Machine::in_units(const std::vector<Word>& program, uint32_t first) {
  std::vector<std::deque<size_t>> waiting(chip_.units.size());
  std::vector<Time> free(chip_.units.size(), 0);
  size_t left = program.size();
  for (size_t i = 0; i < program.size(); ++i) {
    if (!decoded_[i]) return void(execute(i, program[i], 0));
    waiting[decoded_[i]->unit].push_back(i);
  }
  for (bool moved = true; moved && left > 0 && !evaluator_.ended();) {
    moved = false;
    for (size_t n = 0; n < waiting.size() && !moved; ++n) {
      const size_t unit = (first + n) % waiting.size();
      if (waiting[unit].empty() || !can_start(waiting[unit].front(), program[waiting[unit].front()])) continue;
      if (evaluator_.ended()) return;
      const size_t index = waiting[unit].front();
      const Time tokens = take_tokens(*decoded_[index]);
      free[unit] = execute(index, program[index], std::max(free[unit], tokens));
      waiting[unit].pop_front();
      moved = true;
      --left;
      if (evaluator_.stops && left > 0)
        return evaluator_.fail(
            Outcome::Kind::illegal, decoded_[index]->fact.at,
            fmt::format("the program stops while {} instructions have not run; let it wait for them", left));
    }
  }
  if (left > 0 && !evaluator_.ended()) deadlock(program, waiting);
}

void Machine::deadlock(const std::vector<Word>& program, const std::vector<std::deque<size_t>>& waiting) {
  std::string why;
  size_t earliest = SIZE_MAX;
  for (const std::deque<size_t>& unit : waiting) {
    if (unit.empty()) continue;
    const size_t index = unit.front();
    earliest = std::min(earliest, index);
    evaluator_.begin(*decoded_[index], program[index]);
    for (const TokenUse& use : decoded_[index]->waits)
      if ((!use.condition || evaluator_.holds(*use.condition)) && queues_[use.index].empty())
        why += fmt::format("{}instruction {} ({}) waits for a token of {}", why.empty() ? "" : "; ", index,
                           decoded_[index]->name, use.queue);
  }
  evaluator_.outcome().instruction = earliest;
  evaluator_.fail(Outcome::Kind::deadlock, decoded_[earliest]->fact.at, why);
}

}  // namespace portolan::accelerator
