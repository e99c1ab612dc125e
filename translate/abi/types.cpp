#include "translate/abi/types.h"

#include <utility>

namespace portolan::abi {

uint64_t size_of(FloatFormat format) {
  switch (format) {
    case FloatFormat::f16:
      return 2;
    case FloatFormat::f32:
      return 4;
    case FloatFormat::f64:
      return 8;
    case FloatFormat::f128:
    case FloatFormat::long_double:
      return 16;
  }
  return 0;
}

Type integer_type(uint64_t size, Sign sign) {
  Type type;
  type.kind = TypeKind::integer;
  type.sign = sign;
  type.size = type.alignment = size;
  return type;
}

Type floating_type(FloatFormat format) {
  Type type;
  type.kind = TypeKind::floating;
  type.format = format;
  type.size = type.alignment = size_of(format);
  return type;
}

Type complex_type(FloatFormat format) {
  Type type = floating_type(format);
  type.kind = TypeKind::complex;
  type.size *= 2;
  type.fields = {{0, floating_type(format)}, {type.size / 2, floating_type(format)}};
  return type;
}

Type pointer_type() {
  Type type;
  type.kind = TypeKind::pointer;
  type.size = type.alignment = 8;
  return type;
}

Type function_pointer_type(FunctionType function) {
  Type type = pointer_type();
  type.function = std::make_shared<const FunctionType>(std::move(function));
  return type;
}

Type va_list_type() {
  Type type;
  type.kind = TypeKind::va_list;
  type.alignment = 8;
  return type;
}

Type vector_type(const Type& lane, uint64_t lanes) {
  Type type;
  type.kind = TypeKind::vector;
  type.size = type.alignment = lane.size * lanes;
  if (type.size <= kMaxUnrolled)
    for (uint64_t i = 0; i < lanes; ++i) type.fields.push_back({i * lane.size, lane});
  return type;
}

void add_member(Type& aggregate, uint64_t offset, const Type& member) {
  aggregate.contains_union |= member.contains_union;
  aggregate.contains_bit_field |= member.contains_bit_field;
  if (aggregate.size > kMaxUnrolled) return;
  if (member.kind == TypeKind::aggregate || member.kind == TypeKind::complex) {
    for (const Field& field : member.fields) aggregate.fields.push_back({offset + field.offset, field.type});
  } else {
    aggregate.fields.push_back({offset, member});
  }
}

}  // namespace portolan::abi
