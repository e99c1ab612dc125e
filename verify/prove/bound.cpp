// Bounds: both sides run for so many turns of each loop, where no relation was found that holds for all.
#include <fmt/format.h>

#include "ir/cfg.h"
#include "verify/prove/feasible.h"
#include "verify/prove/function_proof.h"

namespace portolan::prove {

namespace {
constexpr uint32_t kMostConstantTurns = 256;
}

// A pair that failed for want of a relation, say, may still be compared for a few turns of its loops.
bool FunctionProof::worth_bounding() const {
  const bool loops = source_->has_loops() || target_->has_loops();
  return loops && options_.unroll > 0 && proof_.reason != "unsupported" && proof_.reason != "indirect-control";
}

// Bounds come last: they may take all the time that is left.
// Loops that always turn as often are not loops at all then.
void FunctionProof::bound() {
  if (bounded()) return;
  // Perhaps the last guess of how the frames lie was the hindrance.
  if (source_frame_.variable == target_frame_.variable) {
    separate_frames();
    if (bounded()) return;
  }
  if (may_leave_nans_open()) {
    any_nan_ = true;
    any_nan_ = bounded();
  }
  if (any_nan_ || !options_.no_alias) return;
  no_overlap_ = true;
  no_overlap_ = bounded();
}

// A bound under which some code never runs says nothing about that code: of a loop that always turns more often,
// nothing at all.
bool FunctionProof::runs_everywhere(const std::set<BlockId>& compared) const {
  for (const BlockId block : ir::reverse_post_order(source_->function()))
    if (!compared.contains(block)) return false;
  return true;
}

bool FunctionProof::bounded() {
  const Proof before = proof_;
  Proof best = before;
  auto note = [&](const std::string& why) {
    if (best.level == Proof::Level::unknown) best.detail = before.detail + "\nno bound either: " + why;
  };
  deadline_ = begin_ + options_.time;
  // From few turns to many: what fails early fails later too, and what takes too long leaves what was reached.
  // Nothing returns within the bound: perhaps all loops turn a constant number of times.
  bool constant = true;
  for (uint32_t turns = 1; turns <= (constant ? kMostConstantTurns : options_.unroll) && FairClock::now() < deadline_;
       turns *= 2) {
    Frames frames(*this);
    Summary source(pool_, *source_, frames.source), target(pool_, *target_, frames.target);
    Limits limits;
    limits.any_nan = any_nan_;
    limits.visits = turns + 1;
    limits.deadline = deadline_;
    auto failure = source.build_bounded(entry_state(*source_, frames.source), limits);
    // The target may have a turn of the source's in front of its loop, or two of its own for one.
    limits.visits = turns + 2;
    if (!failure) failure = target.build_bounded(entry_state(*target_, frames.target), limits);
    if (failure) {
      note(fmt::format("{} turns: {}: {}", turns, failure->reason, failure->detail));
      break;
    }
    Sides sides{source, target, symbols_, own_, source_frame_.variable};
    std::optional<Apart> apart;
    if (no_overlap_) keep_apart(apart, source);
    if (apart) sides.apart = &*apart;
    Simulation simulation(pool_, sides, prover_, limits_, deadline_);
    simulation.relate(Relation{0, 0, {}, {}, {}});
    simulation.paths_may_be_missing();
    proof_ = {};
    const bool holds = simulation.prove(proof_);
    note_suspects(simulation);
    if (!holds) note(fmt::format("{} turns: {}: {}", turns, proof_.reason, proof_.detail));
    if (!holds && proof_.reason != "vacuous") break;
    if (!holds) continue;
    constant = false;
    // Nothing was left out: no run of either side turns more often.
    if (!frames.source.dropped() && !frames.target.dropped()) return true;
    if (!runs_everywhere(feasible_blocks(pool_, source, simulation.compared(), universal_, prover_, deadline_))) {
      note(fmt::format("{} turns: some of the source's code is not reached", turns));
      continue;
    }
    proof_.level = Proof::Level::bounded;
    proof_.bound = turns;
    proof_.detail = before.reason + ": " + before.detail;
    best = proof_;
  }
  proof_ = std::move(best);
  return proof_.level != Proof::Level::unknown;
}

}  // namespace portolan::prove
