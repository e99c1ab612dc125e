// Recorded results of PTX and AMDGCN instructions: the part of `portolan isa run` that is not about described chips.
#pragma once

#include <string>

#include "cli/commands.h"
#include "emulate/simt/launch.h"

namespace portolan::cli {

struct KernelVectors {
  std::string isa;      // ptx or amdgcn
  std::string vectors;  // the file
  std::string form;     // only forms whose name contains this
  bool json = false, summary = false;
  simt::Mode mode = simt::Mode::compiled;
};
Exit run_kernel_vectors(const KernelVectors& arguments);

}  // namespace portolan::cli
