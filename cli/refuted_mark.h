// A translation that was refuted says so itself: a comment above the function, for whoever has the text and not the
// evidence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ir/isa.h"

namespace portolan::cli {

// `functions` as the evidence has them, so that replay can make the same text again.
std::string mark_refuted(std::string assembly, std::string_view comment, const nlohmann::json& functions);
std::string mark_refuted(std::string assembly, Isa target, const nlohmann::json& functions);

}  // namespace portolan::cli
