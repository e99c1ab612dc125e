// Integers.
#include <algorithm>
#include <bit>

#include "emulate/accelerator/compiled.h"
#include "emulate/accelerator/compiled/lowering.h"
#include "llvm/IR/Intrinsics.h"

namespace portolan::accelerator {
namespace {

constexpr Number kLowest = INT64_MIN;

bool is_held(Number low, Number high) {
  return low >= kLowest && high <= Number{INT64_MAX};
}

// The smallest 2^k - 1 that is not below n.
Number all_ones_from(Number n) {
  Number ones = 1;
  while (ones - 1 < n) ones *= 2;
  return ones - 1;
}

}  // namespace

MeaningLowering::Lowered MeaningLowering::held(const Lowered& x) {
  if (!is_wide(x)) return x;
  give_up_if(b_.CreateICmpSLT(x.value, b_.getInt64(0)));
  return {x.value, x.defined, x.low, kHighest};
}

MeaningLowering::Lowered MeaningLowering::integer(const Expression& e) {
  return held(raw(e));
}

MeaningLowering::Lowered MeaningLowering::raw(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::number:
      return is_held(e.number, e.number) ? number(e.number) : refuse();
    case Expression::Kind::local: {
      const Slot& slot = frame_[e.index];
      if (slot.variable.value) return load(slot.variable);
      return slot.lowered.value ? slot.lowered : refuse();
    }
    case Expression::Kind::unary:
    case Expression::Kind::binary:
      return operation(e);
    case Expression::Kind::element:
    case Expression::Kind::as_element:
      return element(e);
    case Expression::Kind::field_of:
      return field_of(e);
    case Expression::Kind::condition: {
      const Lowered condition = integer(*e.operands[0]);
      Lowered result =
          either(truth(condition), [&] { return integer(*e.operands[1]); }, [&] { return integer(*e.operands[2]); });
      result.defined = both(result.defined, condition.defined);
      return result;
    }
    case Expression::Kind::match:
      return matched(e);
    case Expression::Kind::call:
      return called(e);
    case Expression::Kind::reduce:
      return reduced(e);
    case Expression::Kind::let:
      frame_[e.index] = {raw_value(*e.operands[0]), {}};
      return raw(*e.operands[1]);
    case Expression::Kind::builtin:
      return integer_builtin(e);
    case Expression::Kind::convert:
      return integer_conversion(e);
    default:
      return refuse();
  }
}

MeaningLowering::Lowered MeaningLowering::operation(const Expression& e) {
  if (e.kind == Expression::Kind::binary && e.operands[0]->type.real) {
    const Lowered a = real(*e.operands[0]), b = real(*e.operands[1]);
    using P = llvm::CmpInst::Predicate;
    const P predicate = e.operation == Operator::equal           ? P::FCMP_OEQ
                        : e.operation == Operator::not_equal     ? P::FCMP_UNE
                        : e.operation == Operator::less          ? P::FCMP_OLT
                        : e.operation == Operator::less_equal    ? P::FCMP_OLE
                        : e.operation == Operator::greater       ? P::FCMP_OGT
                        : e.operation == Operator::greater_equal ? P::FCMP_OGE
                                                                 : P::FCMP_FALSE;
    if (predicate == P::FCMP_FALSE) return refuse();
    return bit(b_.CreateFCmp(predicate, a.value, b.value), both(a.defined, b.defined));
  }
  if (e.operation == Operator::logical_and || e.operation == Operator::logical_or) return short_circuit(e);
  const Lowered a = integer(*e.operands[0]);
  return arithmetic(e.operation, a, e.kind == Expression::Kind::binary ? integer(*e.operands[1]) : number(0));
}

// The right side may only make sense where the left one says so.
MeaningLowering::Lowered MeaningLowering::short_circuit(const Expression& e) {
  const Lowered a = integer(*e.operands[0]);
  const auto right = [&] {
    const Lowered b = integer(*e.operands[1]);
    return bit(truth(b), b.defined);
  };
  const auto known = [&](Number n) { return [this, n] { return number(n); }; };
  Lowered result =
      e.operation == Operator::logical_and ? either(truth(a), right, known(0)) : either(truth(a), known(1), right);
  result.defined = both(result.defined, a.defined);
  return result;
}

