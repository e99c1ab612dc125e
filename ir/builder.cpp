#include "ir/builder.h"

#include <cassert>

namespace portolan::ir {

ValueId Builder::constant(const APInt& value) {
  f_.constants.push_back(value);
  Instruction i;
  i.op = Op::constant;
  i.width = value.getBitWidth();
  i.index = static_cast<uint32_t>(f_.constants.size() - 1);
  i.line = line_;
  return f_.append(block_, std::move(i));
}

ValueId Builder::undef(uint32_t width) {
  Instruction i;
  i.op = Op::undef;
  i.width = width;
  return emit(std::move(i));
}

ValueId Builder::symbol_address(SymbolRef symbol) {
  f_.symbols.push_back(std::move(symbol));
  Instruction i;
  i.op = Op::symbol_address;
  i.width = 64;
  i.index = static_cast<uint32_t>(f_.symbols.size() - 1);
  return emit(std::move(i));
}

ValueId Builder::thread_pointer() {
  Instruction i;
  i.op = Op::thread_pointer;
  i.width = 64;
  return emit(std::move(i));
}

ValueId Builder::get_slot(uint32_t slot, uint32_t width) {
  Instruction i;
  i.op = Op::get_slot;
  i.width = width;
  i.index = slot;
  return emit(std::move(i));
}

void Builder::set_slot(uint32_t slot, ValueId value) {
  Instruction i;
  i.op = Op::set_slot;
  i.index = slot;
  i.operands = {value};
  emit(std::move(i));
}

ValueId Builder::emit(Op op, std::initializer_list<ValueId> operands, uint16_t lanes) {
  Instruction i;
  i.op = op;
  i.lanes = lanes;
  i.operands.assign(operands.begin(), operands.end());
  uint32_t first = width(i.operands[0]);
  switch (info(op).shape) {
    case Shape::Unary:
    case Shape::Binary:
    case Shape::Ternary:
      i.width = first;
      break;
    case Shape::Compare:
      i.width = lanes;
      break;
    case Shape::Carry:
      i.width = 1;
      break;
    case Shape::Reduce:
      i.width = first / lanes;
      break;
    case Shape::Free:
    case Shape::Convert:
      assert(false && "width must be stated");
      break;
  }
  for (ValueId v : i.operands)
    assert((width(v) == first || info(op).shape == Shape::Carry) && "operands of different widths");
  assert(first % lanes == 0 && "lanes do not divide the width");
  return emit(std::move(i));
}

ValueId Builder::emit(Instruction instruction) {
  instruction.line = line_;
  if (ValueId folded = fold(*this, instruction); folded != kNoValue) return folded;
  return f_.append(block_, std::move(instruction));
}

ValueId Builder::count_of(ValueId a, unsigned count, uint16_t lanes) {
  uint32_t lane_width = width(a) / lanes;
  // A count past the width means the same as the width, and fits in a lane.
  return constant(APInt::getSplat(width(a), APInt(lane_width, count < lane_width ? count : lane_width)));
}

ValueId Builder::convert(Op op, ValueId a, uint32_t result_width, uint16_t lanes, uint32_t index) {
  Instruction i;
  i.op = op;
  i.lanes = lanes;
  i.width = result_width;
  i.index = index;
  i.operands = {a};
  assert(width(a) % lanes == 0 && result_width % lanes == 0);
  return emit(std::move(i));
}

ValueId Builder::zext(ValueId a, uint32_t result_width, uint16_t lanes) {
  assert(result_width >= width(a));
  return convert(Op::zext, a, result_width, lanes);
}

ValueId Builder::sext(ValueId a, uint32_t result_width, uint16_t lanes) {
  assert(result_width >= width(a));
  return convert(Op::sext, a, result_width, lanes);
}

ValueId Builder::extract(ValueId a, uint32_t low, uint32_t result_width, uint16_t lanes) {
  assert(low + result_width / lanes <= width(a) / lanes && "extract outside the value");
  return convert(Op::extract, a, result_width, lanes, low);
}

ValueId Builder::zext_or_truncate(ValueId a, uint32_t result_width) {
  return result_width >= width(a) ? zext(a, result_width) : truncate(a, result_width);
}

ValueId Builder::sext_or_truncate(ValueId a, uint32_t result_width) {
  return result_width >= width(a) ? sext(a, result_width) : truncate(a, result_width);
}

ValueId Builder::concat(ValueId high, ValueId low, uint16_t lanes) {
  Instruction i;
  i.op = Op::concat;
  i.lanes = lanes;
  i.width = width(high) + width(low);
  i.operands = {high, low};
  assert(width(high) % lanes == 0 && width(low) % lanes == 0);
  return emit(std::move(i));
}

ValueId Builder::insert(ValueId into, ValueId part, uint32_t low) {
  uint32_t total = width(into), size = width(part);
  assert(low + size <= total && "insert outside the value");
  ValueId result = part;
  if (low != 0) result = concat(result, extract(into, 0, low));
  if (low + size != total) result = concat(extract(into, low + size, total - low - size), result);
  return result;
}

ValueId Builder::select(ValueId bits, ValueId if_one, ValueId if_zero, uint16_t lanes) {
  assert(width(bits) == lanes && width(if_one) == width(if_zero));
  Instruction i;
  i.op = Op::select;
  i.lanes = lanes;
  i.width = width(if_one);
  i.operands = {bits, if_one, if_zero};
  return emit(std::move(i));
}

ValueId Builder::splat(ValueId lane_value, uint16_t lanes) {
  if (lanes == 1) return lane_value;
  Instruction i;
  i.op = Op::splat;
  i.lanes = lanes;
  i.width = width(lane_value) * lanes;
  i.operands = {lane_value};
  return emit(std::move(i));
}

ValueId Builder::shuffle(ValueId a, ValueId b, uint16_t lanes, std::vector<int> mask) {
  assert(width(a) == width(b) && width(a) % lanes == 0);
  Instruction i;
  i.op = Op::shuffle;
  i.lanes = lanes;
  i.width = width(a) / lanes * static_cast<uint32_t>(mask.size());
  f_.masks.push_back(std::move(mask));
  i.index = static_cast<uint32_t>(f_.masks.size() - 1);
  i.operands = {a, b};
  return emit(std::move(i));
}

ValueId Builder::permute(ValueId table, ValueId indices, uint16_t lanes) {
  assert(width(indices) % lanes == 0 && width(table) % (width(indices) / lanes) == 0);
  Instruction i;
  i.op = Op::permute;
  i.lanes = lanes;
  i.width = width(indices);
  i.operands = {table, indices};
  return emit(std::move(i));
}

ValueId Builder::floating(Op op, std::span<const ValueId> operands, FloatMode mode, uint16_t lanes) {
  Instruction i;
  i.op = op;
  i.format = mode.format;
  i.nan = mode.nan;
  i.rounding = mode.rounding;
  i.lanes = lanes;
  i.operands.assign(operands.begin(), operands.end());
  i.width = info(op).shape == Shape::Compare ? lanes : width(operands[0]);
  for ([[maybe_unused]] ValueId v : operands) assert(width(v) == bits(mode.format) * lanes && "float operand width");
  return emit(std::move(i));
}

ValueId Builder::fneg(ValueId a, FloatFormat format, uint16_t lanes) {
  APInt sign = APInt::getSignMask(bits(format));
  return bit_xor(a, constant(APInt::getSplat(width(a), sign)), lanes);
}

ValueId Builder::fabs(ValueId a, FloatFormat format, uint16_t lanes) {
  APInt rest = APInt::getSignedMaxValue(bits(format));
  return bit_and(a, constant(APInt::getSplat(width(a), rest)), lanes);
}

ValueId Builder::fconvert(ValueId a, FloatMode from, FloatFormat to, uint16_t lanes) {
  Instruction i;
  i.op = Op::fconvert;
  i.format = from.format;
  i.to_format = to;
  i.nan = from.nan;
  i.rounding = from.rounding;
  i.lanes = lanes;
  i.width = bits(to) * lanes;
  i.operands = {a};
  assert(width(a) == bits(from.format) * lanes);
  return emit(std::move(i));
}

ValueId Builder::float_to_int(Op op, ValueId a, FloatMode mode, uint32_t result_width, uint16_t lanes) {
  Instruction i;
  i.op = op;
  i.format = mode.format;
  i.rounding = mode.rounding;
  i.lanes = lanes;
  i.width = result_width;
  i.operands = {a};
  assert(width(a) == bits(mode.format) * lanes);
  return emit(std::move(i));
}

ValueId Builder::int_to_float(Op op, ValueId a, FloatMode mode, uint16_t lanes) {
  Instruction i;
  i.op = op;
  i.to_format = mode.format;
  i.rounding = mode.rounding;
  i.lanes = lanes;
  i.width = bits(mode.format) * lanes;
  i.operands = {a};
  return emit(std::move(i));
}

ValueId Builder::load(ValueId address, uint32_t result_width, Ordering ordering, uint8_t alignment) {
  assert(result_width % 8 == 0 && width(address) == 64);
  Instruction i;
  i.op = Op::load;
  i.width = result_width;
  i.ordering = ordering;
  i.alignment = alignment;
  i.operands = {address};
  return emit(std::move(i));
}

void Builder::store(ValueId address, ValueId value, Ordering ordering, uint8_t alignment) {
  assert(width(value) % 8 == 0 && width(address) == 64);
  Instruction i;
  i.op = Op::store;
  i.ordering = ordering;
  i.alignment = alignment;
  i.operands = {address, value};
  emit(std::move(i));
}

ValueId Builder::atomic_rmw(RmwKind kind, ValueId address, ValueId operand, Ordering ordering) {
  Instruction i;
  i.op = Op::atomic_rmw;
  i.rmw = kind;
  i.ordering = ordering;
  i.width = width(operand);
  i.operands = {address, operand};
  return emit(std::move(i));
}

ValueId Builder::atomic_cas(ValueId address, ValueId expected, ValueId replacement, Ordering ordering) {
  assert(width(expected) == width(replacement));
  Instruction i;
  i.op = Op::atomic_cas;
  i.ordering = ordering;
  i.width = width(expected);
  i.operands = {address, expected, replacement};
  return emit(std::move(i));
}

ValueId Builder::atomic_float(RmwKind kind, ValueId address, ValueId operand, FloatMode mode, Ordering ordering) {
  Instruction i;
  i.op = Op::atomic_rmw;
  i.width = width(operand);
  i.rmw = kind;
  i.format = mode.format;
  i.nan = mode.nan;
  i.ordering = ordering;
  i.operands = {address, operand};
  return emit(std::move(i));
}

ValueId Builder::identity(Identity which) {
  Instruction i;
  i.op = Op::identity;
  i.width = 32;
  i.which = which;
  return emit(std::move(i));
}

ValueId Builder::active_lanes(uint32_t lane_width) {
  return convergent(Op::active_lanes, {}, lane_width);
}
ValueId Builder::lane_read(ValueId members, ValueId value, ValueId lane) {
  return convergent(Op::lane_read, {members, value, lane}, width(value));
}
ValueId Builder::lane_ballot(ValueId members, ValueId bit) {
  return convergent(Op::lane_ballot, {members, bit}, width(members));
}
ValueId Builder::lane_match(ValueId members, ValueId value) {
  return convergent(Op::lane_match, {members, value}, width(members));
}
ValueId Builder::lane_reduce(RmwKind kind, ValueId members, ValueId value) {
  return convergent(Op::lane_reduce, {members, value}, width(value), kind);
}
ValueId Builder::block_barrier(ValueId number, ValueId threads, ValueId bit) {
  return convergent(Op::block_barrier, {number, threads, bit}, 32);
}

ValueId Builder::convergent(Op op, std::initializer_list<ValueId> operands, uint32_t result_width, RmwKind kind) {
  Instruction i;
  i.op = op;
  i.width = result_width;
  i.rmw = kind;
  i.operands.assign(operands.begin(), operands.end());
  return emit(std::move(i));
}

void Builder::fence(Ordering ordering) {
  Instruction i;
  i.op = Op::fence;
  i.ordering = ordering;
  emit(std::move(i));
}

void Builder::memory_copy(ValueId to, ValueId from, ValueId count, unsigned element_bytes) {
  Instruction i;
  i.op = Op::memory_copy;
  i.index = element_bytes;
  i.operands = {to, from, count};
  emit(std::move(i));
}

void Builder::memory_set(ValueId to, ValueId value, ValueId count) {
  Instruction i;
  i.op = Op::memory_set;
  i.index = width(value) / 8;
  i.operands = {to, value, count};
  emit(std::move(i));
}

void Builder::trap_if(ValueId bit, TrapKind kind) {
  if (const APInt* c = f_.constant(bit); c && c->isZero()) return;
  Instruction i;
  i.op = Op::trap_if;
  i.trap = kind;
  i.operands = {bit};
  emit(std::move(i));
}

void Builder::call(SymbolRef target) {
  f_.calls.push_back({std::move(target), false, UINT32_MAX});
  Instruction i;
  i.op = Op::call;
  i.index = static_cast<uint32_t>(f_.calls.size() - 1);
  emit(std::move(i));
}

void Builder::call_indirect(ValueId address) {
  f_.calls.push_back({{}, true, UINT32_MAX});
  Instruction i;
  i.op = Op::call;
  i.index = static_cast<uint32_t>(f_.calls.size() - 1);
  i.operands = {address};
  emit(std::move(i));
}

}  // namespace portolan::ir
