// The meaning of every pure op of the IR, once, over any domain of values (domain.h): the interpreter, LLVM IR, solver
// terms and known bits all come from these bodies. evaluate() at the end dispatches through ops.def.
#pragma once

#include <array>
#include <cassert>
#include <utility>

#include "ir/domain.h"
#include "ir/float_semantics.h"

namespace portolan::ir {

// Bodies are named after their op and compute one lane; `w` is the width of the result lane. Ops that are not done lane
// by lane (no "L" in ops.def) get whole values and look at `inst` for the lanes.
template <Domain D>
class Semantics : public FloatSemantics<D> {
 public:
  using V = typename D::Value;
  Semantics(D& domain, const Function& function, const Instruction& instruction)
      : Semantics(domain, function, instruction, lane_width(instruction)) {}
  // For who knows the width of the result lane.
  Semantics(D& domain, const Function& function, const Instruction& instruction, unsigned width)
      : FloatSemantics<D>(domain, instruction), f(function), w(width) {}

// Uses the domain's own way to compute an op if it has one.
#define NATIVE(name, ...) \
  if constexpr (requires { d.name(__VA_ARGS__); }) return d.name(__VA_ARGS__)

  V constant() { return d.constant(f.constants[inst.index]); }
  V parameter() { return d.leaf(f, inst); }
  V symbol_address() { return d.leaf(f, inst); }
  V thread_pointer() { return d.leaf(f, inst); }
  V frame_address() { return d.leaf(f, inst); }