MeaningLowering::Lowered MeaningLowering::arithmetic(Operator operation, const Lowered& a, const Lowered& b) {
  llvm::Value* defined = both(a.defined, b.defined);
  switch (operation) {
    case Operator::add:
      if (is_held(a.low + b.low, a.high + b.high))
        return {b_.CreateAdd(a.value, b.value), defined, a.low + b.low, a.high + b.high};
      return checked(llvm::Intrinsic::sadd_with_overflow, a, b, defined);
    case Operator::subtract:
      if (is_held(a.low - b.high, a.high - b.low))
        return {b_.CreateSub(a.value, b.value), defined, a.low - b.high, a.high - b.low};
      return checked(llvm::Intrinsic::ssub_with_overflow, a, b, defined);
    case Operator::multiply: {
      const Number products[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
      const auto [low, high] = std::ranges::minmax(products);
      if (is_held(low, high)) return {b_.CreateMul(a.value, b.value), defined, low, high};
      return checked(llvm::Intrinsic::smul_with_overflow, a, b, defined);
    }
    case Operator::negate:
      return arithmetic(Operator::subtract, number(0), a);
    case Operator::complement:
      return {b_.CreateNot(a.value), defined, -a.high - 1, -a.low - 1};
    case Operator::logical_not:
      return bit(b_.CreateNot(truth(a)), defined);
    case Operator::divide:
    case Operator::modulo:
      return divided(operation, a, b);
    case Operator::shift_left:
    case Operator::shift_right:
      return shifted(operation, a, b);
    case Operator::bit_and:
    case Operator::bit_or:
    case Operator::bit_xor:
      return bitwise(operation, a, b);
    default:
      return compared(operation, a, b);
  }
}

MeaningLowering::Lowered MeaningLowering::checked(unsigned intrinsic, const Lowered& a, const Lowered& b,
                                                  llvm::Value* defined) {
  llvm::Value* both_parts =
      b_.CreateIntrinsic(static_cast<llvm::Intrinsic::ID>(intrinsic), {b_.getInt64Ty()}, {a.value, b.value});
  give_up_if(b_.CreateExtractValue(both_parts, 1));
  return {b_.CreateExtractValue(both_parts, 0), defined, kLowest, kHighest};
}

// Rounded down; the remainder has the divisor's sign.
MeaningLowering::Lowered MeaningLowering::divided(Operator operation, const Lowered& a, const Lowered& b) {
  const bool divides = operation == Operator::divide;
  llvm::Value* defined = both(a.defined, b.defined);
  if (b.low <= 0 && b.high >= 0) give_up_if(b_.CreateICmpEQ(b.value, b_.getInt64(0)));
  if (a.low >= 0 && b.low >= 0) {
    if (divides) return {b_.CreateUDiv(a.value, b.value), defined, 0, a.high};
    return {b_.CreateURem(a.value, b.value), defined, 0, std::min(a.high, std::max<Number>(b.high - 1, 0))};
  }
  if (a.low == kLowest && b.low <= -1 && b.high >= -1) give_up_if(b_.CreateICmpEQ(b.value, b_.getInt64(-1)));
  llvm::Value *quotient = b_.CreateSDiv(a.value, b.value), *rest = b_.CreateSRem(a.value, b.value);
  llvm::Value* zero = b_.getInt64(0);
  llvm::Value* opposite = b_.CreateICmpNE(b_.CreateICmpSLT(rest, zero), b_.CreateICmpSLT(b.value, zero));
  llvm::Value* lower = b_.CreateAnd(b_.CreateICmpNE(rest, zero), opposite);
  if (divides) {
    const Number most = std::max(a.high < 0 ? -a.high : a.high, a.low < 0 ? -a.low : a.low);
    return {b_.CreateSub(quotient, b_.CreateZExt(lower, b_.getInt64Ty())), defined, std::max(-most - 1, kLowest),
            std::min(most, kHighest)};
  }
  return {b_.CreateAdd(rest, b_.CreateSelect(lower, b.value, zero)), defined, std::min<Number>(b.low, 0),
          std::max<Number>(b.high, 0)};
}

MeaningLowering::Lowered MeaningLowering::shifted(Operator operation, const Lowered& a, const Lowered& b) {
  llvm::Value* defined = both(a.defined, b.defined);
  if (b.low < 0) give_up_if(b_.CreateICmpSLT(b.value, b_.getInt64(0)));
  if (operation == Operator::shift_right) {
    llvm::Value* count =
        b.high <= 63 ? b.value : b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b.value, b_.getInt64(63));
    const int least = static_cast<int>(std::clamp<Number>(b.low, 0, 63));
    const int most = static_cast<int>(std::clamp<Number>(b.high, 0, 63));
    return {b_.CreateAShr(a.value, count), defined, a.low < 0 ? a.low >> least : a.low >> most,
            a.high < 0 ? a.high >> most : a.high >> least};
  }
  if (b.high > 62) give_up_if(b_.CreateICmpUGT(b.value, b_.getInt64(62)));
  llvm::Value* result = b_.CreateShl(a.value, b.value);
  const Number most = Number{1} << static_cast<int>(std::clamp<Number>(b.high, 0, 62));
  const Number low = a.low < 0 ? a.low * most : a.low, high = a.high < 0 ? a.high : a.high * most;
  if (is_held(low, high)) return {result, defined, low, high};
  give_up_if(b_.CreateICmpNE(b_.CreateAShr(result, b.value), a.value));
  return {result, defined, kLowest, kHighest};
}

