// Real numbers. Where the specification allows a tolerance they are all held in the processor's widest format; else
// each operation is rounded as it says, in formats for which that is exact.
#include <fmt/format.h>

#include <cmath>

#include "llvm/IR/Intrinsics.h"
#include "translate/loops/lowering.h"

namespace portolan::loops {

using namespace accelerator;

namespace {

bool is_single(const RealFormat& f) {
  return f.exponent_bits == 8 && f.fraction_bits == 23 && !f.finite;
}
bool is_double(const RealFormat& f) {
  return f.exponent_bits == 11 && f.fraction_bits == 52 && !f.finite;
}
bool is_brain(const RealFormat& f) {
  return f.exponent_bits == 8 && f.fraction_bits == 7 && f.bias == 127 && !f.finite;
}

}  // namespace

llvm::Type* Lowering::held_type(const RealFormat& format, Position at) {
  if (approximate_) return real_type();
  if (is_single(format) || is_brain(format)) return b_.getFloatTy();
  if (is_double(format) && processor_.doubles) return b_.getDoubleTy();
  (void)refused(at, fmt::format("{} has no arithmetic in {} ({}); a tolerance ('within') would allow another format",
                                processor_.name, format.name, processor_.text));
  return b_.getFloatTy();
}

llvm::Type* Lowering::stored_type(const State& state) {
  if (!state.type.real) {
    for (unsigned width : {8, 16, 32, 64})
      if (state.type.width == width) return b_.getIntNTy(width);
    (void)refused(state.fact.at, fmt::format("elements of {} bits don't lie in bytes of their own", state.type.width));
    return b_.getInt64Ty();
  }
  const RealFormat& format = *state.type.real;
  if (!state.given && approximate_) return real_type();
  if (is_brain(format)) return b_.getInt16Ty();
  if (is_single(format)) return b_.getFloatTy();
  if (is_double(format) && processor_.doubles) return b_.getDoubleTy();
  (void)refused(state.fact.at, fmt::format("{} can't read {} ({})", processor_.name, format.name, processor_.text));
  return b_.getFloatTy();
}

llvm::Value* Lowering::widened(llvm::Value* bits, const RealFormat& format) {
  llvm::Value* x = bits;
  if (bits->getType()->getScalarType()->isIntegerTy()) {
    llvm::Type* wide = like(b_.getInt32Ty(), bits);
    x = b_.CreateBitCast(b_.CreateShl(b_.CreateZExt(bits, wide), llvm::ConstantInt::get(wide, 16)),
                         like(b_.getFloatTy(), bits));
  }
  llvm::Type* held = like(held_type(format, {}), x);
  return x->getType() == held ? x : b_.CreateFPExt(x, held);
}

// To the nearest bfloat16, ties to even, as the upper half of the single.
llvm::Value* Lowering::to_bits(llvm::Value* real, const RealFormat& format) {
  if (real->getType()->getScalarType()->isDoubleTy()) real = refused_real({}, "a double would be rounded twice");
  real = rounded_to(real, format, {});
  llvm::Type* wide = like(b_.getInt32Ty(), real);
  return b_.CreateTrunc(b_.CreateLShr(b_.CreateBitCast(real, wide), llvm::ConstantInt::get(wide, 16)),
                        like(b_.getInt16Ty(), real));
}

llvm::Value* Lowering::rounded_to(llvm::Value* real, const RealFormat& format, Position at) {
  if (approximate_ || !is_brain(format)) return real;
  // A sum, product, quotient or root of bfloat16 rounded to 24 bits and then to 8 is rounded right.
  if (!real->getType()->getScalarType()->isFloatTy()) return refused_real(at, "a double would be rounded twice");
  llvm::Type* wide = like(b_.getInt32Ty(), real);
  const auto number = [&](uint64_t n) { return llvm::ConstantInt::get(wide, n); };
  llvm::Value* bits = b_.CreateBitCast(real, wide);
  llvm::Value* odd = b_.CreateAnd(b_.CreateLShr(bits, number(16)), number(1));
  llvm::Value* up = b_.CreateAdd(b_.CreateAdd(bits, number(0x7fff)), odd);
  llvm::Value* result =
      b_.CreateSelect(b_.CreateFCmpUNO(real, real), number(0x7fc00000), b_.CreateAnd(up, number(0xffff0000)));
  return b_.CreateBitCast(result, real->getType());
}

llvm::Value* Lowering::real_value(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::real:
      return constant(held_type(*e.type.real, e.at), e.real);
    case Expression::Kind::local:
      return frame_[e.index].value;
    case Expression::Kind::element:
      return element(e).value;
    case Expression::Kind::unary:
    case Expression::Kind::binary:
      return real_operation(e);
    case Expression::Kind::condition:
    case Expression::Kind::match:
      return chosen(e).value;
    case Expression::Kind::let:
      frame_[e.index] = value(*e.operands[0]);
      return real(*e.operands[1]);
    case Expression::Kind::reduce:
      return reduced(e).value;
    case Expression::Kind::call:
      return called(e).value;
    case Expression::Kind::builtin:
      return real_builtin(e);
    case Expression::Kind::convert:
      return real_conversion(e);
    default:
      return refused_real(e.at, "this has no code here yet");
  }
}

