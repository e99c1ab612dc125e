#include "verify/prove/trace.h"

#include <algorithm>
#include <map>
#include <set>

#include "verify/input.h"
#include "verify/solve/valuations.h"

namespace portolan::prove {
namespace {

using terms::APInt;
using verify::Random;

uint64_t mix(uint64_t a, uint64_t b) {
  return Random(a ^ (b * 0x9e3779b97f4a7c15)).next();
}

// Mostly small numbers: loops over them end soon, and strings have zero bytes.
uint64_t number(Random& random) {
  switch (random.below(10)) {
    case 0:
      return random.next();
    case 1:
      return uint64_t{1} << random.below(64);
    case 2:
      return ~random.below(16);
    case 3:
      return 0;
    default:
      return random.below(24);
  }
}

bool uses_compared(uint64_t seed, const Numbers& compared) {
  return seed % 2 == 0 && !compared.empty();
}

class Memory {
 public:
  Memory(uint64_t seed, const Numbers& compared) : seed_(seed), compared_(&compared) {}
  uint8_t byte(uint64_t address) const {
    if (const auto at = written_.find(address); at != written_.end()) return at->second;
    // A text of what is looked for.
    if (Random own(mix(seed_ + 5, address)); uses_compared(seed_, *compared_) && !own.one_in(3))
      return static_cast<uint8_t>((*compared_)[own.below(compared_->size())]);
    Random random(mix(seed_, address / 8));
    return static_cast<uint8_t>(number(random) >> (8 * (address % 8)));
  }
  void write(uint64_t address, uint8_t byte) { written_[address] = byte; }

 private:
  uint64_t seed_;
  const Numbers* compared_;
  std::unordered_map<uint64_t, uint8_t> written_;
};

class Run {
 public:
  Run(terms::Pool& pool, const Summary& summary, const Valuation& entry, uint64_t seed, const Numbers& compared,
      const Reads& reads)
      : pool_(pool),
        summary_(summary),
        entry_(entry),
        seed_(seed),
        compared_(compared),
        reads_wanted_(reads),
        initial_(seed, compared),
        now_(seed, compared) {}

  Trace run(const Start& start, size_t most, FairClock::time_point deadline);
  const Path* first_path();

 private:
  void prepare(BlockId block, const Valuation& values, terms::Evaluation& evaluation);
  const Path* choose(BlockId block, terms::Evaluation& evaluation);
  void set_results(BlockId block, terms::Evaluation& evaluation);
  void remember(Term memory, terms::Evaluation& evaluation);

