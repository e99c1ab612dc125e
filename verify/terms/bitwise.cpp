// and, or, xor: flat lists of distinct operands, sorted, kept as a comb of two-operand nodes (a constant last).
// Complements move outwards; values that share no bit are added, which makes a concat of them.
#include <algorithm>

#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

constexpr size_t kLongest = 64;  // operands of one list

using Terms = llvm::SmallVector<Term, 8>;

Term combine(Pool& pool, Kind kind, Term a, Term b) {
  return kind == Kind::bit_and ? pool.bit_and(a, b) : kind == Kind::bit_or ? pool.bit_or(a, b) : pool.bit_xor(a, b);
}

// Runs of equal bits, as lengths from the lowest; nothing if there are more than `most`.
std::vector<unsigned> runs_of(const APInt& mask, unsigned most) {
  std::vector<unsigned> runs;
  for (unsigned at = 0; at < mask.getBitWidth();) {
    APInt rest = mask.lshr(at);
    const unsigned run = std::min(rest[0] ? rest.countr_one() : rest.countr_zero(), mask.getBitWidth() - at);
    if (runs.size() == most) return {};
    runs.push_back(run);
    at += run;
  }
  return runs;
}

Term by_pieces(Pool& pool, Kind kind, Term a, Term b, std::span<const unsigned> lengths) {
  Terms parts;
  unsigned at = 0;
  for (unsigned length : lengths) {
    parts.push_back(combine(pool, kind, pool.extract(a, at, length), pool.extract(b, at, length)));
    at += length;
  }
  return pool.join({parts.data(), parts.size()});
}

// Where a concat's pieces begin and end, both operands' together.
std::vector<unsigned> boundaries(const Pool& pool, Term a, Term b) {
  std::vector<unsigned> ends;
  for (Term t : {a, b}) {
    if (pool.kind(t) != Kind::concat) continue;
    unsigned at = 0;
    const auto pieces = pool.operands(t);
    for (size_t i = pieces.size(); i-- > 0;) ends.push_back(at += pool.width(pieces[i]));
  }
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  for (size_t i = ends.size(); i-- > 1;) ends[i] -= ends[i - 1];
  return ends;
}

// A constant operand taken apart: runs that leave or set the other's bits.
std::optional<Term> with_constant(Pool& pool, Kind kind, Term t, const APInt& value) {
  const unsigned w = pool.width(t);
  if (kind == Kind::bit_xor) {
    if (value.isZero()) return t;
    if (value.isAllOnes()) return w == 1 ? std::nullopt : std::optional(pool.bit_not(t));
    if (value.isMinSignedValue()) return pool.add(t, pool.constant(value));
  } else {
    const bool neutral = kind == Kind::bit_and ? value.isAllOnes() : value.isZero();
    if (neutral) return t;
    if (kind == Kind::bit_and ? value.isZero() : value.isAllOnes()) return pool.constant(value);
  }
  const unsigned most = kind == Kind::bit_xor ? 3 : std::max(8u, w / 4);
  const std::vector<unsigned> runs = runs_of(value, most);
  if (runs.empty()) return std::nullopt;
  return by_pieces(pool, kind, t, pool.constant(value), runs);
}

void gather(Pool& pool, Kind kind, Term t, Terms& list) {
  if (pool.kind(t) == kind && list.size() < kLongest) {
    gather(pool, kind, pool.operands(t)[0], list);
    gather(pool, kind, pool.operands(t)[1], list);
    return;
  }
  // ~(a | b) in a conjunction is ~a, ~b; the same the other way round.
  const Kind dual = kind == Kind::bit_and ? Kind::bit_or : Kind::bit_and;
  if (kind != Kind::bit_xor && list.size() < kLongest) {
    if (const auto base = complemented(pool, t); base && pool.kind(*base) == dual) {
      Terms inner;
      gather(pool, dual, *base, inner);
      for (Term part : inner) list.push_back(pool.bit_not(part));
      return;
    }
  }
  list.push_back(t);
}

Term comb(Pool& pool, Kind kind, const Terms& list) {
  Term result = list[0];
  for (size_t i = 1; i < list.size(); ++i) {
    const Term pair[] = {result, list[i]};
    result = pool.state().make({kind, pool.width(result), pair, 0, {}, {}});
  }
  return result;
}

