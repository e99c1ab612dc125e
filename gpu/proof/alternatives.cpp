#include "gpu/proof/alternatives.h"

#include <algorithm>
#include <array>

#include "verify/terms/domain.h"
#include "verify/terms/state.h"

namespace portolan::proof {
namespace {

using ir::Op;
using terms::Kind;
using terms::Pool;
using terms::Term;

void add(Pool& pool, Term t, bool negative, std::vector<Term>& all) {
  if (auto r = terms::relation_of(pool, t)) {
    if (negative) r->set ^= terms::kAnyRelation;
    terms::TermDomain domain(pool);
    auto compare = [&](Op op, Term a, Term b) {
      ir::Instruction one;
      one.op = op, one.format = r->format, one.width = 1;
      all.push_back(*domain.native(ir::Function(), one, std::array<Term, 2>{a, b}));
    };
    if (r->set & terms::kLess) compare(Op::flt, r->a, r->b);
    if (r->set & terms::kEqual) compare(Op::feq, r->a, r->b);
    if (r->set & terms::kGreater) compare(Op::flt, r->b, r->a);
    if (r->set & terms::kUnordered)
      for (Term operand : {r->a, r->b}) compare(Op::funordered, operand, operand);
    return;
  }
  if (const auto base = terms::complemented(pool, t)) return add(pool, *base, !negative, all);
  if (pool.kind(t) == (negative ? Kind::bit_and : Kind::bit_or)) {
    const std::vector<Term> parts(pool.operands(t).begin(), pool.operands(t).end());
    for (Term part : parts) add(pool, part, negative, all);
    return;
  }
  all.push_back(negative ? pool.bit_not(t) : t);
}

}  // namespace

Term one_of(Pool& pool, Term bit) {
  std::vector<Term> all;
  add(pool, bit, false, all);
  std::sort(all.begin(), all.end());
  Term any = pool.bit(false);
  for (Term part : all) any = pool.bit_or(any, part);
  return any;
}

}  // namespace portolan::proof
