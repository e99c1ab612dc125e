// AAPCS64, section 6.8.2: rules are named as there (B.n, C.n). Variadic arguments are placed like named ones on Linux.
#include <algorithm>

#include "translate/abi/assign.h"

namespace portolan::abi {
namespace {

constexpr unsigned kRegisters = 8;

// A homogeneous floating-point or short-vector aggregate: one to four members of one type that fill it (5.9.5).
// Returns the member's type.
const Type* homogeneous_member(const Type& type) {
  bool composite = type.kind == TypeKind::aggregate || type.kind == TypeKind::complex;
  if (!composite || type.fields.empty() || type.contains_bit_field) return nullptr;
  const Type& member = type.fields.front().type;
  if (member.kind != TypeKind::floating && member.kind != TypeKind::vector) return nullptr;
  if (type.size % member.size != 0 || type.size / member.size > 4) return nullptr;
  std::vector<bool> filled(type.size / member.size);
  for (const Field& field : type.fields) {
    if (field.type.kind != member.kind || field.type.size != member.size) return nullptr;
    // long double and _Float128 are one format here; short vectors are alike whatever their lanes.
    bool same_format = field.type.format == member.format || member.size == 16;
    if ((member.kind == TypeKind::floating && !same_format) || field.offset % member.size != 0) return nullptr;
    filled[field.offset / member.size] = true;
  }
  return std::find(filled.begin(), filled.end(), false) == filled.end() ? &member : nullptr;
}

std::vector<Piece> in_float_registers(const Type& type, const Type& member, unsigned first) {
  std::vector<Piece> pieces;
  for (uint32_t offset = 0; offset < type.size; offset += static_cast<uint32_t>(member.size)) {
    Piece& piece = pieces.emplace_back();
    piece.where = Piece::Where::float_register;
    piece.index = first++;
    piece.type_offset = offset;
    piece.size = static_cast<uint32_t>(member.size);
  }
  return pieces;
}

class AArch64Assigner : public Assigner {
 public:
  Location argument(const Type& type, bool variadic) override;
  Location result(const Type& type, CallLayout& layout) override;

 private:
  void check(const Type& type);
  Location in_floats(const Type& type, const Type& member);
  Location in_integers(const Type& type);
};

void AArch64Assigner::check(const Type& type) {
  if (type.kind == TypeKind::vector && type.size != 8 && type.size != 16)
    refuse("AAPCS64 has no place for a vector that is not 8 or 16 bytes");
  if (is_over_aligned(type)) refuse("a struct with an alignment of its own is passed differently by gcc and clang");
}

bool is_float_scalar(const Type& type) {
  return type.kind == TypeKind::floating || type.kind == TypeKind::vector;
}

Location AArch64Assigner::in_floats(const Type& type, const Type& member) {
  Location location{type, {}, false};
  unsigned count = static_cast<unsigned>(type.size / member.size);
  if (next_float_ + count <= kRegisters) {  // C.1, C.2
    location.pieces = in_float_registers(type, member, next_float_);
    next_float_ += count;
  } else {  // C.3 to C.6
    next_float_ = kRegisters;
    location.pieces = {on_stack(type.size, type.alignment)};
  }
  return location;
}

Location AArch64Assigner::in_integers(const Type& type) {
  Location location{type, {}, false};
  unsigned count = static_cast<unsigned>((type.size + 7) / 8);
  if (type.alignment >= 16) next_integer_ = std::min((next_integer_ + 1) & ~1u, kRegisters);  // C.8, C.10
  if (next_integer_ + count <= kRegisters) {
    location.pieces = in_integer_registers(type.size, next_integer_);
    next_integer_ += count;
  } else {
    next_integer_ = kRegisters;  // C.13
    location.pieces = {on_stack(type.size, type.alignment)};
  }
  return location;
}

Location AArch64Assigner::argument(const Type& type, bool) {
  check(type);
  if (type.kind != TypeKind::va_list && type.size == 0) return {type, {}, false};
  if (is_float_scalar(type)) return in_floats(type, type);
  if (const Type* member = homogeneous_member(type)) return in_floats(type, *member);
  // B.4; va_list is a struct of 32 bytes.
  if (type.size > 16 || type.kind == TypeKind::va_list) return {type, in_integers(pointer_type()).pieces, true};
  return in_integers(type);
}

// 6.9: where an argument of that type would be if it were the first; else in memory that x8 points to.
Location AArch64Assigner::result(const Type& type, CallLayout& layout) {
  check(type);
  Location location{type, {}, false};
  if (type.kind == TypeKind::va_list || (type.size > 16 && homogeneous_member(type) == nullptr)) {
    Piece piece;
    piece.where = Piece::Where::indirect_result;
    piece.size = 8;
    layout.hidden_result = piece;
  } else if (type.size != 0) {
    location = AArch64Assigner().argument(type, false);
  }
  return location;
}

}  // namespace

std::unique_ptr<Assigner> make_aarch64_assigner() {
  return std::make_unique<AArch64Assigner>();
}

}  // namespace portolan::abi