  V add(const V& a, const V& b) { return d.add(a, b); }
  V sub(const V& a, const V& b) { return d.sub(a, b); }
  V mul(const V& a, const V& b) { return d.mul(a, b); }
  V umulh(const V& a, const V& b) {
    NATIVE(umulh, a, b);
    else return d.extract(d.mul(d.zext(a, 2 * w), d.zext(b, 2 * w)), w, w);
  }
  V smulh(const V& a, const V& b) {
    NATIVE(smulh, a, b);
    else return d.extract(d.mul(d.sext(a, 2 * w), d.sext(b, 2 * w)), w, w);
  }
  V udiv(const V& a, const V& b) { return d.udiv(a, b); }
  V urem(const V& a, const V& b) { return d.urem(a, b); }
  V sdiv(const V& a, const V& b) {
    NATIVE(sdiv, a, b);
    else {
      V magnitude = d.udiv(abs(a), abs(b));
      V quotient = d.select(sign(d.bit_xor(a, b)), negate(magnitude), magnitude);
      return d.select(is_zero(b), ones(w), quotient);
    }
  }
  V srem(const V& a, const V& b) {
    NATIVE(srem, a, b);
    else {
      V magnitude = d.urem(abs(a), abs(b));
      return d.select(sign(a), negate(magnitude), magnitude);
    }
  }
  V bit_and(const V& a, const V& b) { return d.bit_and(a, b); }
  V bit_or(const V& a, const V& b) { return d.bit_or(a, b); }
  V bit_xor(const V& a, const V& b) { return d.bit_xor(a, b); }
  V bit_not(const V& a) { return d.bit_not(a); }
  V shl(const V& a, const V& b) { return d.shl(a, b); }
  V lshr(const V& a, const V& b) { return d.lshr(a, b); }
  V ashr(const V& a, const V& b) { return d.ashr(a, b); }
  V rotl(const V& a, const V& b) {
    NATIVE(rotl, a, b);
    else {
      V count = rotate_count(b);
      return d.bit_or(d.shl(a, count), d.lshr(a, d.sub(number(w, w), count)));
    }
  }
  V rotr(const V& a, const V& b) {
    NATIVE(rotr, a, b);
    else {
      V count = rotate_count(b);
      return d.bit_or(d.lshr(a, count), d.shl(a, d.sub(number(w, w), count)));
    }
  }
  V umin(const V& a, const V& b) {
    NATIVE(umin, a, b);
    else return d.select(d.ult(a, b), a, b);
  }
  V umax(const V& a, const V& b) {
    NATIVE(umax, a, b);
    else return d.select(d.ult(a, b), b, a);
  }
  V smin(const V& a, const V& b) {
    NATIVE(smin, a, b);
    else return d.select(d.slt(a, b), a, b);
  }
  V smax(const V& a, const V& b) {
    NATIVE(smax, a, b);
    else return d.select(d.slt(a, b), b, a);
  }
  V abs(const V& a) {
    NATIVE(abs, a);
    else return d.select(sign(a), negate(a), a);
  }
  V uadd_saturate(const V& a, const V& b) {
    NATIVE(uadd_saturate, a, b);
    else {
      V sum = d.add(a, b);
      return d.select(d.ult(sum, a), ones(w), sum);
    }
  }
  V sadd_saturate(const V& a, const V& b) {
    NATIVE(sadd_saturate, a, b);
    else {
      V sum = d.add(a, b);
      // Overflow: the operands agree in sign and the sum does not.
      V overflow = sign(d.bit_and(d.bit_xor(a, sum), d.bit_xor(b, sum)));
      return d.select(overflow, signed_limit(a), sum);
    }
  }
  V usub_saturate(const V& a, const V& b) {
    NATIVE(usub_saturate, a, b);
    else return d.select(d.ult(a, b), number(w, 0), d.sub(a, b));
  }
  V ssub_saturate(const V& a, const V& b) {
    NATIVE(ssub_saturate, a, b);
    else {
      V difference = d.sub(a, b);
      V overflow = sign(d.bit_and(d.bit_xor(a, b), d.bit_xor(a, difference)));
      return d.select(overflow, signed_limit(a), difference);
    }
  }
  V uaverage_up(const V& a, const V& b) {
    NATIVE(uaverage_up, a, b);
    // a + b = 2 * (a | b) - (a ^ b)
    else return d.sub(d.bit_or(a, b), d.lshr(d.bit_xor(a, b), number(w, 1)));
  }
  V clz(const V& a) {
    NATIVE(clz, a);
    else {
      V count = number(w, w);
      for (unsigned i = 0; i < w; ++i) count = d.select(d.extract(a, i, 1), number(w, w - 1 - i), count);
      return count;
    }
  }
  V ctz(const V& a) {
    NATIVE(ctz, a);
    else {
      V count = number(w, w);
      for (unsigned i = w; i-- > 0;) count = d.select(d.extract(a, i, 1), number(w, i), count);
      return count;
    }
  }
  V popcount(const V& a) {
    NATIVE(popcount, a);
    else {
      V count = d.zext(d.extract(a, 0, 1), w);
      for (unsigned i = 1; i < w; ++i) count = d.add(count, d.zext(d.extract(a, i, 1), w));
      return count;
    }
  }
  V byte_swap(const V& a) {
    NATIVE(byte_swap, a);
    else return reverse(a, 8);
  }
  V bit_reverse(const V& a) {
    NATIVE(bit_reverse, a);
    else return reverse(a, 1);
  }
  V eq(const V& a, const V& b) { return d.eq(a, b); }
  V ne(const V& a, const V& b) { return d.bit_not(d.eq(a, b)); }
  V ult(const V& a, const V& b) { return d.ult(a, b); }
  V ule(const V& a, const V& b) { return d.bit_not(d.ult(b, a)); }
  V slt(const V& a, const V& b) { return d.slt(a, b); }
  V sle(const V& a, const V& b) { return d.bit_not(d.slt(b, a)); }
  V add_carry(const V& a, const V& b, const V& c) {
    NATIVE(add_carry, a, b, c);
    else {
      unsigned n = d.width(a);
      return d.extract(d.add(d.add(d.zext(a, n + 1), d.zext(b, n + 1)), d.zext(c, n + 1)), n, 1);
    }
  }
  V sub_borrow(const V& a, const V& b, const V& c) {
    NATIVE(sub_borrow, a, b, c);
    else {
      unsigned n = d.width(a);
      return d.extract(d.sub(d.sub(d.zext(a, n + 1), d.zext(b, n + 1)), d.zext(c, n + 1)), n, 1);
    }
  }
  V add_overflow(const V& a, const V& b, const V& c) {
    NATIVE(add_overflow, a, b, c);
    else {
      unsigned n = d.width(a);
      return out_of_range(d.add(d.add(d.sext(a, n + 2), d.sext(b, n + 2)), d.zext(c, n + 2)), n);
    }
  }
  V sub_overflow(const V& a, const V& b, const V& c) {
    NATIVE(sub_overflow, a, b, c);
    else {
      unsigned n = d.width(a);
      return out_of_range(d.sub(d.sub(d.sext(a, n + 2), d.sext(b, n + 2)), d.zext(c, n + 2)), n);
    }
  }

