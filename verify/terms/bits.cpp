// extract and concat: truncation moves inwards as far as it goes, neighbours that were one value become one again.
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

// Values are cut down to one of these widths before their upper bits are looked at, so that the same field of a wide
// and of a narrow sum is one term.
unsigned covering_width(unsigned bits) {
  unsigned width = 8;
  while (width < bits) width *= 2;
  return width;
}

Term raw_extract(Pool& pool, Term a, unsigned low, unsigned width) {
  return pool.state().make({Kind::extract, width, {&a, 1}, low, {}, {}});
}

Term extract_concat(Pool& pool, Term a, unsigned low, unsigned width) {
  llvm::SmallVector<Term, 8> parts;  // lowest first
  const auto pieces = pool.operands(a);
  unsigned at = 0;
  for (size_t i = pieces.size(); i-- > 0;) {
    const unsigned end = at + pool.width(pieces[i]);
    const unsigned from = std::max(at, low), to = std::min(end, low + width);
    if (from < to) parts.push_back(pool.extract(pieces[i], from - at, to - from));
    at = end;
  }
  return pool.join({parts.data(), parts.size()});
}

Term extract_sext(Pool& pool, Term a, unsigned low, unsigned width) {
  const Term inner = pool.operands(a)[0];
  const unsigned n = pool.width(inner);
  if (low + width <= n) return pool.extract(inner, low, width);
  if (low >= n) return pool.sext(sign_of(pool, inner), width);
  return pool.sext(pool.extract(inner, low, n - low), width);
}

Term truncate_linear(Pool& pool, Term a, unsigned width) {
  const Node& node = pool.state()[a];
  Linear form{node.numbers[0].trunc(width), {}};
  for (uint32_t i = 0; i < node.count; ++i)
    form.parts.push_back({node.numbers[i + 1].trunc(width), pool.extract(node.operands[i], 0, width)});
  return pool.from_linear(form);
}

Term extract_linear(Pool& pool, Term a, unsigned low, unsigned width) {
  if (low == 0) return truncate_linear(pool, a, width);
  if (std::optional<Term> base = complemented(pool, a)) return pool.bit_not(pool.extract(*base, low, width));
  const unsigned cover = covering_width(low + width);
  if (cover < pool.width(a)) return pool.extract(truncate_linear(pool, a, cover), low, width);
  if (low + width == pool.width(a) && pool.state()[a].numbers[0].isMinSignedValue()) {
    // Adding the top bit turns it over and carries nowhere.
    const Term rest = pool.sub(a, pool.constant(APInt::getSignedMinValue(pool.width(a))));
    return pool.add(pool.extract(rest, low, width), pool.constant(APInt::getSignedMinValue(width)));
  }
  return raw_extract(pool, a, low, width);
}

Term extract_mul(Pool& pool, Term a, unsigned low, unsigned width) {
  const unsigned cover = covering_width(low + width);
  if (cover >= pool.width(a)) return raw_extract(pool, a, low, width);
  const Term x = pool.operands(a)[0], y = pool.operands(a)[1];
  return pool.extract(pool.mul(pool.extract(x, 0, cover), pool.extract(y, 0, cover)), low, width);
}

Term extract_shl(Pool& pool, Term a, unsigned low, unsigned width) {
  const Term x = pool.operands(a)[0], count = pool.operands(a)[1];
  // The count must not lose bits that matter.
  if (low != 0 || pool.known_bits(count).first.countl_one() < pool.width(count) - width)
    return raw_extract(pool, a, low, width);
  return pool.shl(pool.extract(x, 0, width), pool.extract(count, 0, width));
}

// The low bits of a quotient of extended values: all that the narrow quotient has, which is all ones after a division
// by zero, and the least number after dividing that by -1, in either width.
Term extract_quotient(Pool& pool, Term a, unsigned low, unsigned width) {
  const Term x = pool.operands(a)[0], y = pool.operands(a)[1];
  const bool is_signed = pool.kind(a) == Kind::sdiv;
  auto needed = [&](Term t) {
    return is_signed ? significant_bits(pool, t) : pool.width(t) - pool.known_bits(t).first.countl_one();
  };
  const unsigned n = std::max({needed(x), needed(y), low + width});
  if (n >= pool.width(a)) return raw_extract(pool, a, low, width);
  const Term p = pool.extract(x, 0, n), q = pool.extract(y, 0, n);
  return pool.extract(is_signed ? pool.sdiv(p, q) : pool.udiv(p, q), low, width);
}

Term extract_read(Pool& pool, Term a, unsigned low, unsigned width) {
  const Term memory = pool.operands(a)[0], address = pool.operands(a)[1];
  const unsigned first = low / 8, bytes = (low + width + 7) / 8 - first;
  if (bytes * 8 == pool.width(a)) return raw_extract(pool, a, low, width);
  const Term at[] = {memory, pool.add(address, pool.constant(64, first))};
  return pool.extract(pool.state().make({Kind::read, bytes * 8, at, 0, {}, {}}), low - first * 8, width);
}

