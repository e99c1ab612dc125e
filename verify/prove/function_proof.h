// One function's proof on its way: what is tried one after the other, and what that needs in common.
#pragma once

#include <optional>

#include "verify/prove/nan_bits.h"
#include "verify/prove/simulation.h"

namespace portolan::prove {

using verify::Boundary;

class FunctionProof {
 public:
  FunctionProof(const Code& source, const Code& target, const Boundaries& boundaries, const Boundary& own,
                const Options& options)
      : source_code_(source),
        target_code_(target),
        boundaries_(boundaries),
        own_(own),
        options_(options),
        begin_(FairClock::now()),
        end_(begin_ + options.time),
        symbols_(pool_, source.index.unit(), target.index.unit()),
        limits_{std::min(options.time, std::chrono::milliseconds(5000)), options.solver_memory},
        prover_(pool_, limits_) {}

  Proof run();

 private:
  bool unknown(std::string reason, std::string detail) {
    proof_.level = Proof::Level::unknown;
    proof_.reason = std::move(reason);
    proof_.detail = std::move(detail);
    return false;
  }
  // Executors of both sides over frames of their own.
  struct Frames {
    explicit Frames(FunctionProof& proof)
        : source(proof.pool_, *proof.source_, proof.symbols_, proof.source_frame_),
          target(proof.pool_, *proof.target_, proof.symbols_, proof.target_frame_) {
      target.pass_no_more_than(source);
    }
    Executor source, target;
  };

  bool is_timed() const { return options_.slow_lines != nullptr; }
  FairClock::duration time_left() const { return begin_ + options_.time - FairClock::now(); }
  Term frame_variable(std::string_view name);
  void begin_with_parameters();
  State entry_state(const Side& side, Executor& executor);
  void attempt();
  void attempt_any();
  std::optional<std::pair<Side, Side>> cut_at_joins();
  bool attempt_between_joins(bool alone);
  bool attempt_with_fewer_cuts();
  bool attempt_between_calls();
  bool attempt_with(const Side& cut_source, const Side& cut_target);
  Expected<Side> make_side(Which which, bool cut_at_calls);
  void drop_idle_cuts(Side& side);
  bool attempt_copies();
  bool attempt_without_overlap();
  void check_order();
  bool keep_apart(std::optional<Apart>& apart, const Summary& source);
  std::vector<Term> pointer_parameters() const;
  bool find_secret_accesses();
  bool may_leave_nans_open();
  bool unbounded();
  bool summarise(Executor& executor, const Side& side, Summary& summary, const Limits& limits);
  void note_suspects(Simulation& simulation);
  std::optional<FrameSurvey> survey(const Side& side, const FrameLayout& frame);
  void separate_frames();
  bool share_frames();
  bool worth_bounding() const;
  bool bounded();
  void bound();
  bool runs_everywhere(const std::set<BlockId>& compared) const;
  bool in_lockstep(const Sides& sides);
  void place_frames(const FrameSurvey& source, const FrameSurvey& target, int64_t distance);
  void assume(std::string id, std::string kind, std::string text) {
    proof_.assumptions.push_back({std::move(id), std::move(kind), std::move(text)});
  }
  void list_assumptions();

  const Code& source_code_;
  const Code& target_code_;
  const Boundaries& boundaries_;
  const Boundary& own_;
  const Options& options_;
  FairClock::time_point begin_, deadline_;
  FairClock::time_point end_;  // of what is tried now
  const Side* source_ = nullptr;
  const Side* target_ = nullptr;
  std::optional<UnknownCallee> any_callee_;
  FrameLayout source_frame_, target_frame_;
  bool frames_shared_ = false, any_nan_ = false;
  std::optional<std::pair<NanBits, NanBits>> nan_bits_;
  bool copies_ = false;              // both sides may find the same wherever nobody gave them anything
  bool no_overlap_ = false;          // pointer arguments are assumed not to overlap
  std::optional<OrderCheck> order_;  // what other threads see is looked at
  std::vector<size_t> kept_apart_;   // those that it is assumed of, from 1
  std::set<std::pair<uint32_t, bool>> secret_accesses_;  // Limits::secret_accesses
  terms::Pool pool_;
  Symbols symbols_;
  solve::Limits limits_;
  solve::Prover prover_;
  std::vector<Term> parameters_, universal_;
  std::vector<Term> others_;  // the target's parameters: the source's, but for secrets
  Proof proof_;
  std::vector<Suspect> suspects_;
};

}  // namespace portolan::prove