MeaningLowering::Lowered MeaningLowering::bitwise(Operator operation, const Lowered& a, const Lowered& b) {
  llvm::Value* defined = both(a.defined, b.defined);
  const bool positive = a.low >= 0 && b.low >= 0;
  if (operation == Operator::bit_and) {
    Number low = kLowest, high = kHighest;
    if (a.low >= 0) low = 0, high = a.high;
    if (b.low >= 0) low = 0, high = std::min(high, b.high);
    return {b_.CreateAnd(a.value, b.value), defined, low, high};
  }
  llvm::Value* result = operation == Operator::bit_or ? b_.CreateOr(a.value, b.value) : b_.CreateXor(a.value, b.value);
  return {result, defined, positive ? Number{0} : kLowest,
          positive ? all_ones_from(std::max(a.high, b.high)) : kHighest};
}

MeaningLowering::Lowered MeaningLowering::compared(Operator operation, const Lowered& a, const Lowered& b) {
  using P = llvm::CmpInst::Predicate;
  P predicate = P::ICMP_EQ;
  switch (operation) {
    case Operator::equal:
      break;
    case Operator::not_equal:
      predicate = P::ICMP_NE;
      break;
    case Operator::less:
      predicate = P::ICMP_SLT;
      break;
    case Operator::less_equal:
      predicate = P::ICMP_SLE;
      break;
    case Operator::greater:
      predicate = P::ICMP_SGT;
      break;
    case Operator::greater_equal:
      predicate = P::ICMP_SGE;
      break;
    default:
      return refuse();
  }
  return bit(b_.CreateICmp(predicate, a.value, b.value), both(a.defined, b.defined));
}

// Bits of a number as if it had endless sign bits.
MeaningLowering::Lowered MeaningLowering::bits_of_number(const Lowered& whole, unsigned low, unsigned width) {
  if (is_wide(whole)) {
    if (low > 63) return {b_.getInt64(0), whole.defined, 0, 0};
    llvm::Value* above = b_.CreateLShr(whole.value, b_.getInt64(low));
    if (width >= 64) return {above, whole.defined, 0, kMost64 >> static_cast<int>(low)};
    const uint64_t mask = (uint64_t{1} << width) - 1;
    return {b_.CreateAnd(above, b_.getInt64(mask)), whole.defined, 0, Number{mask}};
  }
  llvm::Value* moved = b_.CreateAShr(whole.value, b_.getInt64(std::min(low, 63u)));
  if (width < 63)
    return {b_.CreateAnd(moved, b_.getInt64((uint64_t{1} << width) - 1)), whole.defined, 0, (Number{1} << width) - 1};
  if (whole.low < 0) give_up_if(b_.CreateICmpSLT(whole.value, b_.getInt64(0)));
  return {moved, whole.defined, 0, kHighest};
}

