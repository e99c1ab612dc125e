#include "verify/solve/float_facts.h"

#include <optional>
#include <unordered_set>

#include "verify/solve/walk.h"
#include "verify/terms/domain.h"

namespace portolan::solve {
namespace {

unsigned exponent_bits(ir::FloatFormat format) {
  switch (format) {
    case ir::FloatFormat::f16:
      return 5;
    case ir::FloatFormat::f32:
      return 8;
    case ir::FloatFormat::f64:
      return 11;
    default:
      return 0;
  }
}

// The bits of one operand.
struct Number {
  Term negative, magnitude;  // sign and the rest, which orders numbers of one sign
  Term is_nan, is_zero;
};

Number number(Pool& pool, Term bits, unsigned exponent) {
  const unsigned width = pool.width(bits);
  const Term magnitude = pool.extract(bits, 0, width - 1);
  const terms::APInt infinity = terms::APInt::getHighBitsSet(width - 1, exponent);
  return {pool.extract(bits, width - 1, 1), magnitude, pool.ult(pool.constant(infinity), magnitude),
          pool.eq(magnitude, pool.constant(width - 1, 0))};
}

std::optional<Term> meaning(Pool& pool, Term comparison) {
  if (pool.kind(comparison) != terms::Kind::apply || pool.width(comparison) != 1) return std::nullopt;
  const auto inst = terms::floating_instruction(pool.name(comparison));
  const unsigned exponent = inst ? exponent_bits(inst->format) : 0;
  if (exponent == 0 || inst->lanes != 1 || pool.operands(comparison).size() != 2) return std::nullopt;
  const Term x = pool.operands(comparison)[0], y = pool.operands(comparison)[1];
  const Number a = number(pool, x, exponent), b = number(pool, y, exponent);
  const Term unordered = pool.bit_or(a.is_nan, b.is_nan), ordered = pool.bit_not(unordered);
  const Term both_zero = pool.bit_and(a.is_zero, b.is_zero);
  switch (inst->op) {
    case ir::Op::funordered:
      return unordered;
    case ir::Op::feq:
      return pool.bit_and(ordered, pool.bit_or(both_zero, pool.eq(x, y)));
    case ir::Op::flt: {
      const Term by_magnitude =
          pool.select(a.negative, pool.ult(b.magnitude, a.magnitude), pool.ult(a.magnitude, b.magnitude));
      const Term less = pool.select(pool.bit_xor(a.negative, b.negative), a.negative, by_magnitude);
      return pool.bit_and(pool.bit_and(ordered, pool.bit_not(both_zero)), less);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::vector<Term> float_facts(Pool& pool, std::span<const Term> roots) {
  std::vector<Term> facts;
  std::unordered_set<Term, terms::TermHash> done;
  for (const Term root : roots)
    for_each_below(
        root, done, [&](Term t) { return children(pool, t); },
        [&](Term t) {
          if (const auto bits = meaning(pool, t)) facts.push_back(pool.eq(t, *bits));
        });
  return facts;
}

}  // namespace portolan::solve
