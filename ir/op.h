// What ops.def says of each op, as code.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portolan::ir {

enum class Op : uint8_t {
#define OP(name, arity, shape, effects, properties) name,
#include "ir/ops.def"
};

enum class Shape : uint8_t { Unary, Binary, Ternary, Compare, Carry, Reduce, Free, Convert };
enum class Effects : uint8_t { Pure, Undef, Reads, Writes, Traps, State, Control };

struct OpInfo {
  std::string_view name;
  int8_t arity;  // -1: any number
  Shape shape;
  Effects effects;
  bool commutative;
  bool associative;
  bool lanes;  // may work lane by lane
};

const OpInfo& info(Op op);
std::optional<Op> op_from_name(std::string_view name);
inline constexpr unsigned kOpCount = 0
#define OP(name, arity, shape, effects, properties) +1
#include "ir/ops.def"
    ;

enum class FloatFormat : uint8_t { none, f16, bf16, f32, f64 };
unsigned bits(FloatFormat format);

enum class Rounding : uint8_t { nearest_even, toward_zero, down, up, nearest_away };

// Which NaN an operation gives. The bits differ between the ISAs; everything else of IEEE 754 does not.
enum class NanRule : uint8_t {
  any,  // some quiet NaN
  x86,  // SSE: the first operand that is a NaN, quieted; the default NaN is negative (SDM vol. 1, 4.8.3.5, table 4-7)
  aarch64,  // a signalling NaN before a quiet one, first operand first; default positive (Arm ARM, FPProcessNaNs)
  riscv,    // always the canonical positive quiet NaN (unprivileged spec, 11.3)
  // Up to 32 bits the canonical NaN, all ones but the sign (PTX ISA, 9.7.3 and 9.7.4). f64 keeps payloads: the second
  // operand first (fdiv: the first; fma: b, c, a), the default NaN is negative (recorded from an H100).
  ptx,
};

enum class Ordering : uint8_t { none, relaxed, acquire, release, acquire_release, sequential };
// uincrement gives 0 from the operand on, udecrement the operand at 0 and above it. fadd, fmin and fmax have a format
// and a NaN rule; fadd_flush takes and gives zeros of the same sign for subnormal numbers. These are kernels' alone.
enum class RmwKind : uint8_t {
  exchange,
  add,
  sub,
  bit_and,
  bit_or,
  bit_xor,
  bit_clear,
  smin,
  smax,
  umin,
  umax,
  uincrement,
  udecrement,
  fadd,
  fadd_flush,
  fmin,
  fmax
};
// Of a thread of a kernel; `size` are threads of a block and blocks of a grid.
enum class Identity : uint8_t {
  thread_x,
  thread_y,
  thread_z,
  block_size_x,
  block_size_y,
  block_size_z,
  block_x,
  block_y,
  block_z,
  grid_size_x,
  grid_size_y,
  grid_size_z,
  lane,
  lane_width,
  warp
};
enum class AddressPart : uint8_t { whole, high, low };
enum class AddressKind : uint8_t { address, got, tls_offset, tls_got, tls_index };
enum class TrapKind : uint8_t { none, divide, illegal, breakpoint, abort };

// Names as the text form prints them; the enum's own spelling.
std::string_view to_string(FloatFormat);
std::string_view to_string(Rounding);
std::string_view to_string(NanRule);
std::string_view to_string(Ordering);
std::string_view to_string(RmwKind);
std::string_view to_string(Identity);
std::string_view to_string(AddressPart);
std::string_view to_string(AddressKind);
std::string_view to_string(TrapKind);

}  // namespace portolan::ir