  V zext(const V& a) { return d.zext(a, w); }
  V sext(const V& a) { return d.sext(a, w); }
  V extract(const V& a) { return d.extract(a, inst.index, w); }
  V concat(const V& high, const V& low) { return d.concat(high, low); }
  V select(const V& bit, const V& one, const V& zero) { return d.select(bit, one, zero); }
  V splat(const V& a) {
    return join_each(inst.lanes, [&](unsigned) { return a; });
  }
  V shuffle(const V& a, const V& b) {
    const std::vector<int>& mask = f.masks[inst.index];
    const unsigned lane = d.width(a) / inst.lanes;
    return join_each(mask.size(), [&](unsigned i) {
      if (mask[i] < 0) return d.unspecified(lane);
      const unsigned from = mask[i];
      return from < inst.lanes ? d.extract(a, from * lane, lane) : d.extract(b, (from - inst.lanes) * lane, lane);
    });
  }
  V permute(const V& table, const V& indices) {
    const unsigned lane = inst.width / inst.lanes, index_width = d.width(indices) / inst.lanes;
    const unsigned table_width = d.width(table), entries = table_width / lane;
    return join_each(inst.lanes, [&](unsigned i) {
      V index = d.extract(indices, i * index_width, index_width);
      V distance = d.mul(resize(index, table_width), number(table_width, lane));
      V entry = d.extract(d.lshr(table, distance), 0, lane);
      // No index can be outside if the table has an entry for each value an index can take.
      if (index_width < 32 && entries >= (uint64_t{1} << index_width)) return entry;
      return d.select(d.ult(index, number(index_width, entries)), entry, number(lane, 0));
    });
  }
  V reduce_add(const V& a) {
    return reduce(a, [&](const V& x, const V& y) { return d.add(x, y); });
  }
  V reduce_umin(const V& a) {
    return reduce(a, [&](const V& x, const V& y) { return umin(x, y); });
  }
  V reduce_umax(const V& a) {
    return reduce(a, [&](const V& x, const V& y) { return umax(x, y); });
  }
  V reduce_smin(const V& a) {
    return reduce(a, [&](const V& x, const V& y) { return smin(x, y); });
  }
  V reduce_smax(const V& a) {
    return reduce(a, [&](const V& x, const V& y) { return smax(x, y); });
  }
#undef NATIVE

  // Calls make(0), make(1), … and puts the results beside each other, the first lowest.
  template <class Make>
  V join_each(unsigned count, Make make) {
    if (count == 1) return make(0);
    if constexpr (HasJoin<D>) {
      llvm::SmallVector<V, 16> lanes;
      for (unsigned i = 0; i < count; ++i) lanes.push_back(make(i));
      return d.join(std::span<const V>(lanes.data(), lanes.size()));
    } else {
      V result = make(0);
      for (unsigned i = 1; i < count; ++i) result = d.concat(make(i), result);
      return result;
    }
  }

 private:
  using FloatSemantics<D>::d;
  using FloatSemantics<D>::inst;
  using FloatSemantics<D>::number;
  using FloatSemantics<D>::ones;
  using FloatSemantics<D>::sign;
  using FloatSemantics<D>::is_zero;

