// Values: what is common to integers and real numbers, places, and reductions.
#include "emulate/accelerator/compiled/lowering.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "emulate/accelerator/compiled/helpers.h"

namespace portolan::accelerator {

MeaningLowering::MeaningLowering(const Description& chip, llvm::Module& module)
    : chip_(chip), module_(module), b_(module.getContext()) {}

MeaningLowering::Lowered MeaningLowering::refuse() {
  refused_ = true;
  return number(0);
}

MeaningLowering::Lowered MeaningLowering::number(Number n) const {
  return {llvm::ConstantInt::getSigned(llvm::Type::getInt64Ty(module_.getContext()), static_cast<int64_t>(n)), nullptr,
          n, n};
}

MeaningLowering::Lowered MeaningLowering::real_number(double x) const {
  return {llvm::ConstantFP::get(llvm::Type::getDoubleTy(module_.getContext()), x), nullptr, 0, 0};
}

llvm::Value* MeaningLowering::both(llvm::Value* a, llvm::Value* b) {
  if (!a || !b) return a ? a : b;
  return b_.CreateAnd(a, b);
}

llvm::Value* MeaningLowering::is_defined(const Lowered& x) const {
  return x.defined ? x.defined : llvm::ConstantInt::getTrue(module_.getContext());
}

llvm::Value* MeaningLowering::truth(const Lowered& x) {
  return b_.CreateICmpNE(x.value, b_.getInt64(0));
}

MeaningLowering::Lowered MeaningLowering::bit(llvm::Value* condition, llvm::Value* defined) {
  return {b_.CreateZExt(condition, b_.getInt64Ty()), defined, 0, 1};
}

llvm::BasicBlock* MeaningLowering::block_named(const char* name) {
  refused_ |= function_->size() > kMostBlocks;
  return llvm::BasicBlock::Create(module_.getContext(), name, function_);
}

void MeaningLowering::give_up_if(llvm::Value* condition) {
  llvm::BasicBlock* usual = block_named("usual");
  b_.CreateCondBr(condition, give_up_, usual);
  b_.SetInsertPoint(usual);
}

void MeaningLowering::give_up_unless_defined(const Lowered& x) {
  if (x.defined) give_up_if(b_.CreateNot(x.defined));
}

MeaningLowering::Lowered MeaningLowering::value(const Expression& e) {
  return e.type.real ? real(e) : integer(e);
}

MeaningLowering::Lowered MeaningLowering::raw_value(const Expression& e) {
  return e.type.real ? real(e) : raw(e);
}

// A value that decides something must be defined.
MeaningLowering::Lowered MeaningLowering::decided(const Expression& e) {
  Lowered x = integer(e);
  give_up_unless_defined(x);
  x.defined = nullptr;
  return x;
}

MeaningLowering::Lowered MeaningLowering::either(llvm::Value* condition, const std::function<Lowered()>& then,
                                                 const std::function<Lowered()>& otherwise) {
  if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(condition)) return known->isOne() ? then() : otherwise();
  llvm::BasicBlock *first = block_named("then"), *second = block_named("else"), *after = block_named("after");
  b_.CreateCondBr(condition, first, second);
  b_.SetInsertPoint(first);
  const Lowered a = then();
  first = b_.GetInsertBlock();
  b_.CreateBr(after);
  b_.SetInsertPoint(second);
  const Lowered b = otherwise();
  second = b_.GetInsertBlock();
  b_.CreateBr(after);
  b_.SetInsertPoint(after);
  if (a.value->getType() != b.value->getType()) return refuse();
  const auto merged = [&](llvm::Value* x, llvm::Value* y) {
    llvm::PHINode* phi = b_.CreatePHI(x->getType(), 2);
    phi->addIncoming(x, first);
    phi->addIncoming(y, second);
    return phi;
  };
  Lowered result{merged(a.value, b.value), nullptr, std::min(a.low, b.low), std::max(a.high, b.high)};
  if (a.defined || b.defined) result.defined = merged(is_defined(a), is_defined(b));
  return result;
}

