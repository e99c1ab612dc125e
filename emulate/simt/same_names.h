// The kernels of a port under the names of its source.
#pragma once

#include "emulate/simt/module.h"

namespace portolan::simt {

// A kernel's mangled name has its arguments' types, and CUDA's types of 16 and 8 bits, and its vectors, have other
// names in HIP: what differs in those alone is the same kernel. Kernels of `target` take the names of `source` then.
void take_names(Module& target, const Module& source);

}  // namespace portolan::simt
