#include "translate/raise/passing.h"

#include <algorithm>

namespace portolan::raise {

using abi::Piece;
using abi::TypeKind;
using ir::Builder;
using ir::ValueId;

std::optional<Passed> scalar(const abi::Type& type, Isa isa) {
  Passed p;
  switch (type.kind) {
    case TypeKind::pointer:
      return p;
    case TypeKind::integer:
      if (type.size > 16) return std::nullopt;
      p.bits = static_cast<uint32_t>(type.size * 8);
      p.is_signed = type.sign == abi::Sign::signed_ || (type.sign == abi::Sign::plain_char && isa == Isa::x86_64);
      return p;
    case TypeKind::floating:
      if (type.format != abi::FloatFormat::f32 && type.format != abi::FloatFormat::f64) return std::nullopt;
      p.kind = Passed::Kind::floating;
      p.bits = static_cast<uint32_t>(type.size * 8);
      return p;
    default:
      return std::nullopt;
  }
}

namespace {

bool is_supported(const abi::Type& type) {
  if (type.kind != TypeKind::aggregate && type.kind != TypeKind::complex) return false;
  // Alignment of 16 and vector members have rules of their own.
  return type.alignment <= 8 && std::none_of(type.fields.begin(), type.fields.end(), [](const abi::Field& f) {
           return f.type.size > 8 || f.type.kind == TypeKind::vector || f.type.kind == TypeKind::va_list;
         });
}

// The format of all members of a homogeneous floating-point aggregate, in bytes; 0 if it is none.
uint32_t homogeneous_bytes(const abi::Type& type) {
  if (type.kind == TypeKind::complex) return static_cast<uint32_t>(type.size / 2);
  if (type.fields.empty()) return 0;
  const abi::Type& first = type.fields[0].type;
  bool all = first.kind == TypeKind::floating &&
             std::all_of(type.fields.begin(), type.fields.end(), [&](const abi::Field& f) { return f.type == first; });
  return all && type.size / first.size <= 4 ? static_cast<uint32_t>(first.size) : 0;
}

Passed passed_as(Passed::Kind kind, uint32_t bytes) {
  Passed p;
  p.kind = kind;
  if (kind == Passed::Kind::floating) p.bits = bytes * 8;
  return p;
}

std::optional<Part> part_in(const Piece& piece) {
  Part part{{}, piece.type_offset, piece.size, piece.extension == abi::Extension::sign};
  if (piece.where == Piece::Where::float_register) {
    if (piece.size != 4 && piece.size != 8) return std::nullopt;
    part.passed = passed_as(Passed::Kind::floating, piece.size);
  } else if (piece.where != Piece::Where::integer_register) {
    return std::nullopt;
  }
  return part;
}

// LLVM keeps an array of registers together, as AAPCS64 has it: all of it in registers or all of it on the stack.
PassedValue passed_to_aarch64(const abi::Type& type) {
  const auto size = static_cast<uint32_t>(type.size);
  Part part{{}, 0, size, false};
  if (uint32_t member = homogeneous_bytes(type)) {
    part.passed = passed_as(Passed::Kind::floating, member);
    part.passed.elements = size / member;
  } else {
    part.passed.elements = (size + 7) / 8;
  }
  return {{part}, false};
}

}  // namespace

std::optional<PassedValue> passed_argument(const abi::Location& location, Isa isa) {
  const abi::Type& type = location.type;
  if (!is_supported(type) || location.pieces.empty()) return std::nullopt;
  const auto size = static_cast<uint32_t>(type.size);
  if (location.indirect) return PassedValue{{Part{{}, 0, size, false}}, true};
  if (isa == Isa::aarch64) return passed_to_aarch64(type);
  if (isa == Isa::x86_64 && location.pieces[0].where == Piece::Where::stack) {
    Part part{passed_as(Passed::Kind::memory_copy, size), 0, size, false};
    part.passed.size = size;
    return PassedValue{{part}, true};
  }
  PassedValue value;
  for (const Piece& piece : location.pieces) {
    if (piece.where != Piece::Where::stack) {
      auto part = part_in(piece);
      if (!part) return std::nullopt;
      value.parts.push_back(*part);
      continue;
    }
    for (uint32_t at = 0; at < piece.size; at += 8)
      value.parts.push_back({{}, piece.type_offset + at, std::min(8u, piece.size - at), false});
  }
  return value;
}

std::optional<PassedValue> passed_result(const abi::Location& location) {
  if (!is_supported(location.type) || location.pieces.empty()) return std::nullopt;
  PassedValue value;
  for (const Piece& piece : location.pieces) {
    auto part = part_in(piece);
    if (!part) return std::nullopt;
    value.parts.push_back(*part);
  }
  return value;
}

ValueId assemble(Builder& b, const std::vector<Run>& runs, uint32_t bytes) {
  ValueId whole = ir::kNoValue;
  uint32_t bits = 0;
  auto append = [&](ValueId v) {
    whole = whole == ir::kNoValue ? v : b.concat(v, whole);
    bits = b.width(whole);
  };
  for (const Run& run : runs) {
    if (run.offset * 8 > bits) append(b.undef(run.offset * 8 - bits));
    append(run.value);
  }
  if (bits < bytes * 8) append(b.undef(bytes * 8 - bits));
  return b.truncate(whole, bytes * 8);
}

ValueId part_of(Builder& b, ValueId whole, const Part& part) {
  ValueId v = b.extract(whole, part.offset * 8, part.size * 8);
  uint32_t width = part.passed.bits * part.passed.elements;
  return part.sign_extended ? b.sext_or_truncate(v, width) : b.zext_or_truncate(v, width);
}

ValueId extended(Builder& b, ValueId v, const Passed& p, uint32_t width, Isa source) {
  if (b.width(v) >= width) return b.truncate(v, width);
  if (p.kind == Passed::Kind::floating)
    return source == Isa::riscv64 ? b.concat(b.constant(ir::APInt::getAllOnes(width - b.width(v))), v)
                                  : b.zext(v, width);
  // RISC-V keeps 32-bit integers sign-extended whatever their type; elsewhere the upper half says nothing.
  bool sign = p.is_signed || (source == Isa::riscv64 && p.bits == 32);
  return sign ? b.sext(v, width) : b.zext(v, width);
}

}  // namespace portolan::raise