MeaningLowering::Lowered MeaningLowering::matched(const Expression& e) {
  const Lowered subject = integer(*e.operands[0]);
  std::function<Lowered(size_t)> from = [&](size_t i) -> Lowered {
    if (i + 1 < e.operands.size()) {
      if (e.operands[i]->kind != Expression::Kind::number) return refuse();
      llvm::Value* is_this = b_.CreateICmpEQ(subject.value, number(e.operands[i]->number).value);
      return either(is_this, [&] { return value(*e.operands[i + 1]); }, [&] { return from(i + 2); });
    }
    if (i < e.operands.size()) return value(*e.operands[i]);
    give_up_if(b_.getTrue());
    return e.type.real ? real_number(0) : number(0);
  };
  Lowered result = from(1);
  result.defined = both(result.defined, subject.defined);
  return result;
}

MeaningLowering::Frame MeaningLowering::arguments_for(const Routine& routine,
                                                      const std::vector<ExpressionPointer>& arguments) {
  Frame frame(std::max<size_t>(routine.slots, arguments.size()));
  for (size_t i = 0; i < arguments.size(); ++i) frame[i].lowered = raw_value(*arguments[i]);
  return frame;
}

MeaningLowering::Lowered MeaningLowering::called(const Expression& e) {
  if (refused_ || ++calls_ > kMostCalls) return refuse();
  const Routine& routine = chip_.routines[e.index];
  Frame outer = arguments_for(routine, e.operands);
  std::swap(frame_, outer);
  Lowered result = raw_value(*routine.value);
  std::swap(frame_, outer);
  return result;
}

// The index of a place among all of its state, inside.
llvm::Value* MeaningLowering::place(const Expression& e) {
  const State& state = chip_.states[e.index];
  llvm::Value* index = b_.getInt64(0);
  for (size_t i = 0; i < e.operands.size(); ++i) {
    const Lowered n = decided(*e.operands[i]);
    const Number extent = state.extent[i];
    if (n.low < 0 || n.high >= extent)
      give_up_if(b_.CreateICmpUGE(n.value, b_.getInt64(static_cast<uint64_t>(extent))));
    index = b_.CreateAdd(b_.CreateMul(index, b_.getInt64(static_cast<uint64_t>(extent))), n.value);
  }
  return index;
}

llvm::Value* MeaningLowering::pointer_to(size_t offset) {
  return b_.CreateGEP(b_.getInt8Ty(), function_->getArg(0), b_.getInt64(offset));
}

llvm::Value* MeaningLowering::constant_pointer(const void* p) {
  return b_.CreateIntToPtr(b_.getInt64(reinterpret_cast<uintptr_t>(p)), b_.getPtrTy());
}

llvm::Value* MeaningLowering::call_helper(const void* helper, llvm::Type* result, std::vector<llvm::Value*> arguments,
                                          bool pure) {
  std::vector<llvm::Type*> types;
  for (const llvm::Value* a : arguments) types.push_back(a->getType());
  llvm::CallInst* call =
      b_.CreateCall(llvm::FunctionType::get(result, types, false), constant_pointer(helper), arguments);
  call->setDoesNotThrow();
  if (pure) call->setDoesNotAccessMemory();
  return call;
}