MeaningLowering::Lowered MeaningLowering::field_of(const Expression& e) {
  const Lowered whole = raw(*e.operands[0]);
  if (!e.field) return bits_of_number(whole, e.low, e.width);
  Lowered raw = number(0);
  for (const BitRange& range : e.field->ranges) {
    if (e.field->width() > 62) return refuse();
    const Lowered part = bits_of_number(whole, range.low, range.width());
    raw.value = b_.CreateOr(b_.CreateShl(raw.value, b_.getInt64(range.width())), part.value);
    raw.high = (raw.high << static_cast<int>(range.width())) | part.high;
  }
  raw.defined = whole.defined;
  if (e.type.real) return {real_of_bits(raw.value, *e.type.real), raw.defined, 0, 0};
  if (e.field->type.is_signed) raw = wrapped(raw, e.field->width(), true);
  if (e.field->scale == 1 && e.field->offset == 0) return raw;
  if (!is_held(e.field->scale, e.field->scale) || !is_held(e.field->offset, e.field->offset)) return refuse();
  return arithmetic(Operator::add, arithmetic(Operator::multiply, raw, number(e.field->scale)),
                    number(e.field->offset));
}

MeaningLowering::Lowered MeaningLowering::wrapped(const Lowered& x, unsigned width, bool is_signed) {
  if (width >= 64) {
    if (is_wide(x)) return is_signed ? Lowered{x.value, x.defined, kLowest, kHighest} : x;
    if (is_signed && width == 64) return x;
    if (x.low < 0) give_up_if(b_.CreateICmpSLT(x.value, b_.getInt64(0)));
    return {x.value, x.defined, std::max<Number>(x.low, 0), std::max<Number>(x.high, 0)};
  }
  const Number span = Number{1} << (is_signed ? width - 1 : width), low = is_signed ? -span : Number{0};
  if (x.low >= low && x.high < span) return x;
  llvm::Value* narrow = b_.CreateTrunc(x.value, b_.getIntNTy(width));
  return {is_signed ? b_.CreateSExt(narrow, b_.getInt64Ty()) : b_.CreateZExt(narrow, b_.getInt64Ty()), x.defined, low,
          span - 1};
}

MeaningLowering::Lowered MeaningLowering::saturated(const Lowered& x, unsigned width, bool is_signed) {
  if (width > 63) return refuse();
  const Number span = Number{1} << (is_signed ? width - 1 : width), low = is_signed ? -span : Number{0};
  if (x.low >= low && x.high < span) return x;
  llvm::Value* least = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x.value, number(low).value);
  return {b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, least, number(span - 1).value), x.defined, low, span - 1};
}

// round_even and its like; where saturation follows, what is enormous is beyond every limit.
MeaningLowering::Lowered MeaningLowering::rounded(const Expression& e, const Type* saturate_to) {
  const Lowered x = real(*e.operands[0]);
  const auto which = static_cast<Builtin>(e.index);
  const llvm::Intrinsic::ID how = which == Builtin::round_even ? llvm::Intrinsic::roundeven
                                  : which == Builtin::floor    ? llvm::Intrinsic::floor
                                  : which == Builtin::ceiling  ? llvm::Intrinsic::ceil
                                                               : llvm::Intrinsic::trunc;
  llvm::Value* whole = b_.CreateUnaryIntrinsic(how, x.value);
  llvm::Value* size = b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, whole);
  constexpr double kLimit = 0x1p62;
  llvm::Value* limit = llvm::ConstantFP::get(b_.getDoubleTy(), kLimit);
  if (!saturate_to) {
    give_up_if(b_.CreateNot(b_.CreateFCmpOLT(size, limit)));
    return {b_.CreateFPToSI(whole, b_.getInt64Ty()), x.defined, -(Number{1} << 62), Number{1} << 62};
  }
  if (saturate_to->width > 62) return refuse();
  give_up_if(b_.CreateFCmpUNO(whole, whole));
  llvm::Value* tame = b_.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, whole, limit);
  tame = b_.CreateBinaryIntrinsic(llvm::Intrinsic::maxnum, tame, llvm::ConstantFP::get(b_.getDoubleTy(), -kLimit));
  const Lowered held{b_.CreateFPToSI(tame, b_.getInt64Ty()), x.defined, -(Number{1} << 62), Number{1} << 62};
  return saturated(held, saturate_to->width, saturate_to->is_signed);
}

