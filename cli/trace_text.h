// Both sides of a counterexample side by side.
#pragma once

#include "cli/listing.h"
#include "verify/bench.h"

namespace portolan::cli {

// The places where the value that differs was made, then the steps that led there. Empty where no trace could be made.
std::string trace_text(verify::Bench& bench, const Listing& source, const Listing& target,
                       const verify::Boundary& boundary, const verify::Input& input);

}  // namespace portolan::cli