// The bits of a cell, and whether it is defined.
MeaningLowering::Lowered MeaningLowering::cell(uint32_t state, llvm::Value* index) {
  constexpr uint64_t kPage = Store::kPage;
  static_assert(sizeof(bool) == 1 && std::is_standard_layout_v<Store::Page>);
  llvm::Value* page_number = b_.CreateUDiv(index, b_.getInt64(kPage));
  llvm::Value* list = b_.CreateLoad(b_.getPtrTy(), pointer_to(offsetof(CompiledRun, lists)));
  list = b_.CreateLoad(b_.getPtrTy(), b_.CreateGEP(b_.getPtrTy(), list, b_.getInt64(state)));
  llvm::Value* page = Store::has_list(chip_.states[state])
                          ? b_.CreateLoad(b_.getPtrTy(), b_.CreateGEP(b_.getPtrTy(), list, page_number))
                          : call_helper(reinterpret_cast<const void*>(&helpers::page_at), b_.getPtrTy(),
                                        {function_->getArg(0), b_.getInt32(state), page_number}, false);
  llvm::Value* within = b_.CreateURem(index, b_.getInt64(kPage));
  llvm::Value* bits = b_.CreateLoad(b_.getInt64Ty(), b_.CreateGEP(b_.getInt64Ty(), page, within));
  llvm::Value* flags = b_.CreateGEP(b_.getInt8Ty(), page, b_.getInt64(offsetof(Store::Page, defined)));
  llvm::Value* flag = b_.CreateLoad(b_.getInt8Ty(), b_.CreateGEP(b_.getInt8Ty(), flags, within));
  return {bits, b_.CreateICmpNE(flag, b_.getInt8(0)), 0, 0};
}

MeaningLowering::Lowered MeaningLowering::element(const Expression& e) {
  const unsigned width = e.type.width;
  if (width == 0 || width > 64) return refuse();
  llvm::Value* index = place(e);
  Lowered bits;
  if (e.kind == Expression::Kind::element) {
    bits = cell(e.index, index);
  } else {
    const unsigned bytes = width / 8;
    const uint64_t size = static_cast<uint64_t>(chip_.states[e.index].elements());
    if (bytes > size) return refuse();
    give_up_if(b_.CreateICmpUGT(index, b_.getInt64(size - bytes)));
    bits.value = b_.getInt64(0);
    for (unsigned i = 0; i < bytes; ++i) {
      const Lowered byte = cell(e.index, b_.CreateAdd(index, b_.getInt64(i)));
      bits.value = b_.CreateOr(bits.value, b_.CreateShl(byte.value, b_.getInt64(8 * i)));
      bits.defined = both(bits.defined, byte.defined);
    }
  }
  if (e.type.real) return {real_of_bits(bits.value, *e.type.real), bits.defined, 0, 0};
  if (width == 64)
    return e.type.is_signed ? Lowered{bits.value, bits.defined, Number{INT64_MIN}, kHighest}
                            : Lowered{bits.value, bits.defined, 0, kMost64};
  llvm::Value* narrow = b_.CreateTrunc(bits.value, b_.getIntNTy(width));
  const Number span = Number{1} << (e.type.is_signed ? width - 1 : width);
  return {e.type.is_signed ? b_.CreateSExt(narrow, b_.getInt64Ty()) : b_.CreateZExt(narrow, b_.getInt64Ty()),
          bits.defined, e.type.is_signed ? -span : Number{0}, span - 1};
}

// ---- reductions

MeaningLowering::Variable MeaningLowering::make_variable(bool real) {
  llvm::IRBuilder<> at(entry_, entry_->begin());
  return {at.CreateAlloca(real ? at.getDoubleTy() : at.getInt64Ty()), at.CreateAlloca(at.getInt1Ty()), real};
}

void MeaningLowering::store(const Variable& variable, const Lowered& x) {
  b_.CreateStore(x.value, variable.value);
  b_.CreateStore(is_defined(x), variable.defined);
}

MeaningLowering::Lowered MeaningLowering::load(const Variable& variable) {
  return {b_.CreateLoad(variable.real ? b_.getDoubleTy() : b_.getInt64Ty(), variable.value),
          b_.CreateLoad(b_.getInt1Ty(), variable.defined), variable.real ? Number{0} : Number{INT64_MIN},
          variable.real ? Number{0} : Number{INT64_MAX}};
}

