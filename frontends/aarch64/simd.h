// Vector operands: the arrangement that an opcode's name says (v8i16: eight lanes of 16 bits), and access by lanes.
#pragma once

#include "frontends/aarch64/operands.h"

namespace portolan::aarch64 {

struct Lanes {
  uint16_t count = 1;
  uint16_t bits = 0;  // of one lane
  unsigned width() const { return unsigned{count} * bits; }
  // As many bits in lanes of twice or half the size.
  Lanes wide() const { return {uint16_t(count / 2), uint16_t(bits * 2)}; }
  // As many lanes of twice or half the size.
  Lanes doubled() const { return {count, uint16_t(bits * 2)}; }
};

// The first arrangement in the opcode's name, v<lanes><i|f><bits> or v<lanes><b|h|s|d>; a name without one works on one
// lane of its first register's width.
Lanes lanes_of(const LiftContext& c);
Lanes first_arrangement(std::string_view name);

// The operand's lanes; of names that end in _indexed, `second` is the lane that the operand after it names, in all
// lanes.
ValueId lanes(LiftContext& c, unsigned operand, Lanes l);
ValueId second(LiftContext& c, unsigned operand, Lanes l);

// One number in all lanes.
ValueId splat(LiftContext& c, uint64_t value, Lanes l);

using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);
using Unary = ValueId (ir::Builder::*)(ValueId, uint16_t);

// What families are made of: functions of whole vectors, as template arguments of the lift functions in the rows.
using UnaryLanes = ValueId (*)(LiftContext&, ValueId, Lanes);
using BinaryLanes = ValueId (*)(LiftContext&, ValueId, ValueId, Lanes);

template <Unary kMember>
ValueId plain1(LiftContext& c, ValueId a, Lanes l) {
  return (c.b.*kMember)(a, l.count);
}
template <Binary kMember>
ValueId plain(LiftContext& c, ValueId a, ValueId b, Lanes l) {
  return (c.b.*kMember)(a, b, l.count);
}

// d = f(a), d = f(a, b), d = d ± f(a, b).
template <UnaryLanes kF>
Lifted unary_lanes(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, kF(c, lanes(c, 1, l), l));
  return Lifted::done();
}
template <BinaryLanes kF>
Lifted binary_lanes(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, kF(c, lanes(c, 1, l), second(c, 2, l), l));
  return Lifted::done();
}
template <BinaryLanes kF, Binary kAccumulate>
Lifted accumulate_lanes(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId value = kF(c, lanes(c, 2, l), second(c, 3, l), l);
  write_vector(c, 0, (c.b.*kAccumulate)(lanes(c, 1, l), value, l.count));
  return Lifted::done();
}

// Instructions whose name ends in 2 by arrangement: the narrow side is the upper half of a 128-bit register. Gives the
// narrow lanes of `operand` (the lower half, or the upper one where `l` fills 128 bits).
Lanes half_lanes(Lanes l);
ValueId half(LiftContext& c, unsigned operand, Lanes l);
// Widened to twice the bits per lane.
ValueId widened(LiftContext& c, ValueId value, Lanes l, bool is_signed);

// Writes a narrow result: into the upper half of operand 0 where `l` fills 128 bits. With `source_operand` tells where
// the first source stands then (the old value is operand 1).
void write_narrow(LiftContext& c, ValueId value, Lanes l);
inline unsigned narrow_source(Lanes l) {
  return l.width() == 128 ? 2 : 1;
}

// Shared arithmetic.
ValueId absolute_difference(LiftContext& c, ValueId a, ValueId b, Lanes l, bool is_signed);
// (a + 2^(n-1)) >> n without losing the carry; n per lane, at least 1.
ValueId rounding_shift_right(LiftContext& c, ValueId a, ValueId n, Lanes l, bool is_signed);
// The nearest value within the signed or unsigned range of half the bits, truncated to it.
ValueId narrowed_saturating(LiftContext& c, ValueId a, Lanes wide, bool from_signed, bool to_signed);

}  // namespace portolan::aarch64
