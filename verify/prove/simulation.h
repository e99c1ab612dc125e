// The proof itself: relations at pairs of cut points are weakened until they are inductive, then every obligation on
// every pair of paths is asked of the prover.
#pragma once

#include "verify/prove/apart.h"
#include "verify/prove/order.h"
#include "verify/prove/path_pair.h"
#include "verify/prove/prove.h"
#include "verify/prove/relation.h"
#include "verify/prove/touched.h"
#include "verify/prove/unspecified.h"

namespace portolan::prove {

struct Sides {
  const Summary& source;
  const Summary& target;
  const Symbols& symbols;
  const verify::Boundary& boundary;
  Term frame;                   // the variable that both frames are placed by, where they are shared
  bool timed = false;           // two copies: what shows while they run must be the same, and nothing else
  OrderCheck* order = nullptr;  // other threads are looking
  bool shared = false;          // or will be: what they see is assumed to be aligned
  Apart* apart = nullptr;       // pointer arguments are assumed not to overlap
};

class Simulation {
 public:
  Simulation(terms::Pool& pool, const Sides& sides, solve::Prover& prover, const solve::Limits& limits,
             FairClock::time_point deadline)
      : pool_(pool), sides_(sides), prover_(prover), limits_(limits), deadline_(deadline) {}

  // Relations by pair of cut points, the entries' pair with an empty one.
  void relate(Relation relation) { relations_[{relation.source, relation.target}] = std::move(relation); }
  // Paths of the target may be missing: that each of the source's is covered is then an obligation of its own.
  void paths_may_be_missing() { all_paths_ = false; }
  // Paths of the source that were compared to their end, and where; whether an input takes them nobody asked.
  const std::map<const Path*, std::vector<Term>>& compared() const { return compared_; }
  // Valuations under which obligations failed.
  std::vector<Suspect> take_suspects() { return std::move(suspects_); }
  // Weakens the relations until they are inductive, then discharges the obligations. True: all hold.
  bool prove(Proof& proof);

 private:
  using Pair = std::pair<BlockId, BlockId>;
  enum class Mode : uint8_t { weaken, discharge };

  bool out_of_time() const { return FairClock::now() > deadline_; }
  std::vector<Term> known_at(const Relation& relation);
  terms::Substitution end_of(PathPair& paths, const Relation& there);
  struct Walk;
  std::vector<Term> known_on(const Walk& walk, const Path& source);
  bool may_be_taken(PathPair& paths);
  // What a relation says of the end of a pair of paths, guess by guess in the relation's order.
  struct Claim {
    std::string what;
    Term condition;
    bool holds = true;
  };
  bool hold_all(Proof& proof);
  bool walk(const Pair& pair, Mode mode, Proof& proof);
  bool compare(Walk& walk, const Path& source, const Path& target, unsigned extended, Proof& proof);
  bool extend(Walk& walk, const Path& source, const Path& target, unsigned extended, Proof& proof);
  std::optional<Which> shorter(const Path& source, const Path& target) const;
  const std::vector<Path>* onward(Which which, const Pair& from, const Path& path);
  bool is_new_meeting(const PathPair& paths) const;
  void relate_arrival(PathPair& paths);
  std::vector<Claim> claims_of(PathPair& paths, const Relation& there);
  bool sift(PathPair& paths, std::vector<Claim*> claims);
  bool weaken(PathPair& paths, const Pair& there);
  bool discharge(const Walk& walk, PathPair& paths, Proof& proof);
  bool relation_holds(PathPair& paths, const Relation& there, Proof& proof);
  Term without_frame(Term memory);
  bool same_writes(PathPair& paths, Term source, Term target, Proof& proof);
  bool same_calls(const PathPair& paths) const;
  bool calls_agree(PathPair& paths, Unspecified& unspecified, Proof& proof);
  bool argument_agrees(PathPair& paths, const std::string& what, Term source, Term target, const CallEvent& call,
                       Unspecified& unspecified, Proof& proof);
  bool vector_count_covers(PathPair& paths, const CallEvent& call, Proof& proof);
  bool is_aligned(PathPair& paths, const Access& access, Proof& proof);
  bool accesses_agree(const Walk& walk, PathPair& paths, Proof& proof);
  bool touched_earlier(BlockId source_cut, PathPair& paths, const Access& access);
  bool touches_the_same(PathPair& paths, const Access& access);
  bool returns_agree(PathPair& paths, Unspecified& unspecified, Proof& proof);
  bool looks_the_same(PathPair& paths, Proof& proof);
  bool may_meet(const PathPair& paths) const;
  bool covered(const Path& source, const std::vector<Path>& target, terms::Substitution& start, Proof& proof);
  bool ask(PathPair& paths, std::string kind, std::string what, Term source, Term target, Proof& proof);
  void suspect(const solve::Answer& answer);
  void describe(Proof& proof) const;
  bool fail(Proof& proof, std::string reason, std::string detail);

  terms::Pool& pool_;
  Sides sides_;
  solve::Prover& prover_;
  solve::Limits limits_;
  FairClock::time_point deadline_;
  std::vector<Suspect> suspects_;
  std::map<Pair, Relation> relations_;
  bool all_paths_ = true;
  std::set<Pair> changed_;  // since they were last walked
  // Pairs of paths of which one must go on before they can meet, as far as is known; and how they go on.
  std::set<std::pair<const Path*, const Path*>> unequal_;
  std::map<const Path*, std::optional<std::vector<Path>>> onward_;
  std::map<const Path*, std::vector<Term>> compared_;
  std::optional<Touched> touched_;  // by the source
  uint32_t returns_ = 0;            // pairs of paths that return and may be taken
};

}  // namespace portolan::prove
