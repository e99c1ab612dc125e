#include "verify/prove/unspecified.h"

#include <algorithm>
#include <set>

namespace portolan::prove {

namespace {

Term variable_of(const terms::Pool& pool, Term part) {
  return pool.kind(part) == terms::Kind::extract ? pool.operands(part)[0] : part;
}

}  // namespace

// A way that is taken for some values only fixes what they are, and so does memory that others see.
bool Unspecified::matters_elsewhere(Term variable) {
  const auto [at, fresh] = matters_.emplace(variable, false);
  if (!fresh) return at->second;
  std::vector<Term> work = source_.conditions;
  work.push_back(source_.state.memory);
  for (const CallEvent& call : source_.calls) work.push_back(call.memory);
  std::set<uint32_t> seen;
  while (!work.empty() && !at->second) {
    const Term t = work.back();
    work.pop_back();
    if (!seen.insert(t.id).second) continue;
    at->second = t == variable;
    work.insert(work.end(), pool_.operands(t).begin(), pool_.operands(t).end());
  }
  return at->second;
}

bool Unspecified::is_free(Term part, Use use) {
  const Term variable = variable_of(pool_, part);
  if (pool_.kind(variable) != terms::Kind::variable) return false;
  const std::string_view name = pool_.name(variable);
  const bool left = name.starts_with("s:clobbered") || name.starts_with("s:undefined");
  const bool found = entry_ && use != Use::result && name.starts_with("s:") && name.ends_with("@entry") &&
                     !name.starts_with("s:return_address");
  // Scalars are in the first result register of their kind, and what a signature that was inferred has beside it was
  // inferred from uses like this one.
  const bool second = use == Use::perhaps_argument && name.starts_with("call:") && name.find(".second") != name.npos;
  return (left || found || second) && !matters_elsewhere(variable);
}

bool Unspecified::any(Term source, Use use) {
  if (pool_.kind(source) != terms::Kind::concat) return is_free(source, use);
  const auto parts = pool_.operands(source);
  return std::any_of(parts.begin(), parts.end(), [&](Term part) { return is_free(part, use); });
}

bool Unspecified::compare(Term source, Term target, Use use, const std::function<bool(Term, Term)>& same) {
  std::vector<Term> parts = {source};
  if (pool_.kind(source) == terms::Kind::concat)
    parts.assign(pool_.operands(source).rbegin(), pool_.operands(source).rend());
  unsigned low = 0;
  for (const Term part : parts) {
    const Term there = pool_.extract(target, low, pool_.width(part));
    low += pool_.width(part);
    Term wanted = part;
    if (is_free(part, use)) {
      const auto [at, first] = chosen_.emplace(variable_of(pool_, part), std::pair{part, there});
      if (first) continue;
      // Of another part nothing is known.
      if (at->second.first == part) wanted = at->second.second;
    }
    if (!same(wanted, there)) return false;
  }
  return true;
}

}  // namespace portolan::prove
