#include "translate/sketch/filling/path.h"

#include <charconv>

#include "emulate/ir_code.h"
#include "translate/sketch/filling/replay.h"
#include "verify/solve/solve.h"

namespace portolan::sketch::filling {
namespace {

using llvm::APInt;
using terms::Term;

constexpr size_t kTestsAtOnce = 6;                         // more of short ones, whose numbers say little each
constexpr size_t kMostTestsAtOnce = 40, kFewSteps = 1000;  // of all runs
constexpr size_t kMostSteps = 3000;

std::optional<int64_t> number(const std::string& text) {
  int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// The steps of one variant, without the instructions that fill its slot.
std::vector<const emulate::IrStep*> steps_of(emulate::IrCode& code, uint64_t begin, uint64_t end) {
  std::vector<const emulate::IrStep*> steps;
  for (uint64_t pc = begin; pc < end;) {
    const emulate::IrStep* step = code.at(pc);
    if (step == nullptr || step->size == 0 || !step->refusal.empty()) return {};
    steps.push_back(step);
    pc += step->size;
  }
  return steps;
}

// The affine function through three points: at p, p + 1 and q.
std::optional<Affine> through(const APInt& at_p, const APInt& at_next, const APInt& at_q, int64_t p, int64_t q) {
  const unsigned width = at_p.getBitWidth();
  const APInt vp(width, static_cast<uint64_t>(p), true), vq(width, static_cast<uint64_t>(q), true);
  const APInt factor = at_next - at_p, offset = at_p - factor * vp;
  if (factor * vq + offset != at_q) return std::nullopt;
  return Affine{factor, offset};
}

// Constants of the same place in three lifted instructions; nothing if they differ otherwise.
std::optional<std::map<ir::ValueId, Affine>> compare(const ir::Function& a, const ir::Function& b,
                                                     const ir::Function& c, int64_t p, int64_t q) {
  if (a.values.size() != b.values.size() || a.values.size() != c.values.size()) return std::nullopt;
  std::map<ir::ValueId, Affine> found;
  for (ir::ValueId v = 0; v < a.values.size(); ++v) {
    const APInt *x = a.constant(v), *y = b.constant(v), *z = c.constant(v);
    const bool same_op = a[v].op == b[v].op && a[v].op == c[v].op && a[v].width == b[v].width &&
                         a[v].width == c[v].width && a[v].operands == b[v].operands && a[v].operands == c[v].operands;
    if (!same_op || (x == nullptr && (a[v].index != b[v].index || a[v].index != c[v].index))) return std::nullopt;
    if (x == nullptr || (*x == *y && *x == *z)) continue;
    const std::optional<Affine> affine = through(*x, *y, *z, p, q);
    if (!affine) return std::nullopt;
    found[v] = *affine;
  }
  return found;
}

// What the variant leaves in slots if it does nothing but to load constants.
std::map<assembly::Slot, APInt> loaded(terms::Pool& pool, const std::vector<const emulate::IrStep*>& steps) {
  std::map<assembly::Slot, Term> slots;
  unsigned unknown = 0;
  for (const emulate::IrStep* step : steps) {
    std::vector<Term> values(step->function.values.size());
    const std::vector<ir::BlockId> blocks = straight_line(step->function);
    if (blocks.empty()) return {};
    std::vector<ir::ValueId> instructions;
    for (const ir::BlockId b : blocks)
      instructions.insert(instructions.end(), step->function.blocks[b].instructions.begin(),
                          step->function.blocks[b].instructions.end());
    for (const ir::ValueId v : instructions) {
      const ir::Instruction& i = step->function[v];
      std::vector<Term> operands;
      for (const ir::ValueId o : i.operands)
        operands.push_back(step->function.constant(o) != nullptr ? pool.constant(*step->function.constant(o))
                                                                 : values[o]);
      if (i.op == ir::Op::constant) continue;
      if (i.op == ir::Op::set_slot) {
        slots[i.index] = operands[0];
      } else if (i.op == ir::Op::get_slot) {
        const auto known = slots.find(i.index);
        values[v] = known != slots.end() ? known->second : pool.variable("slot" + std::to_string(i.index), i.width);
      } else if (const auto term = pure_term(pool, step->function, i, operands, unknown)) {
        values[v] = *term;
      } else {
        return {};
      }
    }
  }
  std::map<assembly::Slot, APInt> constants;
  for (const auto& [slot, term] : slots) {
    if (pool.constant_value(term) == nullptr) return {};
    constants[slot] = *pool.constant_value(term);
  }
  return constants;
}

// Three variants of a line that differ in one immediate tell how the line follows it.
class Follower {
 public:
  Follower(Runner& runner, const std::vector<Domain>& domains, const Choices& choices, HoleId hole)
      : runner_(runner), domains_(domains), choices_(choices), hole_(hole), code_(runner.image()) {}

  std::optional<Follows> follow(terms::Pool& pool, const Site& site) {
    std::map<int64_t, size_t> usable;  // values with a variant
    for (size_t n = 0; n < domains_[hole_].values.size() && usable.size() < 400; ++n)
      if (const auto v = number(domains_[hole_].values[n]); v && address(site, n) != 0) usable[*v] = n;
    // Not near zero, where encodings and meanings are special.
    for (auto p = usable.upper_bound(4); p != usable.end(); ++p) {
      const auto next = usable.find(p->first + 1), q = usable.upper_bound(p->first + 2);
      if (next == usable.end() || q == usable.end()) continue;
      return compare_variants(pool, site, *p, *next, *q);
    }
    return std::nullopt;
  }

 private:
  uint64_t address(const Site& site, size_t value) const {
    size_t code = 0, radix = 1;
    for (const HoleId h : site.holes) {
      if (h != hole_ && choices_[h] == kUnchosen) return 0;
      code += radix * (h == hole_ ? value : static_cast<size_t>(choices_[h]));
      radix *= domains_[h].values.size();
    }
    return site.variants[code];
  }

  using Value = std::pair<const int64_t, size_t>;
  std::optional<Follows> compare_variants(terms::Pool& pool, const Site& site, const Value& p, const Value& next,
                                          const Value& q) {
    std::vector<const emulate::IrStep*> steps[3];
    const Value* const values[] = {&p, &next, &q};
    for (int n = 0; n < 3; ++n) {
      const uint64_t begin = address(site, values[n]->second);
      steps[n] = steps_of(code_, begin, begin + runner_.layout().slot_bytes);
      if (steps[n].empty()) return std::nullopt;
    }
    Follows follows;
    const auto a = loaded(pool, steps[0]), b = loaded(pool, steps[1]), c = loaded(pool, steps[2]);
    if (!a.empty() && a.size() == b.size() && a.size() == c.size()) {
      for (const auto& [slot, value] : a) {
        const auto y = b.find(slot), z = c.find(slot);
        if (y == b.end() || z == c.end()) return std::nullopt;
        const auto affine = through(value, y->second, z->second, p.first, q.first);
        if (!affine) return std::nullopt;
        follows.loads[slot] = *affine;
      }
      return follows;
    }
    if (steps[0].size() != steps[1].size() || steps[0].size() != steps[2].size()) return std::nullopt;
    for (size_t n = 0; n < steps[0].size(); ++n) {
      auto constants = compare(steps[0][n]->function, steps[1][n]->function, steps[2][n]->function, p.first, q.first);
      if (!constants) return std::nullopt;
      follows.constants.push_back(std::move(*constants));
    }
    return follows;
  }

  Runner& runner_;
  const std::vector<Domain>& domains_;
  const Choices& choices_;
  HoleId hole_;
  emulate::IrCode code_;
};

// That results and buffers are what the source gives, where it says what they are.
Term agreement(terms::Pool& pool, const Replay& replay, const Test& test, const verify::Boundary& boundary,
               const Runner& runner, const Recording& recording) {
  Term all = pool.bit(true);
  const assembly::Machine& machine = assembly::Machine::get(runner.image().isa);
  for (const verify::BoundaryValue& value : boundary.results) {
    if (value.bits > 64) continue;
    const verify::Value first = runner.source().result(value, test.source.first),
                        second = runner.source().result(value, test.source.second);
    if (first != second) continue;
    const bool integer = value.target.kind == verify::Place::Kind::integer_result;
    const Term slot = replay.slot((integer ? machine.integer_results : machine.float_results)[value.target.index]);
    all = pool.bit_and(
        all, pool.eq(pool.extract(slot, 0, value.bits), pool.constant(APInt(64, first[0]).trunc(value.bits))));
  }
  for (size_t r = 0; r < recording.request.regions.size() && r < test.source.first.regions.size(); ++r) {
    const emulate::Region& region = recording.request.regions[r];
    const auto &first = test.source.first.regions[r], &second = test.source.second.regions[r];
    for (auto at = replay.bytes().lower_bound(region.address);
         at != replay.bytes().end() && at->first - region.address < std::min(first.size(), second.size()); ++at) {
      const size_t offset = at->first - region.address;
      if (first[offset] == second[offset])
        all = pool.bit_and(all, pool.eq(at->second, pool.constant(8, first[offset])));
    }
  }
  return all;
}

}  // namespace

std::optional<int64_t> PathSolver::solve(std::span<const Test> tests, const Choices& choices, HoleId hole,
                                         std::chrono::milliseconds time) {
  terms::Pool pool;
  const Term immediate = pool.variable("immediate", 64);
  std::map<const Site*, Follows> follows;
  Follower follower(runner_, domains_, choices, hole);
  for (const Site& site : runner_.layout().sites) {
    if ((site.mask & bit(hole)) == 0) continue;
    auto found = follower.follow(pool, site);
    if (!found) return std::nullopt;
    follows[&site] = std::move(*found);
  }
  Term wanted = pool.bit(true);
  size_t used = 0, steps = 0;
  for (const Test& test : tests) {
    if (used >= kMostTestsAtOnce || (used >= kTestsAtOnce && steps > kFewSteps)) break;
    if (test.stored_by_limit) continue;
    Recording recording;
    recording.most_steps = kMostSteps;
    const auto run = runner_.run(test, choices, &recording);
    if (!run || run->kind == RunResult::Kind::unchosen || recording.outside || recording.steps.size() > kMostSteps)
      continue;
    Replay replay(pool, immediate, runner_.image(), recording, follows);
    if (!replay.run()) continue;
    const bool ended = recording.ending == emulate::Ending::returned;
    const Term good =
        ended ? agreement(pool, replay, test, boundaries_[test.function], runner_, recording) : pool.bit(false);
    wanted = pool.bit_and(wanted, pool.bit_or(pool.bit_not(replay.path()), good));
    ++used, steps += recording.steps.size();
  }
  if (used == 0) return std::nullopt;
  const WideRange& range = *domains_[hole].wide;
  auto constant = [&pool](int64_t v) { return pool.constant(64, static_cast<uint64_t>(v)); };
  const std::vector<Term> assumptions = {pool.bit_not(pool.slt(immediate, constant(range.low))),
                                         pool.bit_not(pool.slt(constant(range.high), immediate))};
  solve::Limits limits;
  limits.time = time;
  const solve::Answer answer = solve::Prover(pool, limits).holds(assumptions, pool.bit_not(wanted));
  const auto model = answer.model.find("immediate");
  if (answer.verdict != solve::Answer::Verdict::fails || model == answer.model.end()) return std::nullopt;
  return model->second.getSExtValue();
}

}  // namespace portolan::sketch::filling
