// What is not compared, each with its reason: opcodes, or single cases in which an oracle is known to be wrong.
#pragma once

#include <string_view>

#include "tests/semantics_gate/state.h"

namespace portolan::gate {

struct Exclusion {
  Isa isa;
  std::string_view oracle;   // empty: all
  std::string_view opcodes;  // as in rows
  std::string_view reason;
  // Null: the opcodes are not run at all. Else a disagreement is excused where this holds of the initial state.
  bool (*when)(const Case&) = nullptr;
};

std::span<const Exclusion> exclusions();

}  // namespace portolan::gate
