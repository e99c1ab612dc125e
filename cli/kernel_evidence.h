// Verdicts of kernels as evidence: the same fields as a function's, and launches instead of inputs.
// docs/evidence-format.md describes them.
#pragma once

#include <nlohmann/json.hpp>

#include "gpu/differential/test.h"
#include "gpu/proof/prove.h"

namespace portolan::cli {

nlohmann::json kernel_verdict_json(const differential::Result& result);
nlohmann::json kernel_proof_json(const proof::Proof& proof);

nlohmann::json resources_json(const amdgcn::Resources& resources);
// Of the launch that cost most; there is one.
nlohmann::json estimate_json(amdgcn::Processor processor, const differential::Result& result);

nlohmann::json instance_json(const differential::Instance& instance);
// The file comes from outside, so everything about it may be wrong.
Expected<differential::Instance> stored_instance(const nlohmann::json& counterexample);

}  // namespace portolan::cli
