// `portolan port DIR --to amdgcn:PROCESSOR`: a folder of CUDA and PTX files to code objects.
#pragma once

#include <string>
#include <vector>

#include "cli/kernel_judging.h"

namespace portolan::cli {

struct KernelPort {
  std::string folder, target, out, require, report;
  std::string compiler;            // of CUDA source: nvcc, clang; empty: nvcc if it is there
  std::vector<std::string> flags;  // for it
  KernelJudgeOptions judging;
  bool json = false;
  std::vector<std::string> host;  // --init: where host code launches the kernels, beside the folder itself
};
Exit port_kernel_folder(const KernelPort& arguments);

// Writes FOLDER/port.toml, a first launch manifest to be finished by hand; one that is there stays.
Exit draft_manifest(const KernelPort& arguments);

}  // namespace portolan::cli