void sort_unique(Terms& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

bool contains(const Terms& list, Term t) {
  return std::find(list.begin(), list.end(), t) != list.end();
}

void remove(Terms& list, Term t) {
  list.erase(std::find(list.begin(), list.end(), t));
}

// One comparison of a conjunction, `a < b` or its complement, against the others. True: the list has changed.
bool simplify_comparison(Pool& pool, Terms& list, Term t, bool holds, Term a, Term b, bool is_signed) {
  const Term equal = pool.eq(a, b), more = is_signed ? pool.slt(b, a) : pool.ult(b, a);
  const Term not_equal = pool.bit_not(equal), not_more = pool.bit_not(more);
  auto drop = [&](Term other) {
    if (other == t || pool.constant_value(other) || !contains(list, other)) return false;
    remove(list, other);
    return true;
  };
  auto replace = [&](Term other, Term by) {
    if (!drop(other)) return false;
    remove(list, t);
    if (!contains(list, by)) list.push_back(by);
    return true;
  };
  const Term never = pool.bit(false);
  if (holds) return drop(not_equal) || drop(not_more) || replace(equal, never) || replace(more, never);
  return replace(not_equal, more) || replace(not_more, equal) || replace(more, more) || replace(equal, equal);
}

// The sign of a value, or its complement, against equations of the value with 0.
bool simplify_sign(Pool& pool, Terms& list, Term t, bool negative, Term value) {
  const Term equal = pool.eq(value, pool.constant(pool.width(value), 0)), not_equal = pool.bit_not(equal);
  if (t == equal || t == not_equal) return false;
  if (negative && contains(list, equal)) {
    list = {pool.bit(false)};
    return true;
  }
  const Term implied = negative ? not_equal : t;
  if (!contains(list, negative ? not_equal : equal)) return false;
  remove(list, implied);
  return true;
}

// Comparisons of the same two values in a conjunction.
void simplify_conjunction(Pool& pool, Terms& list) {
  for (size_t i = 0; i < list.size() && list.size() > 1;) {
    const Term t = list[i];
    const auto base = complemented(pool, t);
    const Node& node = pool.state()[base ? *base : t];
    bool changed = false;
    if (node.kind == Kind::extract && node.extra + 1 == pool.width(node.operands[0])) {
      changed = simplify_sign(pool, list, t, !base, node.operands[0]);
    }
    if (node.kind == Kind::ult || node.kind == Kind::slt) {
      const Term a = node.operands[0], b = node.operands[1];
      const bool is_signed = node.kind == Kind::slt;
      changed = simplify_comparison(pool, list, t, !base, a, b, is_signed);
      if (const APInt* limit = changed ? nullptr : pool.constant_value(b)) {
        // a < limit is not (limit - 1 < a)
        changed = simplify_comparison(pool, list, t, base.has_value(), pool.constant(*limit - 1), a, is_signed);
      }
    }
    i = changed ? 0 : i + 1;
  }
}

void simplify_bits(Pool& pool, Kind kind, Terms& list) {
  if (list.size() < 2 || list.size() > 16) return;
  if (kind == Kind::bit_and) {
    simplify_conjunction(pool, list);
    return meet_float_relations(pool, list);
  }
  for (Term& t : list) t = pool.bit_not(t);
  simplify_conjunction(pool, list);
  meet_float_relations(pool, list);
  for (Term& t : list) t = pool.bit_not(t);
}

// (a < b) | (a == b & c) is a choice by a == b: carries and borrows of numbers of several words.
std::optional<Term> choice_by_equality(Pool& pool, Term less, Term rest) {
  const Kind kind = pool.kind(less);
  if ((kind != Kind::ult && kind != Kind::slt) || pool.kind(rest) != Kind::bit_and) return std::nullopt;
  const Term equal = pool.eq(pool.operands(less)[0], pool.operands(less)[1]);
  Terms list;
  gather(pool, Kind::bit_and, rest, list);
  if (!contains(list, equal)) return std::nullopt;
  remove(list, equal);
  Term others = pool.bit(true);
  for (Term t : list) others = pool.bit_and(others, t);
  return pool.select(equal, others, less);
}

// and(x, sext(bit)) = bit ? x : 0; or: bit ? -1 : x.
std::optional<Term> masked_by_bit(Pool& pool, Kind kind, Term a, Term b) {
  const unsigned w = pool.width(a);
  if (w == 1) return std::nullopt;
  if (pool.kind(a) == Kind::sext) std::swap(a, b);
  if (pool.kind(b) != Kind::sext || pool.width(pool.operands(b)[0]) != 1) return std::nullopt;
  const Term bit = pool.operands(b)[0];
  return kind == Kind::bit_and ? pool.select(bit, a, pool.constant(w, 0))
                               : pool.select(bit, pool.constant(APInt::getAllOnes(w)), a);
}

// (bit ? x : 0) | (bit ? 0 : y), also with xor.
std::optional<Term> join_choices(Pool& pool, Term a, Term b) {
  const Node &x = pool.state()[a], &y = pool.state()[b];
  if (x.kind != Kind::select || y.kind != Kind::select || x.operands[0] != y.operands[0]) return std::nullopt;
  auto is_zero = [&](Term t) { return pool.constant_value(t) && pool.constant_value(t)->isZero(); };
  if (is_zero(x.operands[1]) && is_zero(y.operands[2])) return pool.select(x.operands[0], y.operands[1], x.operands[2]);
  if (is_zero(x.operands[2]) && is_zero(y.operands[1])) return pool.select(x.operands[0], x.operands[1], y.operands[2]);
  return std::nullopt;
}

// (x << n) | (x >> -n), both counts modulo the width.
std::optional<Term> rotation_of(Pool& pool, Term a, Term b) {
  if (pool.kind(a) == Kind::lshr) std::swap(a, b);
  if (pool.kind(a) != Kind::shl || pool.kind(b) != Kind::lshr || pool.operands(a)[0] != pool.operands(b)[0])
    return std::nullopt;
  const Term x = pool.operands(a)[0], left = pool.operands(a)[1], right = pool.operands(b)[1];
  const unsigned w = pool.width(x), bits = APInt(32, w).logBase2();
  if (w < 4 || (w & (w - 1)) != 0) return std::nullopt;
  const unsigned count_width = pool.width(left);
  // Both counts below the width, and their sum 0 modulo the width.
  const APInt high = APInt::getHighBitsSet(count_width, count_width - bits);
  for (Term count : {left, right})
    if (!high.isSubsetOf(pool.known_bits(count).first)) return std::nullopt;
  const Term n = pool.extract(left, 0, bits);
  if (pool.negate(n) != pool.extract(right, 0, bits)) return std::nullopt;
  return pool.rotl(x, n);
}

// The list of an `and` (of an `or`, with `dual`), sorted, without constants.
Term build_and_or(Pool& pool, Kind kind, Terms list, const std::optional<APInt>& value) {
  const unsigned w = pool.width(list[0]);
  sort_unique(list);
  const bool conjunction = kind == Kind::bit_and;
  const Term absorbing = pool.constant(conjunction ? APInt(w, 0) : APInt::getAllOnes(w));
  Terms bases;
  for (Term t : list) {
    const auto base = complemented(pool, t);
    if (!base) continue;
    if (std::binary_search(list.begin(), list.end(), *base)) return absorbing;
    bases.push_back(*base);
  }
  // and: ~a & ~b = ~(a | b). or: a | ~b = ~(~a & b).
  const bool flip =
      conjunction ? bases.size() == list.size() && list.size() > 1 && !value : !bases.empty() && list.size() > 1;
  if (flip) {
    Terms inner;
    for (Term t : list) inner.push_back(pool.bit_not(t));
    return pool.bit_not(build_and_or(pool, conjunction ? Kind::bit_or : Kind::bit_and, inner,
                                     value ? std::optional(~*value) : std::nullopt));
  }
  const Term result = comb(pool, kind, list);
  return value ? comb(pool, kind, {result, pool.constant(*value)}) : result;
}

Term and_or(Pool& pool, Kind kind, Term a, Term b) {
  Terms list, open;
  gather(pool, kind, a, list);
  gather(pool, kind, b, list);
  std::optional<APInt> value;
  for (Term t : list) {
    if (const APInt* constant = pool.constant_value(t)) {
      if (!value) {
        value = *constant;
      } else if (kind == Kind::bit_and) {
        *value &= *constant;
      } else {
        *value |= *constant;
      }
    } else {
      open.push_back(t);
    }
  }
  if (pool.width(a) == 1) {
    simplify_bits(pool, kind, open);
    for (size_t i = 0; i < open.size();) {
      if (const APInt* constant = pool.constant_value(open[i])) {
        value = value ? (kind == Kind::bit_and ? *value & *constant : *value | *constant) : *constant;
        open.erase(open.begin() + i);
      } else {
        ++i;
      }
    }
    if (open.empty() && !value) return pool.bit(kind == Kind::bit_and);
  }
  if (open.empty()) return pool.constant(*value);
  if (value && (kind == Kind::bit_and ? value->isZero() : value->isAllOnes())) return pool.constant(*value);
  // A constant that the other operand brought along changes which runs there are.
  const APInt* given = pool.constant_value(b);
  if (value && !(given && *given == *value)) {
    return combine(pool, kind, build_and_or(pool, kind, open, std::nullopt), pool.constant(*value));
  }
  return build_and_or(pool, kind, open, value);
}

Term exclusive_or(Pool& pool, Term a, Term b) {
  const unsigned w = pool.width(a);
  Terms todo = {a, b}, open;
  APInt value(w, 0);
  while (!todo.empty()) {
    const Term t = todo.pop_back_val();
    if (const APInt* constant = pool.constant_value(t)) {
      value ^= *constant;
    } else if (const auto base = complemented(pool, t)) {
      value.flipAllBits();
      todo.push_back(*base);
    } else if (pool.kind(t) == Kind::bit_xor && open.size() < kLongest) {
      todo.append(pool.operands(t).begin(), pool.operands(t).end());
    } else {
      open.push_back(t);
    }
  }
  std::sort(open.begin(), open.end());
  Terms odd;
  for (size_t i = 0; i < open.size();) {
    size_t end = i + 1;
    while (end < open.size() && open[end] == open[i]) ++end;
    if ((end - i) % 2 == 1) odd.push_back(open[i]);
    i = end;
  }
  if (odd.empty()) return pool.constant(value);
  for (size_t i = 0; w == 1 && i < odd.size(); ++i) {
    for (size_t k = i + 1; k < odd.size(); ++k) {
      const auto both = difference_of_float_relations(pool, odd[i], odd[k]);
      if (!both) continue;
      Term result = pool.bit_xor(*both, pool.constant(value));
      for (size_t other = 0; other < odd.size(); ++other)
        if (other != i && other != k) result = pool.bit_xor(result, odd[other]);
      return result;
    }
  }
  const Term result = comb(pool, Kind::bit_xor, odd);
  if (value.isZero()) return result;
  if (value.isAllOnes() && w > 1) return pool.bit_not(result);
  const Term constant = pool.constant(value);
  return constant == b || w == 1 ? comb(pool, Kind::bit_xor, {result, constant}) : pool.bit_xor(result, constant);
}

// An aligned variable (Pool::declare_alignment) plus something: addresses are sums, whatever made them.
bool is_aligned_address(const Pool& pool, Term t) {
  auto is_aligned = [&](Term term) {
    return pool.kind(term) == Kind::variable && !pool.known_bits(term).first.isZero();
  };
  return is_aligned(t) ||
         (pool.kind(t) == Kind::linear && std::any_of(pool.operands(t).begin(), pool.operands(t).end(), is_aligned));
}

Term bitwise(Pool& pool, Kind kind, Term a, Term b) {
  assert(pool.width(a) == pool.width(b));
  if (a == b) return kind == Kind::bit_xor ? pool.constant(pool.width(a), 0) : a;
  if (pool.constant_value(a)) std::swap(a, b);
  const APInt* value = pool.constant_value(b);
  if (const APInt* other = value ? pool.constant_value(a) : nullptr) {
    return pool.constant(kind == Kind::bit_and  ? *other & *value
                         : kind == Kind::bit_or ? *other | *value
                                                : *other ^ *value);
  }
  if (kind != Kind::bit_and && (is_aligned_address(pool, a) || is_aligned_address(pool, b)) &&
      (pool.known_bits(a).first | pool.known_bits(b).first).isAllOnes())
    return pool.add(a, b);
  const std::vector<unsigned> lengths = boundaries(pool, a, b);
  if (lengths.size() > 1) return by_pieces(pool, kind, a, b, lengths);
  if (value) {
    if (auto result = with_constant(pool, kind, a, *value)) return *result;
  } else if (kind != Kind::bit_and && pool.width(a) > 1) {
    if ((pool.known_bits(a).first | pool.known_bits(b).first).isAllOnes()) return pool.add(a, b);
  }
  const Node &x = pool.state()[a], &y = pool.state()[b];
  if (x.kind == Kind::sext && y.kind == Kind::sext && pool.width(x.operands[0]) == pool.width(y.operands[0])) {
    return pool.sext(combine(pool, kind, x.operands[0], y.operands[0]), x.width);
  }
  if (kind != Kind::bit_xor) {
    if (auto choice = masked_by_bit(pool, kind, a, b)) return *choice;
  }
  if (kind == Kind::bit_or && pool.width(a) == 1) {
    if (auto choice = choice_by_equality(pool, a, b)) return *choice;
    if (auto choice = choice_by_equality(pool, b, a)) return *choice;
  }
  if (kind != Kind::bit_and) {
    if (auto choice = join_choices(pool, a, b)) return *choice;
    if (auto rotation = rotation_of(pool, a, b)) return *rotation;
  }
  return kind == Kind::bit_xor ? exclusive_or(pool, a, b) : and_or(pool, kind, a, b);
}

}  // namespace

Term Pool::bit_and(Term a, Term b) {
  return bitwise(*this, Kind::bit_and, a, b);
}
Term Pool::bit_or(Term a, Term b) {
  return bitwise(*this, Kind::bit_or, a, b);
}
Term Pool::bit_xor(Term a, Term b) {
  return bitwise(*this, Kind::bit_xor, a, b);
}

}  // namespace portolan::terms
