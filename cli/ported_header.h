// The C header of a ported kernel: where its tensors lie in the chip's memory, and what the host does around the
// program.
#pragma once

#include <string>

#include "translate/mapping/schedule.h"

namespace portolan::cli {

std::string ported_header(const accelerator::Description& chip, const accelerator::Description& specification,
                          const mapping::Program& program);

}  // namespace portolan::cli
