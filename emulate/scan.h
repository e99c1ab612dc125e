// Looks through an image's code for instructions that an engine must not be given.
#pragma once

#include "emulate/image.h"

namespace portolan::emulate {

// Decodes linearly and errs towards true where data stands among the code.
bool has_system_calls(const Image& image);
// x86-64: VEX, EVEX or XOP encodings.
bool has_vex(const Image& image);

}  // namespace portolan::emulate
