// Memories compared write by write: many small questions where the one about all addresses at once is hard, because
// each read between the writes may meet each of them.
#include <fmt/format.h>

#include <algorithm>

#include "verify/prove/simulation.h"

namespace portolan::prove {

using solve::Answer;

namespace {

std::vector<Term> writes_of(const terms::Pool& pool, Term memory) {
  std::vector<Term> writes;
  for (; pool.kind(memory) == terms::Kind::write; memory = pool.operands(memory)[0]) writes.push_back(memory);
  std::reverse(writes.begin(), writes.end());
  return writes;
}

}  // namespace

// They began as one, and the same was written at the same places in the same order. False: that was not shown, which
// says nothing of whether they are the same.
bool Simulation::same_writes(PathPair& paths, Term source, Term target, Proof& proof) {
  const std::vector<Term> from = writes_of(pool_, source), to = writes_of(pool_, target);
  if (from.empty() || from.size() != to.size() || pool_.operands(from[0])[0] != pool_.operands(to[0])[0]) return false;
  std::vector<Obligation> shown;
  auto holds = [&](size_t n, Term a, Term b) {
    if (a == b) return true;
    Obligation obligation{"memory", fmt::format("write {} of {}", n + 1, from.size()), {}, {}, {}};
    obligation.source = fmt::format("{} -> {}", paths.from_source, paths.to_source);
    obligation.target = fmt::format("{} -> {}", paths.from_target, paths.to_target);
    obligation.answer = prover_.holds(paths.conditions(), pool_.eq(a, b));
    shown.push_back(obligation);
    return obligation.answer.verdict == Answer::Verdict::holds && obligation.answer.cross_checked;
  };
  for (size_t n = 0; n < from.size(); ++n) {
    // What was in memory before is the same by now: the target's reads are seen as reads of the source's memory.
    terms::Substitution before(pool_);
    if (n > 0 && from[n - 1] != to[n - 1]) before.replace(to[n - 1], from[n - 1]);
    const auto offsets = pool_.offsets(from[n]), others = pool_.offsets(to[n]);
    if (!std::equal(offsets.begin(), offsets.end(), others.begin(), others.end())) return false;
    const std::vector<Term> written(pool_.operands(from[n]).begin(), pool_.operands(from[n]).end());
    std::vector<Term> there;
    for (const Term t : pool_.operands(to[n]).subspan(1)) there.push_back(before(t));
    if (!holds(n, written[1], there[0])) return false;
    if (!holds(n, pool_.join(std::span(written).subspan(2)), pool_.join(std::span(there).subspan(1)))) return false;
  }
  proof.obligations.insert(proof.obligations.end(), shown.begin(), shown.end());
  return true;
}

}  // namespace portolan::prove
