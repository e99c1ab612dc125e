#include "frontends/accelerator/number.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

namespace portolan::accelerator {
namespace {

constexpr std::string_view kOperators[] = {
    "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "and", "or", "-", "~", "not"};

std::optional<Number> divide(Number a, Number b, bool want_remainder) {
  if (b == 0) return std::nullopt;
  if (b == -1) {  // the smallest number has no opposite, and its division traps
    Number opposite;
    if (want_remainder) return 0;
    if (__builtin_sub_overflow(Number{0}, a, &opposite)) return std::nullopt;
    return opposite;
  }
  Number quotient = a / b, remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) --quotient, remainder += b;
  return want_remainder ? remainder : quotient;
}

std::optional<Number> shift(Number a, Number count, bool left) {
  if (count < 0) return std::nullopt;
  if (!left) return count > 126 ? (a < 0 ? Number{-1} : Number{0}) : a >> static_cast<int>(count);
  if (a == 0) return a;
  if (count > 126) return std::nullopt;
  Number result;
  if (__builtin_mul_overflow(a, Number{1} << static_cast<int>(count), &result)) return std::nullopt;
  return result;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

}  // namespace

std::string_view text(Operator operation) {
  return kOperators[static_cast<size_t>(operation)];
}

std::optional<Number> apply(Operator operation, Number a, Number b) {
  Number result;
  switch (operation) {
    case Operator::add:
      return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operator::subtract:
      return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operator::multiply:
      return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
    case Operator::divide:
      return divide(a, b, false);
    case Operator::modulo:
      return divide(a, b, true);
    case Operator::shift_left:
      return shift(a, b, true);
    case Operator::shift_right:
      return shift(a, b, false);
    case Operator::bit_and:
      return a & b;
    case Operator::bit_or:
      return a | b;
    case Operator::bit_xor:
      return a ^ b;
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    case Operator::logical_and:
      return a != 0 && b != 0;
    case Operator::logical_or:
      return a != 0 || b != 0;
    case Operator::negate:
      return __builtin_sub_overflow(Number{0}, a, &result) ? std::nullopt : std::optional(result);
    case Operator::complement:
      return ~a;
    case Operator::logical_not:
      return a == 0;
  }
  return std::nullopt;
}

std::string_view why_not(Operator operation, Number b) {
  const bool divides = operation == Operator::divide || operation == Operator::modulo;
  if (divides && b == 0) return "a division by zero";
  const bool shifts = operation == Operator::shift_left || operation == Operator::shift_right;
  if (shifts && b < 0) return "a shift by a negative amount";
  return "a number of more than 127 bits";
}

std::optional<Number> number_of(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) base = 16;
  if (text.starts_with("0b") || text.starts_with("0B")) base = 2;
  if (base != 10) text.remove_prefix(2);
  bool any = false;
  Number value = 0;
  for (char c : text) {
    if (c == '\'' || c == '_') continue;
    const int digit = digit_of(c);
    if (digit >= base) return std::nullopt;
    if (__builtin_mul_overflow(value, Number{base}, &value) || __builtin_add_overflow(value, Number{digit}, &value))
      return std::nullopt;
    any = true;
  }
  return any ? std::optional(value) : std::nullopt;
}

std::string to_string(Number value) {
  if (value == 0) return "0";
  UnsignedNumber magnitude = value < 0 ? -static_cast<UnsignedNumber>(value) : static_cast<UnsignedNumber>(value);
  std::string digits;
  for (; magnitude != 0; magnitude /= 10) digits.insert(digits.begin(), static_cast<char>('0' + magnitude % 10));
  return value < 0 ? "-" + digits : digits;
}

std::string to_hex(UnsignedNumber value, unsigned digits) {
  std::string out;
  for (; value != 0 || out.size() < digits || out.empty(); value >>= 4)
    out.insert(out.begin(), "0123456789abcdef"[static_cast<unsigned>(value & 15)]);
  return "0x" + out;
}

bool fits(Number value, unsigned width, bool is_signed) {
  return wrap(value, width, is_signed) == value;
}

Number wrap(Number value, unsigned width, bool is_signed) {
  if (width >= 128) return value;
  const unsigned spare = 128 - width;
  const UnsignedNumber high = static_cast<UnsignedNumber>(value) << spare;
  return is_signed ? static_cast<Number>(high) >> spare : static_cast<Number>(high >> spare);
}

Number saturate(Number value, unsigned width, bool is_signed) {
  const Number largest = (Number{1} << (is_signed ? width - 1 : width)) - 1;
  const Number smallest = is_signed ? -largest - 1 : 0;
  return value < smallest ? smallest : value > largest ? largest : value;
}

double RealFormat::round(double value, bool toward_zero) const {
  if (exponent_bits == 11 && fraction_bits == 52) return value;
  if (exponent_bits == 8 && fraction_bits == 23 && bias == 127 && !finite && !toward_zero)
    return static_cast<double>(static_cast<float>(value));
  if (std::isnan(value) || value == 0) return value;
  const int fraction = static_cast<int>(fraction_bits);
  const int top = (1 << exponent_bits) - (finite ? 1 : 2) - bias;  // the exponent of the largest number
  const double largest = std::ldexp(2.0 - std::ldexp(1.0, -fraction), top);
  if (std::isinf(value)) return finite ? std::copysign(largest, value) : value;
  // The distance of neighbours: that of the exponent, not below that of subnormal numbers. Scaling by powers of two is
  // exact, and nearbyint rounds half to even.
  const int exponent = std::max(std::ilogb(value), 1 - bias);
  const double scaled = std::ldexp(value, fraction - exponent);
  const double rounded = std::ldexp(toward_zero ? std::trunc(scaled) : std::nearbyint(scaled), exponent - fraction);
  if (std::fabs(rounded) <= largest) return rounded;
  if (finite || toward_zero) return std::copysign(largest, value);
  return std::copysign(std::numeric_limits<double>::infinity(), value);
}

uint64_t RealFormat::bits(double value) const {
  const uint64_t sign = uint64_t{std::signbit(value)} << (exponent_bits + fraction_bits);
  const uint64_t all_ones = ((uint64_t{1} << exponent_bits) - 1) << fraction_bits;
  // One NaN, quiet and positive; a finite format has none, and its largest number stands for it.
  if (std::isnan(value))
    return finite ? all_ones | ((uint64_t{1} << fraction_bits) - 1) : all_ones | (uint64_t{1} << (fraction_bits - 1));
  if (std::isinf(value)) return sign | all_ones;
  if (value == 0) return sign;
  const double magnitude = std::fabs(value);
  const int fraction = static_cast<int>(fraction_bits);
  const int exponent = std::ilogb(magnitude);
  if (exponent < 1 - bias) return sign | static_cast<uint64_t>(std::ldexp(magnitude, fraction - (1 - bias)));
  const uint64_t mantissa = static_cast<uint64_t>(std::ldexp(magnitude, fraction - exponent));
  return sign | (static_cast<uint64_t>(exponent + bias) << fraction_bits) |
         (mantissa & ((uint64_t{1} << fraction_bits) - 1));
}

double RealFormat::value(uint64_t bits) const {
  const uint64_t fraction = bits & ((uint64_t{1} << fraction_bits) - 1);
  const int exponent = static_cast<int>((bits >> fraction_bits) & ((uint64_t{1} << exponent_bits) - 1));
  const bool negative = (bits >> (exponent_bits + fraction_bits)) & 1;
  if (exponent != 0 && (finite || exponent != (1 << exponent_bits) - 1) && exponent_bits < 11) {
    // A normal number is put together as the double that it is.
    return std::bit_cast<double>(uint64_t{negative} << 63 | static_cast<uint64_t>(exponent - bias + 1023) << 52 |
                                 fraction << (52 - fraction_bits));
  }
  const int scale = std::max(exponent, 1) - bias - static_cast<int>(fraction_bits);
  double magnitude;
  if (exponent == (1 << exponent_bits) - 1 && !finite) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else {
    magnitude = std::ldexp(static_cast<double>(fraction + (exponent == 0 ? 0 : uint64_t{1} << fraction_bits)), scale);
  }
  return negative ? -magnitude : magnitude;
}

}  // namespace portolan::accelerator
