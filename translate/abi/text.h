// The text form of types and prototypes: printed here, parsed here, and equal after a round trip.
//
//   type      := void | bool | char | i8 … i128 | u8 … u128 | f16 f32 f64 f128 ldouble | complex FLOAT | ptr | va_list
//              | <N x type> | fn(params)->type | {leaf … size N align N [union] [bits]}
//   leaf      := type@OFFSET           or  type@OFFSET*COUNT for COUNT adjacent ones
//   prototype := NAME(params) -> type [noreturn] [format=KIND:INDEX:FIRST] [differing_bits=INDEX:0xMASK]…
//                [optional=(types)] [abi_differs="REASON" [differs_behind=(INDEX,…)]]
//   params    := type, … [, ...]
// '#' starts a comment line.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ir/diagnostic.h"
#include "translate/abi/types.h"

namespace portolan::abi {

std::string to_string(const Type& type);
std::string to_string(std::string_view name, const FunctionType& function);  // without a line end
std::string to_string(const Prototypes& prototypes);                         // one line each, sorted by name

// One line: name and type.
Expected<std::pair<std::string, FunctionType>> parse_prototype(std::string_view line);
// A whole file; `name` is what messages call it.
Expected<Prototypes> parse_prototypes(std::string_view text, const std::string& name);

}  // namespace portolan::abi
