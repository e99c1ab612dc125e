// The variadic arguments that a printf or scanf format string asks for (C17 7.21.6, with glibc's additions).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "translate/abi/types.h"

namespace portolan::abi {

struct FormatArguments {
  std::vector<Type> types;  // promoted; scanf: pointers
  std::string differs;      // "long double" when one is passed or pointed to, else empty
};

// `format` is the string's bytes up to its 0 (or the end), for wide kinds 4 little-endian bytes a character. Fails for
// what has no fixed order of arguments (%2$d) and for conversions that are not defined.
Expected<FormatArguments> format_arguments(FormatRole::Kind kind, std::string_view format);

}  // namespace portolan::abi
