// What makes a list of words a program: tokens between units, and no configuration twice.
#include <fmt/format.h>

#include <algorithm>

#include "emulate/accelerator/effects.h"
#include "translate/mapping/schedule.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

uint64_t mark_of(uint32_t state, uint64_t index) {
  return (state * 7919 + index + 1) * 0x9e3779b97f4a7c15u >> 7;
}

}  // namespace

// An instruction that only sets registers, to what they are, can go. Registers that depend on memories are not known
// here, and count as changed.
void Scheduler::drop_repeated() {
  std::map<const Instruction*, Effects> known;
  Evaluator evaluator(chip_, 1'000'000'000);
  const auto snapshot = [&](const std::set<uint32_t>& states) {
    std::vector<Cell> cells;
    for (uint32_t s : states)
      for (uint64_t i = 0; i < static_cast<uint64_t>(chip_.states[s].elements()); ++i)
        cells.push_back(evaluator.stores()[s].read(i));
    return cells;
  };
  std::vector<Word> kept;
  std::vector<size_t> place(out_.words.size() + 1);
  for (size_t w = 0; w < out_.words.size(); ++w) {
    place[w] = kept.size();
    const Instruction* instruction = decode(chip_, out_.words[w]).instruction;
    bool drop = false;
    if (instruction) {
      const auto [at, fresh] = known.try_emplace(instruction);
      Effects& effects = at->second;
      if (fresh) effects = effects_of(chip_, instruction->meaning);
      const auto is_register = [&](uint32_t s) { return chip_.states[s].is_register; };
      const bool known_effect = !effects.writes.empty() && only_registers(chip_, effects);
      bool ran = false;
      std::vector<std::pair<uint32_t, uint64_t>> marked;
      if (known_effect) {
        // What is undefined gets a mark, which stays where the instruction doesn't write.
        for (uint32_t s : effects.writes)
          for (uint64_t i = 0; i < static_cast<uint64_t>(chip_.states[s].elements()); ++i)
            if (!evaluator.stores()[s].read(i).defined) {
              evaluator.stores()[s].write(
                  i, {mark_of(s, i) & static_cast<uint64_t>(mask_of(chip_.states[s].type.width)), true});
              marked.emplace_back(s, i);
            }
        const std::vector<Cell> before = snapshot(effects.writes);
        evaluator.begin(*instruction, out_.words[w]);
        evaluator.run(*instruction);
        ran = !evaluator.ended();
        evaluator.outcome() = {};
        const std::vector<Cell> after = snapshot(effects.writes);
        drop = ran;
        for (size_t i = 0; i < after.size() && drop; ++i)
          drop = before[i].defined == after[i].defined && before[i].bits == after[i].bits;
        for (const auto& [s, i] : marked) {
          const Cell cell = evaluator.stores()[s].read(i);
          if (cell.bits == (mark_of(s, i) & static_cast<uint64_t>(mask_of(chip_.states[s].type.width))))
            evaluator.stores()[s].write(i, {});
        }
      }
      if (!ran) {
        for (uint32_t s : effects.writes)
          if (is_register(s))
            for (uint64_t i = 0; i < static_cast<uint64_t>(chip_.states[s].elements()); ++i)
              evaluator.stores()[s].write(i, {});
      }
    }
    if (!drop) kept.push_back(out_.words[w]);
  }
  place[out_.words.size()] = kept.size();
  for (Call& call : calls_) {
    call.begin = place[call.begin];
    call.end = place[call.end];
  }
  out_.words = std::move(kept);
}

// The queue by which word `to` can wait for word `from`: where in each the flags are.
std::optional<Scheduler::Edge> Scheduler::edge(size_t from, size_t to) const {
  const Instruction *first = decode(chip_, out_.words[from]).instruction,
                    *second = decode(chip_, out_.words[to]).instruction;
  for (const TokenUse& signal : first->signals)
    for (const TokenUse& wait : second->waits) {
      const bool flags = signal.condition && wait.condition && signal.condition->kind == Expression::Kind::local &&
                         wait.condition->kind == Expression::Kind::local;
      if (signal.index != wait.index || !flags) continue;
      return Edge{signal.index, &chip_.formats[first->format].fields[signal.condition->index],
                  &chip_.formats[second->format].fields[wait.condition->index]};
    }
  return std::nullopt;
}

// A token from one word to another, if its queue keeps its tokens in order then.
Scheduler::Given Scheduler::give(const Edge& edge, size_t from, size_t to, bool only_ask) {
  const auto at = last_edges_.find(edge.queue);
  if (at != last_edges_.end()) {
    const auto& [last_from, last_to] = at->second;
    if (last_from >= from && last_to <= to) return Given::already;  // a wait for this or something later
    if (last_from >= from || last_to > to) return Given::never;
    if (only_ask) return Given::now;
    // One token is enough for both: that of the later one.
    if (last_to == to) {
      const Instruction* earlier = decode(chip_, out_.words[last_from]).instruction;
      for (const TokenUse& signal : earlier->signals)
        if (signal.index == edge.queue && signal.condition && signal.condition->kind == Expression::Kind::local)
          put(chip_.formats[earlier->format].fields[signal.condition->index], 0, out_.words[last_from]);
    }
  }
  if (only_ask) return Given::now;
  last_edges_[edge.queue] = {from, to};
  put(*edge.signal, 1, out_.words[from]);
  put(*edge.wait, 1, out_.words[to]);
  return Given::now;
}

// Lets word `to` wait until word `from` of another unit is done; if no queue leads there, by way of a third unit.
bool Scheduler::token(size_t from, size_t to) {
  if (const auto direct = edge(from, to))
    return give(*direct, from, to, false) != Given::never || fail("two tokens of one queue for one instruction");
  for (size_t via = from + 1; via < to; ++via) {
    const auto first = edge(from, via);
    if (!first || give(*first, from, via, true) == Given::never) continue;
    const auto second = edge(via, to);
    if (!second || give(*second, via, to, true) == Given::never) continue;
    give(*first, from, via, false);
    give(*second, via, to, false);
    return true;
  }
  const Instruction *first = decode(chip_, out_.words[from]).instruction,
                    *second = decode(chip_, out_.words[to]).instruction;
  return fail(fmt::format("{} has to wait for {}, and no queue goes from unit {} to unit {}", second->name, first->name,
                          chip_.units[first->unit].name, chip_.units[second->unit].name));
}

// Orders what touches the same rows, and the end behind everything.
bool Scheduler::tokens() {
  struct Row {
    size_t writer = SIZE_MAX;
    std::map<uint32_t, size_t> readers;  // by unit: the last
  };
  std::map<std::pair<uint32_t, Number>, Row> rows;
  std::map<uint32_t, size_t> last_of_unit;
  std::vector<uint32_t> unit(out_.words.size());
  for (size_t w = 0; w < unit.size(); ++w) {
    const Instruction* instruction = decode(chip_, out_.words[w]).instruction;
    if (!instruction) return fail("a word that is no instruction");
    unit[w] = instruction->unit;
  }
  for (size_t c = 0; c < calls_.size(); ++c) {
    const Call& call = calls_[c];
    for (size_t w = call.begin; w < call.end; ++w) {
      std::map<uint32_t, size_t> needed;  // by unit: the last word to wait for
      const auto need = [&](size_t other) {
        if (other == SIZE_MAX || other >= w || unit[other] == unit[w]) return;
        const auto [at, fresh] = needed.emplace(unit[other], other);
        if (!fresh) at->second = std::max(at->second, other);
      };
      for (const Interval& i : call.reads)
        for (Number r = i.first; r < i.first + i.rows; ++r) need(rows[{i.state, r}].writer);
      for (const Interval& i : call.writes)
        for (Number r = i.first; r < i.first + i.rows; ++r) {
          need(rows[{i.state, r}].writer);
          for (const auto& [reader, word] : rows[{i.state, r}].readers) need(word);
        }
      if (w > call.begin) need(w - 1);
      const bool is_last = call.kind == 2 && c + 1 == calls_.size();
      for (const auto& [other, word] : needed)
        if (!token(word, w)) return false;
      // The end: what no queue leads from has been waited for by what one does.
      if (is_last)
        for (const auto& [other, word] : last_of_unit)
          if (other != unit[w] && !token(word, w)) why_.clear();
      last_of_unit[unit[w]] = w;
    }
    if (call.end == call.begin) continue;
    for (const Interval& i : call.reads)
      for (Number r = i.first; r < i.first + i.rows; ++r) rows[{i.state, r}].readers[unit[call.end - 1]] = call.end - 1;
    for (const Interval& i : call.writes)
      for (Number r = i.first; r < i.first + i.rows; ++r) rows[{i.state, r}] = {call.end - 1, {}};
  }
  return true;
}

void Scheduler::cost() {
  Machine machine(chip_);
  const RunResult all = machine.estimate(out_.words);
  out_.cycles = all.cycles;
  out_.all_costs = all.all_costs && all.outcome.kind == Outcome::Kind::finished;
  std::vector<int> kinds(out_.words.size(), 2);
  for (const Call& call : calls_)
    for (size_t w = call.begin; w < call.end; ++w) kinds[w] = call.kind;
  for (size_t w = 0; w < out_.words.size(); ++w) {
    const Instruction* instruction = decode(chip_, out_.words[w]).instruction;
    if (!instruction || !instruction->cost) continue;
    evaluator_.begin(*instruction, out_.words[w]);
    const auto cycles = static_cast<uint64_t>(std::max<Number>(0, evaluator_.integer(*instruction->cost)));
    // Configuration that goes with a transfer or a computation is control.
    const Effects effects = effects_of(chip_, instruction->meaning);
    const bool control = std::ranges::all_of(effects.writes, [&](uint32_t s) { return chip_.states[s].is_register; });
    (control || kinds[w] == 2 ? out_.other : kinds[w] == 1 ? out_.transfers : out_.arithmetic) += cycles;
  }
}

}  // namespace portolan::mapping
