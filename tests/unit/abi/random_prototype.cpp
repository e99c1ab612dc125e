#include "random_prototype.h"

#include <algorithm>

#include "fmt/format.h"

namespace portolan::abi {

namespace {

bool holds_wide_integer(const Type& type) {
  return std::any_of(type.fields.begin(), type.fields.end(),
                     [](const Field& field) { return field.type.kind == TypeKind::integer && field.type.size == 16; });
}

}  // namespace

CType PrototypeGenerator::scalar() {
  static const std::vector<CType> kScalars = {
      {"int", integer_type(4, Sign::signed_)},
      {"unsigned", integer_type(4, Sign::unsigned_)},
      {"long", integer_type(8, Sign::signed_)},
      {"double", floating_type(FloatFormat::f64)},
      {"float", floating_type(FloatFormat::f32)},
      {"char *", pointer_type()},
      {"signed char", integer_type(1, Sign::signed_)},
      {"unsigned char", integer_type(1, Sign::unsigned_)},
      {"char", integer_type(1, Sign::plain_char)},
      {"short", integer_type(2, Sign::signed_)},
      {"unsigned short", integer_type(2, Sign::unsigned_)},
      {"_Bool", integer_type(1, Sign::boolean)},
      {"float", floating_type(FloatFormat::f32)},
      {"double", floating_type(FloatFormat::f64)},
      {"__int128", integer_type(16, Sign::signed_)},
      {"long double", floating_type(FloatFormat::long_double)},
      {"float _Complex", complex_type(FloatFormat::f32)},
      {"double _Complex", complex_type(FloatFormat::f64)},
      {"long double _Complex", complex_type(FloatFormat::long_double)},
      {"_Float16", floating_type(FloatFormat::f16)},
  };
  return kScalars[below(static_cast<unsigned>(kScalars.size()) - (half_precision_ ? 0 : 1))];
}

CType PrototypeGenerator::vector() {
  static const std::vector<CType> kLanes = {{"int", integer_type(4, Sign::signed_)},
                                            {"float", floating_type(FloatFormat::f32)},
                                            {"short", integer_type(2, Sign::signed_)},
                                            {"double", floating_type(FloatFormat::f64)}};
  CType lane = kLanes[below(static_cast<unsigned>(kLanes.size()))];
  unsigned size = lane.type.size == 8 || below(2) ? 16 : 8;
  std::string name = new_name();
  declarations_ += fmt::format("typedef {} {} __attribute__((vector_size({})));\n", lane.name, name, size);
  return {name, vector_type(lane.type, size / lane.type.size)};
}

CType PrototypeGenerator::aggregate(unsigned depth) {
  bool is_union = below(10) == 0, packed = below(20) == 0, homogeneous = below(3) == 0;
  struct Member {
    CType type;
    unsigned count;
    uint64_t offset;
  };
  std::vector<Member> members(1 + below(depth == 0 ? 5 : 3));
  Type type;
  type.kind = TypeKind::aggregate;
  type.contains_union = is_union;
  std::string body;
  for (size_t i = 0; i < members.size(); ++i) {
    Member& m = members[i];
    bool nested = depth < 2 && below(6) == 0;
    m.type = homogeneous && i > 0                 ? members[0].type
             : nested                             ? aggregate(depth + 1)
             : isa_ != Isa::riscv64 && !below(12) ? vector()
                                                  : scalar();
    m.count = below(5) == 0 ? 1 + below(4) : 0;
    uint64_t alignment = packed ? 1 : m.type.type.alignment;
    uint64_t size = m.type.type.size * std::max(1u, m.count);
    m.offset = is_union ? 0 : (type.size + alignment - 1) / alignment * alignment;
    type.size = std::max(type.size, m.offset + size);
    type.alignment = std::max(type.alignment, alignment);
    body += fmt::format(" {} m{}{};", m.type.name, i, m.count ? fmt::format("[{}]", m.count) : "");
  }
  type.size = (type.size + type.alignment - 1) / type.alignment * type.alignment;
  for (const Member& m : members)
    for (unsigned i = 0; i < std::max(1u, m.count); ++i) add_member(type, m.offset + i * m.type.type.size, m.type.type);
  std::string name = new_name();
  declarations_ += fmt::format("typedef {} {{{} }} {}{};\n", is_union ? "union" : "struct", body,
                               packed ? "__attribute__((packed)) " : "", name);
  return {name, type};
}

CType PrototypeGenerator::parameter() {
  if (below(3) == 0) return aggregate(0);
  if (isa_ != Isa::riscv64 && below(12) == 0) return vector();
  return scalar();
}

CType PrototypeGenerator::variadic_argument() {
  while (true) {
    CType type = parameter();
    bool small_integer = type.type.kind == TypeKind::integer && type.type.size < 4;
    bool small_float = type.type.kind == TypeKind::floating && type.type.size < 8;
    // gcc 12 reads an __int128 variadic argument from the register save area as if it were aligned there, and crashes.
    bool is_wide = type.type.size == 16 && (type.type.kind == TypeKind::integer || holds_wide_integer(type.type));
    if (isa_ == Isa::x86_64 && is_wide) continue;
    if (!small_integer && !small_float) return type;  // va_arg of a type that promotion changes is undefined
  }
}

CFunction PrototypeGenerator::next() {
  CFunction function;
  function.name = fmt::format("f{}", functions_++);
  function.result = below(6) == 0 ? CType{"void", void_type()} : parameter();
  function.type.result = function.result.type;
  function.type.variadic = below(4) == 0;
  unsigned count = function.type.variadic ? 1 + below(4) : below(14);
  for (unsigned i = 0; i < count; ++i) {
    function.parameters.push_back(parameter());
    function.type.parameters.push_back(function.parameters.back().type);
  }
  if (function.type.variadic)
    for (unsigned i = below(10); i > 0; --i) function.variadic.push_back(variadic_argument());
  return function;
}

}  // namespace portolan::abi
