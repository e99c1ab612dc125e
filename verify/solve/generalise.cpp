#include "verify/solve/generalise.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "verify/solve/walk.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {

using terms::Kind;
using terms::Pool;
using terms::Term;

namespace {

// Multiplications by numbers with few bits are a few additions.
bool has_hard_factor(const Pool& pool, Term t) {
  constexpr unsigned kFewBits = 3;
  for (const terms::Linear::Part& part : pool.linear(t).parts)
    if (part.coefficient.popcount() > kFewBits && (-part.coefficient).popcount() > kFewBits) return true;
  return false;
}

bool is_hard(const Pool& pool, Term t) {
  switch (pool.kind(t)) {
    case Kind::mul:
    case Kind::umulh:
    case Kind::smulh:
    case Kind::udiv:
    case Kind::urem:
    case Kind::sdiv:
    case Kind::srem:
    case Kind::read:
      return true;
    case Kind::apply:
      return pool.width(t) != 0;
    case Kind::linear:
      return has_hard_factor(pool, t);
    default:
      return false;
  }
}

}  // namespace

std::optional<Term> generalised(Pool& pool, Term condition) {
  constexpr size_t kMostTerms = 20000;
  std::map<Term, unsigned> uses;
  std::set<Term> seen;
  std::vector<Term> work = {condition};
  while (!work.empty()) {
    const Term t = work.back();
    work.pop_back();
    if (!seen.insert(t).second) continue;
    if (seen.size() > kMostTerms) return std::nullopt;
    for (const Term operand : children(pool, t)) {
      ++uses[operand];
      work.push_back(operand);
    }
  }
  terms::Substitution general(pool);
  bool any = false;
  for (const auto& [t, count] : uses) {
    if (count < 2 || !is_hard(pool, t)) continue;
    general.replace(t, pool.variable(fmt::format(".part{}", t.id), pool.width(t)));
    any = true;
  }
  if (!any) return std::nullopt;
  return general(condition);
}

}  // namespace portolan::solve
