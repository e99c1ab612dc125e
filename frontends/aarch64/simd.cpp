#include "frontends/aarch64/simd.h"

#include <algorithm>
#include <cctype>

namespace portolan::aarch64 {
namespace {

using llvm::APInt;

unsigned number_at(std::string_view text, size_t& at) {
  unsigned value = 0;
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
    value = value * 10 + (text[at++] - '0');
  return value;
}

}  // namespace

Lanes first_arrangement(std::string_view name) {
  for (size_t at = name.find('v'); at != name.npos; at = name.find('v', at + 1)) {
    size_t next = at + 1;
    const unsigned count = number_at(name, next);
    if (count == 0 || next >= name.size()) continue;
    const char kind = name[next++];
    if (kind == 'i' || kind == 'f') return {uint16_t(count), uint16_t(number_at(name, next))};
    const unsigned bits = kind == 'b' ? 8 : kind == 'h' ? 16 : kind == 's' ? 32 : kind == 'd' ? 64 : 0;
    if (bits) return {uint16_t(count), uint16_t(bits)};
  }
  return {};
}

Lanes lanes_of(const LiftContext& c) {
  const Lanes l = first_arrangement(c.opcode_name());
  return l.bits ? l : Lanes{1, uint16_t(operand_width(c, 0))};
}

ValueId lanes(LiftContext& c, unsigned operand, Lanes l) {
  return read_vector(c, operand, l.width());
}

ValueId second(LiftContext& c, unsigned operand, Lanes l) {
  if (!c.opcode_name().ends_with("_indexed")) return lanes(c, operand, l);
  const unsigned index = immediate(c, operand + 1);
  return c.b.splat(c.b.lane(read_vector(c, operand, 128), index, l.bits), l.count);
}

ValueId splat(LiftContext& c, uint64_t value, Lanes l) {
  return c.b.constant(APInt::getSplat(l.width(), APInt(64, value).zextOrTrunc(l.bits)));
}

Lanes half_lanes(Lanes l) {
  return l.width() == 128 ? Lanes{uint16_t(l.count / 2), l.bits} : l;
}

ValueId half(LiftContext& c, unsigned operand, Lanes l) {
  if (l.width() != 128) return lanes(c, operand, l);
  return c.b.extract(read_vector(c, operand, 128), 64, 64);
}

ValueId widened(LiftContext& c, ValueId value, Lanes l, bool is_signed) {
  return is_signed ? c.b.sext(value, 2 * l.width(), l.count) : c.b.zext(value, 2 * l.width(), l.count);
}

void write_narrow(LiftContext& c, ValueId value, Lanes l) {
  if (l.width() == 128) value = c.b.concat(value, read_vector(c, 1, 64));
  write_vector(c, 0, value);
}

ValueId absolute_difference(LiftContext& c, ValueId a, ValueId b, Lanes l, bool is_signed) {
  const uint16_t n = l.count;
  return is_signed ? c.b.sub(c.b.smax(a, b, n), c.b.smin(a, b, n), n)
                   : c.b.sub(c.b.umax(a, b, n), c.b.umin(a, b, n), n);
}

ValueId rounding_shift_right(LiftContext& c, ValueId a, ValueId n, Lanes l, bool is_signed) {
  const auto shift = [&](ValueId by) { return is_signed ? c.b.ashr(a, by, l.count) : c.b.lshr(a, by, l.count); };
  const ValueId one = splat(c, 1, l);
  const ValueId last_bit = c.b.bit_and(shift(c.b.sub(n, one, l.count)), one, l.count);
  return c.b.add(shift(n), last_bit, l.count);
}

ValueId narrowed_saturating(LiftContext& c, ValueId a, Lanes wide, bool from_signed, bool to_signed) {
  const unsigned bits = wide.bits / 2;
  const uint16_t n = wide.count;
  const auto limit = [&](const APInt& value) { return c.b.constant(APInt::getSplat(wide.width(), value)); };
  const ValueId highest =
      limit(to_signed ? APInt::getSignedMaxValue(bits).zext(wide.bits) : APInt::getMaxValue(bits).zext(wide.bits));
  if (!from_signed) {
    a = c.b.umin(a, highest, n);
  } else {
    const ValueId lowest = limit(to_signed ? APInt::getSignedMinValue(bits).sext(wide.bits) : APInt(wide.bits, 0));
    a = c.b.smin(c.b.smax(a, lowest, n), highest, n);
  }
  return c.b.truncate(a, wide.width() / 2, n);
}

}  // namespace portolan::aarch64
