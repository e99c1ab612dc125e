#include "translate/llvm/domain.h"

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsAArch64.h"
#include "llvm/IR/Module.h"

namespace portolan::llvm_proposer {

using ir::FloatFormat;
using ir::Op;
using llvm::Intrinsic::ID;
using Value = LlvmDomain::Value;

void LlvmDomain::find_wide_integers(const ir::Function& f) {
  auto arithmetic = [](const ir::Instruction& i) {
    switch (i.op) {
      case Op::add:
      case Op::sub:
      case Op::mul:
      case Op::udiv:
      case Op::urem:
      case Op::sdiv:
      case Op::srem:
      case Op::shl:
      case Op::lshr:
      case Op::ashr:
        return i.lanes == 1;
      default:
        return false;
    }
  };
  for (const ir::Instruction& i : f.values)
    if (arithmetic(i) && i.width > 64)
      for (ir::ValueId v : i.operands) wide_integers_.insert(&f[v]);
}

llvm::Type* LlvmDomain::float_type(FloatFormat format, unsigned lanes) {
  llvm::Type* scalar = format == FloatFormat::f64    ? b_.getDoubleTy()
                       : format == FloatFormat::f32  ? b_.getFloatTy()
                       : format == FloatFormat::bf16 ? b_.getBFloatTy()
                                                     : b_.getHalfTy();
  return lanes == 1 ? scalar : llvm::FixedVectorType::get(scalar, lanes);
}

llvm::Type* LlvmDomain::vector_type(unsigned lanes, unsigned lane_bits) {
  return llvm::FixedVectorType::get(b_.getIntNTy(lane_bits), lanes);
}

Value LlvmDomain::integer(Value v) {
  return v->getType()->isIntegerTy() ? v : b_.CreateBitCast(v, b_.getIntNTy(width(v)));
}

Value LlvmDomain::vector(Value v, unsigned lanes) {
  return lanes == 1 ? integer(v) : b_.CreateBitCast(v, vector_type(lanes, width(v) / lanes));
}

Value LlvmDomain::floats(Value v, FloatFormat format, unsigned lanes) {
  return b_.CreateBitCast(v, float_type(format, lanes));
}

Value LlvmDomain::intrinsic(ID id, std::initializer_list<Value> operands) {
  Value first = *operands.begin();
  return b_.CreateIntrinsic(id, {first->getType()}, llvm::ArrayRef<Value>(operands));
}

// Division is total in the IR: see ir/ops.def.
Value LlvmDomain::divide(llvm::Instruction::BinaryOps op, Value a, Value b) {
  bool is_signed = op == llvm::Instruction::SDiv || op == llvm::Instruction::SRem;
  bool remainder = op == llvm::Instruction::URem || op == llvm::Instruction::SRem;
  llvm::Type* type = a->getType();
  Value one = llvm::ConstantInt::get(type, 1), ones = llvm::Constant::getAllOnesValue(type);
  if (auto* c = llvm::dyn_cast<llvm::ConstantInt>(b); c && !c->isZero() && !(is_signed && c->isMinusOne()))
    return b_.CreateBinOp(op, a, b);
  Value by_zero = b_.CreateICmpEQ(b, llvm::Constant::getNullValue(type));
  Value unsafe = by_zero;
  if (is_signed) {
    Value least = llvm::ConstantInt::get(type, ir::APInt::getSignedMinValue(type->getScalarSizeInBits()));
    unsafe = b_.CreateOr(by_zero, b_.CreateAnd(b_.CreateICmpEQ(a, least), b_.CreateICmpEQ(b, ones)));
  }
  // The operands are used more than once, and must be the same value each time.
  Value result = b_.CreateBinOp(op, a, b_.CreateSelect(unsafe, one, b));
  return b_.CreateSelect(by_zero, remainder ? a : ones, result);
}

Value LlvmDomain::shift(llvm::Instruction::BinaryOps op, Value a, Value count) {
  unsigned bits = a->getType()->getScalarSizeInBits();
  llvm::Type* type = a->getType();
  Value limit = llvm::ConstantInt::get(type, bits);
  const llvm::DataLayout& layout = b_.GetInsertBlock()->getModule()->getDataLayout();
  if (llvm::computeKnownBits(count, layout).getMaxValue().ult(bits)) return b_.CreateBinOp(op, a, count);
  Value in_range = b_.CreateICmpULT(count, limit);
  if (op == llvm::Instruction::AShr) {
    Value most = llvm::ConstantInt::get(type, bits - 1);
    return b_.CreateAShr(a, b_.CreateSelect(in_range, count, most));
  }
  Value safe = b_.CreateSelect(in_range, count, llvm::Constant::getNullValue(type));
  return b_.CreateSelect(in_range, b_.CreateBinOp(op, a, safe), llvm::Constant::getNullValue(type));
}

Value LlvmDomain::extract(Value v, unsigned low, unsigned w) {
  unsigned total = width(v);
  if (w == total) return v;
  llvm::Type* type = v->getType();
  bool in_register_of_vectors = type->isVectorTy() && type->getScalarSizeInBits() > 1;
  if (in_register_of_vectors && total % w == 0 && low % w == 0 && w >= 8) {
    unsigned count = total / w;
    if (w <= 64) {
      if (type->getScalarSizeInBits() == w) return b_.CreateExtractElement(v, low / w);
      return b_.CreateExtractElement(b_.CreateBitCast(v, vector_type(count, w)), low / w);
    }
    Value halves = b_.CreateBitCast(v, vector_type(total / 64, 64));
    llvm::SmallVector<int, 8> mask;
    for (unsigned n = 0; n < w / 64; ++n) mask.push_back(static_cast<int>(low / 64 + n));
    return b_.CreateShuffleVector(halves, mask);
  }
  return b_.CreateTrunc(b_.CreateLShr(integer(v), low), b_.getIntNTy(w));
}

Value LlvmDomain::concat(Value high, Value low) {
  unsigned h = width(high), l = width(low);
  if (h == l && h + l >= 128 && h >= 64) {
    if (h == 64) {
      Value v = llvm::PoisonValue::get(vector_type(2, 64));
      v = b_.CreateInsertElement(v, integer(low), uint64_t{0});
      return b_.CreateInsertElement(v, integer(high), uint64_t{1});
    }
    llvm::SmallVector<int, 16> mask;
    for (unsigned n = 0; n < (h + l) / 64; ++n) mask.push_back(static_cast<int>(n));
    return b_.CreateShuffleVector(b_.CreateBitCast(low, vector_type(l / 64, 64)),
                                  b_.CreateBitCast(high, vector_type(h / 64, 64)), mask);
  }
  llvm::Type* type = b_.getIntNTy(h + l);
  Value shifted = b_.CreateShl(b_.CreateZExt(integer(high), type), l);
  return b_.CreateOr(shifted, b_.CreateZExt(integer(low), type));
}

Value LlvmDomain::select(Value bit, Value one, Value zero) {
  if (one->getType() != zero->getType()) {
    // A constant takes the other's type; else both become the first's.
    if (llvm::isa<llvm::Constant>(one))
      one = b_.CreateBitCast(one, zero->getType());
    else
      zero = b_.CreateBitCast(zero, one->getType());
  }
  return b_.CreateSelect(bit, one, zero);
}

Value LlvmDomain::carry(const ir::Instruction& i, Value a, Value b, Value c) {
  a = integer(a), b = integer(b), c = integer(c);
  auto* constant = llvm::dyn_cast<llvm::ConstantInt>(c);
  bool without = constant && constant->isZero();
  bool adds = i.op == Op::add_carry || i.op == Op::add_overflow;
  bool is_signed = i.op == Op::add_overflow || i.op == Op::sub_overflow;
  auto overflowing = [&](ID id, Value x, Value y) { return b_.CreateBinaryIntrinsic(id, x, y); };
  if (!is_signed) {
    ID id = adds ? llvm::Intrinsic::uadd_with_overflow : llvm::Intrinsic::usub_with_overflow;
    Value first = overflowing(id, a, b);
    Value out = b_.CreateExtractValue(first, 1);
    if (without) return out;
    Value second = overflowing(id, b_.CreateExtractValue(first, 0), b_.CreateZExt(c, a->getType()));
    return b_.CreateOr(out, b_.CreateExtractValue(second, 1));
  }
  if (without)
    return b_.CreateExtractValue(
        overflowing(adds ? llvm::Intrinsic::sadd_with_overflow : llvm::Intrinsic::ssub_with_overflow, a, b), 1);
  Value carry_in = b_.CreateZExt(c, a->getType());
  Value result = adds ? b_.CreateAdd(b_.CreateAdd(a, b), carry_in) : b_.CreateSub(b_.CreateSub(a, b), carry_in);
  Value differs = adds ? b_.CreateAnd(b_.CreateXor(a, result), b_.CreateXor(b, result))
                       : b_.CreateAnd(b_.CreateXor(a, b), b_.CreateXor(a, result));
  return b_.CreateICmpSLT(differs, llvm::Constant::getNullValue(a->getType()));
}

std::optional<Value> LlvmDomain::integer_op(const ir::Instruction& i, std::span<const Value> o) {
  auto a = [&] { return vector(o[0], i.lanes); };
  auto b = [&] { return vector(o[1], i.lanes); };
  using I = llvm::Instruction;
  namespace In = llvm::Intrinsic;
  switch (i.op) {
    case Op::add:
      return b_.CreateAdd(a(), b());
    case Op::sub:
      return b_.CreateSub(a(), b());
    case Op::mul:
      return b_.CreateMul(a(), b());
    case Op::udiv:
      return divide(I::UDiv, a(), b());
    case Op::urem:
      return divide(I::URem, a(), b());
    case Op::sdiv:
      return divide(I::SDiv, a(), b());
    case Op::srem:
      return divide(I::SRem, a(), b());
    case Op::bit_and:
      return b_.CreateAnd(a(), b());
    case Op::bit_or:
      return b_.CreateOr(a(), b());
    case Op::bit_xor:
      return b_.CreateXor(a(), b());
    case Op::bit_not:
      return b_.CreateNot(a());
    case Op::shl:
      return shift(I::Shl, a(), b());
    case Op::lshr:
      return shift(I::LShr, a(), b());
    case Op::ashr:
      return shift(I::AShr, a(), b());
    case Op::umulh:
    case Op::smulh: {
      unsigned bits = i.width / i.lanes;
      llvm::Type* wide = i.lanes == 1 ? b_.getIntNTy(bits * 2) : vector_type(i.lanes, bits * 2);
      auto extend = [&](Value v) { return i.op == Op::umulh ? b_.CreateZExt(v, wide) : b_.CreateSExt(v, wide); };
      Value product = b_.CreateMul(extend(a()), extend(b()));
      return b_.CreateTrunc(b_.CreateLShr(product, llvm::ConstantInt::get(wide, bits)), a()->getType());
    }
    case Op::rotl:
      return b_.CreateIntrinsic(In::fshl, {a()->getType()}, {a(), a(), b()});
    case Op::rotr:
      return b_.CreateIntrinsic(In::fshr, {a()->getType()}, {a(), a(), b()});
    case Op::umin:
      return b_.CreateBinaryIntrinsic(In::umin, a(), b());
    case Op::umax:
      return b_.CreateBinaryIntrinsic(In::umax, a(), b());
    case Op::smin:
      return b_.CreateBinaryIntrinsic(In::smin, a(), b());
    case Op::smax:
      return b_.CreateBinaryIntrinsic(In::smax, a(), b());
    case Op::uadd_saturate:
      return b_.CreateBinaryIntrinsic(In::uadd_sat, a(), b());
    case Op::sadd_saturate:
      return b_.CreateBinaryIntrinsic(In::sadd_sat, a(), b());
    case Op::usub_saturate:
      return b_.CreateBinaryIntrinsic(In::usub_sat, a(), b());
    case Op::ssub_saturate:
      return b_.CreateBinaryIntrinsic(In::ssub_sat, a(), b());
    case Op::abs:
      return b_.CreateIntrinsic(In::abs, {a()->getType()}, {a(), b_.getFalse()});
    case Op::clz:
      return b_.CreateIntrinsic(In::ctlz, {a()->getType()}, {a(), b_.getFalse()});
    case Op::ctz:
      return b_.CreateIntrinsic(In::cttz, {a()->getType()}, {a(), b_.getFalse()});
    case Op::popcount:
      return intrinsic(In::ctpop, {a()});
    case Op::bit_reverse:
      return intrinsic(In::bitreverse, {a()});
    case Op::byte_swap:
      return i.width / i.lanes == 8 ? a() : intrinsic(In::bswap, {a()});
    case Op::uaverage_up: {
      llvm::Type* wide = i.lanes == 1 ? b_.getIntNTy(i.width * 2) : vector_type(i.lanes, i.width / i.lanes * 2);
      Value sum = b_.CreateAdd(b_.CreateZExt(a(), wide), b_.CreateZExt(b(), wide));
      sum = b_.CreateAdd(sum, llvm::ConstantInt::get(wide, 1));
      return b_.CreateTrunc(b_.CreateLShr(sum, llvm::ConstantInt::get(wide, 1)), a()->getType());
    }
    case Op::eq:
      return b_.CreateICmpEQ(a(), b());
    case Op::ne:
      return b_.CreateICmpNE(a(), b());
    case Op::ult:
      return b_.CreateICmpULT(a(), b());
    case Op::ule:
      return b_.CreateICmpULE(a(), b());
    case Op::slt:
      return b_.CreateICmpSLT(a(), b());
    case Op::sle:
      return b_.CreateICmpSLE(a(), b());
    case Op::add_carry:
    case Op::sub_borrow:
    case Op::add_overflow:
    case Op::sub_overflow:
      return carry(i, o[0], o[1], o[2]);
    case Op::reduce_add:
      return b_.CreateAddReduce(a());
    case Op::reduce_umin:
      return b_.CreateIntMinReduce(a(), false);
    case Op::reduce_umax:
      return b_.CreateIntMaxReduce(a(), false);
    case Op::reduce_smin:
      return b_.CreateIntMinReduce(a(), true);
    case Op::reduce_smax:
      return b_.CreateIntMaxReduce(a(), true);
    default:
      return std::nullopt;
  }
}

// concat(rest of x, part) and concat(rest of x, concat(part, low of x)): a lane of x replaced.
std::optional<Value> LlvmDomain::inserted_lane(const ir::Function& f, const ir::Instruction& i,
                                               std::span<const Value> o) {
  if (i.width % 128 != 0 || i.lanes != 1) return std::nullopt;
  const ir::Instruction& high = f[i.operands[0]];
  auto part_of = [&](const ir::Instruction& e) {
    return e.op == Op::extract && e.lanes == 1 ? e.operands[0] : ir::kNoValue;
  };
  ir::ValueId base = part_of(high);
  const ir::Instruction& low = f[i.operands[1]];
  if (base != ir::kNoValue && f.width(base) == i.width && values_ && high.index == low.width) {
    Value from = values_(base);
    if (i.width % low.width == 0 && low.width >= 8 && low.width <= 64)
      return b_.CreateInsertElement(b_.CreateBitCast(from, vector_type(i.width / low.width, low.width)), integer(o[1]),
                                    uint64_t{0});
    if (low.op == Op::concat && low.lanes == 1) {
      const ir::Instruction& below = f[low.operands[1]];
      uint32_t size = f.width(low.operands[0]);
      if (part_of(below) == base && below.index == 0 && i.width % size == 0 && below.width % size == 0 && size >= 8 &&
          size <= 64)
        return b_.CreateInsertElement(b_.CreateBitCast(from, vector_type(i.width / size, size)),
                                      integer(values_(low.operands[0])), uint64_t{below.width / size});
    }
  }
  // The highest lane: concat(part, low of x).
  base = part_of(low);
  if (base != ir::kNoValue && f.width(base) == i.width && values_ && low.index == 0 && i.width % high.width == 0 &&
      high.width >= 8 && high.width <= 64) {
    unsigned lanes = i.width / high.width;
    return b_.CreateInsertElement(b_.CreateBitCast(values_(base), vector_type(lanes, high.width)), integer(o[0]),
                                  uint64_t{lanes - 1});
  }
  return std::nullopt;
}

std::optional<Value> LlvmDomain::width_op(const ir::Function& f, const ir::Instruction& i, std::span<const Value> o) {
  unsigned lane = i.width / i.lanes;
  switch (i.op) {
    case Op::zext:
    case Op::sext: {
      if (i.lanes == 1 && i.op == Op::zext && i.width % 128 == 0 && !is_wide_integer(i)) {
        unsigned inner = width(o[0]);
        if (inner >= 8 && i.width % inner == 0 && inner <= 64) {
          llvm::Type* type = vector_type(i.width / inner, inner);
          return b_.CreateInsertElement(llvm::Constant::getNullValue(type), integer(o[0]), uint64_t{0});
        }
      }
      llvm::Type* type = i.lanes == 1 ? b_.getIntNTy(i.width) : vector_type(i.lanes, lane);
      Value a = vector(o[0], i.lanes);
      return i.op == Op::zext ? b_.CreateZExt(a, type) : b_.CreateSExt(a, type);
    }
    case Op::extract: {
      if (i.lanes == 1) return extract(o[0], i.index, i.width);
      Value a = vector(o[0], i.lanes);
      if (i.index != 0) a = b_.CreateLShr(a, llvm::ConstantInt::get(a->getType(), i.index));
      return b_.CreateTrunc(a, vector_type(i.lanes, lane));
    }
    case Op::concat: {
      if (i.lanes == 1) {
        if (auto inserted = inserted_lane(f, i, o)) return inserted;
        if (is_wide_integer(i)) {
          llvm::Type* type = b_.getIntNTy(i.width);
          Value high = b_.CreateShl(b_.CreateZExt(integer(o[0]), type), width(o[1]));
          return b_.CreateOr(high, b_.CreateZExt(integer(o[1]), type));
        }
        return concat(o[0], o[1]);
      }
      if (width(o[0]) != width(o[1])) return std::nullopt;
      llvm::SmallVector<int, 32> mask;
      for (int n = 0; n < i.lanes; ++n) mask.append({n, n + i.lanes});
      return b_.CreateShuffleVector(vector(o[1], i.lanes), vector(o[0], i.lanes), mask);
    }
    case Op::select:
      if (i.lanes == 1) return select(integer(o[0]), o[1], o[2]);
      return b_.CreateSelect(b_.CreateBitCast(o[0], vector_type(i.lanes, 1)), vector(o[1], i.lanes),
                             vector(o[2], i.lanes));
    default:
      return std::nullopt;
  }
}

std::optional<Value> LlvmDomain::lane_op(const ir::Function& f, const ir::Instruction& i, std::span<const Value> o) {
  switch (i.op) {
    case Op::splat: {
      Value lane = o[0]->getType()->isVectorTy() ? integer(o[0]) : o[0];
      return b_.CreateVectorSplat(i.lanes, lane);
    }
    case Op::shuffle:
      return b_.CreateShuffleVector(vector(o[0], i.lanes), vector(o[1], i.lanes), f.masks[i.index]);
    case Op::permute: {
      unsigned lane = width(o[1]) / i.lanes, entries = width(o[0]) / lane;
      Value table = vector(o[0], entries), indices = vector(o[1], i.lanes);
      if (target_ == Isa::aarch64 && lane == 8 && entries == 16 && (i.lanes == 16 || i.lanes == 8))
        return b_.CreateIntrinsic(llvm::Intrinsic::aarch64_neon_tbl1, {indices->getType()}, {table, indices});
      return looked_up(table, indices, entries);
    }
    default:
      return std::nullopt;
  }
}

// Lane by lane. Left to the code generators, each lane would compare its index with every number or store the whole
// table for itself; so the table goes to memory once.
Value LlvmDomain::looked_up(Value table, Value indices, unsigned entries) {
  auto* type = llvm::cast<llvm::FixedVectorType>(indices->getType());
  llvm::Type* lane = type->getElementType();
  Value memory = nullptr;
  if (!llvm::isa<llvm::Constant>(indices) && lane->getIntegerBitWidth() % 8 == 0 && width(table) % 64 == 0) {
    llvm::BasicBlock& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
    Value words = vector(table, width(table) / 64);
    memory = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(words->getType());
    for (unsigned n = 0; n < width(table) / 64; ++n)
      b_.CreateStore(b_.CreateExtractElement(words, n), b_.CreateConstGEP1_64(b_.getInt64Ty(), memory, n));
  }
  Value result = llvm::PoisonValue::get(type), zero = llvm::ConstantInt::get(lane, 0);
  for (unsigned n = 0; n < type->getNumElements(); ++n) {
    Value index = b_.CreateExtractElement(indices, n);
    // No index of a few bits can be outside a table that has an entry for each.
    Value inside = entries >> std::min(lane->getIntegerBitWidth(), 31U) != 0
                       ? b_.getTrue()
                       : b_.CreateICmpULT(index, llvm::ConstantInt::get(lane, entries));
    Value safe = b_.CreateZExtOrTrunc(b_.CreateSelect(inside, index, zero), b_.getInt64Ty());
    Value entry = memory ? b_.CreateLoad(lane, b_.CreateGEP(lane, memory, safe)) : b_.CreateExtractElement(table, safe);
    result = b_.CreateInsertElement(result, b_.CreateSelect(inside, entry, zero), n);
  }
  return result;
}

Value LlvmDomain::round(ir::Rounding rounding, Value a) {
  namespace In = llvm::Intrinsic;
  switch (rounding) {
    case ir::Rounding::nearest_even:
      return intrinsic(In::roundeven, {a});
    case ir::Rounding::toward_zero:
      return intrinsic(In::trunc, {a});
    case ir::Rounding::down:
      return intrinsic(In::floor, {a});
    case ir::Rounding::up:
      return intrinsic(In::ceil, {a});
    case ir::Rounding::nearest_away:
      return intrinsic(In::round, {a});
  }
  return a;
}

// minnum and maxnum leave the order of zeros open; AArch64 and RISC-V have instructions that do not.
Value LlvmDomain::minimum_number(const ir::Instruction& i, Value a, Value b) {
  namespace In = llvm::Intrinsic;
  bool least = i.op == Op::fminnum;
  if (target_ != Isa::x86_64) return b_.CreateBinaryIntrinsic(least ? In::minnum : In::maxnum, a, b);
  Value ordered = b_.CreateBinaryIntrinsic(least ? In::minimum : In::maximum, a, b);
  Value second_nan = b_.CreateFCmpUNO(b, b);
  return b_.CreateSelect(b_.CreateFCmpUNO(a, a), b, b_.CreateSelect(second_nan, a, ordered));
}

Value LlvmDomain::float_to_integer(const ir::Instruction& i, Value a) {
  if (i.rounding != ir::Rounding::toward_zero) a = round(i.rounding, a);
  llvm::Type* type = i.lanes == 1 ? b_.getIntNTy(i.width) : vector_type(i.lanes, i.width / i.lanes);
  ID id = i.op == Op::fto_sint ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat;
  return b_.CreateIntrinsic(id, {type, a->getType()}, {a});
}

Value LlvmDomain::float_op(const ir::Instruction& i, std::span<const Value> o) {
  namespace In = llvm::Intrinsic;
  auto f = [&](unsigned n) { return floats(o[n], i.format, i.lanes); };
  switch (i.op) {
    case Op::fadd:
      return b_.CreateFAdd(f(0), f(1));
    case Op::fsub:
      return b_.CreateFSub(f(0), f(1));
    case Op::fmul:
      return b_.CreateFMul(f(0), f(1));
    case Op::fdiv:
      return b_.CreateFDiv(f(0), f(1));
    case Op::fsqrt:
      return intrinsic(In::sqrt, {f(0)});
    case Op::fma:
      return intrinsic(In::fma, {f(0), f(1), f(2)});
    case Op::fminimum:
      return b_.CreateBinaryIntrinsic(In::minimum, f(0), f(1));
    case Op::fmaximum:
      return b_.CreateBinaryIntrinsic(In::maximum, f(0), f(1));
    case Op::fminnum:
    case Op::fmaxnum:
      return minimum_number(i, f(0), f(1));
    case Op::fround:
      return round(i.rounding, f(0));
    case Op::feq:
      return b_.CreateFCmpOEQ(f(0), f(1));
    case Op::flt:
      return b_.CreateFCmpOLT(f(0), f(1));
    case Op::fle:
      return b_.CreateFCmpOLE(f(0), f(1));
    case Op::funordered:
      return b_.CreateFCmpUNO(f(0), f(1));
    case Op::fconvert: {
      llvm::Type* to = float_type(i.to_format, i.lanes);
      return ir::bits(i.to_format) > ir::bits(i.format) ? b_.CreateFPExt(f(0), to) : b_.CreateFPTrunc(f(0), to);
    }
    case Op::fto_sint:
    case Op::fto_uint:
      return float_to_integer(i, f(0));
    case Op::sint_to_f:
      return b_.CreateSIToFP(vector(o[0], i.lanes), float_type(i.to_format, i.lanes));
    case Op::uint_to_f:
      return b_.CreateUIToFP(vector(o[0], i.lanes), float_type(i.to_format, i.lanes));
    default:
      return nullptr;
  }
}

Value LlvmDomain::floating(const ir::Instruction& i, unsigned, std::span<const Value> operands) {
  return float_op(i, operands);
}

// 64-bit lanes multiplied from 32-bit ones (x86 pmuludq). LLVM turns the extensions into masks, and then AArch64's code
// generator, which has no multiplication of 64-bit lanes, does not see that its umull would do.
std::optional<Value> LlvmDomain::widening_multiply(const ir::Function& f, const ir::Instruction& i) {
  if (target_ != Isa::aarch64 || i.op != Op::mul || i.lanes != 2 || i.width != 128) return std::nullopt;
  const ir::Instruction &x = f[i.operands[0]], &y = f[i.operands[1]];
  if ((x.op != Op::zext && x.op != Op::sext) || y.op != x.op || x.lanes != 2 || y.lanes != 2) return std::nullopt;
  if (f.width(x.operands[0]) != 64 || f.width(y.operands[0]) != 64) return std::nullopt;
  ID id = x.op == Op::zext ? llvm::Intrinsic::aarch64_neon_umull : llvm::Intrinsic::aarch64_neon_smull;
  return b_.CreateIntrinsic(id, {vector_type(2, 64)},
                            {vector(values_(x.operands[0]), 2), vector(values_(y.operands[0]), 2)});
}

std::optional<Value> LlvmDomain::native(const ir::Function& f, const ir::Instruction& i, std::span<const Value> o) {
  if (i.op == Op::parameter || o.empty()) return std::nullopt;
  if (Value v = float_op(i, o)) return v;
  if (auto v = widening_multiply(f, i)) return v;
  if (auto v = integer_op(i, o)) return v;
  if (auto v = width_op(f, i, o)) return v;
  return lane_op(f, i, o);
}

}  // namespace portolan::llvm_proposer
