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
  bool impossible() const { return given_.contradictory(); }
  // A term of either side, under the relation and the conditions.
  Term operator()(Term t) { return given_(start_(t)); }
  // The same without the conditions, for a question that states them.
  Term plain(Term t) { return start_(t); }
  const std::vector<Term>& conditions() const { return conditions_; }
  const Path& source() const { return source_; }
  const Path& target() const { return target_; }

 private:
  terms::Substitution& start_;
  terms::Substitution given_;
  const Path& source_;
  const Path& target_;
  std::vector<Term> conditions_;
};

}  // namespace portolan::prove
