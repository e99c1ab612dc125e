// PTX to AMD's processors: `portolan translate FILE.ptx --to amdgcn:PROCESSOR`, and each file of `portolan port`.
#pragma once

#include <string>
#include <vector>

#include "cli/kernel_judging.h"

namespace portolan::cli {

bool is_kernel_target(const std::string& target);
// The error is of a target that is not known.
Expected<amdgcn::Processor> kernel_processor(const std::string& target);

struct KernelTranslation {
  std::string input, output, evidence, target, require;
  std::vector<std::string> functions;
  KernelJudgeOptions judging;
};
Exit translate_kernels(const KernelTranslation& arguments);

// What is made of one source, whose text is `ptx`.
struct PortedKernels {
  std::string assembly;         // with marks; empty: nothing could be written
  std::vector<uint8_t> object;  // the linked code object that was judged
  std::vector<KernelVerdict> kernels;
  nlohmann::json evidence;
};
Expected<PortedKernels> port_kernels(const KernelTranslation& a, const std::string& ptx,
                                     const std::optional<manifest::Manifest>& launches);

}  // namespace portolan::cli