  terms::Pool& pool_;
  const Summary& summary_;
  const Valuation& entry_;
  uint64_t seed_, calls_ = 0, reads_ = 0;
  const Numbers& compared_;
  const Reads& reads_wanted_;
  Memory initial_, now_;
};

const Path* Run::choose(BlockId block, terms::Evaluation& evaluation) {
  for (const Path& path : summary_.at(block).paths) {
    bool taken = true;
    for (const Term condition : path.conditions)
      if (!evaluation(condition).getBoolValue()) {
        taken = false;
        break;
      }
    if (taken) return &path;
  }
  return nullptr;
}

// Results of calls differ from call to call, though a segment names them by their place in it.
void Run::set_results(BlockId block, terms::Evaluation& evaluation) {
  for (const Path& path : summary_.at(block).paths)
    for (size_t n = 0; n < path.calls.size(); ++n)
      for (const Term result : path.calls[n].results) {
        Random random(
            mix(seed_, mix(calls_ + n, result.id == 0 ? 1 : std::hash<std::string_view>()(pool_.name(result)))));
        evaluation.set(result, APInt(pool_.width(result), number(random)));
      }
  // What other threads leave in memory.
  for (const Path& path : summary_.at(block).paths)
    for (size_t n = 0; n < path.seen.size(); ++n) {
      Random random(mix(seed_, mix(reads_ + n, 3)));
      const unsigned width = pool_.width(path.seen[n]);
      evaluation.set(path.seen[n], APInt(std::max(width, 64u), number(random)).trunc(width));
    }
}

// Brings the concrete memory to where the term says: the bytes written since the segment began, or a call's new memory
// and what was written after it.
void Run::remember(Term memory, terms::Evaluation& evaluation) {
  std::vector<std::pair<uint64_t, uint8_t>> bytes;
  while (pool_.kind(memory) == terms::Kind::write || pool_.kind(memory) == terms::Kind::memory_select) {
    if (pool_.kind(memory) == terms::Kind::memory_select) {
      memory = pool_.operands(memory)[evaluation(pool_.operands(memory)[0]).getBoolValue() ? 1 : 2];
      continue;
    }
    const uint64_t base = evaluation(pool_.operands(memory)[1]).getZExtValue();
    const auto offsets = pool_.offsets(memory);
    for (size_t n = 0; n < offsets.size(); ++n)
      bytes.emplace_back(base + static_cast<uint64_t>(offsets[n]),
                         evaluation(pool_.operands(memory)[n + 2]).getZExtValue());
    memory = pool_.operands(memory)[0];
  }
  const std::string_view name = pool_.name(memory);
  if (name.starts_with("memory.call")) now_ = Memory(mix(seed_, calls_ + 1000), compared_);
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at) now_.write(at->first, at->second);
}

void Run::prepare(BlockId block, const Valuation& values, terms::Evaluation& evaluation) {
  for (const auto& [variable, value] : entry_) evaluation.set(variable, value);
  for (const auto& [variable, value] : values) evaluation.set(variable, value);
  set_results(block, evaluation);
  evaluation.byte = [this](std::string_view name, uint64_t address) -> uint8_t {
    if (name == "memory.entry") return initial_.byte(address);
    if (name == "memory") return now_.byte(address);
    return static_cast<uint8_t>(mix(mix(seed_, calls_), address) + name.size() * 77 + (name.empty() ? 0 : name.back()));
  };
}

const Path* Run::first_path() {
  terms::Evaluation evaluation(pool_, seed_);
  prepare(0, {}, evaluation);
  return choose(0, evaluation);
}

// A loop's first turns, and then fewer and fewer: the loops around it come to their later turns too.
bool is_kept(uint64_t turn) {
  return turn < 12 || (turn & (turn - 1)) == 0;
}

Trace Run::run(const Start& start, size_t most, FairClock::time_point deadline) {
  Trace trace;
  std::map<BlockId, uint64_t> turns;
  trace.seed = seed_;
  BlockId block = start.block;
  Valuation values = start.values;
  while (trace.visits.size() < most && FairClock::now() < deadline) {
    terms::Evaluation evaluation(pool_, seed_);
    prepare(block, values, evaluation);
    const Path* path = choose(block, evaluation);
    if (path == nullptr) return trace;
    if (path->end != End::cut) {
      trace.complete = path->end != End::dropped;
      return trace;
    }
    Visit visit{path->block, {}};
    for (const Location& location : summary_.at(path->block).locations) {
      const Term term = value_at(pool_, path->state, location);
      if (term) visit.values.emplace(location.variable, evaluation(term));
    }
    remember(path->state.memory, evaluation);
    calls_ += path->calls.size();
    reads_ += path->seen.size();
    block = path->block;
    values = visit.values;
    visit.kept = is_kept(turns[block]++);
    if (!visit.kept) visit.values.clear();
    if (const auto wanted = reads_wanted_.find(block); visit.kept && wanted != reads_wanted_.end()) {
      terms::Evaluation here(pool_, seed_);
      prepare(block, values, here);
      for (const Term read : wanted->second)
        for (const Term t : {read, at_entry(pool_, read)}) visit.values.emplace(t, here(t));
    }
    trace.visits.push_back(std::move(visit));
  }
  return trace;
}

}  // namespace

Term at_entry(terms::Pool& pool, Term read) {
  return pool.load(pool.memory("memory.entry"), pool.operands(read)[1], pool.width(read));
}

