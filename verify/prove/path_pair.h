// A path of the source beside one of the target, from the same pair of cut points, both seen under the relation there
// and under the conditions of both.
#pragma once

#include "verify/prove/summary.h"
#include "verify/solve/solve.h"
#include "verify/terms/rewrite.h"

namespace portolan::prove {

class PathPair {
 public:
  // `known`: conditions that the relation adds, on the cut points' variables.
  PathPair(terms::Pool& pool, terms::Substitution& start, std::span<const Term> known, const Path& source,
           const Path& target);

  // Conditions that contradict each other on sight: nothing runs like this.
  bool impossible() const { return contradictory_ || given_.contradictory(); }
  // A term of either side, under the relation and the conditions.
  Term operator()(Term t) { return given_(start_(t)); }
  // The same without the conditions, for a question that states them.
  Term plain(Term t) { return start_(t); }
  const std::vector<Term>& conditions() const { return conditions_; }
  const Path& source() const { return source_; }
  const Path& target() const { return target_; }
  // Where they begin and end, for people.
  std::string from_source, from_target, to_source, to_target;

 private:
  terms::Substitution& start_;
  terms::Substitution given_;
  const Path& source_;
  const Path& target_;
  std::vector<Term> conditions_;
  bool contradictory_ = false;
};

// Which paths may be taken together. Ways of one side from one cut point exclude each other, so one that is taken under
// the very conditions of a way of the other side is taken with no other.
std::vector<std::pair<const Path*, const Path*>> taken_together(terms::Substitution& start,
                                                                const std::vector<Path>& source,
                                                                const std::vector<Path>& target);

}  // namespace portolan::prove
