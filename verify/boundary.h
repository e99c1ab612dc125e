// What crosses the border of a function, and where each value stands on either side: all that the judge needs to know
// of a pair. Places are ordinals of the calling conventions, so that this header needs no ISA.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace portolan::verify {

struct Place {
  enum class Kind : uint8_t {
    integer_argument,  // the index-th integer argument register
    float_argument,
    stack,            // the index-th 8 bytes of stack arguments
    indirect_result,  // AArch64 x8
    vector_count,     // x86-64 al
    integer_result,   // the index-th integer result register
    float_result,
  };
  Kind kind = Kind::integer_argument;
  uint32_t index = 0;
  bool operator==(const Place&) const = default;
};

struct BoundaryValue {
  enum class Kind : uint8_t { integer, floating, result_address };  // result_address: of hidden_result
  Kind kind = Kind::integer;
  uint32_t bits = 64;
  bool is_signed = false;  // how narrower integers are extended
  Place source, target;
  // A value of its own, which is extended to its register as the convention says; false: a part of a structure, above
  // which registers hold anything.
  bool whole = true;
  bool operator==(const BoundaryValue&) const = default;
};

struct Boundary {
  std::string name;         // of the symbol on the source's side
  std::string target_name;  // and on the target's
  uint32_t line = 0;
  std::vector<BoundaryValue> parameters, results;
  bool noreturn = false;
  // Of a variadic function: the parameter that is a format string, which says what else a call passes. `parameters` are
  // the named ones.
  std::optional<uint32_t> format;
  bool variadic = false;   // and no format says what else a call passes
  std::string untestable;  // why there is no such description; empty: there is one
  // Where the description comes from, and what it takes for granted; evidence and reports repeat it.
  enum class Origin : uint8_t { translation, prototype, debug_information, library, inferred };
  Origin origin = Origin::translation;
  std::vector<std::string> assumptions;
  // Inferred, and perhaps less than the function promises: why nothing may be claimed. Empty: nothing speaks against
  // it.
  std::string doubt;
  bool operator==(const Boundary&) const = default;
};

// What crosses the border of a call of a variadic function (by the source's name) with this format string; nullptr: it
// is not understood.
using FormatBoundary = std::function<const Boundary*(const std::string& function, const std::string& format)>;

}  // namespace portolan::verify