Term extract_now(Pool& pool, Term a, unsigned low, unsigned width) {
  const Node& node = pool.state()[a];
  const APInt zero = node.zero.extractBits(width, low), one = node.one.extractBits(width, low);
  if ((zero | one).isAllOnes()) return pool.constant(one);
  if (node.depth > kDeepest) return raw_extract(pool, a, low, width);
  auto part = [&](unsigned i) { return pool.extract(node.operands[i], low, width); };
  switch (node.kind) {
    case Kind::extract:
      return pool.extract(node.operands[0], node.extra + low, width);
    case Kind::concat:
      return extract_concat(pool, a, low, width);
    case Kind::sext:
      return extract_sext(pool, a, low, width);
    case Kind::linear:
      return extract_linear(pool, a, low, width);
    case Kind::mul:
      return extract_mul(pool, a, low, width);
    case Kind::shl:
      return extract_shl(pool, a, low, width);
    case Kind::bit_and:
      return pool.bit_and(part(0), part(1));
    case Kind::bit_or:
      return pool.bit_or(part(0), part(1));
    case Kind::bit_xor:
      return pool.bit_xor(part(0), part(1));
    case Kind::select:
      return pool.select(node.operands[0], part(1), part(2));
    case Kind::udiv:
    case Kind::sdiv:
      return extract_quotient(pool, a, low, width);
    case Kind::read:
      return extract_read(pool, a, low, width);
    default:
      return raw_extract(pool, a, low, width);
  }
}

// Where the bits of a read, or of a part of one, lie: bit `at` after the base of the memory.
struct BitsOfMemory {
  Term memory, base;
  int64_t at;
};

std::optional<BitsOfMemory> bits_of_memory(Pool& pool, Term t) {
  const bool part = pool.kind(t) == Kind::extract;
  const Term read = part ? pool.operands(t)[0] : t;
  if (pool.kind(read) != Kind::read) return std::nullopt;
  const Address address = split_address(pool, pool.operands(read)[1]);
  if (address.offset > INT64_MAX / 16 || address.offset < INT64_MIN / 16) return std::nullopt;
  return BitsOfMemory{pool.operands(read)[0], address.base, address.offset * 8 + (part ? pool.low_bit(t) : 0)};
}

std::optional<Term> merge_reads(Pool& pool, Term high, Term low) {
  const auto a = bits_of_memory(pool, low);
  if (!a) return std::nullopt;
  const auto b = bits_of_memory(pool, high);
  if (!b || a->memory != b->memory || a->base != b->base || a->at + pool.width(low) != b->at) return std::nullopt;
  const unsigned width = pool.width(low) + pool.width(high);
  const unsigned first = a->at & 7;
  const Term at[] = {a->memory, join_address(pool, {a->base, (a->at - first) / 8})};
  return pool.extract(pool.state().make({Kind::read, (first + width + 7) / 8 * 8, at, 0, {}, {}}), first, width);
}

std::optional<Term> merge(Pool& pool, Term high, Term low, unsigned levels);

// Of and, or, xor: where both operands merge.
std::optional<Term> merge_bitwise(Pool& pool, Term high, Term low, unsigned levels) {
  const Kind kind = pool.kind(high);
  for (unsigned crossed = 0; crossed < 2; ++crossed) {
    const auto first = merge(pool, pool.operands(high)[0], pool.operands(low)[crossed], levels);
    if (!first || pool.kind(*first) == Kind::concat) continue;
    const auto second = merge(pool, pool.operands(high)[1], pool.operands(low)[1 - crossed], levels);
    if (!second || pool.kind(*second) == Kind::concat) continue;
    return kind == Kind::bit_and  ? pool.bit_and(*first, *second)
           : kind == Kind::bit_or ? pool.bit_or(*first, *second)
                                  : pool.bit_xor(*first, *second);
  }
  return std::nullopt;
}