MeaningLowering::Lowered MeaningLowering::integer_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  switch (which) {
    case Builtin::here:
      return {b_.CreateLoad(b_.getInt64Ty(), pointer_to(offsetof(CompiledRun, here))), nullptr, 0, kHighest};
    case Builtin::bits: {
      const Lowered x = real(*e.operands[0]);
      const unsigned width = e.operands[0]->type.real->width();
      if (width > 63) return refuse();
      return {bits_of_real(x.value, *e.operands[0]->type.real), x.defined, 0, (Number{1} << width) - 1};
    }
    case Builtin::is_nan: {
      const Lowered x = real(*e.operands[0]);
      return bit(b_.CreateFCmpUNO(x.value, x.value), x.defined);
    }
    case Builtin::round_even:
    case Builtin::round_toward_zero:
    case Builtin::floor:
    case Builtin::ceiling:
      return rounded(e, nullptr);
    case Builtin::minimum:
    case Builtin::maximum: {
      Lowered a = integer(*e.operands[0]);
      for (size_t i = 1; i < e.operands.size(); ++i) {
        const Lowered b = integer(*e.operands[i]);
        const bool least = which == Builtin::minimum;
        a = {b_.CreateBinaryIntrinsic(least ? llvm::Intrinsic::smin : llvm::Intrinsic::smax, a.value, b.value),
             both(a.defined, b.defined), least ? std::min(a.low, b.low) : std::max(a.low, b.low),
             least ? std::min(a.high, b.high) : std::max(a.high, b.high)};
      }
      return a;
    }
    case Builtin::absolute: {
      const Lowered a = integer(*e.operands[0]);
      if (a.low >= 0) return a;
      if (a.low == kLowest) give_up_if(b_.CreateICmpEQ(a.value, number(kLowest).value));
      return {b_.CreateBinaryIntrinsic(llvm::Intrinsic::abs, a.value, b_.getFalse()), a.defined, 0,
              std::min(std::max(-a.low, a.high), kHighest)};
    }
    case Builtin::divide_toward_zero:
    case Builtin::remainder_toward_zero: {
      if (e.operands.size() != 2) return refuse();
      const Lowered a = integer(*e.operands[0]), b = integer(*e.operands[1]);
      give_up_if(b_.CreateICmpEQ(b.value, b_.getInt64(0)));
      if (a.low == kLowest && b.low <= -1) give_up_if(b_.CreateICmpEQ(b.value, b_.getInt64(-1)));
      llvm::Value* result =
          which == Builtin::divide_toward_zero ? b_.CreateSDiv(a.value, b.value) : b_.CreateSRem(a.value, b.value);
      return {result, both(a.defined, b.defined), kLowest, kHighest};
    }
    case Builtin::log2: {
      const Lowered a = integer(*e.operands[0]);
      give_up_if(b_.CreateICmpSLT(a.value, b_.getInt64(1)));
      llvm::Value* zeros = b_.CreateBinaryIntrinsic(llvm::Intrinsic::ctlz, a.value, b_.getFalse());
      return {b_.CreateSub(b_.getInt64(63), zeros), a.defined, 0, 62};
    }
    default:
      return refuse();
  }
}

MeaningLowering::Lowered MeaningLowering::integer_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  if (static_cast<Conversion>(e.index) != Conversion::saturate)
    return wrapped(raw(from), e.type.width, e.type.is_signed);
  if (from.kind == Expression::Kind::builtin && from.operands.size() == 1 && from.operands[0]->type.real) {
    const auto which = static_cast<Builtin>(from.index);
    if (which >= Builtin::round_even && which <= Builtin::ceiling) return rounded(from, &e.type);
  }
  return saturated(integer(from), e.type.width, e.type.is_signed);
}

}  // namespace portolan::accelerator
