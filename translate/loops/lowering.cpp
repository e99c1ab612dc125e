#include "translate/loops/lowering.h"

#include <fmt/format.h>

#include <algorithm>

#include "llvm/IR/Intrinsics.h"
#include "translate/loops/lanes.h"

namespace portolan::loops {

using namespace accelerator;

namespace {

constexpr Number kLargest32 = INT32_MAX, kLargest64 = INT64_MAX;

bool within(Interval i, Number largest) {
  return i.low >= -largest - 1 && i.high <= largest;
}

Number clipped(double x) {
  return static_cast<Number>(std::clamp(x, -0x1p120, 0x1p120));
}

// Of numbers that can't be wrong by more than they are large.
Interval product(Interval a, Interval b) {
  const double corners[] = {static_cast<double>(a.low) * static_cast<double>(b.low),
                            static_cast<double>(a.low) * static_cast<double>(b.high),
                            static_cast<double>(a.high) * static_cast<double>(b.low),
                            static_cast<double>(a.high) * static_cast<double>(b.high)};
  const auto [least, most] = std::ranges::minmax(corners);
  if (std::max(-least, most) > 0x1p100) return {clipped(least), clipped(most)};
  const Number exact[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
  return {std::ranges::min(exact), std::ranges::max(exact)};
}

Number floor_divided(Number a, Number b) {
  return apply(Operator::divide, a, b).value_or(0);
}

}  // namespace

Interval type_limits(const Type& type) {
  if (type.is_signed) return {-(Number{1} << (type.width - 1)), (Number{1} << (type.width - 1)) - 1};
  return {0, (Number{1} << type.width) - 1};
}

unsigned Lowering::bits_for(Interval interval, Position at) {
  if (within(interval, kLargest32)) return 32;
  if (within(interval, kLargest64)) return 64;
  (void)refused(at, fmt::format("a number from {} to {} can come about here, and 64 bits are the most that the code "
                                "made here works with",
                                to_string(interval.low), to_string(interval.high)));
  return 64;
}

// What goes on with a zero: only the first refusal counts, and nothing of the code is used.
Lowered Lowering::refused(Position at, const std::string& why) {
  if (!refusal) refusal = spec_.error(at.line == 0 ? spec_.at : at, why);
  return {b_.getInt32(0), {0, 0}};
}

llvm::Value* Lowering::refused_real(Position at, const std::string& why) {
  (void)refused(at, why);
  return constant(approximate_ ? real_type() : b_.getFloatTy(), 0.0);
}

llvm::Type* Lowering::like(llvm::Type* scalar, llvm::Value* shape) const {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(shape->getType());
  return vector ? llvm::FixedVectorType::get(scalar, vector->getNumElements()) : scalar;
}

llvm::Value* Lowering::spread(llvm::Value* v) {
  if (lanes_ == 1 || v->getType()->isVectorTy()) return v;
  return b_.CreateVectorSplat(lanes_, v);
}

void Lowering::same_shape(llvm::Value*& a, llvm::Value*& b) {
  if (a->getType()->isVectorTy() != b->getType()->isVectorTy()) a = spread(a), b = spread(b);
}

llvm::Value* Lowering::as(const Lowered& x, unsigned bits) {
  llvm::Type* to = like(b_.getIntNTy(bits), x.value);
  if (x.value->getType()->getScalarSizeInBits() == 1) return b_.CreateZExt(x.value, to);
  return b_.CreateSExtOrTrunc(x.value, to);
}

Lowered Lowering::sized(llvm::Value* v, Interval interval, Position at) {
  return {as({v, interval}, bits_for(interval, at)), interval};
}

llvm::Value* Lowering::condition(const Expression& e) {
  const Lowered x = integer(e);
  if (x.value->getType()->getScalarSizeInBits() == 1) return x.value;
  return b_.CreateICmpNE(x.value, llvm::Constant::getNullValue(x.value->getType()));
}

Lowered Lowering::value(const Expression& e) {
  return e.type.real ? Lowered{real_value(e), {}} : integer(e);
}

Lowered Lowering::integer(const Expression& e) {
  switch (e.kind) {
    case Expression::Kind::number: {
      const Interval interval{e.number, e.number};
      return {llvm::ConstantInt::getSigned(b_.getIntNTy(bits_for(interval, e.at)), static_cast<int64_t>(e.number)),
              interval};
    }
    case Expression::Kind::local: {
      const Lowered& found = frame_[e.index];
      if (e.index != lane_slot_) return found;
      // The lane's own number.
      const unsigned bits = found.value->getType()->getScalarSizeInBits();
      std::vector<llvm::Constant*> steps;
      for (unsigned n = 0; n < lanes_; ++n) steps.push_back(b_.getIntN(bits, n));
      return {b_.CreateAdd(b_.CreateVectorSplat(lanes_, found.value), llvm::ConstantVector::get(steps)),
              found.interval};
    }
    case Expression::Kind::element:
      return element(e);
    case Expression::Kind::field_of: {
      if (e.field) return refused(e.at, "fields of a layout have no code here yet");
      const Lowered whole = integer(*e.operands[0]);
      if (e.width >= 63) return refused(e.at, "a slice of 63 bits or more has no code here");
      llvm::Value* wide = as(whole, 64);
      llvm::Value* shifted = b_.CreateAShr(wide, llvm::ConstantInt::get(wide->getType(), std::min(e.low, 63u)));
      return sized(b_.CreateAnd(shifted, llvm::ConstantInt::get(wide->getType(), (uint64_t{1} << e.width) - 1)),
                   {0, (Number{1} << e.width) - 1}, e.at);
    }
    case Expression::Kind::unary:
    case Expression::Kind::binary:
      return integer_operation(e);
    case Expression::Kind::condition:
    case Expression::Kind::match:
      return chosen(e);
    case Expression::Kind::let: {
      frame_[e.index] = value(*e.operands[0]);
      return integer(*e.operands[1]);
    }
    case Expression::Kind::reduce:
      return reduced(e);
    case Expression::Kind::call:
      return called(e);
    case Expression::Kind::builtin:
      return integer_builtin(e);
    case Expression::Kind::convert:
      return integer_conversion(e);
    default:
      return refused(e.at, "this has no code here yet");
  }
}

Lowered Lowering::called(const Expression& e) {
  const Routine& routine = spec_.routines[e.index];
  std::vector<Lowered> inner;
  for (const ExpressionPointer& operand : e.operands) inner.push_back(value(*operand));
  inner.resize(std::max<size_t>(routine.slots, inner.size()));
  std::swap(frame_, inner);
  const Lowered result = value(*routine.value);
  std::swap(frame_, inner);
  return result;
}

// Additions, products and what is like them need no more bits than are asked for.
llvm::Value* Lowering::modular(const Expression& e, unsigned bits) {
  const unsigned held = bits <= 32 ? 32 : 64;
  const bool simple =
      e.kind == Expression::Kind::binary &&
      (e.operation == Operator::add || e.operation == Operator::subtract || e.operation == Operator::multiply);
  if (simple && !e.operands[0]->type.real) {
    llvm::Value *x = modular(*e.operands[0], bits), *y = modular(*e.operands[1], bits);
    same_shape(x, y);
    return e.operation == Operator::add        ? b_.CreateAdd(x, y)
           : e.operation == Operator::subtract ? b_.CreateSub(x, y)
                                               : b_.CreateMul(x, y);
  }
  if (e.kind == Expression::Kind::unary && e.operation == Operator::negate)
    return b_.CreateNeg(modular(*e.operands[0], bits));
  const bool sums = e.kind == Expression::Kind::reduce && static_cast<Reduction>(e.index) == Reduction::sum;
  return as(sums && !e.type.real ? reduced(e, bits) : integer(e), held);
}

Lowered Lowering::arithmetic(const Expression& e, const Lowered& a, const Lowered& b) {
  Interval i;
  if (e.operation == Operator::add)
    i = {a.interval.low + b.interval.low, a.interval.high + b.interval.high};
  else if (e.operation == Operator::subtract)
    i = {a.interval.low - b.interval.high, a.interval.high - b.interval.low};
  else
    i = product(a.interval, b.interval);
  const unsigned bits = bits_for(i, e.at);
  llvm::Value *x = as(a, bits), *y = as(b, bits);
  same_shape(x, y);
  return {e.operation == Operator::add        ? b_.CreateAdd(x, y)
          : e.operation == Operator::subtract ? b_.CreateSub(x, y)
                                              : b_.CreateMul(x, y),
          i};
}

// Quotients are rounded down, remainders have the divisor's sign.
Lowered Lowering::divided(const Expression& e, const Lowered& a, const Lowered& b) {
  if (b.interval.low <= 0) return refused(e.at, "only a divisor that is always positive has code here");
  const unsigned bits = std::max(bits_for(a.interval, e.at), bits_for(b.interval, e.at));
  llvm::Value *x = as(a, bits), *y = as(b, bits);
  same_shape(x, y);
  const bool divides = e.operation == Operator::divide;
  const Interval quotient = {
      std::min(floor_divided(a.interval.low, b.interval.low), floor_divided(a.interval.low, b.interval.high)),
      std::max(floor_divided(a.interval.high, b.interval.low), floor_divided(a.interval.high, b.interval.high))};
  const Interval interval = divides ? quotient : Interval{0, b.interval.high - 1};
  llvm::Value* rest = b_.CreateSRem(x, y);
  if (a.interval.low >= 0) return sized(divides ? b_.CreateSDiv(x, y) : rest, interval, e.at);
  llvm::Value* zero = llvm::Constant::getNullValue(x->getType());
  llvm::Value* below = b_.CreateICmpSLT(rest, zero);
  if (divides) return sized(b_.CreateAdd(b_.CreateSDiv(x, y), b_.CreateSExt(below, x->getType())), interval, e.at);
  return sized(b_.CreateAdd(rest, b_.CreateSelect(below, y, zero)), interval, e.at);
}

Lowered Lowering::shifted(const Expression& e, const Lowered& a, const Lowered& b) {
  if (b.interval.low < 0) return refused(e.at, "this shift may be by a negative number");
  if (e.operation == Operator::shift_left) {
    if (b.interval.high > 62) return refused(e.at, "this shift may be by more than 62");
    const Number most = Number{1} << static_cast<int>(b.interval.high);
    const Interval interval = product(a.interval, {Number{1} << static_cast<int>(b.interval.low), most});
    const unsigned bits = bits_for(interval, e.at);
    llvm::Value *x = as(a, bits), *y = as(b, bits);
    same_shape(x, y);
    return {b_.CreateShl(x, y), interval};
  }
  const unsigned bits = bits_for(a.interval, e.at);
  const Interval amount{std::min<Number>(b.interval.low, bits - 1), std::min<Number>(b.interval.high, bits - 1)};
  Lowered by = clamped(b, {0, bits - 1});
  llvm::Value *x = as(a, bits), *y = as(by, bits);
  same_shape(x, y);
  const auto moved = [](Number n, Number by_bits) { return n >> static_cast<int>(by_bits); };
  return {b_.CreateAShr(x, y),
          {std::min(moved(a.interval.low, amount.low), moved(a.interval.low, amount.high)),
           std::max(moved(a.interval.high, amount.low), moved(a.interval.high, amount.high))}};
}

Lowered Lowering::bitwise(const Expression& e, const Lowered& a, const Lowered& b) {
  const unsigned bits = std::max(bits_for(a.interval, e.at), bits_for(b.interval, e.at));
  llvm::Value *x = as(a, bits), *y = as(b, bits);
  same_shape(x, y);
  Interval interval{-(Number{1} << (bits - 1)), (Number{1} << (bits - 1)) - 1};
  if (a.interval.low >= 0 && b.interval.low >= 0) {
    interval.low = 0;
    if (e.operation == Operator::bit_and) interval.high = std::min(a.interval.high, b.interval.high);
  } else if (e.operation == Operator::bit_and && (a.interval.low >= 0 || b.interval.low >= 0)) {
    interval = {0, a.interval.low >= 0 ? a.interval.high : b.interval.high};
  }
  return sized(e.operation == Operator::bit_and  ? b_.CreateAnd(x, y)
               : e.operation == Operator::bit_or ? b_.CreateOr(x, y)
                                                 : b_.CreateXor(x, y),
               interval, e.at);
}

Lowered Lowering::integer_operation(const Expression& e) {
  if (e.kind == Expression::Kind::unary) {
    if (e.operation == Operator::logical_not) return {b_.CreateNot(condition(*e.operands[0])), {0, 1}};
    const Lowered a = integer(*e.operands[0]);
    const Interval i = e.operation == Operator::negate ? Interval{-a.interval.high, -a.interval.low}
                                                       : Interval{-a.interval.high - 1, -a.interval.low - 1};
    llvm::Value* x = as(a, bits_for(i, e.at));
    return {e.operation == Operator::negate ? b_.CreateNeg(x) : b_.CreateNot(x), i};
  }
  if (e.operation == Operator::logical_and || e.operation == Operator::logical_or) {
    ++branches_;  // the right side may only make sense where the left one says so
    llvm::Value *x = condition(*e.operands[0]), *y = condition(*e.operands[1]);
    --branches_;
    same_shape(x, y);
    return {e.operation == Operator::logical_and ? b_.CreateAnd(x, y) : b_.CreateOr(x, y), {0, 1}};
  }
  if (e.operands[0]->type.real) {
    llvm::Value *x = real(*e.operands[0]), *y = real(*e.operands[1]);
    same_shape(x, y);
    using P = llvm::CmpInst::Predicate;
    const P predicate = e.operation == Operator::equal        ? P::FCMP_OEQ
                        : e.operation == Operator::not_equal  ? P::FCMP_UNE
                        : e.operation == Operator::less       ? P::FCMP_OLT
                        : e.operation == Operator::less_equal ? P::FCMP_OLE
                        : e.operation == Operator::greater    ? P::FCMP_OGT
                                                              : P::FCMP_OGE;
    return {b_.CreateFCmp(predicate, x, y), {0, 1}};
  }
  const Lowered a = integer(*e.operands[0]), b = integer(*e.operands[1]);
  switch (e.operation) {
    case Operator::add:
    case Operator::subtract:
    case Operator::multiply:
      return arithmetic(e, a, b);
    case Operator::divide:
    case Operator::modulo:
      return divided(e, a, b);
    case Operator::shift_left:
    case Operator::shift_right:
      return shifted(e, a, b);
    case Operator::bit_and:
    case Operator::bit_or:
    case Operator::bit_xor:
      return bitwise(e, a, b);
    default:
      break;
  }
  const unsigned bits = std::max(bits_for(a.interval, e.at), bits_for(b.interval, e.at));
  llvm::Value *x = as(a, bits), *y = as(b, bits);
  same_shape(x, y);
  using P = llvm::CmpInst::Predicate;
  const P predicate = e.operation == Operator::equal        ? P::ICMP_EQ
                      : e.operation == Operator::not_equal  ? P::ICMP_NE
                      : e.operation == Operator::less       ? P::ICMP_SLT
                      : e.operation == Operator::less_equal ? P::ICMP_SLE
                      : e.operation == Operator::greater    ? P::ICMP_SGT
                                                            : P::ICMP_SGE;
  return {b_.CreateICmp(predicate, x, y), {0, 1}};
}

Lowered Lowering::integer_builtin(const Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  if (which == Builtin::is_nan) {
    llvm::Value* x = real(*e.operands[0]);
    return {b_.CreateFCmpUNO(x, x), {0, 1}};
  }
  if (which == Builtin::absolute) {
    const Lowered a = integer(*e.operands[0]);
    const Number most = std::max(a.interval.high, -a.interval.low);
    const Interval interval{0, most};
    llvm::Value* x = as(a, bits_for({-most, most}, e.at));
    return {b_.CreateBinaryIntrinsic(llvm::Intrinsic::abs, x, b_.getFalse()), interval};
  }
  if (which != Builtin::minimum && which != Builtin::maximum)
    return refused(e.at, fmt::format("{} outside of a saturation has no code here yet", e.name));
  Lowered a = integer(*e.operands[0]);
  for (size_t n = 1; n < e.operands.size(); ++n) {
    const Lowered b = integer(*e.operands[n]);
    const bool least = which == Builtin::minimum;
    const unsigned bits = std::max(bits_for(a.interval, e.at), bits_for(b.interval, e.at));
    llvm::Value *x = as(a, bits), *y = as(b, bits);
    same_shape(x, y);
    const auto pick = [&](Number p, Number q) { return least ? std::min(p, q) : std::max(p, q); };
    a = sized(b_.CreateBinaryIntrinsic(least ? llvm::Intrinsic::smin : llvm::Intrinsic::smax, x, y),
              {pick(a.interval.low, b.interval.low), pick(a.interval.high, b.interval.high)}, e.at);
  }
  return a;
}

Lowered Lowering::clamped(Lowered x, Interval limits) {
  const unsigned bits = x.value->getType()->getScalarSizeInBits() == 1 ? 32 : x.value->getType()->getScalarSizeInBits();
  llvm::Value* v = as(x, bits);
  if (x.interval.low < limits.low)
    v = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, v,
                                 llvm::ConstantInt::getSigned(v->getType(), static_cast<int64_t>(limits.low)));
  if (x.interval.high > limits.high)
    v = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, v,
                                 llvm::ConstantInt::getSigned(v->getType(), static_cast<int64_t>(limits.high)));
  return sized(
      v, {std::clamp(x.interval.low, limits.low, limits.high), std::clamp(x.interval.high, limits.low, limits.high)},
      {});
}

