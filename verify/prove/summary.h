// All segments of one side: for each cut point, what is always true there on this side alone (registers that still hold
// what they held at entry, the stack pointer's place in the frame), variables for the rest, and the paths onward.
#pragma once

#include "verify/prove/executor.h"

namespace portolan::prove {

// Where a cut point's state has a variable.
struct Location {
  Slot slot = assembly::kNoSlot;  // its bits from `low` on; else in the frame:
  unsigned low = 0;
  int64_t offset = 0;
  unsigned bytes = 0;
  Term variable;
  bool live = true;
  std::string name;
};

struct CutPoint {
  State state;
  std::vector<Term> conditions;  // always true there: of entry values, and passed on every way
  std::vector<Location> locations;
  std::vector<Path> paths;
};

// The value that a state has at a location.
Term value_at(terms::Pool& pool, const State& state, const Location& location);

class Summary {
 public:
  Summary(terms::Pool& pool, const Side& side, Executor& executor) : pool_(pool), side_(side), executor_(executor) {}

  // From the entry on, until nothing changes. `universal`: the variables of the entry state, which mean the same
  // everywhere.
  std::optional<Failure> build(State entry, std::set<uint32_t> universal, const Limits& limits);
  // The entry alone, with every way that comes round a loop no more often than limits.visits says; what comes round
  // more often is left out.
  std::optional<Failure> build_bounded(State entry, const Limits& limits);
  const std::map<BlockId, CutPoint>& cuts() const { return cuts_; }
  const CutPoint& at(BlockId block) const { return cuts_.at(block); }
  const Side& side() const { return side_; }
  // Whether a term is of what the function began with only, so that it means the same at every cut point.
  bool closed(Term t) const;
  // Beginnings of loops to which no way goes back.
  std::set<BlockId> idle_loops() const;
  // A path from cut point `start` that came to another, with each of the ways on from there. Nothing: too many.
  std::optional<std::vector<Path>> continued(BlockId start, const Path& path) const {
    return executor_.resume(start, path, limits_);
  }

 private:
  // What arrives at a cut point: equal terms on all ways, or nothing.
  struct Facts {
    std::vector<std::vector<Term>> slots;  // by pieces of at most 64 bits
    std::map<int64_t, Term> frame;
    std::vector<Term> conditions;
  };

  std::optional<Failure> follow_all(const Limits& limits);
  // Whether some location of the frame is more than one, as is known by now.
  bool any_falls_apart() const;
  bool merge(BlockId block, const Path& path);
  void note_held(const Path& path);
  Term piece(Term slot, size_t n);
  State instantiate(BlockId block, std::vector<Location>& locations);

  terms::Pool& pool_;
  const Side& side_;
  Executor& executor_;
  Limits limits_;
  std::set<uint32_t> universal_;
  mutable std::map<uint32_t, bool> closed_;
  std::map<BlockId, Facts> facts_;
  std::map<BlockId, CutPoint> cuts_;
};

}  // namespace portolan::prove
