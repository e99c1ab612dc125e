// Rounding other than to nearest, of f32: computed in f64 with the error that is left, rounded to nearest, and moved by
// one to where it should have gone. Sums and products of f32 numbers are exact in f64, but for that error.
#include "ir/op_semantics.h"
#include "translate/to_amdgcn/kernel_emitter.h"

namespace portolan::to_amdgcn {

using ir::FloatFormat;
using ir::Instruction;
using ir::Op;
using ir::Rounding;
using Value = llvm::Value*;

// `sum` + `error` is the exact value (f64).
Value KernelEmitter::directed(const Instruction& i, Value sum, Value error) {
  llvm::Type *single = b_.getFloatTy(), *wide = b_.getDoubleTy();
  Value zero = llvm::ConstantFP::get(wide, 0.0);
  Value nearest = b_.CreateFPTrunc(sum, single), back = b_.CreateFPExt(nearest, wide);
  Value same = b_.CreateFCmpOEQ(back, sum);
  Value above = b_.CreateOr(b_.CreateFCmpOGT(back, sum), b_.CreateAnd(same, b_.CreateFCmpOLT(error, zero)));
  Value below = b_.CreateOr(b_.CreateFCmpOLT(back, sum), b_.CreateAnd(same, b_.CreateFCmpOGT(error, zero)));
  Value bits = b_.CreateBitCast(nearest, b_.getInt32Ty());
  Value negative = b_.CreateICmpSLT(bits, b_.getInt32(0));
  Value is_zero = b_.CreateICmpEQ(b_.CreateShl(bits, 1), b_.getInt32(0));
  Value one = b_.getInt32(1);
  // Neighbours have neighbouring bits; across zero lie the smallest numbers.
  Value down = b_.CreateSelect(is_zero, b_.getInt32(0x80000001),
                               b_.CreateSelect(negative, b_.CreateAdd(bits, one), b_.CreateSub(bits, one)));
  Value up = b_.CreateSelect(is_zero, one, b_.CreateSelect(negative, b_.CreateSub(bits, one), b_.CreateAdd(bits, one)));
  Value move_down = b_.getFalse(), move_up = b_.getFalse();
  // Toward zero nothing passes it: a number that was rounded to zero lies on its side already.
  Value positive_sum = b_.CreateFCmpOGT(sum, zero), negative_sum = b_.CreateFCmpOLT(sum, zero);
  if (i.rounding == Rounding::down) move_down = above;
  if (i.rounding == Rounding::up) move_up = below;
  if (i.rounding == Rounding::toward_zero) {
    move_down = b_.CreateAnd(above, positive_sum);
    move_up = b_.CreateAnd(below, negative_sum);
  }
  return b_.CreateSelect(move_down, down, b_.CreateSelect(move_up, up, bits));
}

std::optional<Value> KernelEmitter::rounded(const Instruction& i) {
  const bool known = i.rounding == Rounding::down || i.rounding == Rounding::up || i.rounding == Rounding::toward_zero;
  if (!known || i.lanes > 1 || i.format != FloatFormat::f32 || i.width != 32) return std::nullopt;
  llvm::Type* wide = b_.getDoubleTy();
  auto operand = [&](size_t n) {
    return b_.CreateFPExt(domain_.floats(value(i.operands[n]), FloatFormat::f32, 1), wide);
  };
  Value p = nullptr, c = nullptr;
  switch (i.op) {
    case Op::fadd:
      p = operand(0), c = operand(1);
      break;
    case Op::fsub:
      p = operand(0), c = b_.CreateFNeg(operand(1));
      break;
    case Op::fmul:
      return directed(i, b_.CreateFMul(operand(0), operand(1)), llvm::ConstantFP::get(wide, 0.0));
    case Op::fma:
      p = b_.CreateFMul(operand(0), operand(1)), c = operand(2);
      break;
    default:
      return std::nullopt;
  }
  // The error of a sum (Knuth): sum + error = p + c.
  Value sum = b_.CreateFAdd(p, c), rest = b_.CreateFSub(sum, p);
  Value error = b_.CreateFAdd(b_.CreateFSub(p, b_.CreateFSub(sum, rest)), b_.CreateFSub(c, rest));
  Value result = directed(i, sum, error);
  if (i.rounding != Rounding::down) return result;
  // Downward, opposite numbers make -0 (IEEE 754, 6.3).
  auto is_plus_zero = [&](Value v) { return b_.CreateICmpEQ(b_.CreateBitCast(v, b_.getInt64Ty()), b_.getInt64(0)); };
  Value cancels = b_.CreateAnd(b_.CreateFCmpOEQ(sum, llvm::ConstantFP::get(wide, 0.0)),
                               b_.CreateNot(b_.CreateAnd(is_plus_zero(p), is_plus_zero(c))));
  return b_.CreateSelect(cancels, b_.getInt32(0x80000000), result);
}

}  // namespace portolan::to_amdgcn
