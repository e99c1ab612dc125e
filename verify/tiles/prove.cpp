#include "verify/tiles/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "emulate/accelerator/machine.h"
#include "emulate/accelerator/reference.h"
#include "verify/solve/solve.h"
#include "verify/tiles/value_terms.h"

namespace portolan::tiles {

using namespace accelerator;

namespace {

// Calls body(flat, index) for each element, row by row.
template <class Body>
void for_elements(const State& state, const Body& body) {
  std::vector<Number> index(state.extent.size(), 0);
  for (uint64_t flat = 0; flat < static_cast<uint64_t>(state.elements()); ++flat) {
    body(flat, index);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < state.extent[d]) break;
      index[d] = 0;
    }
  }
}

// The bits of each element of the results, on both sides, for one drawing of the inputs.
struct Sides {
  std::string why;
  std::vector<Term> wanted, got;
};

class Runs {
 public:
  Runs(const Description& chip, const Description& specification, const TileProgram& program, const TileLimits& limits,
       terms::Pool& pool)
      : chip_(chip), spec_(specification), program_(program), limits_(limits), pool_(pool) {}

  Sides both(uint64_t seed) {
    Sides sides;
    ValueTerms wanted(pool_, spec_), got(pool_, chip_);
    Reference reference(spec_, limits_.steps);
    Machine machine(chip_, {limits_.steps, 10'000'000});
    draw(seed, reference, wanted, machine, got);
    reference.observe(&wanted);
    machine.observe(&got);
    if (const Outcome end = reference.run(); end.kind != Outcome::Kind::finished)
      sides.why = fmt::format("the specification ends as {}: {}", to_string(end.kind), end.why);
    else if (const RunResult run = machine.run(program_.words); run.outcome.kind != Outcome::Kind::finished)
      sides.why = fmt::format("the program ends as {}: {}", to_string(run.outcome.kind), run.outcome.why);
    else if (!wanted.why_lost().empty())
      sides.why = "specification: " + wanted.why_lost();
    else if (!got.why_lost().empty())
      sides.why = "program: " + got.why_lost();
    else if (!std::ranges::includes(wanted.rounded(), got.rounded()))
      sides.why = "the program makes a real number an integer that the specification doesn't";
    else if (pool_.size() > limits_.terms)
      sides.why = "too many terms";
    else
      results(reference, wanted, machine, got, sides);
    return sides;
  }

 private:
  void draw(uint64_t seed, Reference& reference, ValueTerms& wanted, Machine& machine, ValueTerms& got) {
    std::mt19937_64 random(seed);
    Store& host = *machine.external();
    const uint32_t external = external_state();
    for (const auto& [at, bytes] : program_.contents)
      for (size_t n = 0; n < bytes.size(); ++n) host.write(at + n, {bytes[n], true});
    for (const Placement& t : program_.tensors) {
      if (t.is_output) continue;
      const State& state = spec_.states[t.state];
      for_elements(state, [&](uint64_t flat, const std::vector<Number>& index) {
        const auto bits = random() & static_cast<uint64_t>(mask_of(state.type.width));
        const Term variable = pool_.variable(fmt::format("{}[{}]", state.name, flat), state.type.width);
        reference.tensor(t.state).write(flat, {bits, true});
        wanted.give(t.state, flat, variable);
        const uint64_t at = t.address(index);
        for (unsigned b = 0; b < t.bytes; ++b) {
          host.write(at + b, {(bits >> (8 * b)) & 0xff, true});
          got.give(external, at + b, pool_.extract(variable, 8 * b, 8));
        }
      });
    }
  }

  uint32_t external_state() const {
    for (uint32_t s = 0; s < chip_.states.size(); ++s)
      if (chip_.states[s].external) return s;
    return kNone;
  }

  void results(Reference& reference, const ValueTerms& wanted, Machine& machine, const ValueTerms& got, Sides& sides) {
    const uint32_t external = external_state();
    for (const Placement& t : program_.tensors) {
      if (!t.is_output) continue;
      const State& state = spec_.states[t.state];
      for_elements(state, [&](uint64_t flat, const std::vector<Number>& index) {
        const Cell cell = reference.tensor(t.state).read(flat);
        if (!cell.defined) sides.why = fmt::format("the specification leaves {} undefined", state.name);
        const auto right = wanted.cell(t.state, flat);
        sides.wanted.push_back(right ? *right : pool_.constant(state.type.width, cell.bits));
        std::vector<Term> parts;
        for (unsigned b = 0; b < t.bytes; ++b) {
          const uint64_t at = t.address(index) + b;
          const Cell byte = machine.external()->read(at);
          if (!byte.defined) sides.why = fmt::format("the program leaves element {} of {} undefined", flat, state.name);
          const auto found = got.cell(external, at);
          parts.push_back(found ? *found : pool_.constant(8, byte.bits));
        }
        sides.got.push_back(pool_.extract(pool_.join(parts), 0, state.type.width));
      });
    }
  }

  const Description& chip_;
  const Description& spec_;
  const TileProgram& program_;
  const TileLimits& limits_;
  terms::Pool& pool_;
};

}  // namespace

TileProof prove(const Description& chip, const Description& specification, const TileProgram& program, uint64_t seed,
                const TileLimits& limits) {
  TileProof proof;
  const auto fail = [&](std::string why) {
    proof.why = std::move(why);
    return proof;
  };
  for (const Placement& t : program.tensors) {
    const State& state = specification.states[t.state];
    if (state.within > 0) return fail("only results of which every bit is stated are proved");
    if (state.type.width % 8 != 0) return fail("elements that don't fill bytes");
  }
  if (std::ranges::none_of(program.tensors, &Placement::is_output)) return fail("no result lies in the host's memory");
  terms::Pool pool;
  Runs runs(chip, specification, program, limits, pool);
  const Sides sides = runs.both(seed);
  if (!sides.why.empty()) return fail(sides.why);
  // The terms are those of all inputs only if they are the same for other ones.
  const Sides again = runs.both(seed + 1);
  if (!again.why.empty()) return fail(again.why);
  if (again.wanted != sides.wanted || again.got != sides.got)
    return fail("internal: what results are in terms of the inputs depends on their contents");
  proof.elements = sides.wanted.size();
  solve::Prover prover(pool, {limits.time, uint64_t{2} << 30});
  prover.set_deadline(FairClock::now() + limits.time);
  for (size_t n = 0; n < sides.wanted.size(); ++n) {
    if (sides.wanted[n] == sides.got[n]) {
      ++proof.syntactic;
      continue;
    }
    if (proof.by_solver == limits.questions) return fail("too many elements need a solver");
    const solve::Answer answer = prover.holds({}, pool.eq(sides.wanted[n], sides.got[n]));
    if (answer.verdict != solve::Answer::Verdict::holds)
      return fail(fmt::format("element {} of the results: {}", n,
                              answer.verdict == solve::Answer::Verdict::fails ? "not the same" : answer.reason));
    ++proof.by_solver;
    for (const solve::SolverRun& run : answer.runs)
      if (std::ranges::find(proof.solvers, run.solver) == proof.solvers.end()) proof.solvers.push_back(run.solver);
  }
  proof.proved = true;
  return proof;
}

}  // namespace portolan::tiles
