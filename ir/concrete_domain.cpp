#include "ir/concrete_domain.h"

#include "ir/op_semantics.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"

namespace portolan::ir {

using llvm::APFloat;
using llvm::RoundingMode;

static_assert(Domain<ConcreteDomain> && HasKnown<ConcreteDomain> && HasJoin<ConcreteDomain>);

namespace {

const llvm::fltSemantics& semantics_of(FloatFormat format) {
  switch (format) {
    case FloatFormat::f16:
      return APFloat::IEEEhalf();
    case FloatFormat::bf16:
      return APFloat::BFloat();
    case FloatFormat::f32:
      return APFloat::IEEEsingle();
    case FloatFormat::f64:
    case FloatFormat::none:
      break;
  }
  return APFloat::IEEEdouble();
}

RoundingMode mode_of(Rounding rounding) {
  switch (rounding) {
    case Rounding::nearest_even:
      return RoundingMode::NearestTiesToEven;
    case Rounding::toward_zero:
      return RoundingMode::TowardZero;
    case Rounding::down:
      return RoundingMode::TowardNegative;
    case Rounding::up:
      return RoundingMode::TowardPositive;
    case Rounding::nearest_away:
      return RoundingMode::NearestTiesToAway;
  }
  return RoundingMode::NearestTiesToEven;
}

}  // namespace

APInt ConcreteDomain::join(std::span<const APInt> lanes) {
  const unsigned lane = lanes[0].getBitWidth();
  APInt result(lane * lanes.size(), 0);
  for (size_t i = 0; i < lanes.size(); ++i) result.insertBits(lanes[i], i * lane);
  return result;
}

APInt ConcreteDomain::umulh(const APInt& a, const APInt& b) {
  const unsigned w = a.getBitWidth();
  if (w > 64) return (a.zext(2 * w) * b.zext(2 * w)).extractBits(w, w);
  const unsigned __int128 product = static_cast<unsigned __int128>(a.getZExtValue()) * b.getZExtValue();
  return APInt(w, static_cast<uint64_t>(product >> w));
}

APInt ConcreteDomain::smulh(const APInt& a, const APInt& b) {
  const unsigned w = a.getBitWidth();
  if (w > 64) return (a.sext(2 * w) * b.sext(2 * w)).extractBits(w, w);
  const __int128 product = static_cast<__int128>(a.getSExtValue()) * b.getSExtValue();
  return APInt(w, static_cast<uint64_t>(product >> w));
}

APInt ConcreteDomain::add_carry(const APInt& a, const APInt& b, const APInt& carry) {
  const APInt sum = a + b;
  return APInt(1, sum.ult(a) || (carry.getBoolValue() && sum.isAllOnes()));
}

APInt ConcreteDomain::sub_borrow(const APInt& a, const APInt& b, const APInt& borrow) {
  return APInt(1, a.ult(b) || (borrow.getBoolValue() && a == b));
}

APInt ConcreteDomain::add_overflow(const APInt& a, const APInt& b, const APInt& carry) {
  APInt sum = a + b;
  if (carry.getBoolValue()) ++sum;
  return APInt(1, a.isNegative() == b.isNegative() && sum.isNegative() != a.isNegative());
}

APInt ConcreteDomain::sub_overflow(const APInt& a, const APInt& b, const APInt& borrow) {
  APInt difference = a - b;
  if (borrow.getBoolValue()) --difference;
  return APInt(1, a.isNegative() != b.isNegative() && difference.isNegative() != a.isNegative());
}

APInt square_root(const APInt& bits, FloatFormat format, Rounding rounding) {
  const llvm::fltSemantics& semantics = semantics_of(format);
  APFloat value(semantics, bits);
  if (value.isZero() || value.isInfinity()) return bits;
  // In quad precision everything but the last conversion is exact. The value is significand * 2^(exponent - scale) with
  // an even power and so many bits that the root has more than the format holds; one more bit says whether anything was
  // cut off, so that rounding once gives the right result.
  bool loses = false;
  value.convert(APFloat::IEEEquad(), RoundingMode::NearestTiesToEven, &loses);
  int exponent = 0;
  const APFloat mantissa = llvm::frexp(value, exponent, RoundingMode::NearestTiesToEven);  // in [0.5, 1)
  const int precision = fraction_bits(format) + 1;
  int scale = 2 * precision + 4;
  if ((exponent - scale) % 2 != 0) ++scale;
  const unsigned wide = 2 * precision + 8;
  llvm::APSInt integer(wide, true);
  llvm::scalbn(mantissa, precision, RoundingMode::NearestTiesToEven)
      .convertToInteger(integer, RoundingMode::TowardZero, &loses);
  const APInt significand = integer.shl(scale - precision);
  APInt root = significand.sqrt();
  if ((root * root).ugt(significand)) --root;  // APInt::sqrt rounds to nearest
  const bool inexact = root * root != significand;
  APFloat result(APFloat::IEEEquad(), 0);
  result.convertFromAPInt(root.shl(1) | APInt(wide, inexact), false, RoundingMode::NearestTiesToEven);
  result = llvm::scalbn(result, (exponent - scale) / 2 - 1, RoundingMode::NearestTiesToEven);
  result.convert(semantics, mode_of(rounding), &loses);
  return result.bitcastToAPInt();
}

APInt ConcreteDomain::floating(const Instruction& inst, unsigned result_width, std::span<const APInt> operands) {
  const RoundingMode mode = mode_of(inst.rounding);
  if (inst.op == Op::sint_to_f || inst.op == Op::uint_to_f) {
    APFloat result(semantics_of(inst.to_format), 0);
    result.convertFromAPInt(operands[0], inst.op == Op::sint_to_f, mode);
    return result.bitcastToAPInt();
  }
  const llvm::fltSemantics& semantics = semantics_of(inst.format);
  APFloat a(semantics, operands[0]);
  bool flag = false;
  switch (inst.op) {
    case Op::fadd:
      a.add(APFloat(semantics, operands[1]), mode);
      break;
    case Op::fsub:
      a.subtract(APFloat(semantics, operands[1]), mode);
      break;
    case Op::fmul:
      a.multiply(APFloat(semantics, operands[1]), mode);
      break;
    case Op::fdiv:
      a.divide(APFloat(semantics, operands[1]), mode);
      break;
    case Op::fma:
      a.fusedMultiplyAdd(APFloat(semantics, operands[1]), APFloat(semantics, operands[2]), mode);
      break;
    case Op::fround:
      a.roundToIntegral(mode);
      break;
    case Op::fconvert:
      a.convert(semantics_of(inst.to_format), mode, &flag);
      break;
    case Op::fsqrt:
      if (a.isNegative() && !a.isZero()) return default_nan(inst.format, inst.nan);
      return square_root(operands[0], inst.format, inst.rounding);
    case Op::fto_sint:
    case Op::fto_uint: {
      llvm::APSInt result(result_width, inst.op == Op::fto_uint);
      a.convertToInteger(result, mode, &flag);
      return result;
    }
    default:
      assert(false && "floating() of another op");
  }
  return a.bitcastToAPInt();
}

APInt evaluate_concrete(const Function& function, const Instruction& inst, std::span<const APInt> operands) {
  ConcreteDomain domain;
  return evaluate(domain, function, inst, operands);
}

}  // namespace portolan::ir
