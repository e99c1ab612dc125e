// Values that are plain bits: what the interpreter and constant folding compute with. The rounding arithmetic is
// llvm::APFloat's, which is correctly rounded and independent of the host's floating-point unit.
#pragma once

#include "ir/domain.h"

namespace portolan::ir {

class ConcreteDomain {
 public:
  using Value = APInt;

  // Subclasses that know symbols and frames hide this one.
  APInt leaf(const Function&, const Instruction& inst) { return APInt::getZero(inst.width); }
  APInt unspecified(unsigned width) { return APInt::getAllOnes(width); }

  unsigned width(const APInt& v) { return v.getBitWidth(); }
  APInt constant(const APInt& bits) { return bits; }
  std::optional<bool> known(const APInt& bit) { return bit.getBoolValue(); }

  APInt add(const APInt& a, const APInt& b) { return a + b; }
  APInt sub(const APInt& a, const APInt& b) { return a - b; }
  APInt mul(const APInt& a, const APInt& b) { return a * b; }
  APInt udiv(const APInt& a, const APInt& b) { return b.isZero() ? APInt::getAllOnes(a.getBitWidth()) : a.udiv(b); }
  APInt urem(const APInt& a, const APInt& b) { return b.isZero() ? a : a.urem(b); }
  APInt bit_and(const APInt& a, const APInt& b) { return a & b; }
  APInt bit_or(const APInt& a, const APInt& b) { return a | b; }
  APInt bit_xor(const APInt& a, const APInt& b) { return a ^ b; }
  APInt bit_not(const APInt& a) { return ~a; }
  APInt shl(const APInt& a, const APInt& b) { return a.shl(b); }
  APInt lshr(const APInt& a, const APInt& b) { return a.lshr(b); }
  APInt ashr(const APInt& a, const APInt& b) { return a.ashr(b); }
  APInt eq(const APInt& a, const APInt& b) { return APInt(1, a == b); }
  APInt ult(const APInt& a, const APInt& b) { return APInt(1, a.ult(b)); }
  APInt slt(const APInt& a, const APInt& b) { return APInt(1, a.slt(b)); }
  APInt extract(const APInt& a, unsigned low, unsigned width) { return a.extractBits(width, low); }
  APInt concat(const APInt& high, const APInt& low) { return high.concat(low); }
  APInt zext(const APInt& a, unsigned width) { return a.zext(width); }
  APInt sext(const APInt& a, unsigned width) { return a.sext(width); }
  APInt select(const APInt& bit, const APInt& one, const APInt& zero) { return bit.getBoolValue() ? one : zero; }
  APInt join(std::span<const APInt> lanes);
  APInt floating(const Instruction& inst, unsigned result_width, std::span<const APInt> operands);

  // What bits know a quicker way to than the composed bodies.
  APInt umulh(const APInt& a, const APInt& b);
  APInt smulh(const APInt& a, const APInt& b);
  APInt add_carry(const APInt& a, const APInt& b, const APInt& carry);
  APInt sub_borrow(const APInt& a, const APInt& b, const APInt& borrow);
  APInt add_overflow(const APInt& a, const APInt& b, const APInt& carry);
  APInt sub_overflow(const APInt& a, const APInt& b, const APInt& borrow);
  APInt clz(const APInt& a) { return APInt(a.getBitWidth(), a.countl_zero()); }
  APInt ctz(const APInt& a) { return APInt(a.getBitWidth(), a.countr_zero()); }
  APInt popcount(const APInt& a) { return APInt(a.getBitWidth(), a.popcount()); }
  APInt bit_reverse(const APInt& a) { return a.reverseBits(); }
};

// Square root of the non-negative finite number in `bits`, correctly rounded.
APInt square_root(const APInt& bits, FloatFormat format, Rounding rounding);

// evaluate() over ConcreteDomain, compiled once.
APInt evaluate_concrete(const Function& function, const Instruction& inst, std::span<const APInt> operands);

}  // namespace portolan::ir
