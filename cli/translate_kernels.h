// `portolan translate FILE.ptx --to amdgcn:PROCESSOR`.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"

namespace portolan::cli {

struct KernelTranslation {
  std::string input, output, target;
  std::string require;  // what is written is judged by nobody, and so falls short of everything but "none"
};
bool is_kernel_target(const std::string& target);
Exit translate_kernels(const KernelTranslation& arguments);

}  // namespace portolan::cli
