// `portolan run` and `portolan lift` on kernels: PTX text and AMD code objects.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"
#include "emulate/simt/launch.h"

namespace portolan::cli {

struct KernelRun {
  std::string input, function;
  std::vector<std::string> values;
  std::vector<std::string> variables;  // NAME=VALUE: what a variable of the module holds before
  std::string grid = "1", block = "32";
  uint64_t shared_bytes = 0;  // dynamic
  uint64_t milliseconds = 10'000;
  bool json = false;
  simt::Mode mode = simt::Mode::compiled;
};

// Whether the file is a kernel's: by its name, or what --from says, or what it begins with.
bool is_kernel_file(const std::string& path, const std::string& isa);

Exit run_kernel(const KernelRun& arguments);
Exit lift_kernels(const std::string& path, const std::vector<std::string>& functions);

}  // namespace portolan::cli