Lowered Lowering::integer_conversion(const Expression& e) {
  const Expression& from = *e.operands[0];
  const Interval limits = type_limits(e.type);
  if (e.type.width > 63 && !(e.type.width == 64 && e.type.is_signed))
    return refused(e.at, "a number of 64 bits without sign has no code here");
  if (static_cast<Conversion>(e.index) == Conversion::saturate) {
    if (from.kind == Expression::Kind::builtin && from.operands.size() == 1 && from.operands[0]->type.real) {
      const auto which = static_cast<Builtin>(from.index);
      const auto intrinsic = which == Builtin::round_even          ? llvm::Intrinsic::roundeven
                             : which == Builtin::floor             ? llvm::Intrinsic::floor
                             : which == Builtin::ceiling           ? llvm::Intrinsic::ceil
                             : which == Builtin::round_toward_zero ? llvm::Intrinsic::trunc
                                                                   : llvm::Intrinsic::not_intrinsic;
      if (intrinsic != llvm::Intrinsic::not_intrinsic && e.type.width <= 32 &&
          (e.type.is_signed || e.type.width < 32)) {
        llvm::Value* x = b_.CreateUnaryIntrinsic(intrinsic, real(*from.operands[0]));
        llvm::Value* made =
            b_.CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {like(b_.getInt32Ty(), x), x->getType()}, {x});
        return clamped({made, {INT32_MIN, INT32_MAX}}, limits);
      }
    }
    return clamped(integer(from), limits);
  }
  const unsigned held = e.type.width <= 32 ? 32 : 64;
  llvm::Value* x = modular(from, e.type.width);
  if (e.type.width < held) {
    llvm::Type* narrow = like(b_.getIntNTy(e.type.width), x);
    x = b_.CreateTrunc(x, narrow);
    x = e.type.is_signed ? b_.CreateSExt(x, like(b_.getIntNTy(held), x))
                         : b_.CreateZExt(x, like(b_.getIntNTy(held), x));
  } else if (!e.type.is_signed) {
    x = b_.CreateZExt(x, like(b_.getInt64Ty(), x));
  }
  return sized(x, limits, e.at);
}

