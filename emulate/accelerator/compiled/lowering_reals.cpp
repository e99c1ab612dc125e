// Real numbers: held as doubles, each operation rounded to its format. Normal numbers of a format are put together and
// taken apart in place; the rest is the format's own functions.
#include <cmath>

#include "emulate/accelerator/compiled/helpers.h"
#include "emulate/accelerator/compiled/lowering.h"
#include "llvm/IR/Intrinsics.h"

namespace portolan::accelerator {
namespace {

bool is_single(const RealFormat& f) {
  return f.exponent_bits == 8 && f.fraction_bits == 23 && f.bias == 127 && !f.finite;
}
bool is_double(const RealFormat& f) {
  return f.exponent_bits == 11 && f.fraction_bits == 52;
}
// Normal numbers of the format, which are normal numbers of a double too.
bool is_within_double(const RealFormat& f) {
  const int top = (1 << f.exponent_bits) - f.bias;
  return f.fraction_bits <= 50 && f.exponent_bits <= 10 && f.bias <= 1000 && top <= 1000;
}
template <class F>
const void* address(F* helper) {
  return reinterpret_cast<const void*>(helper);
}

constexpr uint64_t kExponents = 0x7ff;  // of a double

}  // namespace

MeaningLowering::Lowered MeaningLowering::real(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::real:
      return real_number(e.real);
    case Expression::Kind::local: {
      const Slot& slot = frame_[e.index];
      if (slot.variable.value) return slot.variable.real ? load(slot.variable) : (refuse(), real_number(0));
      if (slot.lowered.value && slot.lowered.value->getType()->isDoubleTy()) return slot.lowered;
      return refuse(), real_number(0);
    }
    case Expression::Kind::element:
    case Expression::Kind::as_element: {
      const Lowered x = element(e);
      return x.value->getType()->isDoubleTy() ? x : real_number(0);
    }
    case Expression::Kind::field_of: {
      const Lowered x = field_of(e);
      return x.value->getType()->isDoubleTy() ? x : real_number(0);
    }
    case Expression::Kind::unary:
    case Expression::Kind::binary:
      return real_operation(e);
    case Expression::Kind::condition: {
      const Lowered condition = integer(*e.operands[0]);
      Lowered result =
          either(truth(condition), [&] { return real(*e.operands[1]); }, [&] { return real(*e.operands[2]); });
      result.defined = both(result.defined, condition.defined);
      return result;
    }
    case Expression::Kind::match:
      return matched(e);
    case Expression::Kind::reduce:
      return reduced(e);
    case Expression::Kind::call: {
      const Lowered x = called(e);
      return x.value->getType()->isDoubleTy() ? x : real_number(0);
    }
    case Expression::Kind::let:
      frame_[e.index] = {raw_value(*e.operands[0]), {}};
      return real(*e.operands[1]);
    case Expression::Kind::builtin:
      return real_builtin(e);
    case Expression::Kind::convert:
      return real_conversion(e);
    default:
      return refuse(), real_number(0);
  }
}

MeaningLowering::Lowered MeaningLowering::real_operation(const Expression& e) {
  const Lowered a = real(*e.operands[0]);
  if (e.kind == Expression::Kind::unary) return {b_.CreateFNeg(a.value), a.defined, 0, 0};
  const Lowered b = real(*e.operands[1]);
  llvm::Value* result = e.operation == Operator::add        ? b_.CreateFAdd(a.value, b.value)
                        : e.operation == Operator::subtract ? b_.CreateFSub(a.value, b.value)
                        : e.operation == Operator::multiply ? b_.CreateFMul(a.value, b.value)
                                                            : b_.CreateFDiv(a.value, b.value);
  return {round_to(result, *e.type.real), both(a.defined, b.defined), 0, 0};
}