llvm::Value* Lowering::real_operation(const Expression& e) {
  llvm::Value* a = real(*e.operands[0]);
  if (e.kind == Expression::Kind::unary) return b_.CreateFNeg(a);
  llvm::Value* b = real(*e.operands[1]);
  same_shape(a, b);
  llvm::Value* result = e.operation == Operator::add        ? b_.CreateFAdd(a, b)
                        : e.operation == Operator::subtract ? b_.CreateFSub(a, b)
                        : e.operation == Operator::multiply ? b_.CreateFMul(a, b)
                                                            : b_.CreateFDiv(a, b);
  return rounded_to(result, *e.type.real, e.at);
}

llvm::Value* Lowering::real_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  llvm::Value* a = real(*e.operands[0]);
  switch (which) {
    case Builtin::absolute:
      return b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a);
    case Builtin::square_root:
      return rounded_to(b_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, a), *e.type.real, e.at);
    case Builtin::exponential:
      if (approximate_) return exponential(a);
      return refused_real(e.at,
                          "every bit of exp is asked for here, and the code made here comes close only; state a "
                          "tolerance ('within') for the outputs");
    case Builtin::scale: {
      const Expression& power = *e.operands[1];
      if (power.kind != Expression::Kind::number || power.number < -126 || power.number > 126)
        return refused_real(e.at, "a power of two that is no constant from -126 to 126 has no code here yet");
      return rounded_to(b_.CreateFMul(a, constant(a->getType(), std::ldexp(1.0, static_cast<int>(power.number)))),
                        *e.type.real, e.at);
    }
    case Builtin::fused: {
      llvm::Value *x = real(*e.operands[1]), *y = real(*e.operands[2]);
      same_shape(a, x), same_shape(a, y), same_shape(x, y);
      return b_.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, x, y});
    }
    case Builtin::minimum:
    case Builtin::maximum:
      for (size_t n = 1; n < e.operands.size(); ++n) {
        llvm::Value* x = real(*e.operands[n]);
        same_shape(a, x);
        llvm::Value* better = which == Builtin::minimum ? b_.CreateFCmpOLT(x, a) : b_.CreateFCmpOGT(x, a);
        llvm::Value* result = b_.CreateSelect(better, x, a);
        a = b_.CreateSelect(b_.CreateFCmpUNO(x, a), constant(a->getType(), std::nan("")), result);
      }
      return a;
    default:
      return refused_real(e.at, fmt::format("{} has no code here yet", e.name));
  }
}

