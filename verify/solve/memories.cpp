#include "verify/solve/memories.h"

#include <unordered_set>

#include "verify/solve/walk.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {

using terms::APInt;
using terms::Kind;

namespace {

Term address_of(Pool& pool, Term base, int64_t offset) {
  return pool.add(base, pool.constant(APInt(64, static_cast<uint64_t>(offset))));
}

bool is_memory_equation(const Pool& pool, Term t) {
  return pool.kind(t) == Kind::eq && pool.width(pool.operands(t)[0]) == 0;
}

// One condition for all bytes: both sides written, byte by byte.
std::optional<Term> expanded(Pool& pool, Term equation) {
  const Term a = pool.operands(equation)[0], b = pool.operands(equation)[1];
  const std::optional<Term> root = root_of(pool, a);
  if (!root || root != root_of(pool, b)) return std::nullopt;
  std::vector<Term> addresses = written_addresses(pool, a);
  for (Term address : written_addresses(pool, b)) addresses.push_back(address);
  std::unordered_set<Term, TermHash> seen;
  Term all = pool.bit(true);
  for (Term address : addresses)
    if (seen.insert(address).second)
      all = pool.bit_and(all, pool.eq(pool.load(a, address, 8), pool.load(b, address, 8)));
  return all;
}

}  // namespace

std::optional<Term> root_of(const Pool& pool, Term memory) {
  std::optional<Term> root;
  std::vector<Term> open{memory};
  std::unordered_set<Term, TermHash> seen;
  while (!open.empty()) {
    const Term t = open.back();
    open.pop_back();
    if (!seen.insert(t).second) continue;
    if (pool.kind(t) == Kind::write) {
      open.push_back(pool.operands(t)[0]);
    } else if (pool.kind(t) == Kind::memory_select) {
      open.push_back(pool.operands(t)[1]);
      open.push_back(pool.operands(t)[2]);
    } else {
      if (root && *root != t) return std::nullopt;
      root = t;
    }
  }
  return root;
}

std::vector<Term> written_addresses(Pool& pool, Term memory) {
  std::vector<Term> addresses, open{memory};
  std::unordered_set<Term, TermHash> seen, found;
  while (!open.empty()) {
    const Term t = open.back();
    open.pop_back();
    if (!seen.insert(t).second) continue;
    if (pool.kind(t) == Kind::write) {
      const Term below = pool.operands(t)[0], base = pool.operands(t)[1];
      const std::vector<int64_t> offsets(pool.offsets(t).begin(), pool.offsets(t).end());
      for (int64_t offset : offsets)
        if (const Term address = address_of(pool, base, offset); found.insert(address).second)
          addresses.push_back(address);
      open.push_back(below);
    } else if (pool.kind(t) == Kind::memory_select) {
      open.push_back(pool.operands(t)[1]);
      open.push_back(pool.operands(t)[2]);
    }
  }
  return addresses;
}

Term expand_memory_equations(Pool& pool, Term condition) {
  std::vector<Term> equations;
  std::unordered_set<Term, TermHash> done;
  for_each_below(
      condition, done, [&](Term t) { return children(pool, t); },
      [&](Term t) {
        if (is_memory_equation(pool, t)) equations.push_back(t);
      });
  if (equations.empty()) return condition;
  terms::Substitution replace(pool);
  bool any = false;
  for (Term equation : equations)
    if (const std::optional<Term> by = expanded(pool, equation)) {
      replace.replace(equation, *by);
      any = true;
    }
  return any ? replace(condition) : condition;
}

std::vector<ByteCase> byte_cases(Pool& pool, Term memory, Term address) {
  std::vector<ByteCase> cases;
  const Term always = pool.bit(true);
  for (;;) {
    // The pool knows which writes surely hit or miss.
    const Term loaded = pool.load(memory, address, 8);
    if (pool.kind(loaded) != Kind::read || pool.operands(loaded)[1] != address) {
      cases.push_back({always, loaded, {}});
      return cases;
    }
    memory = pool.operands(loaded)[0];
    if (pool.kind(memory) != Kind::write) {
      cases.push_back({always, {}, memory});
      return cases;
    }
    const std::vector<Term> operands(pool.operands(memory).begin(), pool.operands(memory).end());
    const std::vector<int64_t> offsets(pool.offsets(memory).begin(), pool.offsets(memory).end());
    for (size_t i = 0; i < offsets.size(); ++i) {
      const Term hit = pool.eq(address, address_of(pool, operands[1], offsets[i]));
      if (const APInt* known = pool.constant_value(hit); known != nullptr && known->isZero()) continue;
      cases.push_back({hit, operands[2 + i], {}});
      if (hit == always) return cases;
    }
    memory = operands[0];
  }
}

}  // namespace portolan::solve
