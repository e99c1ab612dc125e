#include "ir/op.h"

namespace portolan::ir {
namespace {

constexpr bool has(const char* properties, char letter) {
  for (; *properties; ++properties)
    if (*properties == letter) return true;
  return false;
}

constexpr OpInfo kInfo[] = {
#define OP(name, arity, shape, effects, properties)                                             \
  {std::string_view(#name).ends_with('_') ? std::string_view(#name, sizeof(#name) - 2) : #name, \
   arity,                                                                                       \
   Shape::shape,                                                                                \
   Effects::effects,                                                                            \
   has(properties, 'C'),                                                                        \
   has(properties, 'A'),                                                                        \
   has(properties, 'L')},
#include "ir/ops.def"
};

}  // namespace

const OpInfo& info(Op op) {
  return kInfo[static_cast<unsigned>(op)];
}

std::optional<Op> op_from_name(std::string_view name) {
  for (unsigned i = 0; i < kOpCount; ++i)
    if (kInfo[i].name == name) return static_cast<Op>(i);
  return std::nullopt;
}

unsigned bits(FloatFormat format) {
  switch (format) {
    case FloatFormat::none:
      return 0;
    case FloatFormat::f16:
    case FloatFormat::bf16:
      return 16;
    case FloatFormat::f32:
      return 32;
    case FloatFormat::f64:
      return 64;
  }
  return 0;
}

#define NAMES(Enum, ...)                                        \
  std::string_view to_string(Enum value) {                      \
    static constexpr std::string_view kNames[] = {__VA_ARGS__}; \
    return kNames[static_cast<unsigned>(value)];                \
  }
NAMES(FloatFormat, "none", "f16", "bf16", "f32", "f64")
NAMES(Rounding, "nearest_even", "toward_zero", "down", "up", "nearest_away")
NAMES(NanRule, "any", "x86", "aarch64", "riscv", "ptx")
NAMES(Ordering, "none", "relaxed", "acquire", "release", "acquire_release", "sequential")
NAMES(RmwKind, "exchange", "add", "sub", "bit_and", "bit_or", "bit_xor", "bit_clear", "smin", "smax", "umin", "umax",
      "uincrement", "udecrement", "fadd", "fadd_flush", "fmin", "fmax")
NAMES(Identity, "thread_x", "thread_y", "thread_z", "block_size_x", "block_size_y", "block_size_z", "block_x",
      "block_y", "block_z", "grid_size_x", "grid_size_y", "grid_size_z", "lane", "lane_width", "warp")
NAMES(AddressPart, "whole", "high", "low")
NAMES(AddressKind, "address", "got", "tls_offset", "tls_got", "tls_index")
NAMES(TrapKind, "none", "divide", "illegal", "breakpoint", "abort")
#undef NAMES

}  // namespace portolan::ir
