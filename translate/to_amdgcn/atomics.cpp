// Atomic operations. On floating-point numbers they are loops that compare and swap: what the processors' own
// instructions do with subnormal numbers and NaNs is not what PTX says.
#include "ir/float_semantics.h"
#include "ir/op_semantics.h"
#include "translate/to_amdgcn/address_spaces.h"
#include "translate/to_amdgcn/kernel_emitter.h"

namespace portolan::to_amdgcn {

using ir::Instruction;
using ir::Op;
using ir::RmwKind;
using Value = llvm::Value*;
using Rmw = llvm::AtomicRMWInst;

namespace {

constexpr auto kOrder = llvm::AtomicOrdering::Monotonic;

std::optional<Rmw::BinOp> integer_operation(RmwKind kind) {
  switch (kind) {
    case RmwKind::exchange:
      return Rmw::Xchg;
    case RmwKind::add:
      return Rmw::Add;
    case RmwKind::sub:
      return Rmw::Sub;
    case RmwKind::bit_and:
      return Rmw::And;
    case RmwKind::bit_or:
      return Rmw::Or;
    case RmwKind::bit_xor:
      return Rmw::Xor;
    case RmwKind::smin:
      return Rmw::Min;
    case RmwKind::smax:
      return Rmw::Max;
    case RmwKind::umin:
      return Rmw::UMin;
    case RmwKind::umax:
      return Rmw::UMax;
    case RmwKind::uincrement:
      return Rmw::UIncWrap;
    case RmwKind::udecrement:
      return Rmw::UDecWrap;
    default:
      return std::nullopt;
  }
}

}  // namespace

// The IR has no scopes. Other devices and the host only where the kernel speaks of them, since that costs time.
llvm::SyncScope::ID KernelEmitter::scope() const {
  if (kernel_.system_scope) return llvm::SyncScope::System;
  return b_.getContext().getOrInsertSyncScopeID("agent");
}

Value KernelEmitter::atomic(const Instruction& i) {
  const llvm::MaybeAlign align(i.width / 8);
  if (i.width > 64) {
    refuse(i, "atomic operations on more than 64 bits");
    return b_.getIntN(i.width, 0);
  }
  // Fences around it order the other accesses.
  const bool orders = i.ordering != ir::Ordering::none && i.ordering != ir::Ordering::relaxed;
  if (orders) b_.CreateFence(llvm::AtomicOrdering::Release, scope());
  Value old = nullptr;
  if (i.op == Op::atomic_cas) {
    Value pair = b_.CreateAtomicCmpXchg(pointer(i.operands[0]), domain_.integer(value(i.operands[1])),
                                        domain_.integer(value(i.operands[2])), align, kOrder, kOrder, scope());
    old = b_.CreateExtractValue(pair, 0);
  } else if (const auto op = integer_operation(i.rmw)) {
    old =
        b_.CreateAtomicRMW(*op, pointer(i.operands[0]), domain_.integer(value(i.operands[1])), align, kOrder, scope());
  } else {
    old = atomic_float(i);
  }
  if (orders) b_.CreateFence(llvm::AtomicOrdering::Acquire, scope());
  return old;
}

// What the IR's interpreter does with the old value: ir/interpreter.cpp, modified_float.
Value KernelEmitter::modified_float(const Instruction& rmw, Value old, Value operand) {
  Instruction i;
  i.op = rmw.rmw == RmwKind::fmin ? Op::fminnum : rmw.rmw == RmwKind::fmax ? Op::fmaxnum : Op::fadd;
  i.format = rmw.format;
  i.nan = rmw.nan;
  i.width = rmw.width;
  i.lanes = static_cast<uint16_t>(i.width / ir::bits(rmw.format));
  const bool zeros = rmw.rmw == RmwKind::fadd_flush && rmw.format == ir::FloatFormat::f32;
  auto flushed = [&](Value v) -> Value {
    if (!zeros) return v;
    Value bits = domain_.integer(v);
    Value subnormal = b_.CreateICmpEQ(b_.CreateAnd(bits, 0x7f800000), b_.getInt32(0));
    return b_.CreateSelect(subnormal, b_.CreateAnd(bits, 0x80000000), bits);
  };
  const Value operands[] = {flushed(operand), flushed(old)};
  return flushed(ir::evaluate(domain_, f_, i, std::span<const Value>(operands, 2)));
}

Value KernelEmitter::atomic_float(const Instruction& i) {
  llvm::LLVMContext& context = b_.getContext();
  Value at = pointer(i.operands[0]), operand = value(i.operands[1]);
  llvm::Type* type = b_.getIntNTy(i.width);
  const llvm::Align align(i.width / 8);
  // The first try guesses what is there: a look at it would be a plain load beside others' operations, a race.
  Value first = b_.getIntN(i.width, 0);
  llvm::BasicBlock* before = b_.GetInsertBlock();
  llvm::BasicBlock *again = llvm::BasicBlock::Create(context, "", llvm_),
                   *after = llvm::BasicBlock::Create(context, "", llvm_);
  b_.CreateBr(again);
  b_.SetInsertPoint(again);
  llvm::PHINode* old = b_.CreatePHI(type, 2);
  old->addIncoming(first, before);
  Value wanted = domain_.integer(modified_float(i, old, operand));
  Value pair = b_.CreateAtomicCmpXchg(at, old, wanted, align, kOrder, kOrder, scope());
  Value found = b_.CreateExtractValue(pair, 0);
  old->addIncoming(found, b_.GetInsertBlock());
  b_.CreateCondBr(b_.CreateExtractValue(pair, 1), after, again);
  b_.SetInsertPoint(after);
  return found;
}

}  // namespace portolan::to_amdgcn