  static unsigned lane_width(const Instruction& instruction) {
    const bool by_lane = info(instruction.op).lanes || info(instruction.op).shape == Shape::Carry;
    return by_lane ? instruction.width / instruction.lanes : instruction.width;
  }

  V negate(const V& a) { return d.sub(number(d.width(a), 0), a); }
  V resize(const V& a, unsigned width) { return d.width(a) > width ? d.extract(a, 0, width) : d.zext(a, width); }
  V rotate_count(const V& b) { return (w & (w - 1)) == 0 ? d.bit_and(b, number(w, w - 1)) : d.urem(b, number(w, w)); }
  // INT_MIN if a is negative, else INT_MAX.
  V signed_limit(const V& a) {
    return d.select(sign(a), d.constant(APInt::getSignedMinValue(w)), d.constant(APInt::getSignedMaxValue(w)));
  }
  V out_of_range(const V& sum, unsigned n) { return d.bit_not(d.eq(sum, d.sext(d.extract(sum, 0, n), d.width(sum)))); }
  V reverse(const V& a, unsigned piece) {
    const unsigned count = w / piece;
    return join_each(count, [&](unsigned i) { return d.extract(a, (count - 1 - i) * piece, piece); });
  }
  template <class Combine>
  V reduce(const V& a, Combine combine) {
    V result = d.extract(a, 0, w);
    for (unsigned i = 1; i < inst.lanes; ++i) result = combine(result, d.extract(a, i * w, w));
    return result;
  }

  const Function& f;
  const unsigned w;
};

namespace detail {

template <class V, class Call, size_t... I>
V call_with(Call call, std::span<const V> operands, std::index_sequence<I...>) {
  return call(operands[I]...);
}

// One op on all lanes: the body once for each lane if the op works lane by lane.
template <unsigned arity, Domain D, class Call>
typename D::Value map_lanes(Semantics<D>& semantics, D& d, const Instruction& inst,
                            std::span<const typename D::Value> operands, bool by_lane, Call call) {
  using V = typename D::Value;
  constexpr auto kIndices = std::make_index_sequence<arity>();
  if (!by_lane || inst.lanes == 1) return call_with<V>(call, operands, kIndices);
  return semantics.join_each(inst.lanes, [&](unsigned lane) {
    return [&]<size_t... I>(std::index_sequence<I...>) {
      auto part = [&](const V& v) {
        const unsigned width = d.width(v) / inst.lanes;
        return d.extract(v, lane * width, width);
      };
      const std::array<V, arity> parts = {part(operands[I])...};
      return call_with<V>(call, std::span<const V>(parts), kIndices);
    }(kIndices);
  });
}

}  // namespace detail

// The value of a pure instruction. Operands in order; the instruction must be well-formed and
// info(op).effects must be Pure.
template <Domain D>
typename D::Value evaluate(D& d, const Function& function, const Instruction& inst,
                           std::span<const typename D::Value> operands) {
  using V = typename D::Value;
  if constexpr (HasNative<D>) {
    if (std::optional<V> value = d.native(function, inst, operands)) return *std::move(value);
  }
  Semantics<D> semantics(d, function, inst);
  switch (inst.op) {
#define OP(name, arity, shape, effects, properties)                                                        \
  case Op::name:                                                                                           \
    if constexpr (Effects::effects == Effects::Pure) {                                                     \
      /* A pure op without a body of its name and arity in Semantics does not compile here. */             \
      if constexpr (arity == 0)                                                                            \
        return semantics.name();                                                                           \
      else                                                                                                 \
        return detail::map_lanes<arity>(semantics, d, inst, operands, info(Op::name).lanes,                \
                                        [&](auto&&... values) -> V { return semantics.name(values...); }); \
    }                                                                                                      \
    break;
#include "ir/ops.def"
  }
  assert(false && "evaluate() of an op with effects");
  return operands[0];
}

}  // namespace portolan::ir
