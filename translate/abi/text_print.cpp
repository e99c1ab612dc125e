#include <array>

#include "fmt/format.h"
#include "translate/abi/text.h"
#include "translate/abi/text_names.h"

namespace portolan::abi {
namespace {

std::string list_to_string(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + to_string(type);
  return text;
}

std::string parameters_to_string(const FunctionType& function) {
  std::string text = list_to_string(function.parameters);
  if (function.variadic) text += text.empty() ? "..." : ", ...";
  return text;
}

// Arrays come out as type@offset*count.
std::string leaves_to_string(const std::vector<Field>& fields) {
  std::string text;
  for (size_t i = 0; i < fields.size();) {
    const Type& type = fields[i].type;
    size_t count = 1;
    while (i + count < fields.size() && fields[i + count].type == type &&
           fields[i + count].offset == fields[i].offset + count * type.size)
      ++count;
    text += fmt::format("{}@{}", to_string(type), fields[i].offset);
    if (count > 1) text += fmt::format("*{}", count);
    text += ' ';
    i += count;
  }
  return text;
}

}  // namespace

std::string to_string(const Type& type) {
  switch (type.kind) {
    case TypeKind::void_:
      return "void";
    case TypeKind::va_list:
      return "va_list";
    case TypeKind::integer:
      if (type.sign == Sign::boolean) return "bool";
      if (type.sign == Sign::plain_char) return "char";
      return fmt::format("{}{}", type.sign == Sign::signed_ ? 'i' : 'u', type.size * 8);
    case TypeKind::floating:
      return std::string(float_name(type.format));
    case TypeKind::complex:
      return fmt::format("complex {}", float_name(type.format));
    case TypeKind::pointer:
      if (!type.function) return "ptr";
      return fmt::format("fn({})->{}", parameters_to_string(*type.function), to_string(type.function->result));
    case TypeKind::vector:
      return fmt::format("<{} x {}>", type.fields.size(), type.fields.empty() ? "i8" : to_string(type.fields[0].type));
    case TypeKind::aggregate:
      return fmt::format("{{{}size {} align {}{}{}}}", leaves_to_string(type.fields), type.size, type.alignment,
                         type.contains_union ? " union" : "", type.contains_bit_field ? " bits" : "");
  }
  return "void";
}

std::string to_string(std::string_view name, const FunctionType& function) {
  std::string text = fmt::format("{}({}) -> {}", name, parameters_to_string(function), to_string(function.result));
  if (function.noreturn) text += " noreturn";
  if (function.format)
    text += fmt::format(" format={}:{}:{}", format_kind_name(function.format->kind), function.format->format,
                        function.format->first_vararg);
  for (const DifferingBits& bits : function.differing_bits)
    text += fmt::format(" differing_bits={}:{:#x}", bits.parameter, bits.mask);
  if (!function.optional_arguments.empty())
    text += fmt::format(" optional=({})", list_to_string(function.optional_arguments));
  if (!function.abi_differs.empty()) text += fmt::format(" abi_differs=\"{}\"", function.abi_differs);
  if (!function.differs_behind.empty())
    text += fmt::format(" differs_behind=({})", fmt::join(function.differs_behind, ","));
  return text;
}

std::string to_string(const Prototypes& prototypes) {
  std::string text;
  for (const auto& [name, function] : prototypes) text += to_string(name, function) + "\n";
  return text;
}

}  // namespace portolan::abi
