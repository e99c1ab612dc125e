// The evidence file: what was tested, how each function fared, and the inputs that refuted one.
#pragma once

#include <nlohmann/json.hpp>

#include "frontends/asm/unit.h"
#include "translate/translate.h"
#include "verify/tester.h"

namespace portolan::cli {

uint64_t fnv64(std::string_view bytes);
std::string hex(uint64_t value);

// The source as an object: its own bytes, or the text assembled.
Expected<emulate::Object> source_object(const assembly::Unit& unit);
verify::Subject subject_of(const assembly::Unit& unit, const translate::Translation& translation, Isa target,
                           const emulate::Object& source_object, const emulate::Object& target_object);

nlohmann::json function_json(const translate::FunctionReport& f, const verify::Verdict* verdict);

// The boundary and input that function_json() stored for a refuted function.
struct StoredInput {
  verify::Boundary boundary;
  verify::Input input;
};
Expected<StoredInput> stored_input(const nlohmann::json& function, Isa source, Isa target);

}  // namespace portolan::cli
