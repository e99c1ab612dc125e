// The numbers of a description's expressions. A number is a mathematical integer: it has no width until it is put in a
// place, and the description says there what becomes of one that does not fit. Here 128 bits stand for them, and what
// would need more is an error, never a silent wrap.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::accelerator {

__extension__ typedef __int128 Number;
__extension__ typedef unsigned __int128 UnsignedNumber;

enum class Operator : uint8_t {
  add,
  subtract,
  multiply,
  divide,
  modulo,  // divide rounds down; modulo has the divisor's sign
  shift_left,
  shift_right,  // of a negative number: as if it had endless sign bits
  bit_and,
  bit_or,
  bit_xor,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  negate,
  complement,
  logical_not,
};

std::string_view text(Operator operation);

// No value: more than 128 bits, a division by zero, a negative or enormous shift.
std::optional<Number> apply(Operator operation, Number a, Number b);
std::string_view why_not(Operator operation, Number b);

// "12", "0x1f", "0b101", digits grouped by ' or _.
std::optional<Number> number_of(std::string_view text);
std::string to_string(Number value);
std::string to_hex(UnsignedNumber value, unsigned digits = 0);  // with 0x

// What a place of `width` bits can hold.
bool fits(Number value, unsigned width, bool is_signed);
Number wrap(Number value, unsigned width, bool is_signed);
Number saturate(Number value, unsigned width, bool is_signed);

// A binary floating-point format with a sign, as IEEE 754 lays it out. Values are held as doubles, which hold every
// value of a format of at most 24 significant bits, and an operation on them rounded to double and then to the format
// is correctly rounded (a double has more than twice the bits); f64 itself is rounded once.
struct RealFormat {
  std::string name;
  unsigned exponent_bits = 8, fraction_bits = 23;
  int bias = 127;
  bool finite = false;  // no infinities and no NaN: the largest exponent is one like others, and overflow saturates

  unsigned width() const { return 1 + exponent_bits + fraction_bits; }
  double round(double value, bool toward_zero = false) const;
  uint64_t bits(double value) const;  // of a value that round() gave
  double value(uint64_t bits) const;
};

}  // namespace portolan::accelerator
