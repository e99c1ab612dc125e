// Terms in the order in which they can be printed. Iterative: a term may be as deep as a program is long.
#pragma once

#include <span>
#include <unordered_set>
#include <vector>

#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;
using terms::TermHash;

// What hangs below a term: for a linear one its parts, else its operands.
inline std::vector<Term> children(const Pool& pool, Term t) {
  if (pool.kind(t) != terms::Kind::linear) {
    const std::span<const Term> operands = pool.operands(t);
    return {operands.begin(), operands.end()};
  }
  std::vector<Term> parts;
  for (const terms::Linear::Part& part : pool.linear(t).parts) parts.push_back(part.term);
  return parts;
}

// Calls visit(t) once for each term at or below `root` that is not in `done`, operands first, and puts it there.
// `below` gives what hangs below a term. `visit` may make terms.
template <class Below, class Visit>
void for_each_below(Term root, std::unordered_set<Term, TermHash>& done, Below below, Visit visit) {
  struct Open {
    Term term;
    std::vector<Term> below;
    size_t next = 0;
  };
  if (done.contains(root)) return;
  std::vector<Open> open;
  open.push_back({root, below(root)});
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next < top.below.size()) {
      const Term next = top.below[top.next++];
      if (!done.contains(next)) open.push_back({next, below(next)});
      continue;
    }
    const Term t = top.term;
    open.pop_back();
    if (done.insert(t).second) visit(t);
  }
}

}  // namespace portolan::solve
