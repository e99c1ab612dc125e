// Makes instructions at the end of a block, folding what is constant or trivially simpler on the way.
//
// Lifters write with it: b.add(x, y), b.add(x, y, 4) for four lanes, b.extract(x, 32, 8) for bits 32..39. Widths are
// checked by assertion: a lifter that mixes widths is wrong.
#pragma once

#include <span>

#include "ir/function.h"

namespace portolan::ir {

// Floating-point attributes of one ISA's arithmetic, passed along by its lifter.
struct FloatMode {
  FloatFormat format = FloatFormat::f64;
  NanRule nan = NanRule::any;
  Rounding rounding = Rounding::nearest_even;
};

class Builder {
 public:
  Builder(Function& function, BlockId block) : f_(function), block_(block) {}

  Function& function() { return f_; }
  BlockId block() const { return block_; }
  void set_block(BlockId block) { block_ = block; }
  void set_line(uint32_t line) { line_ = line; }
  uint32_t width(ValueId v) const { return f_.width(v); }

  ValueId constant(uint32_t width, uint64_t value) { return constant(APInt(width, value)); }
  ValueId signed_constant(uint32_t width, int64_t value) { return constant(APInt(width, value, true)); }
  ValueId constant(const APInt& value);
  ValueId undef(uint32_t width);
  ValueId symbol_address(SymbolRef symbol);
  ValueId thread_pointer();
  ValueId get_slot(uint32_t slot, uint32_t width);
  void set_slot(uint32_t slot, ValueId value);

  // One method for each Unary, Binary, Compare, Carry and Reduce op of integers.
#define UNARY(name) \
  ValueId name(ValueId a, uint16_t lanes = 1) { return emit(Op::name, {a}, lanes); }
#define BINARY(name) \
  ValueId name(ValueId a, ValueId b, uint16_t lanes = 1) { return emit(Op::name, {a, b}, lanes); }
  // clang-format off
  UNARY(bit_not) UNARY(abs) UNARY(clz) UNARY(ctz) UNARY(popcount) UNARY(byte_swap) UNARY(bit_reverse)
  BINARY(add) BINARY(sub) BINARY(mul) BINARY(umulh) BINARY(smulh) BINARY(udiv) BINARY(urem) BINARY(sdiv)
  BINARY(srem) BINARY(bit_and) BINARY(bit_or) BINARY(bit_xor) BINARY(shl) BINARY(lshr) BINARY(ashr)
  BINARY(rotl) BINARY(rotr) BINARY(umin) BINARY(umax) BINARY(smin) BINARY(smax) BINARY(uadd_saturate)
  BINARY(sadd_saturate) BINARY(usub_saturate) BINARY(ssub_saturate) BINARY(uaverage_up) BINARY(eq) BINARY(ne)
  BINARY(ult) BINARY(ule) BINARY(slt) BINARY(sle) UNARY(reduce_add) UNARY(reduce_umin) UNARY(reduce_umax)
  UNARY(reduce_smin) UNARY(reduce_smax)
  // clang-format on
#undef UNARY
#undef BINARY
                          ValueId add_carry(ValueId a, ValueId b, ValueId carry) {
    return emit(Op::add_carry, {a, b, carry}, 1);
  }
  ValueId sub_borrow(ValueId a, ValueId b, ValueId borrow) { return emit(Op::sub_borrow, {a, b, borrow}, 1); }
  ValueId add_overflow(ValueId a, ValueId b, ValueId carry) { return emit(Op::add_overflow, {a, b, carry}, 1); }
  ValueId sub_overflow(ValueId a, ValueId b, ValueId borrow) { return emit(Op::sub_overflow, {a, b, borrow}, 1); }

  // Shifts by a constant; lanes share the count.
  ValueId shl_by(ValueId a, unsigned count, uint16_t lanes = 1) { return shl(a, count_of(a, count, lanes), lanes); }
  ValueId lshr_by(ValueId a, unsigned count, uint16_t lanes = 1) { return lshr(a, count_of(a, count, lanes), lanes); }
  ValueId ashr_by(ValueId a, unsigned count, uint16_t lanes = 1) { return ashr(a, count_of(a, count, lanes), lanes); }

