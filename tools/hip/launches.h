// How host code launches kernels: `portolan port --init` drafts its manifest from this. Formulas are of named sizes,
// as a manifest has them (gpu/manifest/count.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "llvm/Support/JSON.h"
#include "tools/hip/facts.h"

namespace portolan::hip {

// Kernels with their parameters, launches, and the compiler's messages; docs/launch-manifest.md says what is read.
llvm::json::Object read_launches(const ReadOptions& options);

}  // namespace portolan::hip