Lowered Lowering::either(llvm::Value* condition, const std::function<Lowered()>& then,
                         const std::function<Lowered()>& otherwise, bool real) {
  const auto join = [&](Interval a, Interval b) { return Interval{std::min(a.low, b.low), std::max(a.high, b.high)}; };
  ++branches_;
  if (condition->getType()->isVectorTy()) {
    Lowered a = then(), b = otherwise();
    --branches_;
    const Interval interval = join(a.interval, b.interval);
    const unsigned bits = real ? 0 : bits_for(interval, {});
    llvm::Value *x = spread(real ? a.value : as(a, bits)), *y = spread(real ? b.value : as(b, bits));
    return {b_.CreateSelect(condition, x, y), interval};
  }
  llvm::Function* function = b_.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = b_.getContext();
  auto* yes = llvm::BasicBlock::Create(context, "then", function);
  auto* no = llvm::BasicBlock::Create(context, "else", function);
  auto* after = llvm::BasicBlock::Create(context, "after", function);
  b_.CreateCondBr(condition, yes, no);
  b_.SetInsertPoint(yes);
  Lowered a = then();
  auto* yes_end = b_.GetInsertBlock();
  b_.SetInsertPoint(no);
  Lowered b = otherwise();
  auto* no_end = b_.GetInsertBlock();
  --branches_;
  const Interval interval = join(a.interval, b.interval);
  const unsigned bits = real ? 0 : bits_for(interval, {});
  const bool vector = a.value->getType()->isVectorTy() || b.value->getType()->isVectorTy();
  const auto bring = [&](llvm::BasicBlock* end, Lowered& one) {
    b_.SetInsertPoint(end);
    if (!real) one.value = as(one, bits);
    if (vector) one.value = spread(one.value);
    b_.CreateBr(after);
  };
  bring(yes_end, a);
  bring(no_end, b);
  b_.SetInsertPoint(after);
  llvm::PHINode* phi = b_.CreatePHI(a.value->getType(), 2);
  phi->addIncoming(a.value, yes_end);
  phi->addIncoming(b.value, no_end);
  return {phi, interval};
}

Lowered Lowering::chosen(const Expression& e) {
  const bool real = e.type.real != nullptr;
  if (e.kind == Expression::Kind::condition)
    return either(
        condition(*e.operands[0]), [&] { return value(*e.operands[1]); }, [&] { return value(*e.operands[2]); }, real);
  if (e.operands.size() % 2 != 0) return refused(e.at, "a match without 'else' may find no case; give it one");
  const Lowered subject = integer(*e.operands[0]);
  std::function<Lowered(size_t)> from = [&](size_t n) -> Lowered {
    if (n + 1 >= e.operands.size()) return value(*e.operands[n]);
    const Lowered wanted = integer(*e.operands[n]);
    const unsigned bits = std::max(bits_for(subject.interval, e.at), bits_for(wanted.interval, e.at));
    llvm::Value *x = as(subject, bits), *y = as(wanted, bits);
    same_shape(x, y);
    return either(b_.CreateICmpEQ(x, y), [&] { return value(*e.operands[n + 1]); }, [&] { return from(n + 2); }, real);
  };
  return from(1);
}

}  // namespace portolan::loops
