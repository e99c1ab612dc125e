// A trace of both sides: for people, side by side up to where the difference was made; for programs, whole.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/listing.h"
#include "verify/bench.h"

namespace portolan::cli {

std::string trace_text(const verify::Traces& traces, const Listing& source, const Listing& target);

// For each side its `steps` as the listing has them, whether they are the `whole` run, and `maker`, the step that gave
// what differs its last value, where there is one.
nlohmann::json trace_json(const verify::Traces& traces, const Listing& source, const Listing& target);

}  // namespace portolan::cli