std::optional<Term> merge(Pool& pool, Term high, Term low, unsigned levels) {
  const Node &h = pool.state()[high], &l = pool.state()[low];
  if (h.kind == Kind::constant && l.kind == Kind::constant) return pool.constant(h.numbers[0].concat(l.numbers[0]));
  if (h.kind == Kind::extract && h.extra >= l.width && pool.extract(h.operands[0], h.extra - l.width, l.width) == low) {
    return pool.extract(h.operands[0], h.extra - l.width, h.width + l.width);
  }
  if (l.kind == Kind::extract && l.extra + l.width + h.width <= pool.width(l.operands[0]) &&
      pool.extract(l.operands[0], l.extra + l.width, h.width) == high) {
    return pool.extract(l.operands[0], l.extra, h.width + l.width);
  }
  if (h.kind == Kind::constant || l.kind == Kind::constant) return std::nullopt;
  if (auto read = merge_reads(pool, high, low)) return read;
  if (h.width == 1 && high == sign_of(pool, low)) return pool.sext(low, l.width + 1);
  if (levels == 0) return std::nullopt;
  if (h.kind == Kind::sext) {
    if (h.operands[0] == sign_of(pool, low)) return pool.sext(low, h.width + l.width);
    if (auto inner = merge(pool, h.operands[0], low, levels - 1)) return pool.sext(*inner, h.width + l.width);
  }
  if (h.kind == Kind::select && l.kind == Kind::select && h.operands[0] == l.operands[0]) {
    return pool.select(h.operands[0], pool.concat(h.operands[1], l.operands[1]),
                       pool.concat(h.operands[2], l.operands[2]));
  }
  if (h.kind == l.kind && (h.kind == Kind::bit_and || h.kind == Kind::bit_or || h.kind == Kind::bit_xor)) {
    if (auto both = merge_bitwise(pool, high, low, levels - 1)) return both;
  }
  if (const auto not_high = complemented(pool, high)) {
    if (const auto not_low = complemented(pool, low)) {
      const auto base = merge(pool, *not_high, *not_low, levels - 1);
      if (base && pool.kind(*base) != Kind::concat) return pool.bit_not(*base);
    }
  }
  return std::nullopt;
}

void flatten(const Pool& pool, Term t, llvm::SmallVectorImpl<Term>& pieces) {
  if (pool.kind(t) != Kind::concat) return pieces.push_back(t);
  for (Term piece : pool.operands(t)) pieces.push_back(piece);
}

// Pieces highest first, none of them a concat.
Term make_concat(Pool& pool, std::span<const Term> pieces) {
  llvm::SmallVector<Term, 8> done;
  unsigned width = 0;
  for (Term piece : pieces) {
    width += pool.width(piece);
    done.push_back(piece);
    while (done.size() > 1) {
      const auto merged = merge_adjacent(pool, done[done.size() - 2], done.back());
      if (!merged) break;
      done.pop_back();
      done.pop_back();
      flatten(pool, *merged, done);
      if (pool.kind(*merged) == Kind::concat) break;
    }
  }
  if (done.size() == 1) return done[0];
  return pool.state().make({Kind::concat, width, {done.data(), done.size()}, 0, {}, {}});
}

}  // namespace

std::optional<Term> merge_adjacent(Pool& pool, Term high, Term low) {
  return merge(pool, high, low, 6);
}

Term Pool::extract(Term a, unsigned low, unsigned width) {
  assert(width > 0 && low + width <= this->width(a));
  if (width == this->width(a)) return a;
  if (kind(a) == Kind::variable) return raw_extract(*this, a, low, width);
  if (this->width(a) > UINT16_MAX) return extract_now(*this, a, low, width);
  const uint64_t key = uint64_t{a.id} << 32 | low << 16 | width;
  if (const auto found = state_->extracts.find(key); found != state_->extracts.end()) return found->second;
  const Term result = extract_now(*this, a, low, width);
  state_->extracts.emplace(key, result);
  return result;
}

Term Pool::concat(Term high, Term low) {
  llvm::SmallVector<Term, 8> pieces;
  flatten(*this, high, pieces);
  flatten(*this, low, pieces);
  return make_concat(*this, {pieces.data(), pieces.size()});
}

Term Pool::join(std::span<const Term> parts) {
  llvm::SmallVector<Term, 16> pieces;
  for (size_t i = parts.size(); i-- > 0;) flatten(*this, parts[i], pieces);
  return make_concat(*this, {pieces.data(), pieces.size()});
}

Term Pool::zext(Term a, unsigned width) {
  const unsigned w = this->width(a);
  assert(width >= w);
  return width == w ? a : concat(constant(width - w, 0), a);
}

Term Pool::sext(Term a, unsigned width) {
  const Node& node = (*state_)[a];
  assert(width >= node.width);
  if (width == node.width) return a;
  if (node.kind == Kind::constant) return constant(node.numbers[0].sext(width));
  if (node.zero.isSignBitSet()) return zext(a, width);
  if (node.one.isSignBitSet()) return concat(constant(APInt::getAllOnes(width - node.width)), a);
  if (node.kind == Kind::sext) return sext(node.operands[0], width);
  if (node.kind == Kind::concat) {
    const Term top = node.operands[0];
    const Term rest = extract(a, 0, node.width - this->width(top));
    return concat(sext(top, width - this->width(rest)), rest);
  }
  if (node.width > 1) {
    if (const auto base = complemented(*this, a)) return bit_not(sext(*base, width));
  }
  return state_->make({Kind::sext, width, {&a, 1}, 0, {}, {}});
}

}  // namespace portolan::terms
