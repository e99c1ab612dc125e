// `portolan verify` and `portolan replay` of kernels.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/kernel_judging.h"

namespace portolan::cli {

struct KernelVerification {
  std::string source, target, require, evidence, junit, sarif;
  std::vector<std::string> functions;
  KernelJudgeOptions judging;
  bool json = false;
};
Exit verify_kernels(const KernelVerification& arguments);
// The evidence alone. `complain`: errors and notes on standard error, and the sentences on standard output.
Expected<nlohmann::json> kernel_verification(const KernelVerification& arguments, bool complain);

// Whether an evidence file speaks of kernels.
bool is_kernel_evidence(const nlohmann::json& evidence);
// Runs the launches again that refuted something.
Exit replay_kernels(const std::string& path, const nlohmann::json& evidence, const std::vector<std::string>& functions);

}  // namespace portolan::cli
