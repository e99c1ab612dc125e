// What the way a branch takes says of the numbers that it compared: loops over arrays stay within them.
#include <algorithm>

#include "verify/leak/engine.h"

namespace portolan::leak {
namespace {

using ir::Instruction;
using ir::Op;
using ir::ValueId;

bool comparable(const Value& a, const Value& b) {
  return a.bases == b.bases && (a.bases & (a.bases - 1)) == 0;
}

}  // namespace

// `v` is now known to be in the range: so are the places that hold it.
void Activation::narrow(State& state, ValueId v, const Range& range) {
  v = same_as(v);
  const MaybeRange& before = values_[v].range;
  const Range now = before ? clamped(*before, range.low, range.high) : range;
  // What a number that is not negative was extended from is the same number.
  if (const Instruction& i = f_[v]; (i.op == Op::zext || i.op == Op::sext) && i.lanes == 1) {
    const uint32_t from = f_.width(i.operands[0]);
    if (from < 64 && now.low >= 0 && now.high < int64_t{1} << (from - 1)) narrow(state, i.operands[0], now);
  }
  auto holds_it = [&](ValueId held) {
    if (held == ir::kNoValue) return false;
    if (held == v) return true;
    const Instruction& i = f_[held];
    return i.op == Op::zext && i.lanes == 1 && same_as(i.operands[0]) == v;
  };
  // The low part of a register whose upper part is zero is the register.
  const Instruction& i = f_[v];
  ValueId whole = ir::kNoValue;
  if (i.op == Op::extract && i.index == 0 && i.lanes == 1) {
    const Value& w = values_[same_as(i.operands[0])];
    if (w.bases == 0 && w.range && w.range->low >= 0 && i.width < 63 && w.range->high < (int64_t{1} << i.width))
      whole = same_as(i.operands[0]);
  }
  for (size_t s = 0; s < in_slot_.size(); ++s)
    if (holds_it(in_slot_[s]) || (whole != ir::kNoValue && in_slot_[s] == whole)) state.slots[s].range = now;
  for (const auto& [where, held] : in_frame_) {
    if (!holds_it(held)) continue;
    Value cell =
        state.memory.load(engine_.rules(), {0, base_bit(kFrame), Range{where.first, where.first, 0}}, where.second);
    cell.range = now;
    state.memory.set_frame(where.first, cell, where.second);
  }
}

void Activation::constrain(State& state, ValueId a, ValueId b, Op relation, bool truth) {
  a = same_as(a), b = same_as(b);
  const Value &x = values_[a], &y = values_[b];
  if (!comparable(x, y)) return;
  const uint32_t width = f_.width(a);
  if (width > 64) return;
  const bool numbers = x.bases == 0;
  if (relation == Op::eq) {
    if (truth) {
      if (y.range) narrow(state, a, *y.range);
      if (x.range) narrow(state, b, *x.range);
      return;
    }
    for (const auto& [one, other] : {std::pair(a, b), std::pair(b, a)}) {
      const MaybeRange &r = values_[one].range, &s = values_[other].range;
      if (!r || !s || !s->is_single() || r->is_single()) continue;
      if (s->low == r->high) narrow(state, one, {r->low, r->high - 1, 0});
      if (s->low == r->low) narrow(state, one, {r->low + 1, r->high, 0});
    }
    return;
  }
  if (!numbers && x.bases != base_bit(kFrame)) return;
  // Below 2^(width - 1) signed and unsigned order are the same; numbers of 64 bits are kept signed.
  const int64_t half = width >= 64 ? INT64_MAX : (int64_t{1} << (width - 1)) - 1;
  const bool is_signed = relation == Op::slt;
  auto ordered = [&](const MaybeRange& r) {
    if (!r) return false;
    if (!numbers) return true;
    if (is_signed) return width >= 64 || r->high <= half;
    return r->low >= 0;
  };
  if (truth) {  // x < y
    if (ordered(y.range) && y.range->high > INT64_MIN) {
      const int64_t high = y.range->high - 1;
      if (ordered(x.range))
        narrow(state, a, {INT64_MIN, high, 0});
      else if (!is_signed && numbers && high >= 0 && (!x.range || width < 64))
        narrow(state, a, {0, high, high == 0 ? 0u : 1u});
    }
    if (ordered(x.range) && ordered(y.range) && x.range->low < INT64_MAX)
      narrow(state, b, {x.range->low + 1, INT64_MAX, 0});
  } else if (ordered(x.range) && ordered(y.range)) {  // x >= y
    narrow(state, a, {y.range->low, INT64_MAX, 0});
    narrow(state, b, {INT64_MIN, x.range->high, 0});
  }
}

// Whether `difference` is a - b, also as a + -b.
bool Activation::is_difference(ValueId difference, ValueId a, ValueId b) const {
  const Instruction& d = at(difference);
  if (d.lanes != 1 || d.operands.size() != 2 || same_as(d.operands[0]) != same_as(a)) return false;
  if (d.op == Op::sub) return same_as(d.operands[1]) == same_as(b) || equal_constants(d.operands[1], b);
  const llvm::APInt *c = f_.constant(same_as(b)),
                    *added = d.op == Op::add ? f_.constant(same_as(d.operands[1])) : nullptr;
  return c != nullptr && added != nullptr && c->getBitWidth() == added->getBitWidth() && *added == -*c;
}

bool Activation::equal_constants(ValueId a, ValueId b) const {
  const llvm::APInt *x = f_.constant(same_as(a)), *y = f_.constant(same_as(b));
  return x != nullptr && y != nullptr && x->getBitWidth() == y->getBitWidth() && *x == *y;
}

bool Activation::is_zero(ValueId v) const {
  const llvm::APInt* c = f_.constant(same_as(v));
  return c != nullptr && c->isZero();
}

// Whether the bit says a == b.
bool Activation::is_equality_of(ValueId bit, ValueId a, ValueId b) const {
  const Instruction& e = at(bit);
  if (e.op != Op::eq || e.lanes != 1) return false;
  const bool direct = same_as(e.operands[0]) == same_as(a) &&
                      (same_as(e.operands[1]) == same_as(b) || equal_constants(e.operands[1], b));
  return direct || (is_zero(e.operands[1]) && is_difference(e.operands[0], a, b));
}

// What a bit says of the order of two values.
std::optional<Activation::Order> Activation::order_of(ValueId bit) const {
  const Instruction& i = at(bit);
  if (i.width != 1 || i.lanes != 1) return std::nullopt;
  switch (i.op) {
    case Op::bit_not: {
      std::optional<Order> order = order_of(i.operands[0]);
      if (order) order->negated = !order->negated;
      return order;
    }
    case Op::ult:
    case Op::slt:
      return Order{i.operands[0], i.operands[1], i.op, false};
    case Op::ule:
    case Op::sle:  // a <= b: not b < a
      return Order{i.operands[1], i.operands[0], i.op == Op::ule ? Op::ult : Op::slt, true};
    case Op::sub_borrow:
      return is_zero(i.operands[2]) ? std::optional(Order{i.operands[0], i.operands[1], Op::ult, false}) : std::nullopt;
    case Op::bit_xor:
      // The sign and the overflow of a difference.
      for (const unsigned n : {0u, 1u}) {
        const Instruction &overflow = at(i.operands[n]), &sign = at(i.operands[1 - n]);
        if (overflow.op != Op::sub_overflow || !is_zero(overflow.operands[2])) continue;
        const ValueId a = overflow.operands[0], b = overflow.operands[1];
        const bool below = sign.op == Op::slt && is_zero(sign.operands[1]);
        const bool top = sign.op == Op::extract && sign.width == 1 && sign.index + 1 == f_.width(sign.operands[0]);
        if ((below || top) && is_difference(sign.operands[0], a, b)) return Order{a, b, Op::slt, false};
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

void Activation::refine(State& state, ValueId condition, bool truth) {
  const Instruction& i = at(condition);
  auto operand = [&](unsigned n) { return i.operands[n]; };
  if (i.width != 1 || i.lanes != 1) return;
  switch (i.op) {
    case Op::bit_not:
      return refine(state, operand(0), !truth);
    case Op::bit_and:
    case Op::bit_or:
      if (truth == (i.op == Op::bit_and)) {
        refine(state, operand(0), truth);
        refine(state, operand(1), truth);
        return;
      }
      // "Less or equal", and its negation by "not less and not equal".
      for (const unsigned n : {0u, 1u}) {
        const bool negated = i.op == Op::bit_and;
        ValueId equal = operand(n), less = operand(1 - n);
        if (negated && at(equal).op != Op::bit_not) continue;
        if (negated) equal = at(equal).operands[0];
        const std::optional<Order> order = order_of(less);
        if (!order || order->negated != negated || at(equal).op != Op::eq) continue;
        if (is_equality_of(equal, order->a, order->b))
          return constrain(state, order->b, order->a, order->relation, false);
      }
      return;
    case Op::eq:
    case Op::ne: {
      const bool equal = (i.op == Op::eq) == truth;
      constrain(state, operand(0), operand(1), Op::eq, equal);
      // A difference that is zero.
      const Instruction& difference = at(operand(0));
      const llvm::APInt* zero = f_.constant(operand(1));
      if (zero != nullptr && zero->isZero() && difference.op == Op::sub && difference.lanes == 1)
        constrain(state, difference.operands[0], difference.operands[1], Op::eq, equal);
      return;
    }
    default:
      if (const std::optional<Order> order = order_of(condition))
        constrain(state, order->a, order->b, order->relation, truth != order->negated);
      return;
  }
}

}  // namespace portolan::leak
