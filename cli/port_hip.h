// `portolan port DIR --to hip`: a folder of CUDA source to HIP source, compiled for AMD's processors and judged at both
// lane widths.
#pragma once

#include "cli/port_kernels.h"

namespace portolan::cli {

Exit port_folder_to_hip(const KernelPort& arguments);

}  // namespace portolan::cli