MeaningLowering::Lowered MeaningLowering::reduced(const Expression& e) {
  const auto kind = static_cast<Reduction>(e.index);
  const bool real = e.type.real != nullptr, extreme = kind == Reduction::maximum || kind == Reduction::minimum;
  const Variable result = make_variable(real), any = make_variable(false);
  store(result, real ? real_number(0) : number(kind == Reduction::all ? 1 : 0));
  store(any, number(0));
  reduced_low_ = reduced_high_ = 0;
  llvm::BasicBlock* out = block_named("reduced");
  const bool may_end = kind == Reduction::any || kind == Reduction::all;
  loop(e.ranges, 0, may_end ? out : nullptr, [&] { reduce_one(e, result, any, out); });
  const Number low = reduced_low_, high = reduced_high_;
  b_.CreateBr(out);
  b_.SetInsertPoint(out);
  if (extreme) give_up_if(b_.CreateNot(truth(load(any))));
  Lowered total = load(result);
  if (!real) total.low = low, total.high = high;
  return total;
}

void MeaningLowering::reduce_one(const Expression& e, const Variable& result, const Variable& any,
                                 llvm::BasicBlock* out) {
  const auto kind = static_cast<Reduction>(e.index);
  const Number turns = turns_;
  llvm::BasicBlock* next = block_named("next");
  if (e.filter) {
    llvm::BasicBlock* counts = block_named("counts");
    b_.CreateCondBr(truth(decided(*e.filter)), counts, next);
    b_.SetInsertPoint(counts);
  }
  const Lowered one = value(*e.operands[0]), so_far = load(result);
  Lowered now = so_far;
  llvm::Value* defined = both(is_defined(so_far), one.defined);
  switch (kind) {
    case Reduction::sum:
    case Reduction::count: {
      if (e.type.real) {
        now.value = round_to(b_.CreateFAdd(so_far.value, one.value), *e.type.real);
        break;
      }
      const Number low = turns * std::min<Number>(one.low, 0), high = turns * std::max<Number>(one.high, 0);
      if (turns < kManyTurns && low >= INT64_MIN && high <= INT64_MAX) {
        now.value = b_.CreateAdd(so_far.value, one.value);
        reduced_low_ = low, reduced_high_ = high;
      } else {
        now = arithmetic(Operator::add, so_far, one);
        reduced_low_ = INT64_MIN, reduced_high_ = INT64_MAX;
      }
      break;
    }
    case Reduction::maximum:
    case Reduction::minimum: {
      const bool larger = kind == Reduction::maximum;
      llvm::Value* first = b_.CreateNot(truth(load(any)));
      llvm::Value* takes;
      if (e.type.real) {
        // As interpreted: what is a NaN stays, and the smaller of equal ones is the later.
        llvm::Value* greater = b_.CreateFCmpOGT(one.value, so_far.value);
        llvm::Value* better = larger ? greater : b_.CreateNot(greater);
        llvm::Value* is_nan = b_.CreateFCmpUNO(one.value, one.value);
        llvm::Value* stays = b_.CreateAnd(b_.CreateNot(first), b_.CreateFCmpUNO(so_far.value, so_far.value));
        takes = b_.CreateAnd(b_.CreateNot(stays), b_.CreateOr(first, b_.CreateOr(better, is_nan)));
      } else {
        llvm::Value* better =
            larger ? b_.CreateICmpSGT(one.value, so_far.value) : b_.CreateICmpSLE(one.value, so_far.value);
        takes = b_.CreateOr(first, better);
        reduced_low_ = one.low, reduced_high_ = one.high;
      }
      now.value = b_.CreateSelect(takes, one.value, so_far.value);
      store(any, number(1));
      break;
    }
    case Reduction::any:
    case Reduction::all:
      now.value = kind == Reduction::any ? b_.CreateOr(so_far.value, one.value) : b_.CreateAnd(so_far.value, one.value);
      reduced_low_ = std::min<Number>(one.low, 0), reduced_high_ = std::max<Number>(one.high, 1);
      break;
  }
  now.defined = defined;
  store(result, now);
  if (kind == Reduction::any || kind == Reduction::all) {
    llvm::Value* is_set = b_.CreateICmpNE(now.value, b_.getInt64(0));
    b_.CreateCondBr(kind == Reduction::any ? is_set : b_.CreateNot(is_set), out, next);
  } else {
    b_.CreateBr(next);
  }
  b_.SetInsertPoint(next);
}

}  // namespace portolan::accelerator
