// Floating point as AArch64 does it: format by width, its NaN rule, rounding to nearest unless the instruction says.
#pragma once

#include <optional>
#include <string_view>

#include "ir/builder.h"

namespace portolan::aarch64 {

// 16, 32 or 64 bits.
ir::FloatFormat format_of(unsigned bits);
ir::FloatMode float_mode(unsigned bits, ir::Rounding rounding = ir::Rounding::nearest_even);

// By the letter of fcvt and frint: N P M A Z, and X I, which take the current mode: to nearest.
std::optional<ir::Rounding> rounding_of(char letter);

// The number that an 8-bit immediate stands for (Arm ARM, VFPExpandImm).
uint64_t expand_float_immediate(unsigned imm8, unsigned bits);

// The bits of 2^exponent; exponent within the format's normal range.
uint64_t power_of_two(int exponent, unsigned bits);

}  // namespace portolan::aarch64
