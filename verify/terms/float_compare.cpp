// Comparisons of floating-point numbers: of two numbers one is less, equal or greater, or they are unordered. Flags and
// conditions are sets of these; each set has one form, whatever it was put together from.
#include <algorithm>

#include "verify/terms/domain.h"
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

std::optional<FloatRelation> atom_of(const Pool& pool, Term t) {
  if (pool.kind(t) != Kind::apply || pool.width(t) != 1) return std::nullopt;
  const auto inst = floating_instruction(pool.name(t));
  if (!inst) return std::nullopt;
  FloatRelation result{inst->format, pool.operands(t)[0], pool.operands(t)[1], 0};
  const bool turned = result.b < result.a;
  if (turned) std::swap(result.a, result.b);
  switch (inst->op) {
    case ir::Op::feq:
      result.set = kEqual;
      return result;
    case ir::Op::flt:
      result.set = turned ? kGreater : kLess;
      return result;
    case ir::Op::funordered:
      result.set = kUnordered;
      return result;
    default:
      return std::nullopt;
  }
}

bool same_values(const FloatRelation& x, const FloatRelation& y) {
  return x.format == y.format && x.a == y.a && x.b == y.b;
}

}  // namespace

std::optional<FloatRelation> relation_of(Pool& pool, Term t) {
  if (const auto base = complemented(pool, t)) {
    auto relation = relation_of(pool, *base);
    if (relation) relation->set ^= kAnyRelation;
    return relation;
  }
  if (pool.kind(t) != Kind::bit_or) return atom_of(pool, t);
  auto x = atom_of(pool, pool.operands(t)[0]);
  const auto y = x ? atom_of(pool, pool.operands(t)[1]) : std::nullopt;
  if (!y || !same_values(*x, *y)) return std::nullopt;
  x->set |= y->set;
  return x;
}

namespace {

Term atom(Pool& pool, const FloatRelation& r, unsigned which) {
  ir::Instruction inst;
  inst.op = which == kEqual ? ir::Op::feq : which == kUnordered ? ir::Op::funordered : ir::Op::flt;
  inst.format = r.format;
  inst.width = 1;
  const Term operands[] = {which == kGreater ? r.b : r.a, which == kGreater ? r.a : r.b};
  return TermDomain(pool).floating(inst, 1, operands);
}

std::vector<Term> atoms(Pool& pool, const FloatRelation& r, unsigned set) {
  std::vector<Term> result;
  for (unsigned which : {kLess, kEqual, kGreater, kUnordered})
    if (set & which) result.push_back(atom(pool, r, which));
  return result;
}

// The set as members of a conjunction.
std::vector<Term> conjuncts(Pool& pool, const FloatRelation& r) {
  if (r.set == 0) return {pool.bit(false)};
  std::vector<Term> members = atoms(pool, r, r.set);
  if (members.size() == 1) return members;
  if (members.size() == 2 && !(r.set & kUnordered)) return {pool.bit_or(members[0], members[1])};
  std::vector<Term> others = atoms(pool, r, kAnyRelation & ~r.set);
  for (Term& t : others) t = pool.bit_not(t);
  return others;
}

}  // namespace

void meet_float_relations(Pool& pool, llvm::SmallVectorImpl<Term>& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    auto first = relation_of(pool, list[i]);
    if (!first) continue;
    llvm::SmallVector<Term, 8> same, others;
    for (Term t : list) {
      const auto relation = relation_of(pool, t);
      const bool belongs = relation && same_values(*first, *relation);
      if (belongs) first->set &= relation->set;
      (belongs ? same : others).push_back(t);
    }
    if (same.size() < 2) continue;
    std::vector<Term> members = conjuncts(pool, *first);
    std::sort(members.begin(), members.end());
    std::sort(same.begin(), same.end());
    if (std::equal(members.begin(), members.end(), same.begin(), same.end())) continue;
    list.assign(others.begin(), others.end());
    list.append(members.begin(), members.end());
    i = SIZE_MAX;  // from the start
  }
}

std::optional<Term> difference_of_float_relations(Pool& pool, Term x, Term y) {
  auto first = relation_of(pool, x);
  const auto second = first ? relation_of(pool, y) : std::nullopt;
  if (!second || !same_values(*first, *second)) return std::nullopt;
  first->set ^= second->set;
  Term result = pool.bit(true);
  for (Term t : conjuncts(pool, *first)) result = pool.bit_and(result, t);
  return result;
}

}  // namespace portolan::terms
