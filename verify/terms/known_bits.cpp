// Bits that are the same for all values of the variables, from those of the operands.
#include "llvm/Support/KnownBits.h"
#include "verify/terms/state.h"

namespace portolan::terms {

using llvm::KnownBits;

namespace {

KnownBits known(const Pool::State& state, Term t) {
  KnownBits bits(state[t].width);
  bits.Zero = state[t].zero;
  bits.One = state[t].one;
  return bits;
}

// Trailing zeros of each part add up; the top is known where nothing wraps.
KnownBits known_sum(const Pool::State& state, const Draft& draft) {
  KnownBits sum = KnownBits::makeConstant(draft.numbers[0]);
  for (size_t i = 0; i < draft.operands.size(); ++i) {
    const KnownBits part = known(state, draft.operands[i]);
    const KnownBits scaled = KnownBits::mul(part, KnownBits::makeConstant(draft.numbers[i + 1]));
    sum = KnownBits::computeForAddSub(true, false, false, sum, scaled);
  }
  return sum;
}

KnownBits known_concat(const Pool::State& state, const Draft& draft) {
  KnownBits bits(draft.width);
  unsigned at = draft.width;
  for (Term t : draft.operands) {
    at -= state[t].width;
    bits.insertBits(known(state, t), at);
  }
  return bits;
}

KnownBits compute(const Pool::State& state, const Draft& draft) {
  auto operand = [&](size_t i) { return known(state, draft.operands[i]); };
  switch (draft.kind) {
    case Kind::constant:
      return KnownBits::makeConstant(draft.numbers[0]);
    case Kind::linear:
      return known_sum(state, draft);
    case Kind::mul:
      return KnownBits::mul(operand(0), operand(1));
    case Kind::bit_and:
      return operand(0) & operand(1);
    case Kind::bit_or:
      return operand(0) | operand(1);
    case Kind::bit_xor:
      return operand(0) ^ operand(1);
    case Kind::extract:
      return operand(0).extractBits(draft.width, draft.extra);
    case Kind::concat:
      return known_concat(state, draft);
    case Kind::sext:
      return operand(0).sext(draft.width);
    case Kind::select:
      return operand(1).intersectWith(operand(2));
    case Kind::urem: {
      // Never above the dividend, also where the divisor is 0.
      KnownBits bits(draft.width);
      bits.Zero.setHighBits(operand(0).countMinLeadingZeros());
      return bits;
    }
    case Kind::lshr: {
      KnownBits bits(draft.width);
      bits.Zero.setHighBits(operand(0).countMinLeadingZeros());
      return bits;
    }
    case Kind::shl: {
      KnownBits bits(draft.width);
      bits.Zero.setLowBits(operand(0).countMinTrailingZeros());
      return bits;
    }
    case Kind::apply: {
      KnownBits bits(draft.width);
      const std::string_view name = state.names[draft.extra];
      // At most the width.
      if (name == "clz" || name == "ctz" || name == "popcount")
        bits.Zero.setBitsFrom(std::min(llvm::Log2_32(draft.width) + 1, draft.width));
      return bits;
    }
    default:
      return KnownBits(draft.width);
  }
}

}  // namespace

std::pair<APInt, APInt> compute_known_bits(const Pool::State& state, const Draft& draft) {
  KnownBits bits = compute(state, draft);
  return {std::move(bits.Zero), std::move(bits.One)};
}

}  // namespace portolan::terms
