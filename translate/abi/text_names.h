// The words of the text form that both its printer and its parser use.
#pragma once

#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "translate/abi/types.h"

namespace portolan::abi {

inline constexpr std::array<std::pair<std::string_view, FloatFormat>, 5> kFloatNames = {{
    {"f16", FloatFormat::f16},
    {"f32", FloatFormat::f32},
    {"f64", FloatFormat::f64},
    {"f128", FloatFormat::f128},
    {"ldouble", FloatFormat::long_double},
}};

inline constexpr std::array<std::pair<std::string_view, FormatRole::Kind>, 4> kFormatKindNames = {{
    {"printf", FormatRole::Kind::printf},
    {"scanf", FormatRole::Kind::scanf},
    {"wprintf", FormatRole::Kind::wide_printf},
    {"wscanf", FormatRole::Kind::wide_scanf},
}};

// A function's name is of these, in C and mangled C++ alike.
inline bool is_symbol_character(unsigned char c) {
  return std::isalnum(c) || c == '_' || c == '$' || c == '.';
}

template <class Names, class Value>
constexpr std::string_view name_in(const Names& names, Value value) {
  for (const auto& [name, candidate] : names)
    if (candidate == value) return name;
  return {};
}

inline std::string_view float_name(FloatFormat format) {
  return name_in(kFloatNames, format);
}
inline std::string_view format_kind_name(FormatRole::Kind kind) {
  return name_in(kFormatKindNames, kind);
}

}  // namespace portolan::abi
