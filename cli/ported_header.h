// The C header of a ported kernel: where its tensors lie in the chip's memory, and what the host does around the
// program.
#pragma once

#include <string>

#include "translate/mapping/schedule.h"

namespace portolan::cli {

std::string ported_header(const accelerator::Description& chip, const accelerator::Description& specification,
                          const mapping::Program& program);

// What a tensor of the program is called: as in the specification; of several with constants the later ones have a
// number.
std::string tensor_label(const accelerator::Description& specification, const mapping::Program& program,
                         const mapping::HostTensor& t);

// The C type that holds an element's bits, or its value if C has the format.
std::string element_c_type(const accelerator::State& state);

}  // namespace portolan::cli