MeaningLowering::Lowered MeaningLowering::real_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  Lowered a = real(*e.operands[0]);
  llvm::Type* real_type = b_.getDoubleTy();
  const auto called_with = [&](const void* helper, std::vector<llvm::Value*> arguments) {
    return round_to(call_helper(helper, real_type, std::move(arguments), true), *e.type.real);
  };
  switch (which) {
    case Builtin::absolute:
      return {b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a.value), a.defined, 0, 0};
    case Builtin::square_root:
      return {round_to(b_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, a.value), *e.type.real), a.defined, 0, 0};
    case Builtin::exponential:
      return {called_with(address(&helpers::exponential), {a.value}), a.defined, 0, 0};
    case Builtin::sine:
      return {called_with(address(&helpers::sine), {a.value}), a.defined, 0, 0};
    case Builtin::cosine:
      return {called_with(address(&helpers::cosine), {a.value}), a.defined, 0, 0};
    case Builtin::scale: {
      const Lowered power = integer(*e.operands[1]);
      return {called_with(address(&helpers::scale), {a.value, power.value}), both(a.defined, power.defined), 0, 0};
    }
    case Builtin::fused: {
      const Lowered b = real(*e.operands[1]), c = real(*e.operands[2]);
      const void* helper =
          e.type.real->fraction_bits == 52 ? address(&helpers::fused_double) : address(&helpers::fused_single);
      return {call_helper(helper, real_type, {a.value, b.value, c.value}, true),
              both(a.defined, both(b.defined, c.defined)), 0, 0};
    }
    case Builtin::minimum:
    case Builtin::maximum:
      break;
    default:
      return refuse(), real_number(0);
  }
  for (size_t i = 1; i < e.operands.size(); ++i) {
    const Lowered b = real(*e.operands[i]);
    llvm::Value* better =
        which == Builtin::minimum ? b_.CreateFCmpOLT(b.value, a.value) : b_.CreateFCmpOGT(b.value, a.value);
    llvm::Value* chosen = b_.CreateSelect(better, b.value, a.value);
    a = {b_.CreateSelect(b_.CreateFCmpUNO(a.value, b.value), llvm::ConstantFP::getNaN(real_type), chosen),
         both(a.defined, b.defined), 0, 0};
  }
  return a;
}

MeaningLowering::Lowered MeaningLowering::real_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  const RealFormat& to = *e.type.real;
  const auto which = static_cast<Conversion>(e.index);
  if (from.type.real) {
    const Lowered x = real(from);
    if (which == Conversion::from_bits) return refuse(), real_number(0);
    if (which != Conversion::truncate) return {round_to(x.value, to), x.defined, 0, 0};
    return {call_helper(address(&helpers::truncate), b_.getDoubleTy(), {constant_pointer(&to), x.value}, true),
            x.defined, 0, 0};
  }
  const Lowered n = integer(from);
  if (which == Conversion::from_bits) {
    const unsigned width = to.width();
    llvm::Value* bits = n.value;
    if (width < 64) bits = b_.CreateAnd(bits, b_.getInt64((uint64_t{1} << width) - 1));
    return {real_of_bits(bits, to), n.defined, 0, 0};
  }
  if (which == Conversion::truncate) return refuse(), real_number(0);
  // Beyond this a double doesn't hold the number.
  constexpr Number kExact = Number{1} << 53;
  if (n.low <= -kExact || n.high >= kExact) {
    llvm::Value* moved = b_.CreateAdd(n.value, number(kExact - 1).value);
    give_up_if(b_.CreateICmpUGT(moved, number(2 * kExact - 2).value));
  }
  return {round_to(b_.CreateSIToFP(n.value, b_.getDoubleTy()), to), n.defined, 0, 0};
}

llvm::Value* MeaningLowering::quick_or(llvm::Value* is_quick, const std::function<llvm::Value*()>& quick,
                                       const std::function<llvm::Value*()>& slow) {
  return either(
             is_quick, [&] { return Lowered{quick(), nullptr, 0, 0}; }, [&] { return Lowered{slow(), nullptr, 0, 0}; })
      .value;
}

