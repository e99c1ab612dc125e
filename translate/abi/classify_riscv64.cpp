// RISC-V psABI, LP64D. Floating-point members of small structs go to fa registers when the struct flattens to at most
// two scalars; everything else, and every variadic argument, follows the integer convention, where a value of 16 bytes
// may lie half in a7 and half on the stack.
#include <algorithm>

#include "translate/abi/assign.h"

namespace portolan::abi {
namespace {

constexpr unsigned kRegisters = 8;
constexpr uint64_t kFlen = 8;

bool is_float(const Type& type) {
  return type.kind == TypeKind::floating && type.size <= kFlen;
}

// psABI: integers are widened to 32 bits by their sign, then sign-extended to 64: an unsigned int is sign-extended.
void extend(const Type& type, Piece& piece) {
  if (type.kind != TypeKind::integer || type.size >= 8) return;
  bool sign = type.size == 4 || is_signed_on(type, Isa::riscv64);
  piece.extension = sign ? Extension::sign : Extension::zero;
  piece.extended_size = 8;
}

class RiscV64Assigner : public Assigner {
 public:
  Location argument(const Type& type, bool variadic) override;
  Location result(const Type& type, CallLayout& layout) override;

 private:
  void check(const Type& type);
  Piece in_float_register(const Type& type, uint64_t offset);
  bool flattened(const Type& type, std::vector<Piece>& pieces);
  std::vector<Piece> integer_convention(const Type& type, bool variadic);
};

void RiscV64Assigner::check(const Type& type) {
  auto has_vector = [](const Field& field) { return field.type.kind == TypeKind::vector; };
  if (type.kind == TypeKind::vector || std::any_of(type.fields.begin(), type.fields.end(), has_vector))
    refuse("gcc and clang disagree on passing vectors on RISC-V");
  if (is_over_aligned(type)) refuse("a struct with an alignment of its own is passed differently by gcc and clang");
}

Piece RiscV64Assigner::in_float_register(const Type& type, uint64_t offset) {
  Piece piece;
  piece.where = Piece::Where::float_register;
  piece.index = next_float_++;
  piece.type_offset = static_cast<uint32_t>(offset);
  piece.size = static_cast<uint32_t>(type.size);
  if (type.size < kFlen) {
    piece.extension = Extension::nan_box;
    piece.extended_size = kFlen;
  }
  return piece;
}

// One float; two floats; a float and an integer: in registers of their own kind, if all are free.
bool RiscV64Assigner::flattened(const Type& type, std::vector<Piece>& pieces) {
  if (is_float(type)) {
    if (next_float_ == kRegisters) return false;
    pieces = {in_float_register(type, 0)};
    return true;
  }
  if (type.kind != TypeKind::aggregate && type.kind != TypeKind::complex) return false;
  if (type.contains_union || type.fields.empty() || type.fields.size() > 2) return false;
  unsigned floats = 0, integers = 0;
  for (const Field& field : type.fields) {
    // A pointer is no integer here, to gcc and clang alike.
    bool small_integer = field.type.kind == TypeKind::integer && field.type.size <= 8;
    if (!is_float(field.type) && !small_integer) return false;
    ++(is_float(field.type) ? floats : integers);
  }
  if (floats == 0 || next_float_ + floats > kRegisters || next_integer_ + integers > kRegisters) return false;
  if (type.contains_bit_field) refuse("a struct of a bit-field and a float is passed differently by gcc and clang");
  for (const auto& [offset, leaf] : type.fields) {
    if (is_float(leaf)) {
      pieces.push_back(in_float_register(leaf, offset));
      continue;
    }
    Piece piece;
    piece.index = next_integer_++;
    piece.type_offset = static_cast<uint32_t>(offset);
    piece.size = static_cast<uint32_t>(leaf.size);
    pieces.push_back(piece);
  }
  return true;
}

std::vector<Piece> RiscV64Assigner::integer_convention(const Type& type, bool variadic) {
  unsigned count = type.size > 8 ? 2 : 1;
  if (variadic && count == 2 && type.alignment == 16) next_integer_ = std::min((next_integer_ + 1) & ~1u, kRegisters);
  unsigned free = kRegisters - next_integer_;
  if (free == 0) return {on_stack(type.size, type.alignment)};
  if (count <= free) {
    next_integer_ += count;
    return in_integer_registers(type.size, next_integer_ - count);
  }
  std::vector<Piece> pieces = in_integer_registers(8, next_integer_++);
  Piece rest = on_stack(type.size - 8, 8);
  rest.type_offset = 8;
  pieces.push_back(rest);
  return pieces;
}

Location RiscV64Assigner::argument(const Type& type, bool variadic) {
  check(type);
  if (type.kind == TypeKind::va_list) return {type, integer_convention(pointer_type(), variadic), false};
  Location location{type, {}, false};
  if (type.size == 0) return location;
  if (!variadic && flattened(type, location.pieces)) return location;
  if (type.size > 16) return {type, integer_convention(pointer_type(), variadic), true};
  location.pieces = integer_convention(type, variadic);
  if (location.pieces.size() == 1) extend(type, location.pieces.front());
  return location;
}

// Like a first named argument; what would go by reference comes back through a pointer passed as a first argument.
Location RiscV64Assigner::result(const Type& type, CallLayout& layout) {
  if (type.size == 0 && type.kind != TypeKind::va_list) return {type, {}, false};
  RiscV64Assigner fresh;
  Location location = fresh.argument(type, false);
  if (!fresh.refusal().empty()) refuse(fresh.refusal());
  if (!location.indirect) return location;
  layout.hidden_result = location.pieces.front();
  next_integer_ = 1;
  return {type, {}, false};
}

}  // namespace

std::unique_ptr<Assigner> make_riscv64_assigner() {
  return std::make_unique<RiscV64Assigner>();
}

}  // namespace portolan::abi