std::vector<Term> reads_behind(const terms::Pool& pool, const CutPoint& cut) {
  constexpr size_t kMost = 8, kMostTerms = 2000;
  std::vector<Term> todo, found;
  for (const Path& path : cut.paths) {
    todo.insert(todo.end(), path.conditions.begin(), path.conditions.end());
    todo.insert(todo.end(), path.state.slots.begin(), path.state.slots.end());
  }
  std::set<Term> seen;
  while (!todo.empty() && seen.size() < kMostTerms && found.size() < kMost) {
    const Term t = todo.back();
    todo.pop_back();
    if (!seen.insert(t).second) continue;
    const auto operands = pool.operands(t);
    todo.insert(todo.end(), operands.begin(), operands.end());
    if (pool.kind(t) != terms::Kind::read || operands[0] != cut.state.memory || pool.width(t) > 64) continue;
    // What calls of the way gave is not known at its beginning.
    const std::vector<Term> variables = solve::variables_of(pool, operands.subspan(1));
    if (std::none_of(variables.begin(), variables.end(), [&](Term v) { return pool.name(v).starts_with("call:"); }))
      found.push_back(t);
  }
  return found;
}

namespace {

// The constants that some condition of the cut point's compares something with.
void note_compared(const terms::Pool& pool, const CutPoint& cut, std::set<Term>& seen, Numbers& compared) {
  constexpr size_t kMost = 48, kMostTerms = 4000;
  auto note = [&](const APInt& value) {
    if (value.getBitWidth() > 64 || compared.size() >= kMost) return;
    const uint64_t number = value.getZExtValue();
    if (std::find(compared.begin(), compared.end(), number) == compared.end()) compared.push_back(number);
  };
  std::vector<Term> todo;
  for (const Path& path : cut.paths) todo.insert(todo.end(), path.conditions.begin(), path.conditions.end());
  while (!todo.empty() && seen.size() < kMostTerms) {
    const Term t = todo.back();
    todo.pop_back();
    if (!seen.insert(t).second) continue;
    const terms::Kind kind = pool.kind(t);
    if ((kind == terms::Kind::eq || kind == terms::Kind::ult || kind == terms::Kind::slt) &&
        pool.width(pool.operands(t)[0]) != 0)
      for (const Term operand : pool.operands(t)) {
        const terms::Linear form = pool.linear(operand);
        // x + 5 < 3, as ranges are tested: -5 is where the range begins.
        if (const APInt* value = pool.constant_value(operand)) note(*value);
        if (!form.parts.empty() && !form.constant.isZero()) note(-form.constant);
      }
    for (const Term operand : pool.operands(t)) todo.push_back(operand);
  }
}

}  // namespace

Numbers compared_numbers(const terms::Pool& pool, std::initializer_list<const Summary*> sides) {
  Numbers compared;
  std::set<Term> seen;
  for (const Summary* side : sides)
    for (const auto& [block, cut] : side->cuts()) note_compared(pool, cut, seen, compared);
  return compared;
}

Valuation entry_values(terms::Pool& pool, const std::vector<Term>& variables, uint64_t seed, const Numbers& compared) {
  Random random(mix(seed, 17));
  Valuation values;
  for (const Term variable : variables) {
    const unsigned width = pool.width(variable);
    APInt value(width, 0);
    for (unsigned low = 0; low < width; low += 64)
      value.insertBits(APInt(std::min(64u, width - low), uses_compared(seed, compared) && random.one_in(3)
                                                             ? compared[random.below(compared.size())]
                                                             : number(random)),
                       low);
    // Frames lie where no small number points.
    if (pool.name(variable).ends_with("frame")) value = APInt(width, 0x7ffc'0000'0000 + (random.below(1 << 20) << 16));
    values.emplace(variable, value);
  }
  return values;
}

Trace run_trace(terms::Pool& pool, const Summary& summary, const Valuation& entry, const Start& start, uint64_t seed,
                const Numbers& compared, size_t most_visits, FairClock::time_point deadline, const Reads& reads) {
  return Run(pool, summary, entry, seed, compared, reads).run(start, most_visits, deadline);
}

const Path* path_taken(terms::Pool& pool, const Summary& summary, const Valuation& entry, uint64_t seed) {
  const Numbers none;
  const Reads no_reads;
  return Run(pool, summary, entry, seed, none, no_reads).first_path();
}

}  // namespace portolan::prove
