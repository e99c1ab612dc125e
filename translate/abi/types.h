// C types as far as calling conventions and data layout need them: sizes, alignments and flattened leaves, but no tags,
// typedefs or pointees. One type model serves prototypes from headers, from DWARF and from the built-in libc table.
//
// Text form (printed by text.h, one prototype a line):
//   printf(ptr, ...) -> i32 format=printf:0:1
//   qsort(ptr, u64, u64, fn(ptr, ptr)->i32) -> void
//   div(i32, i32) -> {i32@0 i32@4 size 8 align 4}
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace portolan::abi {

enum class TypeKind : uint8_t { void_, integer, floating, complex, pointer, aggregate, vector, va_list };

enum class FloatFormat : uint8_t {
  f16,
  f32,
  f64,
  f128,
  long_double,  // 16 bytes everywhere, but x87's 80-bit format on x86-64 and IEEE binary128 on AArch64 and RISC-V
};

// Plain char is signed on x86-64 and unsigned on AArch64 and RISC-V; enumerations and wchar_t are resolved by the
// reader, because their sign never changes where or how a 32-bit value is passed.
enum class Sign : uint8_t { unsigned_, signed_, plain_char, boolean };

struct FunctionType;
struct Field;

struct Type {
  TypeKind kind = TypeKind::void_;
  Sign sign = Sign::unsigned_;            // integer
  FloatFormat format = FloatFormat::f64;  // floating; complex: of each part
  uint64_t size = 0;                      // bytes; va_list: 0, it depends on the ISA
  uint64_t alignment = 1;
  std::vector<Field> fields;        // aggregate: scalar leaves by offset, arrays and nested structs unrolled;
                                    // vector: its lanes; empty above kMaxUnrolled bytes
  bool contains_union = false;      // RISC-V never flattens a union into floating-point registers
  bool contains_bit_field = false;  // their leaves are the bytes that the bits touch
  std::shared_ptr<const FunctionType> function;  // pointer to a function: its type where known

  bool operator==(const Type& other) const;
};

struct Field {
  uint64_t offset = 0;
  Type type;
  bool operator==(const Field&) const = default;
};

// Larger aggregates are in memory under every convention here, so nobody needs their leaves.
inline constexpr uint64_t kMaxUnrolled = 64;

// A parameter that is a format string decides the types of the variadic arguments.
struct FormatRole {
  enum class Kind : uint8_t { printf, scanf, wide_printf, wide_scanf };
  Kind kind = Kind::printf;
  unsigned format = 0;        // index of the format parameter, from 0
  unsigned first_vararg = 0;  // index of the first variadic argument, 0: they come as a va_list
  bool operator==(const FormatRole&) const = default;
};

// Bits of an integer argument that mean something else on another ISA: open's O_DIRECTORY is AArch64's O_DIRECT. A call
// whose argument has one of them set, or can't be shown not to, must not be passed through.
struct DifferingBits {
  unsigned parameter = 0;
  uint64_t mask = 0;
  bool operator==(const DifferingBits&) const = default;
};

struct FunctionType {
  Type result;
  std::vector<Type> parameters;
  bool variadic = false;
  bool noreturn = false;
  std::optional<FormatRole> format;
  // Why a call can't be passed through unchanged even when every argument fits: it reaches data whose layout or format
  // differs between the ISAs ("struct stat", "long double"). Empty: nothing known against it.
  std::string abi_differs;
  // If not empty, what differs lies only behind these pointer parameters, from 0: a call that passes null for each of
  // them does not reach it (pthread_create without attributes).
  std::vector<unsigned> differs_behind;
  std::vector<DifferingBits> differing_bits;
  // A variadic function without a format that reads at most these arguments (open: the mode). To pass them all is
  // harmless when the caller gave fewer.
  std::vector<Type> optional_arguments;
  bool operator==(const FunctionType&) const = default;
};

inline bool Type::operator==(const Type& other) const {
  if (bool(function) != bool(other.function) || (function && !(*function == *other.function))) return false;
  return kind == other.kind && sign == other.sign && format == other.format && size == other.size &&
         alignment == other.alignment && fields == other.fields && contains_union == other.contains_union &&
         contains_bit_field == other.contains_bit_field;
}

// Functions by symbol name.
using Prototypes = std::map<std::string, FunctionType, std::less<>>;

inline Type void_type() {
  return {};
}
Type integer_type(uint64_t size, Sign sign);
Type floating_type(FloatFormat format);
Type complex_type(FloatFormat format);
Type pointer_type();
Type function_pointer_type(FunctionType function);
Type va_list_type();
Type vector_type(const Type& lane, uint64_t lanes);

// Appends the scalar leaves of a member at `offset` to `aggregate` (nothing above kMaxUnrolled); the caller has set
// aggregate.size. Unions are not marked: the reader that knows sets contains_union.
void add_member(Type& aggregate, uint64_t offset, const Type& member);

uint64_t size_of(FloatFormat format);

}  // namespace portolan::abi