llvm::Value* MeaningLowering::round_to(llvm::Value* x, const RealFormat& format) {
  if (is_double(format)) return x;
  if (is_single(format)) return b_.CreateFPExt(b_.CreateFPTrunc(x, b_.getFloatTy()), b_.getDoubleTy());
  const auto slow = [&] {
    return call_helper(address(&helpers::round), b_.getDoubleTy(), {constant_pointer(&format), x}, true);
  };
  if (!is_within_double(format)) return slow();
  // Where rounding up a number does not leave the format: below the largest exponent.
  const int top = (1 << format.exponent_bits) - (format.finite ? 1 : 2) - format.bias;
  const uint64_t lowest = static_cast<uint64_t>(1 - format.bias + 1023), below = static_cast<uint64_t>(top + 1023);
  llvm::Value* bits = b_.CreateBitCast(x, b_.getInt64Ty());
  llvm::Value* exponent = b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(52)), b_.getInt64(kExponents));
  llvm::Value* is_normal = b_.CreateICmpULT(b_.CreateSub(exponent, b_.getInt64(lowest)), b_.getInt64(below - lowest));
  return quick_or(
      is_normal,
      [&] {
        const unsigned rest = 52 - format.fraction_bits;
        llvm::Value* odd = b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(rest)), b_.getInt64(1));
        llvm::Value* up = b_.CreateAdd(b_.CreateAdd(bits, b_.getInt64((uint64_t{1} << (rest - 1)) - 1)), odd);
        return b_.CreateBitCast(b_.CreateAnd(up, b_.getInt64(~((uint64_t{1} << rest) - 1))), b_.getDoubleTy());
      },
      slow);
}

llvm::Value* MeaningLowering::bits_of_real(llvm::Value* x, const RealFormat& format) {
  const auto slow = [&] {
    return call_helper(address(&helpers::bits), b_.getInt64Ty(), {constant_pointer(&format), x}, true);
  };
  if (!is_within_double(format)) return slow();
  llvm::Value* bits = b_.CreateBitCast(x, b_.getInt64Ty());
  llvm::Value* exponent = b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(52)), b_.getInt64(kExponents));
  const auto lowest = static_cast<uint64_t>(1 - format.bias + 1023);
  const uint64_t normal = (uint64_t{1} << format.exponent_bits) - 2;
  llvm::Value* moved = b_.CreateSub(exponent, b_.getInt64(lowest - 1));
  llvm::Value* is_normal = b_.CreateICmpULT(b_.CreateSub(moved, b_.getInt64(1)), b_.getInt64(normal));
  return quick_or(
      is_normal,
      [&] {
        llvm::Value* sign = b_.CreateShl(b_.CreateLShr(bits, b_.getInt64(63)),
                                         b_.getInt64(format.exponent_bits + format.fraction_bits));
        llvm::Value* fraction = b_.CreateLShr(b_.CreateAnd(bits, b_.getInt64((uint64_t{1} << 52) - 1)),
                                              b_.getInt64(52 - format.fraction_bits));
        return b_.CreateOr(b_.CreateOr(sign, b_.CreateShl(moved, b_.getInt64(format.fraction_bits))), fraction);
      },
      slow);
}

llvm::Value* MeaningLowering::real_of_bits(llvm::Value* bits, const RealFormat& format) {
  if (is_single(format))
    return b_.CreateFPExt(b_.CreateBitCast(b_.CreateTrunc(bits, b_.getInt32Ty()), b_.getFloatTy()), b_.getDoubleTy());
  const auto slow = [&] {
    return call_helper(address(&helpers::value), b_.getDoubleTy(), {constant_pointer(&format), bits}, true);
  };
  if (!is_within_double(format)) return slow();
  const uint64_t largest = (uint64_t{1} << format.exponent_bits) - 1;
  llvm::Value* exponent = b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(format.fraction_bits)), b_.getInt64(largest));
  llvm::Value* is_normal = b_.CreateICmpULT(b_.CreateSub(exponent, b_.getInt64(1)), b_.getInt64(largest - 1));
  return quick_or(
      is_normal,
      [&] {
        llvm::Value* sign =
            b_.CreateAnd(b_.CreateLShr(bits, b_.getInt64(format.exponent_bits + format.fraction_bits)), b_.getInt64(1));
        llvm::Value* fraction = b_.CreateAnd(bits, b_.getInt64((uint64_t{1} << format.fraction_bits) - 1));
        llvm::Value* moved = b_.CreateAdd(exponent, b_.getInt64(static_cast<uint64_t>(1023 - format.bias)));
        llvm::Value* together = b_.CreateOr(b_.CreateShl(sign, b_.getInt64(63)), b_.CreateShl(moved, b_.getInt64(52)));
        together = b_.CreateOr(together, b_.CreateShl(fraction, b_.getInt64(52 - format.fraction_bits)));
        return b_.CreateBitCast(together, b_.getDoubleTy());
      },
      slow);
}

}  // namespace portolan::accelerator
