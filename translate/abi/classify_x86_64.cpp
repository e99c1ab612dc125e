// System V x86-64: every eightbyte of a value has a class, merged from the scalars in it (psABI 3.2.3). A value goes to
// registers whole or to the stack whole.
#include <algorithm>
#include <array>

#include "translate/abi/assign.h"

namespace portolan::abi {
namespace {

enum class Class : uint8_t { none, integer, sse, sse_up, x87, x87_up, memory };

constexpr unsigned kIntegerRegisters = 6;
constexpr unsigned kFloatRegisters = 8;
using Classes = std::array<Class, 2>;

// psABI: "each of the eightbytes is classified separately, merging the classes of its fields".
Class merged(Class a, Class b) {
  if (a == b || b == Class::none) return a;
  if (a == Class::none) return b;
  if (a == Class::memory || b == Class::memory) return Class::memory;
  if (a == Class::integer || b == Class::integer) return Class::integer;
  auto is_x87 = [](Class c) { return c == Class::x87 || c == Class::x87_up; };
  if (is_x87(a) || is_x87(b)) return Class::memory;
  return Class::sse;
}

// A scalar's own classes, for its first and second eightbyte.
Classes scalar_classes(const Type& type) {
  if (type.kind == TypeKind::vector) return {Class::sse, type.size > 8 ? Class::sse_up : Class::none};
  if (type.kind != TypeKind::floating) return {Class::integer, type.size > 8 ? Class::integer : Class::none};
  if (type.format == FloatFormat::long_double) return {Class::x87, Class::x87_up};
  return {Class::sse, type.size > 8 ? Class::sse_up : Class::none};
}

Classes classes_of_leaves(const Type& type) {
  Classes classes = {Class::none, Class::none};
  for (const auto& [offset, leaf] : type.fields) {
    if (offset % leaf.alignment != 0) return {Class::memory, Class::none};
    Classes scalar = scalar_classes(leaf);
    size_t eightbyte = offset / 8;
    classes[eightbyte] = merged(classes[eightbyte], scalar[0]);
    if (scalar[1] != Class::none) classes[1] = merged(classes[1], scalar[1]);
  }
  if (classes[0] == Class::memory || classes[1] == Class::memory) return {Class::memory, Class::none};
  if (classes[1] == Class::x87_up && classes[0] != Class::x87) return {Class::memory, Class::none};
  if (classes[1] == Class::sse_up && classes[0] != Class::sse) classes[1] = Class::sse;
  return classes;
}

Classes classes_of(const Type& type) {
  if (type.size > 16) return {Class::memory, Class::none};
  if (type.kind == TypeKind::aggregate || type.kind == TypeKind::complex) return classes_of_leaves(type);
  return scalar_classes(type);
}

class X86_64Assigner : public Assigner {
 public:
  Location argument(const Type& type, bool variadic) override;
  Location result(const Type& type, CallLayout& layout) override;

 private:
  void check(const Type& type);
  // clang never uses the last integer register after an __int128 that needed two; gcc (and the psABI) does.
  bool last_register_is_disputed_ = false;
  std::vector<Piece> in_registers(const Type& type, Classes classes, unsigned integer, unsigned floating);
};

void X86_64Assigner::check(const Type& type) {
  if (type.kind == TypeKind::vector && type.size != 8 && type.size != 16)
    refuse("passing a vector that is not 8 or 16 bytes depends on the features it was compiled for");
  if (is_over_aligned(type)) refuse("a struct with an alignment of its own is passed differently by gcc and clang");
  for (const Field& field : type.fields)
    if (type.kind != TypeKind::vector && field.type.kind == TypeKind::vector && field.type.size > 16)
      refuse("passing a struct with a wide vector depends on the features it was compiled for");
}

std::vector<Piece> X86_64Assigner::in_registers(const Type& type, Classes classes, unsigned integer,
                                                unsigned floating) {
  std::vector<Piece> pieces;
  for (uint32_t i = 0; i < 2 && i * 8 < type.size; ++i) {
    if (classes[i] == Class::none) continue;
    if (classes[i] == Class::sse_up) {
      pieces.back().size = static_cast<uint32_t>(type.size);
      continue;
    }
    Piece& piece = pieces.emplace_back();
    bool is_integer = classes[i] == Class::integer;
    piece.where = is_integer ? Piece::Where::integer_register : Piece::Where::float_register;
    piece.index = is_integer ? integer++ : floating++;
    piece.type_offset = 8 * i;
    piece.size = static_cast<uint32_t>(std::min<uint64_t>(8, type.size - 8 * i));
  }
  return pieces;
}

// The psABI leaves the upper bits open, but clang's callees rely on what every caller does: extend to 32 bits.
void extend_small_integer(const Type& type, Piece& piece) {
  if (type.kind != TypeKind::integer || type.size >= 4) return;
  piece.extension = is_signed_on(type, Isa::x86_64) ? Extension::sign : Extension::zero;
  piece.extended_size = 4;
}

Location X86_64Assigner::argument(const Type& type, bool) {
  check(type);
  // va_list is an array of one struct, so a parameter of that type is a pointer.
  if (type.kind == TypeKind::va_list) return {type, argument(pointer_type(), false).pieces, false};
  Location location{type, {}, false};
  if (type.size == 0) return location;
  Classes classes = classes_of(type);
  auto count = [&](Class c) { return static_cast<unsigned>(std::count(classes.begin(), classes.end(), c)); };
  unsigned integers = count(Class::integer), floats = count(Class::sse);
  bool fits = next_integer_ + integers <= kIntegerRegisters && next_float_ + floats <= kFloatRegisters;
  if (fits && classes[0] != Class::memory && classes[0] != Class::x87) {
    if (integers > 0 && last_register_is_disputed_)
      refuse("gcc and clang disagree about an argument that follows an __int128 for which one register was left");
    location.pieces = in_registers(type, classes, next_integer_, next_float_);
    next_integer_ += integers;
    next_float_ += floats;
  } else {
    last_register_is_disputed_ |= is_integer_like(type) && integers == 2 && next_integer_ + 1 == kIntegerRegisters;
    location.pieces = {on_stack(type.size, type.alignment)};
  }
  if (!location.pieces.empty()) extend_small_integer(type, location.pieces.front());
  return location;
}

Location X86_64Assigner::result(const Type& type, CallLayout& layout) {
  check(type);
  Location location{type, {}, false};
  if (type.kind == TypeKind::va_list) refuse("an array can't be returned");
  if (type.size == 0) return location;
  Classes classes = classes_of(type);
  auto x87 = [](unsigned index, uint32_t offset) {
    Piece piece;
    piece.where = Piece::Where::x87_register;
    piece.index = index;
    piece.type_offset = offset;
    piece.size = 10;
    return piece;
  };
  if (type.kind == TypeKind::complex && type.format == FloatFormat::long_double) {
    location.pieces = {x87(0, 0), x87(1, 16)};
  } else if (classes[0] == Class::x87) {
    location.pieces = {x87(0, 0)};
  } else if (classes[0] == Class::memory) {
    Piece piece;
    piece.index = next_integer_++;
    piece.size = 8;
    layout.hidden_result = piece;
    layout.returns_hidden_address = true;
  } else {
    location.pieces = in_registers(type, classes, 0, 0);
  }
  return location;
}

}  // namespace

std::unique_ptr<Assigner> make_x86_64_assigner() {
  return std::make_unique<X86_64Assigner>();
}

}  // namespace portolan::abi