llvm::Value* Lowering::real_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  const RealFormat& to = *e.type.real;
  llvm::Type* held = held_type(to, e.at);
  if (static_cast<Conversion>(e.index) != Conversion::round)
    return refused_real(e.at, "only conversions to the nearest number have code here yet");
  if (from.type.real) {
    llvm::Value* x = real(from);
    if (x->getType()->getScalarType() != held) {
      if (is_brain(to) && x->getType()->getScalarType()->isDoubleTy())
        return refused_real(e.at, "a double would be rounded twice");
      x = b_.CreateFPCast(x, like(held, x));
    }
    return rounded_to(x, to, e.at);
  }
  const Lowered x = integer(from);
  if (!approximate_ && is_brain(to) && (x.interval.low < -(1 << 24) || x.interval.high > 1 << 24))
    return refused_real(e.at, "this number would be rounded twice");
  llvm::Value* v = x.value->getType()->getScalarSizeInBits() == 1 ? as(x, 32) : x.value;
  return rounded_to(b_.CreateSIToFP(v, like(held, v)), to, e.at);
}

// exp(x) = 2^k * exp(r) with |r| <= log(2) / 2, and exp(r) by its Taylor series; the error is below a unit in the last
// place but one. Beyond what the format holds: infinity and zero.
llvm::Value* Lowering::exponential(llvm::Value* x) {
  llvm::Type* type = x->getType();
  const bool wide = type->getScalarType()->isDoubleTy();
  const double highest = wide ? 709.7 : 88.7, lowest = wide ? -708.3 : -87.3;
  llvm::Value* tame = b_.CreateSelect(b_.CreateFCmpOGT(x, constant(type, highest)), constant(type, highest), x);
  tame = b_.CreateSelect(b_.CreateFCmpOLT(tame, constant(type, lowest)), constant(type, lowest), tame);
  llvm::Value* k =
      b_.CreateUnaryIntrinsic(llvm::Intrinsic::roundeven, b_.CreateFMul(tame, constant(type, 1.4426950408889634)));
  // log(2) in two parts, of which the first has bits to spare for the product with k.
  const double high = wide ? 0x1.62e42fee00000p-1 : 0x1.62e400p-1;
  const double low = wide ? 0x1.a39ef35793c76p-33 : 0x1.7f7d1cf79abcap-20;
  llvm::Value* r = b_.CreateFSub(tame, b_.CreateFMul(k, constant(type, high)));
  r = b_.CreateFSub(r, b_.CreateFMul(k, constant(type, low)));
  double factorial = 1;
  std::vector<double> terms = {1.0};
  for (int n = 1; n <= (wide ? 13 : 7); ++n) terms.push_back(1 / (factorial *= n));
  llvm::Value* sum = constant(type, terms.back());
  for (size_t n = terms.size() - 1; n-- > 0;) sum = b_.CreateFAdd(b_.CreateFMul(sum, r), constant(type, terms[n]));
  llvm::Type* integer = like(b_.getIntNTy(wide ? 64 : 32), x);
  const unsigned fraction = wide ? 52 : 23;
  const auto power = [&](llvm::Value* n) {
    llvm::Value* exponent = b_.CreateAdd(n, llvm::ConstantInt::get(integer, wide ? 1023 : 127));
    return b_.CreateBitCast(b_.CreateShl(exponent, llvm::ConstantInt::get(integer, fraction)), type);
  };
  // In two steps: 2^128 itself is no number of the format.
  llvm::Value* whole = b_.CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {integer, type}, {k});
  llvm::Value* half = b_.CreateAShr(whole, llvm::ConstantInt::get(integer, 1));
  llvm::Value* result = b_.CreateFMul(b_.CreateFMul(sum, power(half)), power(b_.CreateSub(whole, half)));
  result = b_.CreateSelect(b_.CreateFCmpOGT(x, constant(type, highest)), llvm::ConstantFP::getInfinity(type), result);
  result = b_.CreateSelect(b_.CreateFCmpOLT(x, constant(type, lowest)), constant(type, 0.0), result);
  return b_.CreateSelect(b_.CreateFCmpUNO(x, x), x, result);
}

}  // namespace portolan::loops
