#include "frontends/aarch64/floating.h"

namespace portolan::aarch64 {
namespace {

struct Layout {
  unsigned exponent_bits, fraction_bits;
};
Layout layout_of(unsigned bits) {
  return bits == 16 ? Layout{5, 10} : bits == 32 ? Layout{8, 23} : Layout{11, 52};
}

}  // namespace

ir::FloatFormat format_of(unsigned bits) {
  return bits == 16 ? ir::FloatFormat::f16 : bits == 32 ? ir::FloatFormat::f32 : ir::FloatFormat::f64;
}

ir::FloatMode float_mode(unsigned bits, ir::Rounding rounding) {
  return {format_of(bits), ir::NanRule::aarch64, rounding};
}

std::optional<ir::Rounding> rounding_of(char letter) {
  switch (letter) {
    case 'N':
    case 'X':
    case 'I':
      return ir::Rounding::nearest_even;
    case 'P':
      return ir::Rounding::up;
    case 'M':
      return ir::Rounding::down;
    case 'A':
      return ir::Rounding::nearest_away;
    case 'Z':
      return ir::Rounding::toward_zero;
    default:
      return std::nullopt;
  }
}

uint64_t expand_float_immediate(unsigned imm8, unsigned bits) {
  const Layout layout = layout_of(bits);
  const uint64_t sign = (imm8 >> 7) & 1, bit6 = (imm8 >> 6) & 1, low = (imm8 >> 4) & 3, fraction = imm8 & 15;
  const unsigned repeated = layout.exponent_bits - 3;
  uint64_t exponent = (bit6 ^ 1) << (repeated + 2) | low;
  if (bit6) exponent |= ((uint64_t{1} << repeated) - 1) << 2;
  return sign << (bits - 1) | exponent << layout.fraction_bits | fraction << (layout.fraction_bits - 4);
}

uint64_t power_of_two(int exponent, unsigned bits) {
  const Layout layout = layout_of(bits);
  const int bias = (1 << (layout.exponent_bits - 1)) - 1;
  return uint64_t(exponent + bias) << layout.fraction_bits;
}

}  // namespace portolan::aarch64