  // Widths: `width` is that of the whole result, all lanes together.
  ValueId zext(ValueId a, uint32_t width, uint16_t lanes = 1);
  ValueId sext(ValueId a, uint32_t width, uint16_t lanes = 1);
  ValueId extract(ValueId a, uint32_t low, uint32_t width, uint16_t lanes = 1);
  ValueId truncate(ValueId a, uint32_t width, uint16_t lanes = 1) { return extract(a, 0, width, lanes); }
  ValueId zext_or_truncate(ValueId a, uint32_t width);
  ValueId sext_or_truncate(ValueId a, uint32_t width);
  ValueId concat(ValueId high, ValueId low, uint16_t lanes = 1);
  // `into` with bits [low, low + width(part)) replaced.
  ValueId insert(ValueId into, ValueId part, uint32_t low);
  ValueId lane(ValueId vector, unsigned index, uint32_t lane_width) {
    return extract(vector, index * lane_width, lane_width);
  }
  ValueId insert_lane(ValueId vector, ValueId lane_value, unsigned index) {
    return insert(vector, lane_value, index * width(lane_value));
  }
  ValueId select(ValueId bits, ValueId if_one, ValueId if_zero, uint16_t lanes = 1);
  ValueId splat(ValueId lane_value, uint16_t lanes);
  // Result lane i is lane mask[i] of a (0..lanes-1) or b (lanes..2*lanes-1); -1: undefined. Result has mask.size()
  // lanes.
  ValueId shuffle(ValueId a, ValueId b, uint16_t lanes, std::vector<int> mask);
  ValueId permute(ValueId table, ValueId indices, uint16_t lanes);
  // All ones in each lane whose bit is 1: what SIMD compares write.
  ValueId mask_from_bits(ValueId bits, uint32_t width, uint16_t lanes) { return sext(bits, width, lanes); }
  ValueId is_zero(ValueId a) { return eq(a, constant(width(a), 0)); }
  ValueId sign(ValueId a) { return extract(a, width(a) - 1, 1); }

  // Floating point on bit patterns.
  ValueId floating(Op op, std::span<const ValueId> operands, FloatMode mode, uint16_t lanes = 1);
  ValueId floating(Op op, std::initializer_list<ValueId> operands, FloatMode mode, uint16_t lanes = 1) {
    return floating(op, std::span(operands.begin(), operands.size()), mode, lanes);
  }
  ValueId fneg(ValueId a, FloatFormat format, uint16_t lanes = 1);
  ValueId fabs(ValueId a, FloatFormat format, uint16_t lanes = 1);
  ValueId fconvert(ValueId a, FloatMode from, FloatFormat to, uint16_t lanes = 1);
  // op is fto_sint or fto_uint; width of the whole result.
  ValueId float_to_int(Op op, ValueId a, FloatMode mode, uint32_t width, uint16_t lanes = 1);
  // op is sint_to_f or uint_to_f; the result is lanes * bits(mode.format) wide.
  ValueId int_to_float(Op op, ValueId a, FloatMode mode, uint16_t lanes = 1);

  // Memory. Sizes are the widths of the values, a multiple of 8.
  ValueId load(ValueId address, uint32_t width, Ordering ordering = Ordering::none, uint8_t alignment = 1);
  void store(ValueId address, ValueId value, Ordering ordering = Ordering::none, uint8_t alignment = 1);
  ValueId atomic_rmw(RmwKind kind, ValueId address, ValueId operand, Ordering ordering);
  ValueId atomic_cas(ValueId address, ValueId expected, ValueId replacement, Ordering ordering);
  ValueId atomic_float(RmwKind kind, ValueId address, ValueId operand, FloatMode mode, Ordering ordering);
  void fence(Ordering ordering);
  void memory_copy(ValueId to, ValueId from, ValueId count, unsigned element_bytes);
  void memory_set(ValueId to, ValueId value, ValueId count);
  void trap_if(ValueId bit, TrapKind kind);

  // Threads of kernels, see ops.def.
  ValueId identity(Identity which);
  ValueId active_lanes(uint32_t lane_width);
  ValueId lane_read(ValueId members, ValueId value, ValueId lane);
  ValueId lane_ballot(ValueId members, ValueId bit);
  ValueId lane_match(ValueId members, ValueId value);
  ValueId lane_reduce(RmwKind kind, ValueId members, ValueId value);
  ValueId block_barrier(ValueId number, ValueId threads, ValueId bit);

  // Machine-level calls: arguments and results are in the slots.
  void call(SymbolRef target);
  void call_indirect(ValueId address);

  // An instruction as it is, after folding. Everything above ends here.
  ValueId emit(Instruction instruction);

 private:
  ValueId emit(Op op, std::initializer_list<ValueId> operands, uint16_t lanes);
  ValueId count_of(ValueId a, unsigned count, uint16_t lanes);
  ValueId convert(Op op, ValueId a, uint32_t width, uint16_t lanes, uint32_t index = 0);
  ValueId convergent(Op op, std::initializer_list<ValueId> operands, uint32_t result_width,
                     RmwKind kind = RmwKind::exchange);

  Function& f_;
  BlockId block_;
  uint32_t line_ = 0;
};

// The value an equal or simpler existing value or constant could replace `instruction` with, or kNoValue.
// `block` receives new constants.
ValueId fold(Builder& builder, const Instruction& instruction);

}  // namespace portolan::ir
