// The op semantics over LLVM IR. A value of the IR is an llvm::Value of any type with as many bits; each op asks for
// the view it works on (integer, vector of integers or floats) and the bit casts between views fold away. Most ops have
// an LLVM counterpart for all lanes at once; the rest comes from the common bodies in ir/op_semantics.h.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <unordered_set>

#include "ir/domain.h"
#include "ir/isa.h"
#include "llvm/IR/IRBuilder.h"

namespace portolan::llvm_proposer {

class LlvmDomain {
 public:
  using Value = llvm::Value*;

  LlvmDomain(llvm::IRBuilder<>& b, Isa target) : b_(b), target_(target) {}

  // Gives the LLVM value of an IR value that has been emitted already.
  void look_up_with(std::function<Value(ir::ValueId)> values) { values_ = std::move(values); }
  // 128-bit values that 128-bit arithmetic works on stay integers; others live in vector registers.
  void find_wide_integers(const ir::Function& f);

  unsigned width(Value v) { return v->getType()->getPrimitiveSizeInBits(); }
  Value constant(const ir::APInt& bits) { return b_.getInt(bits); }
  Value leaf(const ir::Function&, const ir::Instruction& i) { return llvm::UndefValue::get(b_.getIntNTy(i.width)); }
  Value unspecified(unsigned w) { return b_.CreateFreeze(llvm::PoisonValue::get(b_.getIntNTy(w))); }

  Value add(Value a, Value b) { return b_.CreateAdd(integer(a), integer(b)); }
  Value sub(Value a, Value b) { return b_.CreateSub(integer(a), integer(b)); }
  Value mul(Value a, Value b) { return b_.CreateMul(integer(a), integer(b)); }
  Value udiv(Value a, Value b) { return divide(llvm::Instruction::UDiv, integer(a), integer(b)); }
  Value urem(Value a, Value b) { return divide(llvm::Instruction::URem, integer(a), integer(b)); }
  Value bit_and(Value a, Value b) { return b_.CreateAnd(integer(a), integer(b)); }
  Value bit_or(Value a, Value b) { return b_.CreateOr(integer(a), integer(b)); }
  Value bit_xor(Value a, Value b) { return b_.CreateXor(integer(a), integer(b)); }
  Value bit_not(Value a) { return b_.CreateNot(integer(a)); }
  Value shl(Value a, Value b) { return shift(llvm::Instruction::Shl, integer(a), integer(b)); }
  Value lshr(Value a, Value b) { return shift(llvm::Instruction::LShr, integer(a), integer(b)); }
  Value ashr(Value a, Value b) { return shift(llvm::Instruction::AShr, integer(a), integer(b)); }
  Value eq(Value a, Value b) { return b_.CreateICmpEQ(integer(a), integer(b)); }
  Value ult(Value a, Value b) { return b_.CreateICmpULT(integer(a), integer(b)); }
  Value slt(Value a, Value b) { return b_.CreateICmpSLT(integer(a), integer(b)); }
  Value extract(Value v, unsigned low, unsigned w);
  Value concat(Value high, Value low);
  Value zext(Value v, unsigned w) { return b_.CreateZExt(integer(v), b_.getIntNTy(w)); }
  Value sext(Value v, unsigned w) { return b_.CreateSExt(integer(v), b_.getIntNTy(w)); }
  Value select(Value bit, Value one, Value zero);
  Value floating(const ir::Instruction& i, unsigned result_width, std::span<const Value> operands);
  std::optional<Value> native(const ir::Function& f, const ir::Instruction& i, std::span<const Value> operands);

  // Views: the same bits as another type.
  Value integer(Value v);
  Value vector(Value v, unsigned lanes);
  Value floats(Value v, ir::FloatFormat format, unsigned lanes);
  llvm::Type* float_type(ir::FloatFormat format, unsigned lanes);
  llvm::Type* vector_type(unsigned lanes, unsigned lane_bits);

 private:
  Value divide(llvm::Instruction::BinaryOps op, Value a, Value b);
  Value shift(llvm::Instruction::BinaryOps op, Value a, Value count);
  Value carry(const ir::Instruction& i, Value a, Value b, Value c);
  Value intrinsic(llvm::Intrinsic::ID id, std::initializer_list<Value> operands);
  std::optional<Value> integer_op(const ir::Instruction& i, std::span<const Value> operands);
  std::optional<Value> width_op(const ir::Function& f, const ir::Instruction& i, std::span<const Value> operands);
  std::optional<Value> widening_multiply(const ir::Function& f, const ir::Instruction& i);
  std::optional<Value> lane_op(const ir::Function& f, const ir::Instruction& i, std::span<const Value> operands);
  std::optional<Value> inserted_lane(const ir::Function& f, const ir::Instruction& i, std::span<const Value> operands);
  Value looked_up(Value table, Value indices, unsigned entries);
  Value float_op(const ir::Instruction& i, std::span<const Value> operands);
  Value minimum_number(const ir::Instruction& i, Value a, Value b);
  Value float_to_integer(const ir::Instruction& i, Value a);
  Value round(ir::Rounding rounding, Value a);
  bool is_wide_integer(const ir::Instruction& i) const { return wide_integers_.contains(&i); }

  llvm::IRBuilder<>& b_;
  Isa target_;
  std::function<Value(ir::ValueId)> values_;
  std::unordered_set<const ir::Instruction*> wide_integers_;
};

}  // namespace portolan::llvm_proposer
